// A form marked data-autosave is saved a moment after somebody stops typing, to the address that its button sends it
// to. What was saved is said quietly. One save follows the other, and the button waits for the last: a save that was
// given up half-way may have been kept, and the next would look like another window's. When another window did save the
// page meanwhile, nothing is overwritten: the button shows both.

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
    this.form.addEventListener("submit", (event) => this.finish(event));
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  async finish(event) {
    clearTimeout(this.timer);
    if (!this.saving) return;
    event.preventDefault();
    await this.saving;
    this.form.requestSubmit(event.submitter);
  }

  async save() {
    await this.saving;
    this.saving = this.send();
    await this.saving;
    this.saving = null;
  }

  async send() {
    const body = new FormData(this.form);
    body.set("autosave", "1");
    try {
      this.show(await (await fetch(this.form.action, { body, method: "POST", redirect: "error" })).json());
    } catch {
      // Offline, or signed out meanwhile: the button says what happened and loses nothing.
    }
  }

  show({ version, words }) {
    if (version) this.form.elements.seen.value = version;
    this.says.textContent = words;
  }
}
