"""Liability questions lead to the right provision, by keyboard, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.looking import check
from tests.e2e.tabs import Tabs


def test_four_questions_lead_to_the_right_provision(tabs: Tabs) -> None:
    tab = tabs.front(width=320)
    tab.open("/liability/")
    tab.page.get_by_role("link", name="Which of these concerns me?").press("Enter")
    for answer in ("Health professionals", "sent by the state"):
        tab.page.get_by_label(answer).press("Space")
    tab.page.get_by_role("group", name="Has an emergency been declared?").get_by_label("yes").press("Space")
    tab.page.get_by_role("group", name="Are you paid").get_by_label("no", exact=True).press("Space")
    tab.page.get_by_role("button", name="Show what to read").press("Enter")
    expect(tab.page.get_by_role("heading", name="1 provision to read")).to_be_visible()
    check(tab.page)
    tab.page.get_by_role("link", name="RSMo 44.045").press("Enter")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("RSMo 44.045")
    expect(tab.page.get_by_text("not legal advice")).to_be_visible()
    check(tab.page)


@pytest.mark.parametrize("path", ["/liability/", "/liability/?party=lender", "/liability/finder/", "/liability/gaps/"])
def test_the_pages_fit_and_can_be_read(tabs: Tabs, path: str) -> None:
    tab = tabs.front()
    tab.open(path)
    check(tab.page)
