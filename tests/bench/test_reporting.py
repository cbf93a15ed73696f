"""What sealed reports cost: a sealed file beside plain AES-GCM, a thousand reports, and a queue of ten thousand.

Each is measured against a baseline in the same run. docs/performance.md says what was seen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.cookiejar import CookieJar
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting.models import Case, Report, ReportPart
from tests.conftest import session_for
from tests.factories import PersonFactory, staff
from tests.reporting.front.conftest import PAGES

pytestmark = [pytest.mark.bench, pytest.mark.django_db]
MEGABYTES = int(os.environ.get("PORTAL_BENCH_MEGABYTES", "256"))
REPORTS = int(os.environ.get("PORTAL_BENCH_REPORTS", "1000"))
QUEUE = int(os.environ.get("PORTAL_BENCH_QUEUE", "10000"))
WRITERS = 8

# In a process of its own, so that its memory is its own: seals so many megabytes and says seconds and peak memory.
SEALING = """
import json, os, resource, sys, time, uuid
import django; django.setup()
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from portal.vault.records import DataKey
from portal.vault.secret import Secret
kind, megabytes, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
piece = os.urandom(64 * 1024)
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
idle = peak()
begun = time.perf_counter()
with open(path, "wb") as out:
    if kind == "sealed":
        writer = DataKey(id=uuid.uuid4(), record="report:bench", key=Secret.random()).writer("file:bench", out)
        for _ in range(megabytes * 16):
            writer.write(piece)
        writer.close()
    else:
        cipher = AESGCM(os.urandom(32))
        for number in range(megabytes * 16):
            out.write(cipher.encrypt(number.to_bytes(12, "big"), piece, None))
print(json.dumps({"seconds": time.perf_counter() - begun, "memory": peak() - idle}))
"""


def sealing(kind: str, path: str) -> dict[str, float]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
    done = subprocess.run(
        [sys.executable, "-c", SEALING, kind, str(MEGABYTES), path],
        cwd=django_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        check=True,
    )
    said: dict[str, float] = json.loads(done.stdout)
    return said


def test_a_file_is_sealed_at_half_the_speed_of_plain_encryption_or_better(tmp_path: Any) -> None:
    rounds = [(sealing("plain", str(tmp_path / "p")), sealing("sealed", str(tmp_path / "s"))) for _ in range(3)]
    plain, sealed = (min(turn[side]["seconds"] for turn in rounds) for side in (0, 1))
    memory = max(turn[1]["memory"] for turn in rounds)
    ratio = plain / sealed
    print(f"\n{MEGABYTES} MB in {sealed:.2f} s, {memory:.0f} MB over idle name=seal ratio={ratio:.2f}")  # noqa: T201
    assert ratio >= 0.5
    assert memory < 64


class StayThere(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: the draft's cookie comes with it, and the next request brings it."""

    def redirect_request(self, *_args: Any, **_facts: Any) -> None:
        return None


class Browser:
    """A browser of one member, over HTTP."""

    def __init__(self, address: str, person: Person) -> None:
        self.address = address
        self._jar = CookieJar()
        self._opener = urllib.request.build_opener(StayThere)
        self._session = session_for(person).cookies[django_settings.SESSION_COOKIE_NAME].value

    def ask(self, path: str, **typed: str) -> str:
        data = urlencode({**typed, "csrfmiddlewaretoken": self._token()}).encode() if typed else None
        request = urllib.request.Request(self.address + path, data)  # noqa: S310  (our own server)
        request.add_header("Cookie", f"{django_settings.SESSION_COOKIE_NAME}={self._session}; {self._cookies()}")
        request.add_header("Origin", self.address)
        with self._answer(request) as answer:
            self._jar.extract_cookies(answer, request)
            return str(answer.read().decode())

    def _answer(self, request: urllib.request.Request) -> Any:
        try:
            return self._opener.open(request)
        except urllib.error.HTTPError as answer:
            assert answer.code == 302, answer.code
            return answer

    def _cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    def _token(self) -> str:
        return next(str(c.value) for c in self._jar if c.name == django_settings.CSRF_COOKIE_NAME)

    def report(self) -> None:
        self.ask("/report/activity/")
        self.ask("/report/activity/", now="no")
        for page in ("activity", "place", "contact"):
            # Real transactions empty the tables between tests, that of the counties as well.
            self.ask(f"/report/activity/{page}/", seen="0", **{**PAGES[page], "county": ""})
        self.ask("/report/activity/check/", contact="")
        self.ask("/report/activity/receipt/", kept="1")


def shared_out(browsers: list[Browser], do: Callable[[Browser], Any], times: int) -> float:
    """Do something so many times, each browser one after the other, all browsers at once; the seconds that it took."""

    def turns(browser: Browser) -> None:
        for _turn in range(times // len(browsers)):
            do(browser)

    begun = perf_counter()
    with ThreadPoolExecutor(len(browsers)) as pool:
        list(pool.map(turns, browsers))
    return perf_counter() - begun


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a live server over SQLite in memory has one connection")
@pytest.mark.django_db(transaction=True)
def test_a_thousand_reports_over_http_and_none_is_lost(live_server: Any, settings: Any) -> None:
    settings.PORTAL_REPORTS_PER_HOUR = 10 * REPORTS
    settings.ALLOWED_HOSTS = ["*"]
    browsers = [Browser(live_server.url, PersonFactory()) for _ in range(WRITERS)]
    for browser in browsers:
        browser.ask("/report/activity/")
    plain = shared_out(browsers, lambda browser: browser.ask("/report/promise/"), REPORTS)
    taken = shared_out(browsers, Browser.report, REPORTS)
    made = REPORTS // WRITERS * WRITERS
    assert Report.objects.count() == made
    assert ReportPart.objects.filter(name="activity").count() == made
    ratio = taken / (8 * plain)
    print(f"\n{made} reports in {taken:.0f} s name=submit ratio={ratio:.2f}")  # noqa: T201


def fill_queue(count: int) -> None:
    person = PersonFactory()
    now = timezone.now()
    reports = Report.objects.bulk_create(Report(number=f"SAR-{at}", submitter=person) for at in range(count))
    Case.objects.bulk_create(
        Case(report=report, behaviour="PHOTO", due_at=now + timedelta(minutes=at), retain_until=now.date())
        for at, report in enumerate(reports)
    )


def test_the_queue_opens_with_ten_thousand_reports_as_with_fifty(desk: None) -> None:
    browser = session_for(staff(StaffRole.MIAC_ANALYST))
    fill_queue(50)
    few, queries = opening(browser)
    Case.objects.all().delete()
    Report.objects.all().delete()
    fill_queue(QUEUE)
    many, again = opening(browser)
    assert queries == again
    print(f"\n{QUEUE} reports, {again} queries, {many * 1000:.0f} ms name=queue ratio={many / few:.2f}")  # noqa: T201


def opening(browser: Any) -> tuple[float, int]:
    """The median seconds of opening the queue, and its queries."""
    browser.get("/desk/reports/")
    times = []
    for _round in range(7):
        with CaptureQueriesContext(connection) as asked:
            begun = perf_counter()
            assert browser.get("/desk/reports/").status_code == 200
            times.append(perf_counter() - begun)
    return sorted(times)[3], len(asked)
