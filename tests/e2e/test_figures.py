"""Staff look at the figures of a year, see what would be public, release it; anybody reads it and takes the CSV."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from tests.e2e.accounts import SUPERVISOR
from tests.e2e.looking import Pictures, assert_accessible, check
from tests.e2e.tabs import Tabs

YEAR = date.today().year - 2  # of which the demonstration has numbers of a large partnership


def test_a_year_is_looked_at_released_and_read(tabs: Tabs, pictures: Pictures) -> None:
    desk = tabs.desk(SUPERVISOR)
    desk.open("/desk/figures/")
    check(desk.page)
    desk.page.get_by_role("link", name=str(YEAR), exact=True).click()
    expect(desk.page.get_by_role("img", name="Active partners, by sector")).to_be_visible()
    check(desk.page)
    pictures.take(desk.page, "desk-figures", look=assert_accessible)
    desk.follow(desk.page.get_by_role("link", name="Prepare release"))
    check(desk.page)
    desk.page.get_by_role("button", name=f"Release the figures of {YEAR}").click()
    expect(desk.page.locator("main")).to_contain_text("Everybody can see the figures")

    front = tabs.front()
    front.open("/partnership/")
    front.follow(front.page.get_by_role("link", name="Partnership figures"))
    check(front.page)
    front.page.get_by_role("link", name=str(YEAR), exact=True).click()
    expect(front.page.get_by_role("heading", level=1)).to_have_text(f"The partnership in {YEAR}")
    expect(front.page.get_by_role("img", name="Active partners, by sector")).to_be_visible()
    expect(front.page.get_by_role("table", name="Active partners, by sector")).not_to_contain_text("No sector named")
    check(front.page)
    pictures.take(front.page, "figures-public", look=assert_accessible)
    with front.page.expect_download() as download:
        front.page.get_by_role("link", name="Download all numbers as CSV").click()
    assert download.value.suggested_filename == f"partnership-figures-{YEAR}.csv"
