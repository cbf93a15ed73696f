"""Signing in as the demo accounts, each once for a site; later tests start from the session that was kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Browser, Page

PASSWORD = "demo-portal-2026"
PERIOD = 30  # seconds, RFC 6238 section 5.2

ENERGY = "energy@partner.example"
WATER = "water@partner.example"
AUTHOR = "author@miac.example"
ANALYST = "analyst@miac.example"
SUPERVISOR = "supervisor@miac.example"
OFFICER = "officer@agency.example"
VETTING = "vetting@miac.example"
AUDITOR = "auditor@state.example"


class Codes:
    """One-time codes of the demo accounts.

    A code opens one session only, and the portal takes the one after as well (RFC 6238, section 5.2): so an account can
    sign in twice within half a minute, and nobody has to wait for a new code. Tests share accounts with that in mind.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = secrets
        self._given: set[tuple[str, int]] = set()

    def next(self, email: str) -> str:
        now = int(time.time()) // PERIOD
        left = [counter for counter in (now, now + 1) if (email, counter) not in self._given]
        assert left, f"{email} signs in too often in these tests; use another account"
        counter = left[0]
        self._given.add((email, counter))
        return one_time_code(self._secrets[email], counter)


def one_time_code(secret: str, counter: int) -> str:
    """Six digits for a counter (RFC 4226, section 5.3)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def sign_in(page: Page, email: str, code: str) -> None:
    """Through the pages, as a person does; ends on the first page after the second factor."""
    page.goto("/account/login/")
    answer_questions(page, email, code)


def answer_questions(page: Page, email: str, code: str) -> None:
    """From the sign-in page on."""
    page.get_by_label("Work e-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="I agree, sign in").click()
    page.get_by_role("heading", name="Enter your code").wait_for()
    page.locator("input[name=code]").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/account/" not in url)


class Sessions:
    """The kept sessions: for each site and account the cookies after one sign-in."""

    def __init__(self, browser: Browser, codes: Codes) -> None:
        self._browser = browser
        self._codes = codes
        self._states: dict[tuple[str, str], Any] = {}

    def state(self, site_url: str, email: str) -> Any:
        if (site_url, email) not in self._states:
            context = self._browser.new_context(base_url=site_url)
            try:
                sign_in(context.new_page(), email, self._codes.next(email))
                self._states[site_url, email] = context.storage_state()
            finally:
                context.close()
        return self._states[site_url, email]
