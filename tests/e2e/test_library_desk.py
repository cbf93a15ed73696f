"""Staff publish a template through the real pages, and a member finds it in the next look."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.accounts import ENERGY, SUPERVISOR
from tests.e2e.looking import Pictures, check
from tests.e2e.tabs import Tab, Tabs

EDITOR = "mop3@state.example"
TITLE = "Borrowed generators: an agreement to fill in"
TEXT = b"# Borrowed generators\n\nWho lends, who borrows, who pays for fuel, and who answers for damage.\n"


def template(name: str = "borrowed-generators.md") -> FilePayload:
    return FilePayload(name=name, mimeType="text/markdown", buffer=TEXT)


def add(tab: Tab) -> None:
    tab.open("/desk/library/add/")
    check(tab.page)
    tab.page.locator("#id_file").set_input_files(template())
    tab.page.get_by_role("button", name="Add file").click()
    expect(tab.page.get_by_text("It is a draft for nobody.")).to_be_visible()


def fill_in(page: Page, title: str) -> None:
    facts = page.locator("form", has=page.get_by_role("button", name="Store facts"))
    facts.get_by_label("Title", exact=True).fill(title)
    facts.get_by_label("Kind").select_option("template")
    facts.get_by_label("Publisher").fill("State Emergency Management")
    facts.get_by_label("Who uses it").fill("Companies that lend equipment")
    page.get_by_role("button", name="Store facts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def open_to_members(page: Page) -> None:
    expect(page.locator(".audience__sentence")).to_contain_text("Read by nobody")
    page.get_by_label("TLP label").select_option("TLP:GREEN")
    page.get_by_label("Reach of TLP:GREEN").select_option("members")
    page.get_by_role("button", name="Store who can read it").click()
    expect(page.locator(".audience__sentence")).to_contain_text(re.compile(r"Read by \d+ people: all active members"))


def ready(tabs: Tabs, title: str) -> Tab:
    """An editor's tab with a draft for all members that only has to be published."""
    tab = tabs.desk(EDITOR)
    add(tab)
    fill_in(tab.page, title)
    open_to_members(tab.page)
    return tab


def test_a_template_is_found_as_soon_as_it_is_published(tabs: Tabs, pictures: Pictures) -> None:
    member, page = tabs.front(ENERGY), ready(tabs, TITLE).page
    member.open("/search/?q=borrowed+generators")
    expect(member.page.get_by_role("link", name=TITLE)).to_have_count(0)
    check(page)
    pictures.take(page, "desk-library-document")
    page.get_by_role("button", name="Publish in the library").click()
    expect(page.get_by_text("Published. Those who can read it")).to_be_visible()
    member.open("/search/?q=borrowed+generators")
    expect(member.page.get_by_role("link", name=TITLE)).to_be_visible()
    member.page.get_by_role("link", name=TITLE).click()
    expect(member.page.get_by_role("heading", level=1)).to_have_text(TITLE)
    check(page)


def test_what_is_withdrawn_is_gone_at_once(tabs: Tabs) -> None:
    member, page = tabs.front(ENERGY), ready(tabs, "Lent too early").page
    page.get_by_role("button", name="Publish in the library").click()
    path = str(page.get_by_role("link", name="As its readers see it").get_attribute("href"))
    member.open(path)
    page.get_by_text("Withdraw it").first.click()
    page.get_by_label("Why is it withdrawn?").fill("The lawyers are not done.")
    check(page)
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("Nobody can open it any more.")).to_be_visible()
    member.open(path, status=410)
    check(member.page)


@pytest.mark.parametrize("path", ["/desk/library/", "/desk/library/?waits=library", "/desk/library/evidence/"])
def test_the_pages_of_the_library_on_desk_fit_and_can_be_read(tabs: Tabs, pictures: Pictures, path: str) -> None:
    tab = tabs.desk(EDITOR)
    tab.open(path)
    check(tab.page)
    pictures.take(tab.page, f"desk-library-{'evidence' if 'evidence' in path else 'queue'}")


def test_a_supervisor_looks_and_is_offered_nothing_to_change(tabs: Tabs) -> None:
    tab = tabs.desk(SUPERVISOR)
    tab.open("/desk/library/?waits=library")
    tab.page.locator("main table").get_by_role("link").first.click()
    expect(tab.page.get_by_role("heading", name="What was done to it")).to_be_visible()
    expect(tab.page.get_by_role("button", name="Store facts")).to_have_count(0)
    check(tab.page)
