"""Searching by keyboard: from the header's box to what was found."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.accounts import ENERGY
from tests.e2e.looking import Pictures, check
from tests.e2e.tabs import Tabs
from tests.e2e.test_keyboard import tab_to


def results(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"\d+ results? for"))


def test_a_visitor_searches_by_keyboard_narrows_and_opens_a_hit(tabs: Tabs, pictures: Pictures) -> None:
    tab = tabs.front()
    page = tab.page
    tab.open("/")
    tab_to(page, page.get_by_role("combobox", name="Search"))
    page.keyboard.type("ransomware plan")
    page.keyboard.press("Enter")
    results(page)
    expect(page.get_by_role("combobox", name="Search")).to_have_value("ransomware plan")
    expect(page.locator("mark").first).to_be_visible()
    check(page)
    pictures.take(page, "search")
    page.set_viewport_size({"width": 1280, "height": 800})
    facet = page.get_by_role("navigation", name="Filters").get_by_role("link").first
    name = facet.locator("span").first.inner_text()
    tab_to(page, facet)
    page.keyboard.press("Enter")
    results(page)
    expect(page.get_by_role("group", name="Active filters")).to_contain_text(name)
    hit = page.locator(".search-hit a").first
    title = hit.inner_text()
    tab_to(page, hit)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_words_are_offered_and_chosen_by_arrow_keys(tabs: Tabs) -> None:
    tab = tabs.front()
    page = tab.page
    tab.open("/bulletins/")
    box = page.get_by_role("combobox", name="Search")
    box.focus()
    page.keyboard.type("vulnerab")
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#announcer")).to_contain_text("suggestions")
    check(page)
    first = page.get_by_role("option").first
    words = first.inner_text()
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(first.get_attribute("id")))
    expect(box).to_have_value(words)
    page.keyboard.press("ArrowUp")
    expect(box).to_have_value("vulnerab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("vulnerab")
    page.keyboard.type("i")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    results(page)
    expect(page.get_by_role("combobox", name="Search")).to_have_value(words)


def test_without_scripts_the_box_is_a_plain_form(tabs: Tabs) -> None:
    tab = tabs.front(java_script_enabled=False)
    tab.open("/")
    tab.page.get_by_role("searchbox", name="Search").fill("flood")
    tab.page.get_by_role("button", name="Search").click()
    results(tab.page)


def test_pages_without_results_help_and_hold_to_the_rules(tabs: Tabs, pictures: Pictures) -> None:
    tab = tabs.front()
    for name, query in (("search-empty", ""), ("search-nothing", "?q=gyroscopes"), ("search-noise", "?q=the")):
        tab.open(f"/search/{query}")
        check(tab.page)
        pictures.take(tab.page, name)


def test_a_member_saves_a_search_and_stops_its_mail(tabs: Tabs, pictures: Pictures) -> None:
    tab = tabs.front(ENERGY)
    page = tab.page
    tab.open("/search/?q=relay&label=clear")
    page.get_by_text("Save this search").click()
    page.get_by_label("Name").fill("Relays")
    page.get_by_label("Mail about what is new").select_option("daily")
    check(page)
    page.get_by_role("button", name="Save search").click()
    expect(page.get_by_role("heading", name="Relays")).to_be_visible()
    check(page)
    pictures.take(page, "search-saved")
    page.get_by_role("button", name="Stop mail").click()
    expect(page.get_by_role("button", name="Stop mail")).to_have_count(0)
    page.get_by_role("button", name="Delete Relays").click()
    expect(page.get_by_text("No saved searches yet")).to_be_visible()
