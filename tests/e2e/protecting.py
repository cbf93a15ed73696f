"""A protected submission, each step through the pages: the engineer's form, the desk's acts, the certificate."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e import reporting
from tests.e2e.accounts import WATER
from tests.e2e.looking import check
from tests.e2e.reporting import Receipt
from tests.e2e.tabs import Tab

ROOT = Path(__file__).resolve().parents[2]
PLANT = "North Bank Cogeneration (invented)"
ENGINEER = "Energy partner"  # the name of the account, which signs
WORDS = "The single-line diagram of the switchyard."
Look = Callable[[Page], None]


@dataclass(frozen=True)
class Diagram:
    """A file of the engineer's, and what the certificate must name of it."""

    path: Path

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def diagram(folder: Path) -> Diagram:
    path = folder / "diagram.txt"
    path.write_text("Bus A, bus B, one switch between them.\n" * 20)
    return Diagram(path)


def answer(page: Page, question: str, choice: str) -> None:
    page.get_by_role("group", name=question).get_by_text(choice, exact=True).click()


def go_on(page: Page, look: Look) -> None:
    """Look at the page as it stands, and send it. What comes is another page."""
    look(page)
    before = page.url
    page.get_by_role("button", name=re.compile("continue", re.IGNORECASE)).click()
    page.wait_for_url(lambda url: url != before)


def begin(tab: Tab, *, look: Look = check) -> None:
    """Other laws first: none of them."""
    tab.open("/report/protected/")
    for group in tab.page.get_by_role("group").filter(has=tab.page.get_by_role("radio")).all():
        group.get_by_text("No", exact=True).click()
    go_on(tab.page, look)


def fill_elements(page: Page) -> None:
    for question in ("nonpublic entity submit", "own or operate", "submitted voluntarily", "planning how to protect"):
        answer(page, question, "Yes")
    page.get_by_label("How would it threaten public safety").fill("Three hospitals would be dark.")


def fill_matter(page: Page) -> None:
    page.get_by_label("What do you submit?").fill(WORDS)
    page.get_by_label("Name of the infrastructure").fill("North Bank plant, switchyard")
    answer(page, "What is your organisation to it?", "both")
    page.get_by_label("Sector", exact=True).select_option(label="Energy")
    page.get_by_label("County", exact=True).select_option(label="Cole County")
    page.get_by_label("What should the state use it for?").fill("The plan for the north bank.")


def attach(page: Page, file: Diagram) -> None:
    page.get_by_label("Choose a file").set_input_files(file.path)
    with page.expect_navigation():
        page.get_by_role("button", name="Send this file").click()
    expect(page.get_by_text(file.path.name).first).to_be_visible()


def fill_contact(page: Page) -> None:
    page.get_by_label("For which organisation do you submit?").select_option(label=PLANT)
    page.get_by_label("Your telephone number or e-mail address").fill("573-555-0142")
    page.get_by_label("Work e-mail address of your alternate contact").fill(WATER)


def certify(page: Page) -> None:
    page.get_by_text("I have the authority to submit this").click()
    page.get_by_text("none of this is public").click()
    page.get_by_label("Your full name").fill(ENGINEER)


def fill(tab: Tab, file: Diagram | None = None, *, look: Look = check) -> None:
    """Everything from the elements of the law up to the page on which all is checked."""
    page = tab.page
    fill_elements(page)
    go_on(page, look)
    answer(page, "claim that it is a trade secret", "No")
    go_on(page, look)
    fill_matter(page)
    go_on(page, look)
    if file is not None:
        attach(page, file)
    look(page)
    page.get_by_role("link", name="Continue").click()
    answer(page, "Who may see it?", "analysts of the fusion center alone")
    go_on(page, look)
    answer(page, "what should become of it?", "destroy it")
    go_on(page, look)
    fill_contact(page)
    go_on(page, look)
    certify(page)
    go_on(page, look)


def submit(page: Page, *, look: Look = check) -> Receipt:
    """From the check to the list of one's submissions."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and submit")
    look(page)
    page.get_by_role("button", name="Submit to the state").click()
    expect(page.get_by_text("handled as closed, and not yet determined")).to_be_visible()
    look(page)
    number = page.locator(".receipt__number").inner_text().split()[0]
    words = " ".join(page.locator(".receipt__words li").all_inner_texts())
    page.get_by_role("button", name="I have kept the code").click()
    expect(page.get_by_role("link", name=number)).to_be_visible()
    return Receipt(number, words)


def stands(tab: Tab, receipt: Receipt, stage: str) -> Page:
    """The submitter's page of a submission, without the code."""
    tab.open(f"/report/protected/status/{receipt.number}/")
    expect(tab.page.locator("#stands + p")).to_have_text(re.compile(re.escape(stage), re.IGNORECASE))
    return tab.page


def open_on_desk(tab: Tab, number: str, purpose: str, *, look: Look = check) -> Page:
    """From the queue, saying what for."""
    page = tab.page
    tab.open("/desk/protected/")
    look(page)
    tab.follow(page.get_by_role("link", name=number))
    if page.get_by_role("button", name="Open submission").count():
        look(page)
        page.get_by_text(purpose, exact=True).click()
        tab.follow(page.get_by_role("button", name="Open submission"))
    expect(page.get_by_role("heading", level=1)).to_have_text(number)
    expect(page.get_by_role("heading", name="What else can be done")).to_be_visible()
    look(page)
    return page


def sign(page: Page, name: str) -> None:
    """Both findings of the law, in one writing."""
    form = reporting.form_of(page, "Sign determination")
    form.get_by_text("Disclosure would impair").click()
    form.get_by_text("The public interest in nondisclosure").click()
    form.get_by_label("Your full name").fill(name)
    with page.expect_navigation():
        form.get_by_role("button", name="Sign determination").click()


def download(page: Page, link: str, to: Path) -> Path:
    with page.expect_download() as coming:
        page.get_by_role("link", name=link).first.click()
    coming.value.save_as(to)
    return to


def script_for_anybody(tab: Tab, to: Path) -> Path:
    """The script as the public page hands it out: the one that came with the portal, byte for byte."""
    tab.open("/certificate/")
    download(tab.page, "Download the script", to)
    assert to.read_bytes() == (ROOT / "scripts" / "verify_certificate.py").read_bytes()
    return to


def verify(script: Path, certificate: Path, key: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    """On a machine of one's own: the script alone, without the portal's packages."""
    named = [argument for file in files for argument in ("--file", str(file))]
    command = [sys.executable, "-I", str(script), str(certificate), "--key", str(key), *named]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env={})


def public_key(tab: Tab, to: Path) -> Path:
    """The key as the public page hands it out."""
    tab.open("/certificate/")
    to.write_text(tab.page.locator("section[aria-labelledby=own] pre").inner_text().splitlines()[0])
    return to


def altered(certificate: Path, *, at: int) -> Path:
    """The same file with one byte changed."""
    content = bytearray(certificate.read_bytes())
    content[at] ^= 1
    other = certificate.with_name(f"altered-{at}.txt")
    other.write_bytes(content)
    return other


def ask_the_page(tab: Tab, certificate: Path) -> None:
    """Send a certificate to the public page."""
    page = tab.page
    tab.open("/certificate/")
    page.get_by_label("File of the certificate").set_input_files(certificate)
    page.get_by_role("button", name="Check certificate").click()
