// Keeps what is typed into forms marked data-keep-draft until it was sent, in this tab and nowhere else. Passwords,
// codes, files and hidden fields are never kept. A draft belongs to the person who typed it (data-draft-owner on
// <body>), and goes when they sign out.
//
// Whether something was sent, the browser cannot see. So sending leaves a mark. The next page takes it away: if that is
// the form again after a sign-in, the session had ended and the draft comes back; if it is the form with its errors, the
// server has brought back what was typed; anything else means that it was sent.

const DRAFT = "draft:";
const SENT = "draft-sent";
const SIGNED_IN_ANEW = "draft-through-sign-in";
const NEVER = new Set(["password", "file", "hidden", "submit", "button", "reset"]);

export function keepDrafts() {
  const owner = document.body.dataset.draftOwner;
  clearOnLeaving();
  if (!owner) return noteSignIn();
  const forms = [...document.querySelectorAll("form[data-keep-draft]")];
  forgetWhatWasSent(forms);
  for (const form of forms) {
    restore(form, owner);
    form.addEventListener("input", () => keep(form, owner));
    form.addEventListener("change", () => keep(form, owner));
    form.addEventListener("submit", () => sessionStorage.setItem(SENT, keyOf(form)));
  }
  sessionStorage.removeItem(SIGNED_IN_ANEW);
}

// The session ended while the page was open: what was typed comes back after the sign-in.
export function keepDraftsForSignIn() {
  const owner = document.body.dataset.draftOwner;
  for (const form of document.querySelectorAll("form[data-keep-draft]")) if (form.dataset.changed) keep(form, owner);
}

const keyOf = (form) => `${DRAFT}${location.pathname}#${form.dataset.keepDraft || form.id}`;

const mayBeKept = (field) =>
  field.name && !field.disabled && !NEVER.has(field.type) && field.autocomplete !== "one-time-code" && !("noDraft" in field.dataset);

const fieldsOf = (form) => [...form.elements].filter(mayBeKept);

function keep(form, owner) {
  form.dataset.changed = "true";
  const values = fieldsOf(form).map((field) => [field.name, field.value, valueOf(field)]);
  write(keyOf(form), JSON.stringify({ owner, values }));
}

function valueOf(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked;
  return field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
}

// Full, or switched off: then there is no draft, and everything else works.
function write(key, text) {
  try {
    sessionStorage.setItem(key, text);
  } catch {
    sessionStorage.removeItem(key);
  }
}

function restore(form, owner) {
  const draft = read(keyOf(form));
  if (!draft || draft.owner !== owner || hasErrors(form)) return;
  for (const [name, value, kept] of draft.values) {
    const field = fieldsOf(form).find((one) => one.name === name && (!isTicked(one) || one.value === value));
    if (field) put(field, kept);
  }
  form.dataset.changed = "true";
  form.dispatchEvent(new CustomEvent("draft-restored", { bubbles: true }));
}

const isTicked = (field) => field.type === "checkbox" || field.type === "radio";
const hasErrors = (form) => Boolean(form.querySelector("[aria-invalid=true], .error-summary"));

function put(field, kept) {
  if (isTicked(field)) field.checked = kept;
  else if (field.multiple) for (const option of field.options) option.selected = kept.includes(option.value);
  else field.value = kept;
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function forgetWhatWasSent(forms) {
  const sent = sessionStorage.getItem(SENT);
  if (!sent) return;
  sessionStorage.removeItem(SENT);
  const form = forms.find((one) => keyOf(one) === sent);
  const isBack = form && (sessionStorage.getItem(SIGNED_IN_ANEW) || hasErrors(form));
  if (!isBack) sessionStorage.removeItem(sent);
}

const noteSignIn = () => sessionStorage.getItem(SENT) && sessionStorage.setItem(SIGNED_IN_ANEW, "true");

function clearOnLeaving() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[action$='/account/logout/']")) return;
    const kept = Object.keys(sessionStorage).filter((key) => key.startsWith("draft"));
    for (const key of kept) sessionStorage.removeItem(key);
  });
}
