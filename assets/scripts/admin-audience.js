// In the Wagtail admin: keeps the sentence 'who will be able to read this' in step with the form around it.
// The server says it, by the one rule; nothing is worked out here.

const PAUSE = 400;
const FIELDS = ["tlp", "reach", "audience_communities", "audience_organisations", "audience_people", "law_enforcement_sensitive"];
const followed = new WeakSet();

// Forms come later as well: in a chooser's dialogue, and after several files were dropped.
followAll();
new MutationObserver(followAll).observe(document.body, { childList: true, subtree: true });

function followAll() {
  for (const panel of document.querySelectorAll("[data-audience]")) {
    const form = panel.closest("form");
    if (!form || followed.has(panel)) continue;
    followed.add(panel);
    follow(panel, form);
  }
}

function follow(panel, form) {
  let timer;
  let before = asked(panel, form).toString();
  const ask = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const now = asked(panel, form);
      if (now.toString() === before) return;
      before = now.toString();
      tell(panel, form, now);
    }, PAUSE);
  };
  form.addEventListener("input", ask);
  form.addEventListener("change", ask);
  // Choosers change hidden fields without an event.
  new MutationObserver(ask).observe(form, { attributeFilter: ["value"], childList: true, subtree: true });
}

function asked(panel, form) {
  const filled = new FormData(form);
  const prefix = panel.dataset.audiencePrefix ?? "";
  const query = new URLSearchParams();
  for (const name of FIELDS) for (const value of filled.getAll(prefix + name)) query.append(name, value);
  return query;
}

async function tell(panel, form, query) {
  const token = (form.querySelector("[name=csrfmiddlewaretoken]") ?? document.querySelector("[name=csrfmiddlewaretoken]"))?.value;
  const answer = await fetch(panel.dataset.audienceUrl, { body: query, headers: { "X-CSRFToken": token ?? "" }, method: "POST" });
  if (!answer.ok) return;
  const report = await answer.json();
  panel.querySelector("[data-audience-sentence]").textContent = report.sentence;
  panel.querySelector("[data-audience-saved]").hidden = true;
  panel.classList.toggle("help-info", report.is_sound);
  panel.classList.toggle("help-warning", !report.is_sound);
}
