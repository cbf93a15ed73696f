"""A visitor from the public: everything at TLP:CLEAR, nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import check
from tests.e2e.tabs import Tabs


def is_over(row: dict[str, Any]) -> bool:
    return bool(row["is_recalled"] or row["is_expired"])


def public(facts: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in facts["bulletins"] if row["tlp"] == "TLP:CLEAR" and not is_over(row)]


def public_for(facts: dict[str, Any], sector: str) -> list[dict[str, Any]]:
    return [row for row in public(facts) if sector in row["sectors"] or row["is_cross_sector"]]


def count_in_words(page: Page) -> int:
    found = re.search(r"(\d+) bulletins? you can read", page.locator("main").inner_text())
    assert found, page.url
    return int(found.group(1))


def test_the_home_page_says_what_this_is_and_opens_three_doors(tabs: Tabs) -> None:
    tab = tabs.front()
    tab.open("/")
    expect(tab.page).to_have_title(re.compile("Partner Portal"))
    expect(tab.page.get_by_role("heading", level=1)).to_have_count(1)
    expect(tab.page.locator(".door")).to_have_count(3)
    expect(tab.page.get_by_role("link", name="Sign in")).to_be_visible()
    check(tab.page)


def test_150_real_advisories_are_there_from_the_first_start(facts: dict[str, Any], tabs: Tabs) -> None:
    assert sum(row["is_imported"] for row in public(facts)) == 150
    tab = tabs.front()
    tab.open("/bulletins/")
    assert count_in_words(tab.page) == len(public(facts))
    check(tab.page)


def test_each_bulletin_of_the_list_is_on_one_of_its_pages(facts: dict[str, Any], tabs: Tabs) -> None:
    tab = tabs.front()
    tab.open("/bulletins/")
    seen: list[str | None] = []
    while True:
        seen += [link.get_attribute("href") for link in tab.page.locator(".bulletin-row__title a").all()]
        following = tab.page.get_by_role("link", name="Next")
        if not following.count():
            break
        tab.follow(following)
    assert sorted(map(str, seen)) == sorted(row["path"] for row in public(facts))


@pytest.mark.parametrize("with_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_bulletins_are_filtered_by_sector(with_scripts: bool, facts: dict[str, Any], tabs: Tabs) -> None:
    tab = tabs.front(java_script_enabled=with_scripts)
    tab.page.goto("/bulletins/")
    tab.page.get_by_label("Sector").select_option("energy")
    tab.page.get_by_role("button", name="Show results").click()
    tab.page.wait_for_url(re.compile(r"sector=energy"))
    assert count_in_words(tab.page) == len(public_for(facts, "energy"))
    expect(tab.page.get_by_role("group", name="Active filters")).to_contain_text("Sector: Energy")
    tab.page.get_by_role("group", name="Active filters").get_by_role("link").first.click()
    tab.page.wait_for_url(lambda url: "sector=energy" not in url)
    assert count_in_words(tab.page) == len(public(facts))


def test_on_a_phone_filters_are_folded_with_the_number_of_active_ones(tabs: Tabs) -> None:
    tab = tabs.front(width=320)
    tab.open("/bulletins/?sector=energy&year=2024")
    summary = tab.page.locator("summary", has_text="Filters")
    expect(summary).to_contain_text("2")
    expect(tab.page.get_by_label("Sector")).to_be_hidden()
    summary.click()
    expect(tab.page.get_by_label("Sector")).to_be_visible()
    check(tab.page)


def test_an_empty_list_helps_on(tabs: Tabs) -> None:
    tab = tabs.front()
    tab.open("/bulletins/?sector=energy&kind=assessment")
    assert count_in_words(tab.page) == 0
    tab.page.get_by_role("link", name="Show all bulletins").click()
    tab.page.wait_for_url(re.compile(r"/bulletins/$"))


def test_an_advisory_opens_with_its_label_facts_and_what_to_do(facts: dict[str, Any], tabs: Tabs) -> None:
    rows = {row["path"]: row for row in public_for(facts, "energy")}
    tab = tabs.front()
    tab.open("/bulletins/?sector=energy")
    first = tab.page.locator(".bulletin-row__title a").first
    row = rows[str(first.get_attribute("href"))]
    first.click()
    tab.page.wait_for_url(f"**{row['path']}")
    main = tab.page.locator("main")
    expect(main.get_by_role("heading", level=1)).to_have_text(row["title"])
    expect(main).to_contain_text("TLP:CLEAR")
    expect(main).to_contain_text("You may share this with anyone")
    expect(main.locator("time").first).to_be_visible()
    check(tab.page)


def test_the_sectors_show_what_a_visitor_can_read(facts: dict[str, Any], tabs: Tabs) -> None:
    tab = tabs.front()
    tab.open("/sectors/")
    check(tab.page)
    tab.page.get_by_role("link", name="Energy", exact=True).click()
    tab.page.wait_for_url("**/sectors/energy/")
    expect(tab.page.locator("main")).to_contain_text(str(len(public_for(facts, "energy"))))
    check(tab.page)


def test_guidance_and_its_employee_sheet_are_public(facts: dict[str, Any], tabs: Tabs) -> None:
    row = next(row for row in facts["guidance"] if row["tlp"] == "TLP:CLEAR" and row["sheets"])
    tab = tabs.front()
    tab.open("/guidance/")
    check(tab.page)
    tab.page.locator("main").get_by_role("link", name=row["title"], exact=True).first.click()
    tab.page.wait_for_url(f"**{row['path']}")
    check(tab.page)
    tab.page.locator(f"a[href$='{row['sheets'][0]}']").first.click()
    tab.page.wait_for_url(f"**{row['sheets'][0]}")
    expect(tab.page.locator("main")).to_contain_text("911")
    check(tab.page)


def test_an_address_with_nothing_at_it_says_so(tabs: Tabs) -> None:
    tab = tabs.front()
    tab.open("/no-such-page/", status=404)
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Page not found")
    check(tab.page)


def test_what_is_not_public_answers_like_what_is_not_there(facts: dict[str, Any], tabs: Tabs) -> None:
    closed = next(row for row in facts["bulletins"] if row["tlp"] == "TLP:AMBER")
    tab = tabs.front()
    tab.open(closed["path"], status=404)
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Page not found")
    assert closed["title"] not in tab.page.content()


def test_the_link_of_a_mail_asks_for_sign_in_whether_there_is_something_or_not(
    facts: dict[str, Any], tabs: Tabs
) -> None:
    closed = next(row for row in facts["bulletins"] if row["tlp"] == "TLP:AMBER")
    tab = tabs.front()
    seen = []
    for public_id in (closed["public_id"], "00000000-0000-4000-8000-000000000000"):
        tab.open(f"/b/{public_id}/")
        assert "/account/login/" in tab.page.url
        seen.append(tab.page.locator("main").inner_text())
    assert seen[0] == seen[1]
