"""Every address of Front, walked as every demo account: status and headers."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.test.utils import override_settings

from portal.access.rule import may_read
from portal.bulletins.models import BulletinPage, EmployeeSheetPage, GuidancePage
from portal.members.demo import ACCOUNTS
from portal.members.models import Person
from portal.members.viewers import viewer_for
from tests.conftest import rolled_back, session_for
from tests.test_sites import addresses

pytestmark = pytest.mark.once
ANYBODY = "nobody"
EXPECTED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PUBLIC = ["/", "/bulletins/", "/guidance/", "/sectors/", "/sectors/energy/", "/account/login/", "/-/live", "/-/ready"]
SIGNED_IN = ["/account/", "/account/feed/", "/account/second-factor/", "/account/logout/"]
NOWHERE = ["/admin/", "/desk/", "/nothing/", "/bulletins/nothing/"]


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Any:
    """The whole demo, seeded once for this file and rolled back after it."""
    with django_db_blocker.unblock(), override_settings(PORTAL_DEMO=True), rolled_back():
        call_command("seed_demo", verbosity=0, stdout=io.StringIO())
        yield


@pytest.fixture
def visitors(demo: Any, db: None) -> dict[str, tuple[Client, Person | None]]:
    people = {account.email: Person.objects.get(email=account.email) for account in ACCOUNTS}
    found: dict[str, tuple[Client, Person | None]] = {
        email: (session_for(person), person) for email, person in people.items()
    }
    return {ANYBODY: (Client(), None), **found}


def check_headers(response: Any, address: str) -> None:
    for name, value in EXPECTED_HEADERS.items():
        assert response.headers.get(name) == value, f"{address}: {name}"
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy or "sandbox" in policy
    allowed = response.headers["Permissions-Policy"]
    assert "camera=()" in allowed and "microphone=()" in allowed and "geolocation=(self)" in allowed
    cache = response.headers["Cache-Control"]
    assert ("private" in cache and "no-store" in cache) or address in {"/-/theme.css"}, f"{address}: {cache}"


def test_every_routed_address_answers_every_account_in_words(visitors: Any) -> None:
    seen: Counter[int] = Counter()
    for client, _person in visitors.values():
        for address in sorted(set(addresses())):
            response = client.get(address)
            seen[response.status_code] += 1
            assert response.status_code in {200, 302, 400, 401, 403, 404, 405, 410}, address
            check_headers(response, address)
    assert seen[200] > 100


def test_known_addresses_have_their_status(visitors: Any) -> None:
    for email, (client, person) in visitors.items():
        for address in PUBLIC:
            expected = 302 if address == "/account/login/" and person else 200
            assert client.get(address).status_code == expected, (email, address)
        for address in SIGNED_IN:
            assert client.get(address).status_code == (200 if person else 302), (email, address)
        for address in NOWHERE:
            assert client.get(address).status_code == 404, (email, address)


def test_every_page_answers_as_the_rule_says(visitors: Any) -> None:
    from portal.access.rule import Verdict, verdict
    from portal.access.viewer import ANONYMOUS, Viewer

    def expected(viewer: Viewer, page: Any) -> int:
        found = verdict(viewer, page)
        if found is Verdict.READABLE:
            return 200
        return 410 if hasattr(page, "notice_due") and page.notice_due(viewer, found) else 404

    pages = [*BulletinPage.objects.filter(source_id=None), *BulletinPage.objects.exclude(source_id=None)[:5]]
    pages += [*BulletinPage.objects.filter(source_id__startswith="demo:"), *GuidancePage.objects.all()]
    pages += list(EmployeeSheetPage.objects.all())
    walked: Counter[int] = Counter()
    for email, (client, person) in visitors.items():
        viewer = viewer_for(person) if person else ANONYMOUS
        for page in pages:
            response = client.get(page.url)
            walked[response.status_code] += 1
            assert response.status_code == expected(viewer, page), (email, page.url)
            check_headers(response, page.url)
            if not may_read(viewer, page):
                assert page.title not in response.content.decode() or response.status_code == 410, (email, page.url)
    assert walked[404] > 20
    assert walked[200] > 100


def test_what_may_not_be_seen_answers_like_what_does_not_exist(visitors: Any) -> None:
    water = next(
        page for page in BulletinPage.objects.filter(live=True, tlp="TLP:AMBER")
        if [community.slug for community in page.audience_communities.all()] == ["water"] and not page.recalled_at
    )  # fmt: skip
    client, _person = visitors["energy@partner.example"]

    def answer(address: str) -> tuple[int, str, list[tuple[str, str]]]:
        response = client.get(address)
        changing = {"X-Request-ID", "Content-Security-Policy", "Content-Length"}
        headers = sorted((name, value) for name, value in response.headers.items() if name not in changing)
        body = re.sub(r'(csrfmiddlewaretoken" value|nonce|data-session-left)="[^"]+"', "", response.content.decode())
        return response.status_code, body.replace(address, ""), headers

    assert answer(water.url) == answer("/bulletins/b-000000000000/")
    assert answer(water.permalink) == answer("/b/00000000-0000-0000-0000-000000000007/")
