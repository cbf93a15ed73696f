// On a list marked data-row-keys, j and k go to the next row and the one before, and ? shows the keys. Enter opens what
// has the focus, as everywhere. Without this script the same rows are reached with Tab.

const WAYS = { j: 1, k: -1 };
const TYPING = "input, select, textarea, [contenteditable]";

export function offerRowKeys() {
  const list = document.querySelector("[data-row-keys]");
  if (!list) return;
  const help = document.querySelector("[data-row-keys-help]");
  if (help) help.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
    if (event.key in WAYS) move(list, WAYS[event.key]);
    else if (event.key === "?" && help) help.open = !help.open;
    else return;
    event.preventDefault();
  });
}

// From the row that has the focus; from none, to the first.
function move(list, way) {
  const links = [...list.querySelectorAll("tbody th a")];
  const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  links[Math.min(Math.max(at + way, 0), links.length - 1)]?.focus();
}
