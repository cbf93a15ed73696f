"""An editor writes, a second person releases, members see it; and it is taken back."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.e2e import editing
from tests.e2e.accounts import AUTHOR, ENERGY, SUPERVISOR, WATER
from tests.e2e.editing import Text
from tests.e2e.looking import check
from tests.e2e.tabs import Tabs


def test_from_author_to_reader_and_back(facts: dict[str, Any], tabs: Tabs) -> None:
    text = Text("Drones over three substations", "Notice for the Energy sector", "Three sightings in one week.")
    author, supervisor = tabs.desk(AUTHOR), tabs.desk(SUPERVISOR)
    energy, water = tabs.front(ENERGY), tabs.front(WATER)

    pk = editing.write(author, facts["index_pk"], text)
    energy.open("/bulletins/")
    expect(energy.page.get_by_text(text.title)).to_have_count(0)
    editing.ask_for_release(author, pk)
    check(author.page)

    editing.review(supervisor, text.title)
    check(supervisor.page)
    editing.release(supervisor, text.title)
    path = editing.path_of(energy, text.title)
    energy.open(path)
    expect(energy.page.locator("main")).to_contain_text(text.summary)
    check(energy.page)
    water.open(path, status=404)
    water.open("/bulletins/")
    expect(water.page.get_by_text(text.title)).to_have_count(0)

    editing.recall(supervisor, pk, "Two of the sightings were surveyors.")
    check(supervisor.page)
    expect(supervisor.page.locator("main")).to_contain_text("Energy partner")
    energy.open(path, status=410)
    expect(energy.page.locator("main")).to_contain_text("Two of the sightings were surveyors.")
    water.open(path, status=404)
    energy.open("/bulletins/")
    expect(energy.page.get_by_text(text.title)).to_have_count(0)


def test_an_author_need_not_think_of_an_address(facts: dict[str, Any], tabs: Tabs) -> None:
    """The last word of the address stands on another tab and is made from the title."""
    tab = tabs.desk(AUTHOR)
    tab.open(f"/admin/pages/add/bulletins/bulletinpage/{facts['index_pk']}/")
    tab.page.locator("#id_title").fill("A title and a summary are enough")
    tab.page.locator("#id_summary").fill("For a first draft.")
    editing.save_draft(tab)


def test_the_author_finds_no_way_to_publish(facts: dict[str, Any], tabs: Tabs) -> None:
    text = Text("Nobody but its author read this", "Notice for the Energy sector", "A draft that stays a draft.")
    author = tabs.desk(AUTHOR)
    pk = editing.write(author, facts["index_pk"], text)
    author.page.locator("footer").get_by_role("button", name="More actions").click()
    expect(author.page.locator("footer")).to_contain_text("Ask for release")
    expect(author.page.locator("footer")).not_to_contain_text("Publish")
    author.page.keyboard.press("Escape")
    editing.ask_for_release(author, pk)
    editing.review(author, text.title)
    expect(author.page.get_by_role("button", name="Release bulletin")).to_have_count(0)
    author.open(f"/desk/bulletins/{pk}/urgent/", status=404)
    author.open(f"/desk/bulletins/{pk}/recall/", status=404)


def test_what_the_second_person_read_is_what_goes_out(facts: dict[str, Any], tabs: Tabs) -> None:
    """Wagtail keeps what is typed into an open editor by itself, and would do so in the revision that was submitted."""
    text = Text("What the supervisor reads", "Notice for the Energy sector", "The text that was submitted.")
    author, supervisor, energy = tabs.desk(AUTHOR), tabs.desk(SUPERVISOR), tabs.front(ENERGY)
    pk = editing.write(author, facts["index_pk"], text)
    editing.retype(author.page, "summary", "The text that was submitted, as Wagtail kept it.")

    beside = tabs.desk(AUTHOR)
    beside.open(f"/desk/bulletins/{pk}/submit/")
    editing.answer_checklist(beside.page)
    editing.review(supervisor, text.title)
    expect(supervisor.page.locator("main")).to_contain_text("The text that was submitted")
    with author.expecting(400, 403, 409):  # the editor may be told that this is no longer his to change
        editing.retype(author.page, "summary", "Words that nobody but the author has read.")

    supervisor.page.get_by_role("button", name="Release bulletin").click()
    expect(supervisor.page.locator("main")).to_contain_text("edited after it was submitted")
    energy.open("/bulletins/")
    expect(energy.page.get_by_text(text.title)).to_have_count(0)
    expect(energy.page.get_by_text("Words that nobody but the author has read.")).to_have_count(0)


def test_the_desk_says_what_waits(tabs: Tabs) -> None:
    supervisor = tabs.desk(SUPERVISOR)
    for path in ("/desk/", "/desk/releases/", "/desk/share-requests/"):
        supervisor.open(path)
        check(supervisor.page)


def test_the_editor_opens_without_a_script_error(facts: dict[str, Any], tabs: Tabs) -> None:
    """Wagtail's pages are not held to our rules of looks, but nothing may break in them."""
    tab = tabs.desk(AUTHOR)
    for path in ("/admin/", "/admin/pages/", f"/admin/pages/{facts['index_pk']}/"):
        tab.open(path)
    tab.open(f"/admin/pages/add/bulletins/bulletinpage/{facts['index_pk']}/")
    for name in ("Text", "Facts", "Who can read this", "Handling and record"):
        tab.page.get_by_role("tab", name=name).click()
        expect(tab.page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
