"""A report, from the first question to the last word, each step through the pages."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, TimeoutError as PlaywrightTimeout, expect

from tests.e2e.tabs import Tab

MOST_TABS = 120
FOCUSED = """() => {
    const at = document.activeElement;
    const labels = at.labels ? [...at.labels].map((label) => label.textContent) : [];
    return [at.getAttribute("aria-label") || "", ...labels, at.textContent || ""].join(" ");
}"""
# What stands in the field that has the focus; nothing for a list or a button.
TYPED = """() => "selectionStart" in document.activeElement ? document.activeElement.value : null"""


@dataclass(frozen=True)
class Receipt:
    """What the sender wrote down."""

    number: str
    words: str


def photograph() -> bytes:
    """A picture with the marks of a telephone: camera, time, and a position at the intake."""
    picture = Image.effect_noise((640, 480), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Example", "Telephone 9"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (38.0, 34.0, 36.0), "W", (92.0, 10.0, 24.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def to(page: Page, words: str) -> None:
    """Press Tab until what has the focus is called so."""
    for _turn in range(MOST_TABS):
        page.keyboard.press("Tab")
        if words in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{page.url}: {words} cannot be reached with Tab")


def press(page: Page, words: str) -> None:
    """Reach a button or link with Tab, and press Enter."""
    to(page, words)
    before = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)


def type_into(page: Page, label: str, text: str, *, tries: int = 3) -> None:
    """Type, and look at what stands there, as people do. On a busy machine the browser may lose a key."""
    to(page, label)
    page.keyboard.type(text)
    while page.evaluate(TYPED) not in (text, None):
        tries -= 1
        assert tries, f"{page.url}: {label} does not take {text}"
        page.keyboard.press("Control+A")
        page.keyboard.type(text)


def fill_by_keyboard(tab: Tab, files: list[Path]) -> None:
    """Everything up to the page on which all is checked, with the keys alone."""
    page = tab.page
    to(page, "No")
    page.keyboard.press("Space")
    press(page, "Continue")
    type_into(page, "Which of these comes closest?", "Someone photographed")
    type_into(page, "What happened?", "A van stopped twice at the intake and somebody photographed it.")
    type_into(page, "What made this unusual?", "At night, from the closed road.")
    press(page, "Save and continue")
    to(page, "When was it")
    page.keyboard.type("11192026")
    page.keyboard.press("Tab")
    page.keyboard.type("1015PM")
    type_into(page, "Where?", "North gate of the intake")
    to(page, "County")
    page.keyboard.type("Cole")
    press(page, "Save and continue")
    press(page, "A vehicle")
    type_into(page, "Colour", "white")
    type_into(page, "Licence plate", "ABC 123")
    press(page, "Add to the report")
    press(page, "Continue")
    for path in files:
        send_file(page, path)
    press(page, "Continue")
    press(page, "Save and continue")  # what it touched
    press(page, "Save and continue")  # how it is known
    to(page, "By telephone")
    page.keyboard.press("Space")
    type_into(page, "Telephone number or e-mail address", "555-0142")
    press(page, "Save and continue")


def send_file(page: Page, path: Path) -> None:
    to(page, "Choose a file")
    choose(page, path)
    to(page, "Send this file")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text(path.name).first).to_be_visible()


def choose(page: Page, path: Path, *, tries: int = 3) -> None:
    """Open the dialogue with the space bar. On a busy machine the browser may lose a key while it loads the page."""
    try:
        with page.expect_file_chooser(timeout=5_000) as chooser:
            page.keyboard.press("Space")
    except PlaywrightTimeout:
        if tries == 1:
            raise
        return choose(page, path, tries=tries - 1)
    chooser.value.set_files(path)
    return None


def send(tab: Tab) -> Receipt:
    page = tab.page
    press(page, "Send report")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your report was sent")
    number = page.locator(".receipt__number").inner_text().split()[0]
    words = " ".join(page.locator(".receipt__words li").all_inner_texts())
    press(page, "I have kept the code")
    return Receipt(number, words)


def open_again(tab: Tab, receipt: Receipt) -> None:
    """With the code, by keyboard."""
    tab.open(f"/report/status/{receipt.number}/")
    type_into(tab.page, "Receipt code", receipt.words)
    to(tab.page, "Open my report")
    with tab.page.expect_navigation():
        tab.page.keyboard.press("Enter")


def real_files(root: Path, folder: Path) -> list[Path]:
    """A photograph with its position, and two documents of the demonstration."""
    picture = folder / "van at the gate.jpg"
    picture.write_bytes(photograph())
    document = folder / "plan.pdf"
    document.write_bytes((root / "demo" / "library" / "fema-ics-for-utilities.pdf").read_bytes())
    text = folder / "notes of the shift.txt"
    text.write_text("21:40 the van stops at the gate.\n21:52 it leaves.\n")
    return [picture, document, text]


def open_case(tab: Tab, number: str) -> None:
    """From the queue, saying what for."""
    page = tab.page
    tab.open("/desk/reports/")
    tab.follow(page.get_by_role("link", name=number))
    if page.get_by_role("button", name="Open report").count():
        page.locator("label").filter(has_text="determin").or_(page.locator(".usa-radio__label")).first.click()
        tab.follow(page.get_by_role("button", name="Open report"))
    expect(page.get_by_role("heading", level=1)).to_have_text(number)


def step(page: Page, button: str, *, choose: str = "", tick: str = "", **typed: str) -> None:
    """Unfold a step of a case, fill it in and record it. `typed` goes by the names of the fields."""
    form = form_of(page, button)
    for words in filter(None, (choose, tick)):
        form.locator("label").filter(has_text=words).first.click()
    for name, text in typed.items():
        field = form.locator(f"[name={name}]")
        field.select_option(text) if field.evaluate("at => at.tagName") == "SELECT" else field.fill(text)
    with page.expect_navigation():
        form.get_by_role("button", name=button, exact=True).click()


def form_of(page: Page, button: str) -> Locator:
    """The form that a button sends, unfolded."""
    form = page.locator("form").filter(has=page.locator("button", has_text=button)).first
    fold = form.locator("xpath=ancestor::details[1]")
    if fold.count() and fold.get_attribute("open") is None:
        fold.locator("summary").click()
    return form
