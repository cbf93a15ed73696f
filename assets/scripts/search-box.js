// Offers words below a search box while somebody types: a combobox with a listbox, as the ARIA Authoring Practices
// describe it. The focus stays in the field; the arrow keys move through the list, Enter searches, Escape closes it.
// What is offered is asked of the server, which knows what this reader may see.

const PAUSE = 150;
const SHORTEST = 2;

export function offerCompletions() {
  for (const form of document.querySelectorAll("form[data-complete-url]")) new Box(form);
}

class Box {
  constructor(form) {
    this.form = form;
    this.field = form.querySelector("input[type=search]");
    this.list = makeList(form, this.field);
    this.typed = this.field.value;
    this.chosen = -1;
    this.field.addEventListener("input", () => this.wait());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("blur", () => this.close());
    // Before the field loses the focus, and so before the list is gone.
    this.list.addEventListener("mousedown", (event) => this.click(event));
  }

  get options() {
    return [...this.list.children];
  }

  wait() {
    this.typed = this.field.value;
    clearTimeout(this.timer);
    this.asking?.abort();
    if (this.typed.trim().length < SHORTEST) this.close();
    else this.timer = setTimeout(() => this.ask(this.typed), PAUSE);
  }

  // A search box without offers is still a search box: whatever goes wrong, there are none.
  async ask(typed) {
    this.asking = new AbortController();
    const url = `${this.form.dataset.completeUrl}?${new URLSearchParams({ q: typed })}`;
    try {
      const answer = await fetch(url, { signal: this.asking.signal, credentials: "same-origin" });
      const { offers } = answer.ok ? await answer.json() : { offers: [] };
      if (typed === this.field.value && document.activeElement === this.field) this.show(offers);
    } catch {
      this.close();
    }
  }

  show(offers) {
    this.chosen = -1;
    this.list.replaceChildren(...offers.map((words, place) => makeOption(this.list.id, words, place)));
    this.open(offers.length > 0);
    if (offers.length) announce(`${offers.length} ${this.form.dataset.offersWords}`);
  }

  open(isOpen) {
    this.list.hidden = !isOpen;
    this.field.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) this.field.removeAttribute("aria-activedescendant");
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.chosen = -1;
    this.open(false);
  }

  key(event) {
    if (event.isComposing || this.list.hidden) return;
    if (event.key === "ArrowDown") this.move(1);
    else if (event.key === "ArrowUp") this.move(-1);
    else if (event.key === "Escape") this.giveBack();
    else return;
    event.preventDefault();
  }

  // From the last offer back to what was typed, and on to the first.
  move(step) {
    const places = this.options.length + 1;
    this.chosen = ((this.chosen + 1 + step + places) % places) - 1;
    this.options.forEach((option, place) => option.setAttribute("aria-selected", String(place === this.chosen)));
    const option = this.options[this.chosen];
    this.field.value = option ? option.textContent : this.typed;
    if (option) {
      this.field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.field.removeAttribute("aria-activedescendant");
    }
  }

  giveBack() {
    this.field.value = this.typed;
    this.close();
  }

  click(event) {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (!option) return;
    this.field.value = option.textContent;
    this.close();
    this.form.requestSubmit();
  }
}

function makeList(form, field) {
  const list = document.createElement("ul");
  list.id = `${field.id}-offers`;
  list.className = "site-search__offers";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.listLabel);
  form.append(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
  return list;
}

function makeOption(listId, words, place) {
  const option = document.createElement("li");
  option.id = `${listId}-${place}`;
  option.className = "site-search__offer";
  option.textContent = words;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  return option;
}

// Emptied first: the same words twice would otherwise not be spoken again.
function announce(words) {
  const announcer = document.getElementById("announcer");
  if (!announcer) return;
  announcer.textContent = "";
  requestAnimationFrame(() => (announcer.textContent = words));
}
