"""The protection plan fits on a phone, is a table to those who listen to it, and is walked by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.looking import check
from tests.e2e.tabs import Tabs


def test_from_the_grid_to_a_cell_by_keyboard_on_a_phone(tabs: Tabs) -> None:
    tab = tabs.front(width=320)
    tab.open("/library/plan/")
    expect(tab.page.get_by_role("rowheader", name="Dams")).to_be_visible()
    tab.follow(tab.page.get_by_role("link", name="Dams", exact=True))
    check(tab.page)
    tab.page.get_by_role("link", name="Implement risk management activities").press("Enter")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Implement risk management activities")
    expect(tab.page.get_by_text("Owner and date")).to_be_visible()
    check(tab.page)


@pytest.mark.parametrize("path", ["/library/plan/", "/library/plan/dams/", "/library/plan/energy/goals/"])
def test_the_pages_fit_and_can_be_read(tabs: Tabs, path: str) -> None:
    tab = tabs.front()
    tab.open(path)
    check(tab.page)
