"""The library by keyboard: from a phrase to the page of a real PDF on which it stands."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.accounts import ENERGY
from tests.e2e.looking import Pictures, check
from tests.e2e.tabs import Tabs
from tests.e2e.test_keyboard import tab_to

LEVEES = re.compile("Emergency Preparedness Guidelines for Levees")
PHRASE, ITS_PAGE = "both suitable materials for sandbags", 29


def test_a_member_finds_the_right_page_of_a_real_pdf_and_opens_it(tabs: Tabs, pictures: Pictures) -> None:
    tab = tabs.front(ENERGY)
    page = tab.page
    tab.open("/library/")
    tab_to(page, page.get_by_role("combobox", name="Search"))
    page.keyboard.type(f'"{PHRASE}"')
    page.keyboard.press("Enter")
    hit = page.locator(".search-hit", has=page.get_by_role("link", name=LEVEES)).first
    best = hit.get_by_role("list", name="Best pages").get_by_role("link").first
    expect(best).to_contain_text(f"Page {ITS_PAGE}")
    check(page)
    tab_to(page, best)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Page {ITS_PAGE} of 40")).to_be_visible()
    expect(page.locator(".reader__text")).to_contain_text(re.compile(PHRASE.replace(" ", r"\s+")))
    check(page)
    pictures.take(page, "library-page")


def test_one_looks_for_words_in_a_document_and_turns_its_pages(tabs: Tabs, pictures: Pictures) -> None:
    tab = tabs.front()
    page = tab.page
    tab.open("/library/?kind=guide")
    page.get_by_role("link", name=LEVEES).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(LEVEES)
    pictures.take(page, "library-document", look=check)
    page.get_by_role("searchbox", name="Search in this document").fill("burlap sandbags")
    page.get_by_role("button", name="Find pages").press("Enter")
    expect(page.get_by_text("pages have all of these words").or_(page.get_by_text("page has all"))).to_be_visible()
    check(page)
    page.get_by_role("link", name=f"Page {ITS_PAGE}").press("Enter")
    expect(page.locator(".reader__text mark").first).to_be_visible()
    page.get_by_role("link", name="Next page", exact=True).first.press("Enter")
    expect(page.get_by_role("heading", name=f"Page {ITS_PAGE + 1} of 40")).to_be_visible()
    page.get_by_label("Go to page").fill("99")
    page.get_by_role("button", name="Go", exact=True).press("Enter")
    expect(page.get_by_text("There is no such page")).to_be_visible()
    check(page)
    page.get_by_label("Go to page").fill("3")
    page.get_by_role("button", name="Go", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Page 3 of 40")).to_be_visible()


def test_the_list_is_narrowed_and_leads_to_a_download(tabs: Tabs, pictures: Pictures) -> None:
    tab = tabs.front(width=320)
    page = tab.page
    tab.open("/library/")
    check(page)
    pictures.take(page, "library")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_label("Kind").select_option("template")
    page.get_by_role("button", name="Show results").press("Enter")
    expect(page.get_by_role("group", name="Active filters")).to_contain_text("Plan template")
    check(page)
    page.locator(".library-row h2 a").first.press("Enter")
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("^Download")).click()
    assert started.value.suggested_filename


def test_what_changed_between_two_versions_can_be_read(tabs: Tabs, pictures: Pictures) -> None:
    tab = tabs.front()
    page = tab.page
    tab.open("/library/?old=1&kind=template")
    page.get_by_role("link", name=re.compile("Contingency Plan.*Rev. 4", re.IGNORECASE)).first.press("Enter")
    expect(page.get_by_role("heading", name="This is an old version")).to_be_visible()
    check(page)
    page.locator(".usa-alert a").press("Enter")
    page.get_by_role("link", name="What changed in this version").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("What changed")
    expect(page.locator(".change").first).to_be_visible()
    check(page)
    pictures.take(page, "library-changes")
