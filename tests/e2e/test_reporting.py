"""A member reports by keyboard on a phone, two analysts take it to its end, and the member reads what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e import reporting
from tests.e2e.accounts import ANALYST, SUPERVISOR, WATER
from tests.e2e.looking import check
from tests.e2e.running import RunningPortal
from tests.e2e.tabs import Tab, Tabs

ROOT = Path(__file__).resolve().parents[2]


def sent_by_keyboard(tab: Tab, folder: Path) -> reporting.Receipt:
    tab.page.set_viewport_size({"width": 320, "height": 640})
    tab.open("/report/activity/")
    reporting.fill_by_keyboard(tab, reporting.real_files(ROOT, folder))
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Check and send")
    check(tab.page)
    return reporting.send(tab)


def test_from_the_first_question_to_the_last_word(tabs: Tabs, portal: RunningPortal, tmp_path: Path) -> None:
    member = tabs.front(WATER)
    receipt = sent_by_keyboard(member, tmp_path)
    reporting.open_again(member, receipt)
    expect(member.page.get_by_text("A van stopped twice at the intake")).to_be_visible()
    for name in ("van at the gate.jpg", "plan.pdf", "notes of the shift.txt"):
        expect(member.page.get_by_text(name).first).to_be_visible()
    check(member.page)

    portal.manage("tick")
    analyst = tabs.desk(ANALYST)
    reporting.open_case(analyst, receipt.number)
    expect(analyst.page.get_by_text("A van stopped twice at the intake")).to_be_visible()
    expect(analyst.page.get_by_text(WATER)).to_have_count(0)
    check(analyst.page)
    reporting.step(
        analyst.page,
        "Record initial review",
        choose="It describes something that can be looked into",
        why="Twice, and from a closed road.",
    )

    second = tabs.desk(SUPERVISOR)
    reporting.open_case(second, receipt.number)
    reporting.step(
        second.page,
        "Record determination",
        choose="yes, reasonably indicative",
        tick="No protected trait",
        grounds="Repeated, at night, aimed at the pump house.",
        facts="Two visits, photographs of the fence, left when the lights went on.",
    )
    reporting.step(
        second.page,
        "Record disposition",
        choose="forwarded to local police",
        why="They patrol the road.",
        to_whom="Watch commander, county sheriff",
        at="2026-11-20T09:30",
    )
    check(second.page)
    reporting.step(second.page, "Set record class", record_class="investigative", basis="RSMo 610.100")
    words = reporting.form_of(second.page, "Close case").locator(".usa-radio__label").first.inner_text().strip()
    reporting.step(second.page, "Close case", choose=words)

    member.open(f"/report/status/{receipt.number}/")
    expect(member.page.get_by_text(words)).to_be_visible()
    check(member.page)


def test_the_queue_goes_by_its_keys(tabs: Tabs, portal: RunningPortal) -> None:
    portal.manage("tick")
    tab = tabs.desk(ANALYST)
    tab.open("/desk/reports/")
    rows = tab.page.locator("[data-row-keys] tbody th a")
    expect(rows).not_to_have_count(0)
    for key, at in (("j", 0), ("j", 1), ("k", 0)):
        tab.page.keyboard.press(key)
        expect(rows.nth(at)).to_be_focused()
    tab.page.keyboard.press("?")
    expect(tab.page.get_by_text("next report")).to_be_visible()
    first = rows.first.inner_text()
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(first)


@pytest.mark.parametrize("path", ["/report/", "/report/promise/", "/report/status/", "/redress/"])
def test_the_pages_around_a_report_fit_and_can_be_read(tabs: Tabs, path: str) -> None:
    for tab in (tabs.front(), tabs.front(WATER)):
        tab.open(path)
        check(tab.page)


@pytest.mark.parametrize("path", ["/desk/reports/", "/desk/reports/counts/", "/desk/retention/", "/desk/originals/"])
def test_the_pages_of_the_desk_fit_and_can_be_read(tabs: Tabs, portal: RunningPortal, path: str) -> None:
    portal.manage("tick")
    tab = tabs.desk(SUPERVISOR)
    tab.open(path)
    check(tab.page)
