"""A member raises a concern, a co-chair merges it, staff recommend and enter the reply, the member sees what became.

And the public pages of the partnership, the relay form and the request for a visit, on a phone as well as at a desk.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accounts import ENERGY, WATER
from tests.e2e.looking import Pictures, check
from tests.e2e.tabs import Tab, Tabs

EDITOR = "mop3@state.example"
KEPT = "Two agencies ask for the same contact data in two forms"  # the demonstration's, of the Water sector
TITLE = "The same list of contacts, twice a year"
WORDS = "We fill in the same names for two agencies in two forms."
DETAILS = "The second form names the control room behind the east gate."
RECOMMENDED = "That both take one form from next spring on."
REPLY = "From next spring on, one form counts for both."


def choose(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).select_option(label=text)


def raise_concern(tab: Tab) -> None:
    tab.open("/concerns/")
    check(tab.page)
    tab.follow(tab.page.get_by_role("link", name="Raise a concern"))
    check(tab.page)
    with tab.expecting(422):
        tab.page.get_by_label("What happens, and what would help?").fill(WORDS)
        tab.page.get_by_role("button", name="Send concern").click()
    expect(tab.page.get_by_label("What happens, and what would help?")).to_have_value(WORDS)
    choose(tab.page, "Sector", "Water")
    tab.page.get_by_label("the same question from several agencies").press("Space")
    tab.page.get_by_label("In one line").fill(TITLE)
    tab.page.get_by_label("Details for staff alone").fill(DETAILS)
    tab.page.get_by_role("button", name="Send concern").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(TITLE)


def merge(tabs: Tabs, pictures: Pictures) -> None:
    """By keyboard, as the co-chair of the sector, who reads neither name nor details."""
    tab = tabs.front(WATER, width=320)
    tab.open("/concerns/sector/")
    pictures.take(tab.page, "concerns-of-sector", look=check)
    tab.page.get_by_role("link", name=TITLE).press("Enter")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(tab.page.get_by_text(WORDS)).to_be_visible()
    assert DETAILS not in tab.page.content() and "Energy partner" not in tab.page.content()
    tab.page.locator("summary", has_text="Merge with another one").press("Enter")
    choose(tab.page, "It is the same as", KEPT)
    check(tab.page)
    tab.page.get_by_role("button", name="Merge concerns").press("Enter")
    expect(tab.page.get_by_text("Merged. Whoever raised it is told by mail.")).to_be_visible()
    expect(tab.page.get_by_role("link", name=KEPT)).to_be_visible()


def recommend(tab: Tab, pictures: Pictures) -> None:
    """Staff open the one that is kept, enter another recommendation and its reply."""
    page = tab.page
    tab.open("/desk/concerns/?shown=all")
    check(page)
    pictures.take(page, "desk-concerns")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_text(DETAILS)).to_be_visible()
    page.get_by_role("link", name=KEPT).click()
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()
    page.locator("summary", has_text="Enter a recommendation").click()
    form = page.locator("form", has=page.get_by_role("button", name="Enter a recommendation"))
    form.get_by_label("Recommended by").select_option(label="Standing Committee")
    form.get_by_label("Recommendation", exact=True).fill(RECOMMENDED)
    form.get_by_label("Sent on").fill(date.today().isoformat())
    form.get_by_label("Reply due on").fill((date.today() + timedelta(days=30)).isoformat())
    check(page)
    pictures.take(page, "desk-concern")
    form.get_by_role("button", name="Enter a recommendation").click()
    expect(page.get_by_text("Stored. Whoever raised it is told.")).to_be_visible()
    tab.open("/desk/recommendations/")
    check(page)
    page.get_by_role("row").filter(has_text="waiting").last.get_by_role("link").click()
    expect(page.get_by_text(RECOMMENDED)).to_be_visible()
    page.get_by_label("accepted in part").press("Space")
    page.get_by_label("It came on").fill(date.today().isoformat())
    page.get_by_label("The reply, in words").fill(REPLY)
    check(page)
    page.get_by_role("button", name="Store reply").click()
    expect(page.get_by_text(REPLY)).to_be_visible()


def test_from_raising_a_concern_to_the_reply_that_its_raiser_reads(tabs: Tabs, pictures: Pictures) -> None:
    member = tabs.front(ENERGY)
    raise_concern(member)
    assert DETAILS not in member.page.content()
    address = member.page.url
    merge(tabs, pictures)
    recommend(tabs.desk(EDITOR), pictures)
    member.page.goto(address)
    expect(member.page.get_by_text("It was merged with another concern that says the same.")).to_be_visible()
    expect(member.page.get_by_text(RECOMMENDED)).to_be_visible()
    expect(member.page.get_by_text(REPLY)).to_be_visible()
    expect(member.page.get_by_text("Accepted in part")).to_be_visible()
    check(member.page)
    pictures.take(member.page, "concern")


def test_anybody_reads_who_holds_which_office_and_writes_to_one_of_them(tabs: Tabs, pictures: Pictures) -> None:
    tab = tabs.front(width=320)
    page = tab.page
    tab.open("/partnership/")
    expect(page.get_by_role("heading", name="Chairman", exact=True)).to_be_visible()
    assert "partner.example" not in page.content()
    pictures.take(page, "partnership", look=check)
    check(page)
    page.get_by_role("link", name="Energy", exact=True).first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Energy")
    pictures.take(page, "partnership-sector")
    check(page)
    page.get_by_role("link", name=re.compile("Write to")).first.press("Enter")
    with tab.expecting(422):
        page.get_by_label("Your message").fill("When do you meet next?")
        page.get_by_role("button", name="Send message").click()
    expect(page.get_by_label("Your message")).to_have_value("When do you meet next?")
    check(page)
    pictures.take(page, "partnership-write")
    page.get_by_label("Your name").fill("Somebody")
    page.get_by_label("Your e-mail address").fill("somebody@public.example")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your message was taken")
    check(page)


def test_a_request_for_a_visit_is_planned_and_its_asker_reads_the_answer(tabs: Tabs, pictures: Pictures) -> None:
    member = tabs.front(WATER, width=320)
    member.open("/visits/new/")
    check(member.page)
    pictures.take(member.page, "visit-new")
    member.page.get_by_label("a visit to our site").press("Space")
    member.page.get_by_label("Where, for whom, and about what?").fill("The intake, for the night shift.")
    member.page.get_by_role("button", name="Send request").press("Enter")
    expect(member.page.get_by_text("Your request was sent.")).to_be_visible()
    check(member.page)
    desk = tabs.desk(EDITOR)
    desk.open("/desk/visits/")
    check(desk.page)
    pictures.take(desk.page, "desk-visits")
    desk.page.get_by_role("link", name="a visit to our site").first.click()
    expect(desk.page.get_by_text("The intake, for the night shift.")).to_be_visible()
    desk.page.locator("summary", has_text="Plan it").click()
    form = desk.page.locator("form", has=desk.page.get_by_role("button", name="Plan it"))
    form.get_by_label("Planned for").fill(f"{date.today() + timedelta(days=9)}T10:00")
    form.get_by_label("In words").fill("Two of us come to the gate.")
    check(desk.page)
    pictures.take(desk.page, "desk-visit")
    form.get_by_role("button", name="Plan it").click()
    expect(desk.page.get_by_text("Planned. Whoever asked is told by mail.")).to_be_visible()
    member.open("/visits/")
    expect(member.page.get_by_text("Two of us come to the gate.")).to_be_visible()
    check(member.page)
    pictures.take(member.page, "visits")


@pytest.mark.parametrize(
    "path",
    [
        *("/desk/offices/", "/desk/offices/vacant/", "/desk/offices/to-tell/", "/desk/offices/new/"),
        *("/desk/concerns/rankings/", "/desk/concerns/rankings/state/", "/desk/initiatives/", "/desk/initiatives/new/"),
    ],
)
def test_the_pages_of_staff_fit_and_can_be_read(tabs: Tabs, pictures: Pictures, path: str) -> None:
    tab = tabs.desk(EDITOR)
    tab.open(path)
    check(tab.page)
    pictures.take(tab.page, "desk-" + path.removeprefix("/desk/").strip("/").replace("/", "-"))


def test_the_initiatives_fit_and_can_be_read(tabs: Tabs, pictures: Pictures) -> None:
    tab = tabs.front()
    tab.open("/initiatives/")
    check(tab.page)
    pictures.take(tab.page, "initiatives")
