"""The earliest lawful start while somebody types, and the public and members' pages of meetings, on a phone too."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.e2e.accounts import WATER
from tests.e2e.looking import Pictures, check
from tests.e2e.tabs import Tabs

MOP3 = "mop3@state.example"
CENTRAL = ZoneInfo("America/Chicago")


def typed(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


def test_the_earliest_start_is_shown_while_somebody_types(tabs: Tabs) -> None:
    tab, now = tabs.desk(MOP3), datetime.now(CENTRAL)
    page = tab.page
    tab.open("/desk/meetings/add/")
    region = page.get_by_role("status").filter(has_text="the meeting may begin at the earliest")
    expect(region).not_to_contain_text("that you typed")
    page.get_by_label("Begins").fill(typed(now + timedelta(hours=2)))
    expect(region).to_contain_text("The time that you typed is too early.")
    page.get_by_label("Begins").fill(typed(now + timedelta(days=21)))
    expect(region).to_contain_text("The time that you typed is late enough.")
    page.get_by_label("Begins").fill(typed(now + timedelta(hours=2)))
    page.get_by_label("Kind").select_option("exercise")
    expect(region).not_to_contain_text("that you typed")
    check(page)


def test_a_button_shows_the_same_and_what_was_typed_stays(tabs: Tabs) -> None:
    tab, now = tabs.desk(MOP3), datetime.now(CENTRAL)
    page = tab.page
    tab.open("/desk/meetings/add/")
    page.get_by_label("Begins").fill(typed(now + timedelta(hours=2)))
    page.get_by_label("Title", exact=True).fill("Half a form")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Show the earliest start").press("Enter")
    expect(opened.value.get_by_text("The time that you typed is too early.")).to_be_visible()
    check(opened.value)
    expect(page.get_by_label("Title", exact=True)).to_have_value("Half a form")


def test_the_public_pages_fit_and_can_be_read(tabs: Tabs, pictures: Pictures) -> None:
    tab = tabs.front()
    for name, path in (("home", "/"), ("past", "/meetings/?when=past"), ("subscribe", "/meetings/subscribe/")):
        tab.open(path)
        check(tab.page)
        pictures.take(tab.page, f"meetings-{name}")
    tab.open("/meetings/")
    check(tab.page)
    pictures.take(tab.page, "meetings-list")
    tab.follow(tab.page.get_by_role("region", name="Meetings").get_by_role("heading").get_by_role("link").first)
    check(tab.page)
    pictures.take(tab.page, "meetings-one")
    tab.follow(tab.page.get_by_role("link", name="No. 1: notice"))
    check(tab.page)
    pictures.take(tab.page, "meetings-notice")


def test_a_member_makes_a_calendar_address_and_ends_it(tabs: Tabs, pictures: Pictures) -> None:
    tab = tabs.front(WATER, width=320)
    tab.open("/meetings/")
    tab.page.get_by_role("link", name="Your own calendar of meetings").click()
    tab.page.get_by_role("button", name="Make an address").click()
    address = tab.page.locator("code.secret").first.inner_text()
    check(tab.page)
    pictures.take(tab.page, "meetings-calendar")
    answer = tab.page.request.get(address)
    assert answer.status == 200 and answer.text().startswith("BEGIN:VCALENDAR")
    tab.page.get_by_role("button", name="End this address").first.click()
    expect(tab.page.get_by_text("Ended. A calendar program that still asks gets nothing more.")).to_be_visible()
    assert tab.page.request.get(address).status == 404
