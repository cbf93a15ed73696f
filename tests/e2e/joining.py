"""The steps from the first page of an application to a signed-in member, each through the pages."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.accounts import PERIOD, one_time_code
from tests.e2e.running import RunningPortal
from tests.e2e.tabs import Tab

PASSWORD = "a-long-and-strange-phrase"


@dataclass(frozen=True)
class Applicant:
    """Somebody who applies; invented."""

    name: str
    email: str
    employer: str


def mailed(portal: RunningPortal, to: str, pattern: str) -> str:
    """The newest link of this form that was mailed to somebody, once the mail that waits is sent."""
    portal.manage("tick")
    messages = sorted(portal.mail.iterdir(), key=lambda path: path.stat().st_mtime)
    texts = [text for path in messages for text in path.read_text().split("-" * 79) if f"To: {to}" in text]
    found = [link for text in texts for link in re.findall(rf"https?://[^/]+({pattern})", text)]
    assert found, f"no mail to {to} with {pattern}"
    return found[-1]


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def leave_by(page: Page, name: str) -> None:
    """Press a button whose page goes on by itself a moment later, and wait until it has."""
    before = page.url
    press(page, name)
    page.wait_for_url(lambda url: url != before)


def tick(scope: Page | Locator, label: str) -> None:
    """Tick a box or choose a button by its words; the control itself stands outside the page."""
    scope.locator("label").filter(has_text=re.compile(rf"^\s*{re.escape(label)}")).first.click()


def begin(tab: Tab, portal: RunningPortal, who: Applicant) -> None:
    tab.open("/")
    tab.page.get_by_role("link", name="Apply for membership").click()
    tab.page.get_by_label("Your name").fill(who.name)
    tab.page.get_by_label("Work e-mail address").fill(who.email)
    press(tab.page, "Send me the link")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    tab.open(mailed(portal, who.email, r"/apply/link/[\w-]+/"))
    press(tab.page, "Go on")


def write(tab: Tab, who: Applicant) -> None:
    page = tab.page
    page.get_by_label("Employer, by its legal name").fill(who.employer)
    tick(page, "company")
    page.get_by_label("Your position").fill("Security officer")
    press(page, "Save and go on")
    page.get_by_label("Your telephone at work").fill("573-555-0142")
    page.get_by_label("Your supervisor's name").fill("Plant manager")
    page.get_by_label("Your supervisor's telephone or e-mail address").fill("manager@partner.example")
    press(page, "Save and go on")
    tick(page, "Energy")
    page.get_by_label("What would you use the portal for?").fill("To read warnings for our plant.")
    press(page, "Save and go on")


def send(tab: Tab) -> None:
    tick(tab.page, "What I wrote is true")
    press(tab.page, "Send my application")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Where your application is")


def record(tab: Tab, title: str, outcome: str, **answers: str) -> None:
    """Fill in one of the folded forms of a case."""
    fold = tab.page.locator("details", has=tab.page.locator("summary", has_text=title)).first
    if not fold.evaluate("element => element.open"):
        fold.locator("summary").click()
    tick(fold, outcome)
    for label, text in answers.items():
        fold.get_by_label(label.replace("_", " ")).fill(text)
    fold.get_by_role("button").click()
    expect(tab.page.get_by_text("Recorded.", exact=True)).to_be_visible()


def open_case(tab: Tab, who: Applicant) -> None:
    tab.open("/desk/members/")
    tab.follow(tab.page.get_by_role("link", name=who.name))


def vet(tab: Tab, who: Applicant) -> None:
    """All that one officer finds out."""
    open_case(tab, who)
    call = {
        "Number_that_you_called": "573-555-0100",
        "Where_you_found_it": "Directory",
        "Who_you_spoke_to": "Reception",
    }
    record(tab, "call-back", "Confirmed", **call, What_they_said="Works here.")
    record(tab, "word of the sponsor", "Confirmed", Who_you_heard="Plant manager", What_they_said="Yes.")
    record(tab, "review by a sector captain", "Confirmed", What_the_review_found="Known company.")
    record(tab, "records check", "Cleared")


def admit(tab: Tab, who: Applicant) -> None:
    """The decision, by another officer."""
    open_case(tab, who)
    fold = tab.page.locator("details", has=tab.page.get_by_label("Reasons, for the file")).first
    if not fold.evaluate("element => element.open"):
        fold.locator("summary").click()
    fold.get_by_label("New organisation: legal name").fill(who.employer)
    fold.get_by_label("New organisation: telephone, verified").fill("573-555-0100")
    fold.get_by_label("New organisation: where that number was found").fill("Directory")
    tick(fold, "Energy")
    fold.get_by_label("Reasons, for the file").fill("All four findings are good.")
    fold.get_by_role("button", name="Admit").click()
    expect(tab.page.get_by_text("Admitted.", exact=False)).to_be_visible()


def set_password(tab: Tab, portal: RunningPortal, who: Applicant) -> None:
    tab.open(mailed(portal, who.email, r"/account/welcome/[\w:-]+/"))
    tab.page.locator("input[name=new_password1]").fill(PASSWORD)
    tab.page.locator("input[name=new_password2]").fill(PASSWORD)
    press(tab.page, "Set password")
    tab.page.get_by_label("Work e-mail address").fill(who.email)
    tab.page.get_by_label("Password").fill(PASSWORD)
    leave_by(tab.page, "I agree, sign in")


def enrol_app(tab: Tab) -> None:
    secret = tab.page.locator("code.secret").inner_text().strip()
    tab.page.locator("input[name=code]").fill(one_time_code(secret, int(time.time()) // PERIOD))
    leave_by(tab.page, "Turn on second factor")


def virtual_authenticator(page: Page) -> Any:
    """A security key that lives in the browser and knows its user (WebAuthn, section 11)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def enrol_passkey(tab: Tab) -> None:
    tab.page.get_by_role("link", name="Use a passkey instead").click()
    tab.page.locator("input[name=name]").fill("This laptop")
    leave_by(tab.page, "Add passkey")


def accept_agreements(tab: Tab) -> None:
    tab.open("/account/agreements/")
    for box in tab.page.locator("main label.usa-checkbox__label").all():
        box.click()
    leave_by(tab.page, "I accept")
