"""A company engineer shares a diagram, two of the desk take it to its end, and the engineer holds a certificate."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import protecting, reporting
from tests.e2e.accounts import ANALYST, ENERGY, SUPERVISOR, WATER
from tests.e2e.looking import Pictures, assert_accessible, check
from tests.e2e.protecting import Diagram
from tests.e2e.reporting import Receipt
from tests.e2e.running import RunningPortal
from tests.e2e.tabs import Tab, Tabs

NARROW = 320
LATE_IN_IT, IN_ITS_SIGNATURE = 120, -12  # bytes of a certificate


def pass_by(page: Page) -> None:
    """Where another test has looked at the page already."""


def sent(engineer: Tab, file: Diagram) -> Receipt:
    """By the engineer, on a telephone; it stands there with its clocks."""
    protecting.begin(engineer)
    protecting.fill(engineer, file)
    receipt = protecting.submit(engineer.page)
    page = protecting.stands(engineer, receipt, "received: handled as closed, not yet determined")
    expect(page.get_by_text("90 days left")).to_be_visible()
    expect(page.get_by_text("Nobody has opened it yet.")).to_be_visible()
    check(page)
    return receipt


def determined(analyst: Tab, signatory: Tab, receipt: Receipt) -> None:
    """Taken in by one, with a purpose; both findings signed by another."""
    desk = protecting.open_on_desk(analyst, receipt.number, "to check it on arrival")
    for words in (protecting.WORDS, "diagram.txt"):
        expect(desk.get_by_text(words).first).to_be_visible()
    reporting.step(desk, "Begin review")
    expect(desk.get_by_role("button", name="Sign determination")).to_have_count(0)
    desk = protecting.open_on_desk(signatory, receipt.number, "to review it")
    protecting.sign(desk, "MIAC supervisor")
    expect(desk.get_by_text("Signed. The record is closed")).to_be_visible()
    check(desk)


def read_by_its_submitter(engineer: Tab, receipt: Receipt, to: Path) -> None:
    """Who opened it and what for, without names; and the state's writing."""
    page = protecting.stands(engineer, receipt, "closed by determination")
    uses = page.locator("section[aria-labelledby=uses]")
    for words in ("MIAC analyst", "MIAC supervisor", "to check it on arrival", "to review it"):
        expect(uses.get_by_text(words).first).to_be_visible()
    expect(uses.get_by_text("@")).to_have_count(0)
    check(page)
    page.get_by_role("link", name="Written findings: the record is closed").click()
    for finding in ("Disclosure would impair", "The public interest in nondisclosure outweighs"):
        expect(page.get_by_text(finding)).to_be_visible()
    check(page)
    assert protecting.download(page, "Download it as PDF", to / "determination.pdf").read_bytes().startswith(b"%PDF-")


def destroyed(analyst: Tab, second: Tab, receipt: Receipt, file: Diagram) -> None:
    """Decided by one, approved by another; afterwards nothing of it is left but hashes."""
    desk = protecting.open_on_desk(analyst, receipt.number, "to return or destroy it", look=pass_by)
    reporting.step(desk, "Destroy submission", reasons="The plan is made; the diagram is not needed any more.")
    expect(desk.get_by_text("You decided that it goes. A second person takes the next step.")).to_be_visible()
    expect(desk.get_by_role("button", name="Destroy everything")).to_have_count(0)
    check(desk)
    desk = protecting.open_on_desk(second, receipt.number, "to return or destroy it", look=pass_by)
    reporting.step(desk, "Destroy everything", number=receipt.number)
    expect(desk.get_by_text("Nothing is left to open")).to_be_visible()
    expect(desk.get_by_text(protecting.WORDS)).to_have_count(0)
    check(desk)
    desk.get_by_role("link", name="Certificate").first.click()
    expect(desk.get_by_text(file.digest)).to_be_visible()
    check(desk)


def checked(anybody: Tab, certificate: Path, receipt: Receipt, file: Diagram) -> None:
    """By the script on a machine of one's own, and by the public page; with one byte altered by neither."""
    key = protecting.public_key(anybody, certificate.with_name("key.txt"))
    script = protecting.script_for_anybody(anybody, certificate.with_name("verify.py"))
    done = protecting.verify(script, certificate, key, file.path)
    assert done.returncode == 0, done.stdout + done.stderr
    for line in (f"number: {receipt.number}", "what was done: destroyed", f"sha256: {file.digest}"):
        assert line in done.stdout
    protecting.ask_the_page(anybody, certificate)
    expect(anybody.page.get_by_text("This certificate is real")).to_be_visible()
    expect(anybody.page.get_by_text(receipt.number)).to_be_visible()
    check(anybody.page)
    for place in (LATE_IN_IT, IN_ITS_SIGNATURE):
        other = protecting.altered(certificate, at=place)
        assert protecting.verify(script, other, key).returncode == 1
        with anybody.expecting(422):
            protecting.ask_the_page(anybody, other)
            expect(anybody.page.get_by_text("Not confirmed")).to_be_visible()
    check(anybody.page)


