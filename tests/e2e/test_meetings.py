"""A meeting from its draft to a member's calendar: staff post too early, are refused, correct, publish."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.accounts import ENERGY, WATER
from tests.e2e.looking import Pictures, assert_accessible, check
from tests.e2e.tabs import Tab, Tabs

MOP3 = "mop3@state.example"
CENTRAL = ZoneInfo("America/Chicago")
TITLE = "Meeting about spare parts"
ASKED = "Agree who speaks to the public"
PLACE = "City hall, 320 East McCarty Street, Jefferson City"


def typed(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


@pytest.fixture
def look(pictures: Pictures) -> Callable[[Page, str], None]:
    """axe and sideways scrolling, and a picture where some are wanted."""

    def looked(page: Page, name: str) -> None:
        check(page)
        before = page.viewport_size
        pictures.take(page, f"meeting-{name}")
        page.emulate_media(color_scheme="light")
        if before:
            page.set_viewport_size(before)

    return looked


def prepare(page: Page, *, title: str, starts: datetime) -> None:
    page.get_by_label("Committee", exact=True).select_option(label="Standing Committee")
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Begins").fill(typed(starts))
    page.locator("#id_place").fill(PLACE)
    page.get_by_label("Whom to ask for accommodation").fill("Office of the partnership, 573-555-0100")
    page.locator("#id_agenda-0-words").fill("Spare transformers, and who has some")


def post(tab: Tab, look: Callable[[Page, str], None], *, title: str) -> str:
    """Staff are refused, correct and publish; gives the address that everybody reads."""
    page, now = tab.page, datetime.now(CENTRAL)
    tab.open("/desk/meetings/add/")
    expect(page.get_by_text("the meeting may begin at the earliest").first).to_be_visible()
    look(page, "add")
    prepare(page, title=title, starts=now + timedelta(hours=3))
    page.get_by_role("button", name="Keep as a draft").click()
    with tab.expecting(422):
        page.get_by_role("button", name="Post notice").click()
        expect(page.get_by_text("less than 24 hours of notice").first).to_be_visible()
    look(page, "refused")
    page.get_by_label("Begins").fill(typed(now + timedelta(days=12)))
    page.get_by_role("button", name="Keep draft").click()
    page.get_by_role("button", name="Post notice").click()
    expect(page.get_by_text("not lawful yet: not put up")).to_be_visible()
    look(page, "posted")
    page.get_by_label("Where at the principal office").fill("Board at the entrance")
    page.get_by_role("button", name="Record that it was put up").click()
    expect(page.get_by_text("lawful", exact=True)).to_be_visible()
    look(page, "lawful")
    return page.get_by_role("link", name="As readers see it").get_attribute("href") or ""


def test_staff_post_are_refused_correct_and_publish_and_a_member_answers_and_exports(
    tabs: Tabs, look: Callable[[Page, str], None], tmp_path: Path
) -> None:
    path = post(tabs.desk(MOP3), look, title=TITLE)
    visitor = tabs.front()
    visitor.open(path)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(TITLE)
    look(visitor.page, "public")
    member = tabs.front(WATER, accept_downloads=True)
    member.open(path)
    member.page.get_by_text("I will attend remotely", exact=True).click()
    member.page.get_by_role("button", name="Send answer").click()
    expect(member.page.get_by_text("Your answer is with the organiser")).to_be_visible()
    expect(member.page.get_by_label("I will attend remotely")).to_be_checked()
    look(member.page, "answered")
    with member.page.expect_download() as download:
        member.page.get_by_role("link", name="Add to calendar").first.click()
    kept = tmp_path / "meeting.ics"
    download.value.save_as(kept)
    (event,) = icalendar.Calendar.from_ical(kept.read_bytes()).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == (TITLE, PLACE)


def test_the_sheet_for_the_board_is_one_sheet(tabs: Tabs, look: Callable[[Page, str], None]) -> None:
    tab = tabs.desk(MOP3)
    tab.open("/desk/meetings/")
    look(tab.page, "list")
    tab.page.get_by_role("link", name="Standing Committee, quarterly meeting").first.click()
    tab.page.get_by_role("link", name="sheet").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Notice of an open meeting")
    look(tab.page, "sheet")
    pages = PdfReader(io.BytesIO(tab.page.pdf(format="Letter"))).pages
    assert len(pages) == 1
    text = pages[0].extract_text()
    for words in ("Notice of an open meeting", "Report of the co-chairs", "room 310", "Put up by"):
        assert words in text


@pytest.mark.parametrize("name", ["minutes", "exercise", "actions"])
def test_minutes_exercises_and_action_items_fit_and_can_be_read(
    tabs: Tabs, look: Callable[[Page, str], None], name: str
) -> None:
    tab = tabs.desk(MOP3)
    if name == "actions":
        tab.open("/desk/meetings/actions/?state=all")
        look(tab.page, "actions")
        tab.follow(tab.page.get_by_role("link", name=ASKED))
        look(tab.page, "action")
        return
    kind = "exercise" if name == "exercise" else "meeting"
    tab.open(f"/desk/meetings/?when=past&kind={kind}")
    link = "Tabletop exercise" if kind == "exercise" else "quarterly meeting"
    tab.page.get_by_role("link", name=link).first.click()
    heading = "What it trained" if kind == "exercise" else "Minutes and action items"
    tab.follow(tab.page.get_by_role("link", name=heading))
    assert_accessible(tab.page)
    look(tab.page, name)


def test_what_everybody_reads_of_the_past_fits_on_a_phone(tabs: Tabs, look: Callable[[Page, str], None]) -> None:
    tab = tabs.front(width=320)
    tab.open("/meetings/?when=past")
    tab.page.get_by_role("link", name="quarterly meeting").last.click()
    expect(tab.page.get_by_role("heading", name="Minutes")).to_be_visible()
    look(tab.page, "published")
    tab.open("/meetings/?when=past&kind=exercise")
    tab.page.get_by_role("link", name="Tabletop exercise").click()
    expect(tab.page.get_by_text("1 of 3 met")).to_be_visible()
    look(tab.page, "drill")


def test_who_is_asked_to_do_something_says_that_it_is_done(tabs: Tabs, look: Callable[[Page, str], None]) -> None:
    desk, member = tabs.desk(MOP3), tabs.front(ENERGY, width=320)
    desk.open("/desk/meetings/actions/?state=all")
    desk.follow(desk.page.get_by_role("link", name=ASKED))
    desk.page.locator("summary", has_text="Somebody else, or another day").click()
    desk.page.get_by_label("Work e-mail address of who does it").fill(ENERGY)
    desk.follow(desk.page.get_by_role("button", name="Store"))
    member.open("/meetings/actions/")
    look(member.page, "own-actions")
    member.follow(member.page.get_by_role("link", name=ASKED))
    look(member.page, "own-action")
    with member.expecting(422):
        member.follow(member.page.get_by_role("button", name="Close item"))
    expect(member.page.get_by_text("This field is required.").first).to_be_visible()
    member.page.get_by_label("What became of it").fill("The operator speaks, and nobody else.")
    member.follow(member.page.get_by_role("button", name="Close item"))
    expect(member.page.get_by_text("The organiser of the meeting sees what became of it.")).to_be_visible()
    desk.open("/desk/meetings/actions/?state=closed")
    desk.follow(desk.page.get_by_role("link", name=ASKED))
    expect(desk.page.get_by_text("The operator speaks, and nobody else.")).to_be_visible()
