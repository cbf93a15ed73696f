"""On paper: the label at the top and at the bottom of each sheet, and nothing of the navigation."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from portal.reporting.summary import running_mark
from tests.e2e import reporting
from tests.e2e.accounts import ANALYST, ENERGY
from tests.e2e.running import RunningPortal
from tests.e2e.tabs import Tab, Tabs
from tests.e2e.test_member import for_one_sector

NAVIGATION = (
    "Skip to main content",
    "Sign in",
    "Sign out",
    "Restricted system",
    "You are here",
    "On this page",
    "Was this useful",
    "Back to top",
    "Print",
)
MARGIN = 0.1  # the part of a sheet's height in which its header or footer stands


@dataclass
class Sheet:
    """One printed page: its words, and those in its header and its footer."""

    page: PageObject
    header: str = ""
    footer: str = ""
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.height = float(self.page.mediabox.height)
        self.text = self.page.extract_text(visitor_text=self._sort)

    def _sort(self, text: str, outer: list[float], inner: list[float], *_font: Any) -> None:
        # The place of a text is its own matrix, seen through that of the page (PDF 32000-1, 8.3.4).
        height = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
        if height > self.height * (1 - MARGIN):
            self.header += text
        elif height < self.height * MARGIN:
            self.footer += text


def printed(tab: Tab) -> list[Sheet]:
    return [Sheet(page) for page in PdfReader(io.BytesIO(tab.page.pdf(format="Letter"))).pages]


def assert_marked(sheets: list[Sheet], label: str) -> None:
    for number, sheet in enumerate(sheets, start=1):
        where = f"sheet {number} of {len(sheets)}"
        assert label in sheet.header, f"{where}: header {sheet.header!r}"
        assert label in sheet.footer, f"{where}: footer {sheet.footer!r}"
        found = [words for words in NAVIGATION if words in sheet.text]
        assert not found, where


@pytest.fixture
def tab(tabs: Tabs) -> Tab:
    return tabs.front(ENERGY)


def test_a_closed_bulletin_bears_its_label_on_each_sheet(facts: dict[str, Any], tab: Tab) -> None:
    row = for_one_sector(facts, "energy")
    tab.open(row["path"])
    sheets = printed(tab)
    assert len(sheets) > 1
    assert_marked(sheets, "TLP:AMBER")
    assert row["title"].split(":")[0] in " ".join(sheets[0].text.split())


def test_the_stricter_label_is_printed_whole(facts: dict[str, Any], tab: Tab) -> None:
    row = next(row for row in facts["bulletins"] if row["tlp"] == "TLP:AMBER+STRICT")
    tab.open(row["path"])
    assert_marked(printed(tab), "TLP:AMBER+STRICT")


def test_a_long_advisory_bears_its_label_on_each_sheet(facts: dict[str, Any], tab: Tab) -> None:
    row = next(row for row in facts["bulletins"] if row["is_imported"])
    tab.open(row["path"])
    sheets = printed(tab)
    assert len(sheets) > 1
    assert_marked(sheets, "TLP:CLEAR")


def test_addresses_of_links_are_written_out(facts: dict[str, Any], tab: Tab) -> None:
    row = next(row for row in facts["bulletins"] if row["is_imported"])
    tab.open(row["path"])
    address = tab.page.locator("main a[href^='https://']").last.get_attribute("href")
    whole = "".join("".join(sheet.text.split()) for sheet in printed(tab))
    assert f"({address})" in whole


def test_an_employee_sheet_is_one_sheet(facts: dict[str, Any], tab: Tab) -> None:
    paths = [path for row in facts["guidance"] for path in row["sheets"]]
    assert paths
    for path in paths:
        tab.open(path)
        sheets = printed(tab)
        assert len(sheets) == 1, path
        assert_marked(sheets, "TLP:CLEAR")


def test_a_checklist_prints_with_its_boxes(facts: dict[str, Any], tab: Tab) -> None:
    tab.open(facts["guidance"][0]["path"])
    assert_marked(printed(tab), facts["guidance"][0]["tlp"])


@dataclass(frozen=True)
class LongCase:
    """A report of several sheets, and the request for its original, by their addresses."""

    number: str
    report: str
    request: str


@pytest.fixture(scope="module")
def long_case(portal: RunningPortal) -> LongCase:
    said = portal.manage("shell", "--verbosity", "0", "--command", "from tests.e2e import long_case; long_case.make()")
    return LongCase(*said.split())


@pytest.fixture
def desk_tab(tabs: Tabs, long_case: LongCase) -> Tab:
    """The tab of an analyst who has said what the report is opened for."""
    tab = tabs.desk(ANALYST)
    reporting.open_case(tab, long_case.number)
    return tab


def test_a_long_report_bears_its_handling_mark_on_each_sheet(long_case: LongCase, desk_tab: Tab) -> None:
    desk_tab.open(f"/desk/reports/{long_case.report}/print/")
    sheets = printed(desk_tab)
    assert len(sheets) > 2
    assert_marked(sheets, running_mark())
    assert long_case.number in sheets[0].text


def test_a_chain_of_custody_bears_the_handling_mark_on_each_sheet(long_case: LongCase, desk_tab: Tab) -> None:
    desk_tab.open(f"/desk/originals/{long_case.request}/sheet/")
    sheets = printed(desk_tab)
    assert len(sheets) > 1
    assert_marked(sheets, running_mark())
    assert "From hand to hand" in " ".join(sheet.text for sheet in sheets)