def test_from_the_first_question_to_the_certificate(tabs: Tabs, portal: RunningPortal, tmp_path: Path) -> None:
    engineer, file = tabs.front(ENERGY, width=NARROW), protecting.diagram(tmp_path)
    receipt = sent(engineer, file)
    portal.manage("tick")
    analyst, supervisor = tabs.desk(ANALYST), tabs.desk(SUPERVISOR, width=NARROW)
    determined(analyst, supervisor, receipt)
    read_by_its_submitter(engineer, receipt, tmp_path)
    destroyed(analyst, supervisor, receipt, file)
    page = protecting.stands(engineer, receipt, "destroyed")
    check(page)
    certificate = protecting.download(page, "Certificate that it was", tmp_path / "certificate.txt")
    checked(tabs.front(width=NARROW), certificate, receipt, file)


def test_the_alternate_sees_where_it_stands_and_nothing_to_do(tabs: Tabs) -> None:
    tab = tabs.front(WATER)
    tab.open("/report/protected/status/")
    check(tab.page)
    tab.page.locator("tbody tr").filter(has_text="closed by determination").get_by_role("link").first.click()
    expect(tab.page.get_by_text("You are the alternate contact: you see where it stands.")).to_be_visible()
    expect(tab.page.get_by_text("26 days left")).to_be_visible()
    expect(tab.page.get_by_role("heading", name="Withdraw it")).to_have_count(0)
    check(tab.page)
    tab.open(f"{tab.page.url}uses/".removeprefix(tab.site_url))
    check(tab.page)


def test_one_page_by_keyboard_alone(tabs: Tabs) -> None:
    tab = tabs.front(ENERGY, width=NARROW)
    page = tab.page
    protecting.begin(tab, look=pass_by)
    protecting.fill_elements(page)
    protecting.go_on(page, pass_by)
    protecting.answer(page, "claim that it is a trade secret", "No")
    protecting.go_on(page, pass_by)
    reporting.type_into(page, "What do you submit?", protecting.WORDS)
    reporting.type_into(page, "Name of the infrastructure", "North Bank plant")
    reporting.to(page, "its owner")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("both", exact=True)).to_be_checked()
    reporting.to(page, "Sector")
    page.keyboard.type("Energy")
    reporting.to(page, "County")
    page.keyboard.type("Cole")
    reporting.type_into(page, "What should the state use it for?", "The plan for the north bank.")
    reporting.press(page, "Save and continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pictures and files")
    page.get_by_role("link", name="Page before").click()
    expect(page.get_by_label("Name of the infrastructure")).to_have_value("North Bank plant")
    expect(page.get_by_label("County", exact=True).locator("option:checked")).to_have_text("Cole County")


def test_it_can_be_submitted_without_scripts(tabs: Tabs, tmp_path: Path) -> None:
    tab = tabs.front(ENERGY, width=NARROW, java_script_enabled=False)
    protecting.begin(tab, look=pass_by)
    protecting.fill(tab, protecting.diagram(tmp_path), look=pass_by)
    receipt = protecting.submit(tab.page, look=pass_by)
    page = protecting.stands(tab, receipt, "received")
    page.get_by_role("textbox", name="Receipt code").fill(receipt.words)
    page.get_by_role("button", name="Open the submission").click()
    expect(page.get_by_text(protecting.WORDS)).to_be_visible()
    expect(page.get_by_text("diagram.txt")).to_be_visible()
    page.get_by_text("Withdraw the submission").first.click()
    page.get_by_label("Type the word").fill("withdraw")
    page.get_by_role("group", name=re.compile("What should become of it")).get_by_text("destroy it").click()
    page.get_by_role("button", name="Withdraw the submission").click()
    expect(page.get_by_text("On its way to the desk")).to_be_visible()


RUBBISH = {
    "nothing": "",
    "control characters": "\x01\x02\x1b[31m",
    "markup": "<script>document.title = 'x'</script><img src=x>",
    "a right-to-left override": "\u202enoitatsbus",
    "a template": "{{ 7 * 7 }}{% debug %}",
    "another script": "發電廠 ⚡ مصنع",
    "far too long": "x" * 30_000,
}


