// Copy buttons come hidden, since without a script they could do nothing. What was copied is said
// on the button and, for those who do not see it, in the page's live region.

const SHOWN_FOR = 4000;

export function offerCopying() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    tell(button, button.dataset.copied);
  } catch {
    tell(button, button.dataset.failed);
  }
}

function tell(button, words) {
  const label = button.querySelector("[data-copy-label]");
  label.dataset.before ??= label.textContent;
  label.textContent = words;
  announce(`${words}: ${button.dataset.copy}`);
  clearTimeout(button.timer);
  button.timer = setTimeout(() => (label.textContent = label.dataset.before), SHOWN_FOR);
}

// Emptied first: the same words twice would otherwise not be spoken again.
function announce(words) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  requestAnimationFrame(() => (announcer.textContent = words));
}
