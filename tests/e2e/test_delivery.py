"""News by mail: a member sets a daily digest, gets it in a local mailbox, and stops it with one click."""

from __future__ import annotations

import re
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, expect

from tests.e2e import editing
from tests.e2e.accounts import AUTHOR, ENERGY, SUPERVISOR
from tests.e2e.editing import Text
from tests.e2e.looking import check
from tests.e2e.running import RunningPortal
from tests.e2e.tabs import Tab, Tabs

PAGE = "/account/news/"
BETWEEN = re.compile(r"^-{79}$", re.MULTILINE)


def mailbox(folder: Path, address: str) -> list[EmailMessage]:
    """What is in the local mailbox of one person, the oldest first."""
    texts = [text for path in sorted(folder.glob("*.log")) for text in BETWEEN.split(path.read_text()) if text.strip()]
    messages = [message_from_string(text.lstrip("\n"), policy=policy.default) for text in texts]
    return [message for message in messages if message["To"] == address]


def digests(portal: RunningPortal) -> list[EmailMessage]:
    return [message for message in mailbox(portal.mail, ENERGY) if "News of the day" in message["Subject"]]


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def show_more(tab: Tab) -> None:
    """The whole matrix, which stands open for whoever chose it."""
    if not tab.page.get_by_label("Quiet from").is_visible():
        tab.page.get_by_text("More: each topic, quiet hours and times").click()


def choose_daily(tab: Tab) -> None:
    """Every day what names no sector, at the hour that stands there."""
    tab.open(PAGE)
    tab.page.get_by_text("What I choose below", exact=True).click()
    expect(tab.page.get_by_label("What I choose below")).to_be_checked()
    show_more(tab)
    tab.page.get_by_role("region", name="Sectors").get_by_label("Energy").select_option("daily")
    tab.page.get_by_label("News that names no sector and no county").select_option("daily")
    tab.page.get_by_label("Daily mail").select_option("daily")
    check(tab.page)
    tab.page.get_by_role("button", name="Save choices").click()
    expect(tab.page.get_by_text("From now on you are told of news in this way.", exact=False)).to_be_visible()


def released(portal: RunningPortal, tabs: Tabs, index_pk: int, text: Text) -> None:
    """Written, released by a second person, and found by the process that tells of news."""
    author, supervisor = tabs.desk(AUTHOR), tabs.desk(SUPERVISOR)
    editing.ask_for_release(author, editing.write(author, index_pk, text))
    editing.release(supervisor, text.title)
    portal.manage("deliver")


def days_later(portal: RunningPortal, days: int) -> None:
    portal.run("-m", "tests.e2e.later", str(24 * days))


def test_a_daily_digest_is_chosen_arrives_and_is_stopped_with_one_click(
    portal: RunningPortal, facts: dict[str, Any], tabs: Tabs, playwright: Playwright
) -> None:
    portal.manage("deliver")  # news counts from here on
    member = tabs.front(ENERGY)
    choose_daily(member)

    first = Text("Valve at a compressor station", "Notice for operators", "A valve stood open for a night.")
    released(portal, tabs, facts["index_pk"], first)
    assert digests(portal) == [], "it is not tomorrow yet"
    days_later(portal, 1)
    (digest,) = digests(portal)
    assert digest["Subject"].startswith("TLP:AMBER News of the day: ")
    text = text_of(digest)
    assert text.lstrip().startswith("TLP:AMBER") and first.safe_title in text
    assert first.title not in digest.as_string() and first.summary not in digest.as_string()
    days_later(portal, 1)
    assert len(digests(portal)) == 1

    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = digest["List-Unsubscribe"].strip(" <>")
    visitor = tabs.front()
    visitor.open(link)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Stop this mail")
    check(visitor.page)
    member.open(PAGE)
    expect(member.page.get_by_label("Daily mail")).to_have_value("daily")
    mail_program = playwright.request.new_context()
    try:
        assert mail_program.post(link, form={"List-Unsubscribe": "One-Click"}).status == 200
    finally:
        mail_program.dispose()
    member.open(PAGE)
    expect(member.page.get_by_label("Daily mail")).to_have_value("none")

    second = Text("Pump at a water works", "Another notice for operators", "A pump ran dry.")
    released(portal, tabs, facts["index_pk"], second)
    days_later(portal, 2)
    assert len(digests(portal)) == 1, "it was stopped"

    choose_daily(member)
    days_later(portal, 3)
    again = digests(portal)
    assert len(again) == 2 and second.safe_title in text_of(again[1]), "and nothing was lost"
    assert first.safe_title not in text_of(again[1]), "nor told twice"


def test_the_pages_of_mail_hold_to_the_rules_and_are_found_in_the_menu(tabs: Tabs) -> None:
    member = tabs.front(ENERGY)
    member.open("/")
    member.page.locator(".account-menu summary").click()
    member.page.get_by_role("link", name="Mail about news").click()
    expect(member.page).to_have_url(re.compile(f"{PAGE}$"))
    check(member.page)
    supervisor = tabs.desk(SUPERVISOR)
    supervisor.open("/desk/delivery/")
    check(supervisor.page)


def test_without_javascript_the_whole_matrix_is_there(tabs: Tabs) -> None:
    member = tabs.front(ENERGY, java_script_enabled=False)
    member.open(PAGE)
    show_more(member)
    member.page.get_by_label("Quiet from").fill("22:00")
    refused = member.page.get_by_text("Say both when quiet hours begin and when they end", exact=False).first
    with member.expecting(422):
        member.page.get_by_role("button", name="Save choices").click()
        expect(refused).to_be_visible()
    expect(member.page.get_by_label("Quiet from")).to_have_value("22:00")
