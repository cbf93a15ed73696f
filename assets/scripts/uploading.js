// Sends a file with its progress in numbers, and can be stopped. Without this script the same form sends it plainly.

export function showUploads() {
  for (const form of document.querySelectorAll("form[data-upload]")) new Upload(form).begin();
}

class Upload {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.said = form.querySelector("[data-upload-said]");
    this.progress = form.querySelector("[data-upload-progress]");
    this.file = form.querySelector("input[type=file]");
    this.buttons = form.querySelectorAll("button[type=submit]");
  }

  begin() {
    this.form.addEventListener("submit", (event) => {
      if (!this.file.files.length) return;
      event.preventDefault();
      this.send();
    });
    this.form.querySelector("[data-upload-stop]").addEventListener("click", () => this.request?.abort());
  }

  send() {
    const request = (this.request = new XMLHttpRequest());
    request.open("POST", this.form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => this.move(event));
    request.addEventListener("load", () => this.finish());
    request.addEventListener("error", () => this.end(this.words.uploadFailed));
    request.addEventListener("abort", () => this.end(this.words.uploadStopped));
    this.show(true);
    request.send(new FormData(this.form));
  }

  move({ lengthComputable, loaded, total }) {
    if (!lengthComputable) return;
    const percent = Math.floor((100 * loaded) / total);
    this.progress.querySelector("progress").value = percent;
    // Said in tens, or a screen reader would hear nothing else.
    if (percent % 10 === 0) this.say(this.words.uploadSending, percent);
  }

  finish() {
    if (this.request.status === 200) return location.reload();
    this.end(this.sentence());
  }

  sentence() {
    try {
      return JSON.parse(this.request.responseText).sentence;
    } catch {
      return this.words.uploadFailed;
    }
  }

  end(words) {
    this.show(false);
    this.say(words);
    this.file.focus();
  }

  say(words, percent = "") {
    this.said.textContent = words.replace("{name}", this.file.files[0]?.name ?? "").replace("{percent}", percent);
  }

  show(isUnderWay) {
    this.progress.hidden = !isUnderWay;
    for (const button of this.buttons) button.disabled = isUnderWay;
  }
}
