// Warns before a session ends, and stays signed in at one key. The server decides; this only asks it. The numbers stand
// on <body>: how long the session has (data-session-left) and may last (data-session-in-all), in seconds.

import { keepDraftsForSignIn } from "./drafts.js";

const SECOND = 1000;
const MINUTE = 60;

export function warnBeforeTheEnd() {
  const dialog = document.querySelector("dialog[data-session-warning]");
  const { sessionLeft, sessionInAll, sessionWarning, sessionUrl } = document.body.dataset;
  if (!dialog || !sessionUrl || !dialog.showModal) return;
  new Warning(dialog, sessionUrl, Number(sessionWarning)).follow({ left: Number(sessionLeft), in_all: Number(sessionInAll) });
}

class Warning {
  constructor(dialog, url, before) {
    this.dialog = dialog;
    this.url = url;
    this.before = before;
    this.part("stay").addEventListener("click", () => this.stay());
    this.part("close").addEventListener("click", () => this.close());
    // Esc: whoever presses it is there. Once the session is over it only closes.
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (this.isOver || this.isFinal) this.close();
      else this.stay();
    });
    // A computer that slept has missed its timers.
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.tick());
  }

  part(name) {
    return this.dialog.querySelector(`[data-session-${name}]`);
  }

  follow({ left, in_all }) {
    this.endsAt = Date.now() + left * SECOND;
    // Nothing that one does puts off the end of the longest time.
    this.isFinal = in_all <= left;
    this.isOver = false;
    this.isClosed = false;
    this.schedule();
  }

  left() {
    return Math.ceil((this.endsAt - Date.now()) / SECOND);
  }

  schedule() {
    clearTimeout(this.timer);
    const wait = this.left() > this.before ? this.left() - this.before : 1;
    this.timer = setTimeout(() => this.tick(), wait * SECOND);
  }

  async tick() {
    if (this.isOver) return;
    if (this.left() > this.before) return this.schedule();
    if (!this.dialog.open && !this.isClosed) {
      // Another tab may have been used meanwhile.
      const told = await this.ask("GET");
      if (told && told.left > this.before) return this.follow(told);
      this.open();
    }
    if (this.left() <= 0) return this.end();
    this.tell();
    this.schedule();
  }

  open() {
    this.cameFrom = document.activeElement;
    this.part("final").hidden = !this.isFinal;
    this.part("stay").hidden = this.isFinal;
    this.part("close").hidden = !this.isFinal;
    this.dialog.showModal();
  }

  close() {
    this.isClosed = true;
    if (this.dialog.open) this.dialog.close();
    this.cameFrom?.focus?.();
  }

  // Only what is worth hearing: a live region that counts seconds would never be silent.
  tell() {
    const time = this.part("time");
    const left = this.left();
    const { minutes, minute, half } = time.dataset;
    const words = left > MINUTE ? minutes.replace("#", Math.ceil(left / MINUTE)) : left > MINUTE / 2 ? minute : half;
    if (time.textContent !== words) time.textContent = words;
  }

  async stay() {
    const told = await this.ask("POST");
    if (!told) return this.end();
    this.close();
    this.follow(told);
  }

  async end() {
    const told = await this.ask("GET");
    if (told && told.left > 0) return this.follow(told);
    clearTimeout(this.timer);
    this.isOver = true;
    keepDraftsForSignIn();
    if (!this.dialog.open) this.open();
    const title = this.part("title");
    title.textContent = title.dataset.over;
    this.part("time").textContent = this.part("time").dataset.over;
    this.part("final").hidden = this.part("stay").hidden = true;
    this.part("close").hidden = false;
    const again = this.part("again").querySelector("a");
    again.href = `${again.pathname}?next=${encodeURIComponent(location.pathname + location.search)}`;
    this.part("again").hidden = false;
    again.focus();
  }

  // What the server says; nothing when the session is over (it then leads to sign-in) or cannot be reached.
  async ask(method) {
    try {
      const headers = { Accept: "application/json", ...(method === "POST" ? { "X-CSRFToken": token() } : {}) };
      const answer = await fetch(this.url, { headers, method, redirect: "manual" });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }
}

const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
