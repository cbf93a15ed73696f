"""A member: signs in with a password and a code, reads what is for the sector, prints it, and leaves."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.accounts import ENERGY, OFFICER, PASSWORD, WATER, Codes, answer_questions
from tests.e2e.looking import check
from tests.e2e.tabs import Tab, Tabs


def for_one_sector(facts: dict[str, Any], sector: str) -> dict[str, Any]:
    """A TLP:AMBER bulletin whose whole audience is one sector's community."""
    rows: list[dict[str, Any]] = facts["bulletins"]
    return next(row for row in rows if row["tlp"] == "TLP:AMBER" and row["audience"] == [sector])


def leave(page: Page) -> None:
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").wait_for()


def test_a_member_signs_in_with_password_and_code_and_signs_out(
    facts: dict[str, Any], codes: Codes, tabs: Tabs
) -> None:
    closed = for_one_sector(facts, "energy")
    tab = tabs.front()
    tab.open("/")
    tab.page.get_by_role("link", name="Sign in").click()
    expect(tab.page.get_by_text("This is a restricted system.", exact=False)).to_be_visible()
    check(tab.page)
    tab.page.get_by_label("Work e-mail address").fill(ENERGY)
    tab.page.get_by_label("Password").fill(PASSWORD)
    tab.page.get_by_role("button", name="I agree, sign in").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    check(tab.page)
    tab.page.locator("input[name=code]").fill(codes.next(ENERGY))
    tab.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("New for you")
    expect(tab.page.get_by_role("navigation", name="Your sectors")).to_contain_text("Energy")
    check(tab.page)
    leave(tab.page)
    tab.open(closed["path"], status=404)


def test_a_password_alone_opens_nothing(facts: dict[str, Any], tabs: Tabs) -> None:
    closed = for_one_sector(facts, "energy")
    tab = tabs.front()
    tab.open("/account/login/")
    tab.page.get_by_label("Work e-mail address").fill(ENERGY)
    tab.page.get_by_label("Password").fill(PASSWORD)
    tab.page.get_by_role("button", name="I agree, sign in").click()
    tab.page.get_by_role("heading", name="Enter your code").wait_for()
    tab.open(closed["path"], status=404)
    tab.open("/account/")
    expect(tab.page).to_have_url(re.compile("/account/(login|code)/"))


def test_a_wrong_password_is_refused_in_words_that_name_no_account(tabs: Tabs) -> None:
    tab = tabs.front()
    tab.open("/account/login/")
    tab.page.get_by_label("Work e-mail address").fill("nobody@partner.example")
    tab.page.get_by_label("Password").fill("wrong-password-2026")
    tab.page.get_by_role("button", name="I agree, sign in").click()
    expect(tab.page.locator("main")).to_contain_text("not correct")
    check(tab.page)


def test_a_member_reads_what_is_for_the_own_sector_and_not_the_neighbours(facts: dict[str, Any], tabs: Tabs) -> None:
    mine, theirs = for_one_sector(facts, "energy"), for_one_sector(facts, "water")
    tab = tabs.front(ENERGY)
    tab.open("/bulletins/")
    tab.page.get_by_label("Sector").select_option("energy")
    tab.page.get_by_label("Label").select_option("amber")
    tab.page.get_by_role("button", name="Show results").click()
    expect(tab.page.get_by_role("group", name="Active filters")).to_contain_text("Label: TLP:AMBER")
    check(tab.page)
    tab.page.get_by_role("link", name=mine["title"], exact=True).click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(mine["title"])
    expect(tab.page.locator("main")).to_contain_text("You may share this inside your organisation")
    check(tab.page)
    tab.open("/bulletins/?tlp=amber")
    assert theirs["title"] not in tab.page.content()
    tab.open(theirs["path"], status=404)
    tab.open(f"/b/{theirs['public_id']}/", status=404)


def test_the_neighbour_reads_the_other_one(facts: dict[str, Any], tabs: Tabs) -> None:
    mine, theirs = for_one_sector(facts, "water"), for_one_sector(facts, "energy")
    tab = tabs.front(WATER)
    tab.open(f"/b/{mine['public_id']}/")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(mine["title"])
    tab.open(theirs["path"], status=404)


def test_the_link_of_a_mail_leads_through_sign_in_to_the_bulletin(
    facts: dict[str, Any], codes: Codes, tabs: Tabs
) -> None:
    row = next(row for row in facts["bulletins"] if row["is_restricted"])
    tab = tabs.front()
    tab.open(f"/b/{row['public_id']}/")
    answer_questions(tab.page, OFFICER, codes.next(OFFICER))
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(row["title"])
    expect(tab.page.locator("main")).to_contain_text("Law enforcement sensitive")
    check(tab.page)
    tabs.front(ENERGY).open(row["path"], status=404)


def test_a_recalled_bulletin_and_an_expired_one_say_so(facts: dict[str, Any], tabs: Tabs) -> None:
    green = [row for row in facts["bulletins"] if row["tlp"] == "TLP:GREEN" and not row["audience"]]
    tab = tabs.front(ENERGY)
    for state, words in (("is_recalled", "recalled"), ("is_expired", "expired")):
        row = next(row for row in green if row[state])
        tab.open(row["path"], status=410)
        expect(tab.page.get_by_role("heading", level=1)).to_contain_text(words)
        assert row["title"] not in tab.page.content()
        check(tab.page)


def test_a_call_out_asks_to_watch_for_something(facts: dict[str, Any], tabs: Tabs) -> None:
    row = next(row for row in facts["bulletins"] if row["is_callout"] and row["tlp"] == "TLP:GREEN")
    tab = tabs.front(ENERGY)
    tab.open(row["path"])
    expect(tab.page.get_by_role("heading", name="Watch for this")).to_be_visible()
    check(tab.page)


def test_a_member_says_whether_it_was_useful(facts: dict[str, Any], tabs: Tabs) -> None:
    tab = tabs.front(ENERGY)
    tab.open(for_one_sector(facts, "energy")["path"])
    tab.page.get_by_role("button", name="Yes, useful").click()
    expect(tab.page.locator("main")).to_contain_text("You said that this was useful.")


def test_a_member_asks_the_originator_to_share_wider(facts: dict[str, Any], tabs: Tabs) -> None:
    row = for_one_sector(facts, "energy")
    tab = tabs.front(ENERGY)
    tab.open(row["path"])
    tab.page.get_by_role("link", name="Ask to share wider").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Ask to share wider")
    check(tab.page)
    fill_all(tab, "Our contractor who looks after the outstations.")
    tab.page.get_by_role("button", name="Send question").click()
    expect(tab.page).to_have_url(re.compile(re.escape(row["path"]) + "$"))
    expect(tab.page.get_by_text("Your question was sent", exact=False)).to_be_visible()


def fill_all(tab: Tab, words: str) -> None:
    """Write the same into each text field of the form on the page."""
    for field in tab.page.locator("main form").get_by_role("textbox").all():
        field.fill(words)


def test_the_account_pages_hold_to_the_rules(tabs: Tabs) -> None:
    tab = tabs.front(ENERGY)
    for path in ("/account/", "/account/feed/", "/account/second-factor/", "/account/logout/"):
        tab.open(path)
        check(tab.page)
