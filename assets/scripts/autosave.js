// A form marked data-autosave is saved a moment after somebody stops typing, to the address that its button sends it
// to. What was saved is said quietly. When another window saved the page meanwhile, nothing is overwritten: the button
// shows both.

const PAUSE = 2000; // milliseconds after the last key

export function saveAsOneGoes() {
  for (const form of document.querySelectorAll("form[data-autosave]")) new Autosave(form).begin();
}

class Autosave {
  constructor(form) {
    this.form = form;
    this.says = form.querySelector("[data-autosave-state]");
  }

  begin() {
    this.form.addEventListener("input", () => this.wait());
    this.form.addEventListener("submit", () => this.stop());
  }

  wait() {
    this.stop();
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  stop() {
    clearTimeout(this.timer);
    this.request?.abort();
  }

  async save() {
    const body = new FormData(this.form);
    body.set("autosave", "1");
    this.request = new AbortController();
    try {
      const options = { body, method: "POST", redirect: "error", signal: this.request.signal };
      this.show(await (await fetch(this.form.action, options)).json());
    } catch {
      // Offline, or signed out meanwhile: the button says what happened and loses nothing.
    }
  }

  show({ version, words }) {
    if (version) this.form.elements.seen.value = version;
    this.says.textContent = words;
  }
}
