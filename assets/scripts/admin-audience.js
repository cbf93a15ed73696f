// In the Wagtail editor: keeps the sentence 'who will be able to read this' in step with the form.
// The server says it, by the one rule; nothing is worked out here.

const PAUSE = 400;
const FIELDS = ["tlp", "reach", "audience_communities", "audience_organisations", "audience_people", "law_enforcement_sensitive"];

const panel = document.querySelector("[data-audience]");
const form = panel?.closest("form");
if (form) follow();

function follow() {
  let timer;
  let before = asked().toString();
  const ask = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const now = asked();
      if (now.toString() === before) return;
      before = now.toString();
      tell(now);
    }, PAUSE);
  };
  form.addEventListener("input", ask);
  form.addEventListener("change", ask);
  // Choosers change hidden fields without an event.
  new MutationObserver(ask).observe(form, { attributeFilter: ["value"], childList: true, subtree: true });
}

function asked() {
  const filled = new FormData(form);
  const query = new URLSearchParams();
  for (const name of FIELDS) for (const value of filled.getAll(name)) query.append(name, value);
  return query;
}

async function tell(query) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(panel.dataset.audienceUrl, { body: query, headers: { "X-CSRFToken": token }, method: "POST" });
  if (!answer.ok) return;
  const report = await answer.json();
  panel.querySelector("[data-audience-sentence]").textContent = report.sentence;
  panel.querySelector("[data-audience-saved]").hidden = true;
  panel.classList.toggle("help-info", report.is_sound);
  panel.classList.toggle("help-warning", !report.is_sound);
}
