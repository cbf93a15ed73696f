// Where a meeting is prepared: says when it may begin at the earliest, and whether the time that is being typed is late
// enough. The server counts, since it knows the holidays; what it answers replaces the paragraph, which is a live
// region and so is spoken. Without a script, or without an answer, the button beside it asks the same.

const PAUSE = 400; // milliseconds after the last key

export function showEarliestStart() {
  for (const region of document.querySelectorAll("[data-earliest]")) new Earliest(region).begin();
}

class Earliest {
  constructor(region) {
    this.region = region;
    this.fields = ["starts_at", "kind"].map((name) => region.closest("form")?.elements[name]).filter(Boolean);
  }

  begin() {
    for (const field of this.fields) field.addEventListener("input", () => this.wait());
  }

  wait() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    this.asking = new AbortController();
    const url = `${this.region.dataset.earliest}?${new URLSearchParams(this.fields.map(({ name, value }) => [name, value]))}`;
    try {
      const answer = await fetch(url, { signal: this.asking.signal, credentials: "same-origin", redirect: "error" });
      if (answer.ok) this.show(await answer.text());
    } catch {
      // Offline, signed out, or typed on meanwhile: what was said before stays, and the button asks again.
    }
  }

  // Words alone, paragraph by paragraph: nothing of an answer is taken as markup.
  show(html) {
    const said = new DOMParser().parseFromString(html, "text/html");
    const old = this.region.querySelector("p");
    const words = said.querySelector("p")?.textContent.trim();
    if (!old || !words || old.textContent.trim() === words) return;
    const paragraph = document.createElement("p");
    paragraph.textContent = words;
    old.replaceWith(paragraph);
  }
}
