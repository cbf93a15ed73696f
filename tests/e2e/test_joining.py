"""From the first page of an application to reading a TLP:GREEN bulletin: with an app, and with a passkey."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e import joining
from tests.e2e.accounts import SUPERVISOR, VETTING
from tests.e2e.joining import Applicant
from tests.e2e.looking import check
from tests.e2e.running import RunningPortal
from tests.e2e.tabs import Tab, Tabs


def green_for_energy(facts: dict[str, Any]) -> dict[str, Any]:
    rows: list[dict[str, Any]] = facts["bulletins"]
    return next(row for row in rows if row["tlp"] == "TLP:GREEN" and row["audience"] in ([], ["energy"]))


def admitted(tab: Tab, tabs: Tabs, portal: RunningPortal, who: Applicant) -> None:
    """Apply, be vetted by one officer and admitted by another, and sign in with the new password."""
    joining.begin(tab, portal, who)
    check(tab.page)
    joining.write(tab, who)
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Check and send")
    check(tab.page)
    joining.send(tab)
    check(tab.page)
    officer = tabs.desk(VETTING)
    joining.vet(officer, who)
    check(officer.page)
    joining.admit(tabs.desk(SUPERVISOR), who)
    joining.set_password(tab, portal, who)


def reads_green(tab: Tab, facts: dict[str, Any]) -> None:
    bulletin = green_for_energy(facts)
    tab.open(bulletin["path"])
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(bulletin["title"])


def test_a_new_member_joins_with_an_authenticator_app(facts: dict[str, Any], tabs: Tabs, portal: RunningPortal) -> None:
    who = Applicant("First newcomer", "first.newcomer@partner.example", "Newcomer Power (invented)")
    tab = tabs.front()
    admitted(tab, tabs, portal, who)
    check(tab.page)
    joining.enrol_app(tab)
    tab.open(green_for_energy(facts)["path"])
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Agreements")
    check(tab.page)
    joining.accept_agreements(tab)
    reads_green(tab, facts)


def test_a_new_member_joins_with_a_passkey_and_signs_in_with_it(
    facts: dict[str, Any], tabs: Tabs, portal: RunningPortal
) -> None:
    who = Applicant("Second newcomer", "second.newcomer@partner.example", "Newcomer Gas (invented)")
    tab = tabs.front()
    joining.virtual_authenticator(tab.page)
    admitted(tab, tabs, portal, who)
    joining.enrol_passkey(tab)
    joining.accept_agreements(tab)
    reads_green(tab, facts)
    tab.page.locator(".account-menu summary").click()
    tab.page.get_by_role("button", name="Sign out").click()
    tab.page.get_by_role("link", name="Sign in").click()
    joining.press(tab.page, "I agree, use my passkey")
    tab.page.wait_for_url(lambda url: "/account/login" not in url)
    reads_green(tab, facts)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_of_applying_fit(tabs: Tabs, portal: RunningPortal, width: int) -> None:
    who = Applicant(f"Narrow {width}", f"narrow{width}@partner.example", "Newcomer Water (invented)")
    tab = tabs.front()
    tab.page.set_viewport_size({"width": width, "height": 700})
    tab.open("/apply/")
    check(tab.page)
    joining.begin(tab, portal, who)
    check(tab.page)
    joining.press(tab.page, "Save and go on")
    expect(tab.page.get_by_text("This field is required.").first).to_be_visible()
    check(tab.page)
    tab.open("/apply/status/")
    check(tab.page)
    tab.open("/apply/withdraw/")
    check(tab.page)