@pytest.mark.parametrize("typed", RUBBISH.values(), ids=RUBBISH.keys())
def test_rubbish_that_is_typed_stays_text_and_breaks_nothing(tabs: Tabs, typed: str) -> None:
    tab = tabs.front(ENERGY, width=NARROW)
    page = tab.page
    protecting.begin(tab, look=pass_by)
    for question in ("nonpublic entity submit", "own or operate", "submitted voluntarily", "planning how to protect"):
        protecting.answer(page, question, "Yes")
    page.get_by_label("How would it threaten public safety").fill(typed)
    with tab.expecting(422):
        tab.follow(page.get_by_role("button", name="Save and continue"))
    check(page)
    if page.get_by_role("alert").count():  # it was refused, in words, and is still there to be mended
        expect(page.get_by_label("How would it threaten public safety")).not_to_have_value("" if typed else "x")
    else:
        expect(page.get_by_role("heading", level=1)).to_have_text("Is it a trade secret?")


@pytest.mark.parametrize(
    ("question", "status", "heading"),
    [
        ("Is any of it classified", 422, "This may not come here"),
        ("Is any of it Critical Energy Infrastructure", 200, "Ask your compliance officer"),
    ],
)
def test_other_laws_come_first(tabs: Tabs, question: str, status: int, heading: str) -> None:
    tab = tabs.front(ENERGY, width=NARROW)
    tab.open("/report/protected/")
    for group in tab.page.get_by_role("group").filter(has=tab.page.get_by_role("radio")).all():
        group.get_by_text("No", exact=True).click()
    protecting.answer(tab.page, question, "Yes")
    with tab.expecting(status):
        tab.page.get_by_role("button", name="Continue").click()
        expect(tab.page.get_by_role("heading", level=1)).to_have_text(heading)
    check(tab.page)


def test_what_the_law_does_not_reach_is_said_before_anything_is_sent(tabs: Tabs) -> None:
    tab = tabs.front(ENERGY, width=NARROW)
    protecting.begin(tab, look=pass_by)
    protecting.fill_elements(tab.page)
    protecting.answer(tab.page, "submitted voluntarily", "No")
    with tab.expecting(422):
        tab.page.get_by_role("button", name="Save and continue").click()
        expect(tab.page.get_by_role("heading", name="The law does not reach it")).to_be_visible()
    expect(tab.page.get_by_text("What a regulator requires is not.").first).to_be_visible()
    check(tab.page)


FRONT = {
    "report": "/report/",
    "protected-begin": "/report/protected/",
    "protected-promise": "/report/protected/promise/",
    "protected-status": "/report/protected/status/",
    "protected-pcii": "/report/protected/pcii/",
    "protected-pcii-package": "/report/protected/pcii/package/",
    "protected-pcii-made": "/report/protected/pcii/made/",
    "certificate-check": "/certificate/",
}
DESK = {
    "desk-protected": "/desk/protected/",
    "desk-protected-all": "/desk/protected/?stage=all",
    "desk-protected-none": "/desk/protected/?waits=past",
    "desk-protected-clocks": "/desk/protected/clocks/",
    "desk-requests": "/desk/protected/requests/",
    "desk-disposals": "/desk/disposals/",
}


@pytest.mark.parametrize(("name", "path"), FRONT.items(), ids=FRONT.keys())
def test_the_pages_around_a_submission_fit_and_can_be_read(
    tabs: Tabs, pictures: Pictures, name: str, path: str
) -> None:
    """On a phone and on a desk, in light and in dark."""
    tab = tabs.front(ENERGY)
    tab.open(path)
    check(tab.page)
    pictures.take(tab.page, name, look=assert_accessible)


@pytest.mark.parametrize(("name", "path"), DESK.items(), ids=DESK.keys())
def test_the_pages_of_the_desk_fit_and_can_be_read(tabs: Tabs, pictures: Pictures, name: str, path: str) -> None:
    tab = tabs.desk(SUPERVISOR)
    tab.open(path)
    check(tab.page)
    pictures.take(tab.page, name, look=assert_accessible)


def test_each_submission_of_the_demonstration_can_be_read(tabs: Tabs, pictures: Pictures) -> None:
    """One that just came in, one that is reviewed soon, and one that was destroyed."""
    tab = tabs.front(WATER)
    for stage in ("received", "closed", "destroyed"):
        tab.open("/report/protected/status/")
        row = tab.page.locator("tbody tr").filter(has_text=re.compile(f"^.*{stage}.*$", re.IGNORECASE | re.DOTALL))
        row.get_by_role("link").last.click()
        expect(tab.page.get_by_role("heading", name="Where it stands")).to_be_visible()
        pictures.take(tab.page, f"protected-{stage}", look=assert_accessible)
