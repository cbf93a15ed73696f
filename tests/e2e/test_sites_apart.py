"""Front and Desk are two sites: what opens one is worth nothing at the other."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.accounts import AUTHOR, ENERGY, OFFICER, SUPERVISOR, Codes, Sessions, sign_in
from tests.e2e.running import RunningPortal
from tests.e2e.tabs import Tabs

DESK_ONLY = ("/admin/", "/admin/pages/", "/admin/login/", "/desk/", "/desk/releases/", "/desk/audience/")
ON_DESK = ("/", "/bulletins/", "/guidance/", "/sectors/", "/account/", "/admin/", "/desk/", "/desk/releases/")


@pytest.mark.parametrize("path", ON_DESK)
def test_desk_shows_nothing_without_sign_in(path: str, tabs: Tabs) -> None:
    tab = tabs.desk()
    tab.open(path)
    assert "/account/login/" in tab.page.url
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Sign in")


@pytest.mark.parametrize("email", ["", ENERGY, SUPERVISOR], ids=["visitor", "member", "supervisor"])
def test_front_has_neither_editor_nor_desk(email: str, tabs: Tabs) -> None:
    tab = tabs.front(email)
    for path in DESK_ONLY:
        tab.open(path, status=404)


@pytest.mark.parametrize("email", [ENERGY, SUPERVISOR], ids=["member", "supervisor"])
def test_a_session_of_front_opens_nothing_on_desk(
    email: str, portal: RunningPortal, sessions: Sessions, tabs: Tabs
) -> None:
    """Neither under its own name nor renamed to what Desk calls its own."""
    cookies = {cookie["name"]: cookie for cookie in sessions.state(portal.front.url, email)["cookies"]}
    stolen = cookies["front-session"]["value"]
    tab = tabs.desk()
    for name in ("front-session", "desk-session"):
        tab.page.context.add_cookies([{"name": name, "value": stolen, "url": portal.desk.url}])
        for path in ("/", "/admin/", "/desk/"):
            tab.open(path)
            assert "/account/login/" in tab.page.url


def test_a_session_of_desk_opens_nothing_on_front(
    facts: dict[str, Any], portal: RunningPortal, sessions: Sessions, tabs: Tabs
) -> None:
    cookies = {cookie["name"]: cookie for cookie in sessions.state(portal.desk.url, AUTHOR)["cookies"]}
    stolen = cookies["desk-session"]["value"]
    closed = next(row for row in facts["bulletins"] if row["tlp"] == "TLP:GREEN" and not row["is_recalled"])
    tab = tabs.front()
    for name in ("desk-session", "front-session"):
        tab.page.context.add_cookies([{"name": name, "value": stolen, "url": portal.front.url}])
        tab.open(closed["path"], status=404)
        tab.open("/account/")
        assert "/account/login/" in tab.page.url


def test_a_member_who_is_not_staff_finds_nothing_on_desk(codes: Codes, tabs: Tabs) -> None:
    tab = tabs.desk()
    with tab.expecting(404):
        sign_in(tab.page, OFFICER, codes.next(OFFICER))
    for path in ("/", "/bulletins/", "/admin/", "/desk/", "/desk/releases/"):
        tab.open(path, status=404)


def test_cookies_are_out_of_reach_of_scripts(portal: RunningPortal, sessions: Sessions) -> None:
    for url, email in ((portal.front.url, ENERGY), (portal.desk.url, AUTHOR)):
        cookies = sessions.state(url, email)["cookies"]
        assert {cookie["name"].split("-")[1] for cookie in cookies} >= {"session", "csrf"}
        assert all(cookie["httpOnly"] and cookie["sameSite"] == "Lax" for cookie in cookies)
