"""The feed: a token of one's own opens it, and above TLP:GREEN it says no more than the safe title."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from playwright.sync_api import APIResponse, Page, Playwright, expect

from tests.e2e.accounts import ENERGY
from tests.e2e.looking import check
from tests.e2e.tabs import Tab, Tabs
from tests.e2e.test_member import for_one_sector

ATOM = "{http://www.w3.org/2005/Atom}"
WHAT_FOR = "The reader on my phone"


def make_token(page: Page) -> str:
    page.get_by_label("What is this token for?").fill(WHAT_FOR)
    page.get_by_role("button", name="Make token").click()
    shown = page.locator("code.secret")
    shown.wait_for()
    return shown.inner_text().strip()


def fetch(playwright: Playwright, tab: Tab, secret: str) -> tuple[APIResponse, bytes]:
    """Fetch the feed as a feed reader does: no cookies, the token as the password."""
    reader = playwright.request.new_context(
        base_url=tab.site_url, http_credentials={"username": ENERGY, "password": secret, "send": "always"}
    )
    try:
        answer = reader.get("/bulletins/feed/")
        return answer, answer.body()
    finally:
        reader.dispose()


def entries(body: bytes) -> dict[str, ET.Element]:
    feed = ET.fromstring(body)  # noqa: S314  (our own portal's answer)
    return {str(entry.findtext(f"{ATOM}title")): entry for entry in feed.iter(f"{ATOM}entry")}


def test_a_token_opens_the_feed_until_it_is_revoked(facts: dict[str, Any], playwright: Playwright, tabs: Tabs) -> None:
    amber, water = for_one_sector(facts, "energy"), for_one_sector(facts, "water")
    tab = tabs.front(ENERGY)
    tab.open("/account/feed/")
    secret = make_token(tab.page)
    check(tab.page)
    answer, body = fetch(playwright, tab, secret)
    assert answer.status == 200
    entry = entries(body)[f"TLP:AMBER {amber['safe_title']}"]
    assert "".join(entry.itertext()).count(amber["safe_title"]) == 1
    text = body.decode()
    assert amber["title"] not in text
    assert amber["summary"] not in text
    assert water["safe_title"] not in text

    tab.page.get_by_role("button", name=f"Revoke {WHAT_FOR}").click()
    expect(tab.page.get_by_text("no longer opens the feed", exact=False)).to_be_visible()
    answer, body = fetch(playwright, tab, secret)
    assert answer.status == 401
    assert "Basic" in answer.headers["www-authenticate"]
    assert b"<entry" not in body


def test_a_token_is_shown_once_and_never_stands_in_an_address(tabs: Tabs) -> None:
    tab = tabs.front(ENERGY)
    tab.open("/account/feed/")
    secret = make_token(tab.page)
    assert secret not in tab.page.url
    tab.open("/account/feed/")
    assert secret not in tab.page.content()


def test_green_items_come_in_full(facts: dict[str, Any], playwright: Playwright, tabs: Tabs) -> None:
    green = next(row for row in facts["bulletins"] if row["tlp"] == "TLP:GREEN" and row["is_callout"])
    tab = tabs.front(ENERGY)
    tab.open("/account/feed/")
    _answer, body = fetch(playwright, tab, make_token(tab.page))
    entry = entries(body)[f"TLP:GREEN {green['title']}"]
    assert green["summary"] in "".join(entry.itertext())


def test_the_own_password_does_not_open_the_feed(playwright: Playwright, tabs: Tabs) -> None:
    from tests.e2e.accounts import PASSWORD

    answer, _body = fetch(playwright, tabs.front(), PASSWORD)
    assert answer.status == 401
