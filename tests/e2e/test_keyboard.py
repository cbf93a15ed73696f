"""Everything a member needs, by keyboard alone."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.accounts import ENERGY, PASSWORD, WATER, Codes
from tests.e2e.tabs import Tab, Tabs
from tests.e2e.test_member import for_one_sector

MOST_STOPS = 80

# What a focused element must show: an outline or a shadow of its own.
SHOWS_FOCUS = """(element) => {
  const style = getComputedStyle(element);
  return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus; each stop on the way shows where one is."""
    wanted = target.element_handle()
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate_handle("document.activeElement").as_element()
        assert here is not None
        assert here.evaluate(SHOWS_FOCUS), here.evaluate("element => element.outerHTML.slice(0, 200)")
        if here.evaluate("(element, wanted) => element === wanted", wanted):
            return
    raise AssertionError(f"not reached by {MOST_STOPS} presses of Tab: {target}")


# Whether something else lies over the middle of the focused element (WCAG 2.2, 2.4.11).
IS_ON_TOP = """(element) => {
  const box = element.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return top !== null && (element.contains(top) || top.contains(element));
}"""


def focused_id(tab: Tab) -> str:
    return str(tab.page.evaluate("document.activeElement.id"))


def test_the_skip_link_is_the_first_stop_and_leads_to_the_text(tabs: Tabs) -> None:
    tab = tabs.front()
    for path in ("/", "/bulletins/", "/account/login/"):
        tab.open(path)
        link = tab.page.get_by_role("link", name="Skip to main content")
        tab_to(tab.page, link)
        assert tab.page.evaluate("document.querySelectorAll(':focus').length") == 1
        expect(link).to_be_focused()
        expect(link).to_be_in_viewport()
        tab.page.keyboard.press("Enter")
        assert focused_id(tab) == "main", path


def test_the_skip_link_is_really_the_first(tabs: Tabs) -> None:
    tab = tabs.front()
    tab.open("/bulletins/")
    tab.page.keyboard.press("Tab")
    expect(tab.page.get_by_role("link", name="Skip to main content")).to_be_focused()


def test_signing_in_and_out_by_keyboard(codes: Codes, tabs: Tabs) -> None:
    tab = tabs.front()
    page = tab.page
    tab.open("/")
    tab_to(page, page.get_by_role("link", name="Sign in"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Sign in", exact=True).wait_for()
    email = page.get_by_label("Work e-mail address")
    if not email.evaluate("element => element === document.activeElement"):
        tab_to(page, email)
    page.keyboard.type(WATER)
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    tab_to(page, page.get_by_role("button", name="I agree, sign in"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Enter your code").wait_for()
    code = page.locator("input[name=code]")
    if not code.evaluate("element => element === document.activeElement"):
        tab_to(page, code)
    page.keyboard.type(codes.next(WATER))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("New for you")

    menu = page.locator(".account-menu summary")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Sign out"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_filtering_and_opening_by_keyboard(tabs: Tabs) -> None:
    tab = tabs.front()
    page = tab.page
    tab.open("/bulletins/")
    tab_to(page, page.get_by_label("Sector"))
    page.keyboard.type("Energy")
    expect(page.get_by_label("Sector")).to_have_value("energy")
    tab_to(page, page.get_by_role("button", name="Show results"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("sector=energy"))
    first = page.locator(".bulletin-row__title a").first
    title = first.inner_text()
    tab_to(page, first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_on_a_phone_no_focused_field_hides_behind_the_main_action(facts: dict[str, Any], tabs: Tabs) -> None:
    tab = tabs.front(ENERGY, width=320)
    tab.open(f"{for_one_sector(facts, 'energy')['path']}share/")
    for field in tab.page.locator("main form").get_by_role("textbox").all():
        tab_to(tab.page, field)
        expect(field).to_be_in_viewport()
        assert field.evaluate(IS_ON_TOP), field.evaluate("element => element.outerHTML.slice(0, 200)")


def test_the_folded_menus_of_a_phone_open_by_keyboard(tabs: Tabs) -> None:
    tab = tabs.front(width=320)
    page = tab.page
    tab.open("/bulletins/")
    tab_to(page, page.locator(".site-menu summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("navigation", name="Main").get_by_role("link", name="Guidance"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/guidance/")
    tab_to(page, page.locator(".filters summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Hazard"))
