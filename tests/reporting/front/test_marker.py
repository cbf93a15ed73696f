"""Over a whole run, what was typed and the keys that seal it are searched for everywhere they must not be."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.core import tick
from portal.core.outbox import send_waiting
from portal.members.enums import StaffRole
from portal.reporting.actions import triage
from portal.reporting.models import Case, Evidence, Report
from portal.vault.secret import KEY_BYTES, Secret
from tests.conftest import DATABASES, become, session_for
from tests.factories import staff
from tests.reporting.desk.working import anew, determine, review, train
from tests.reporting.front.conftest import PAGES, FakeScanner, Reporter

pytestmark = pytest.mark.django_db
MARK = "xylophone-heron-4471"
FILE = b"The gauge read " + MARK.encode() + b" at noon.\n" * 40


@pytest.fixture
def secrets_made(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every key that is made while the test runs."""
    made: list[bytes] = []
    plain = Secret.__init__

    def noted(secret: Secret, value: bytes) -> None:
        if len(value) == KEY_BYTES:
            made.append(value)
        plain(secret, value)

    monkeypatch.setattr(Secret, "__init__", noted)
    return made


def everything_stored() -> Iterator[tuple[str, bytes]]:
    """Every value of every table of both databases: sessions, jobs, mail, trail and all others."""
    for alias in DATABASES:
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  (the database's own names)
                for row in cursor.fetchall():
                    for value in row:
                        yield f"{alias}.{table}", as_bytes(value)


def as_bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def forms_of(secret: bytes) -> list[bytes]:
    """How a key could stand in a log or a table."""
    plain = [secret, secret.hex().encode(), base64.b64encode(secret), base64.urlsafe_b64encode(secret).rstrip(b"=")]
    return [*plain, repr(secret).encode()]


def run_through(reporter: Reporter) -> str:
    """Write, send files, make mistakes, send, re-open, add; gives the receipt code."""
    reporter.begin()
    for page in PAGES:
        reporter.write(page, **{name: f"{MARK} {name}" for name in ("what", "unusual", "where", "facility", "source")})
    reporter.write("place", latitude="not a number " + MARK)
    reporter.versions["place"] = 2
    reporter.write("place", where=MARK)
    reporter.post("report_seen_add", "person", seen="0", who=MARK, did=MARK)
    reporter.upload(f"{MARK}.txt", FILE, "text/plain")
    reporter.upload(f"{MARK}.exe", b"MZ" + FILE, "application/octet-stream")
    reporter.send()
    words = str(reporter.get("report_receipt").context["receipt"]["words"])
    number = Report.objects.get().number
    reporter.post("report_receipt")
    reporter.post("report_one", number, words=words)
    reporter.get("report_one", number)
    reporter.post("report_add", number, words=f"Later: {MARK}")
    send_waiting()
    return words


def at_the_desk(settings: Any) -> None:
    """Take it in, scan and copy its file, read it, write about it in words, and determine it."""
    become(settings, "desk")
    tick.run(timezone.now())
    analyst, second = staff(StaffRole.MIAC_ANALYST), staff(StaffRole.MIAC_ANALYST)
    train(second, until=timezone.localdate() + timedelta(days=30))
    case = Case.objects.get()
    browser = session_for(analyst)
    address = f"/desk/reports/{case.report.uuid}/"
    assert browser.post(address, {"purpose": "review", "words": ""}).status_code == 302
    browser.get(address)
    browser.get(f"/desk/files/{Evidence.objects.get().pk}/")
    triage.WriteNote(case, analyst, words=f"Note: {MARK}").execute()
    triage.WriteMessage(case, analyst, words=f"Message: {MARK}", is_question=True).execute()
    review(anew(case), analyst, why=f"Why: {MARK}")
    determine(anew(case), second, grounds=MARK, facts=MARK, unusual=MARK)
    tick.run(timezone.now())


def test_nothing_typed_and_no_key_stands_anywhere(
    reporter: Reporter,
    scanner: FakeScanner,
    sealed_root: Path,
    secrets_made: list[bytes],
    caplog: pytest.LogCaptureFixture,
    settings: Any,
) -> None:
    with caplog.at_level(logging.DEBUG):
        words = run_through(reporter)
        at_the_desk(settings)
    stored = dict.fromkeys(everything_stored())
    files = [(path.name, path.read_bytes()) for path in sealed_root.rglob("*") if path.is_file()]
    said = [("log", caplog.text.encode()), *(("mail", f"{m.subject}\n{m.body}".encode()) for m in mail.outbox)]
    places = [*stored, *files, *said]
    assert len(secrets_made) >= 4 and files
    wanted = [MARK.encode(), words.encode(), words.replace("-", " ").encode()]
    wanted += [form for secret in set(secrets_made) for form in forms_of(secret)]
    found = {(name, text[:20]) for name, value in places for text in wanted if text in value}
    assert not found


def test_an_error_page_and_its_log_show_nothing_of_it(
    reporter: Reporter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reporter.begin()

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError(f"it broke over {MARK}")

    monkeypatch.setattr("portal.reporting.drafting.Writing._put", broken)
    browser = Client(raise_request_exception=False)
    browser.cookies = reporter.browser.cookies
    with caplog.at_level(logging.DEBUG):
        answer = browser.post(reverse("report_page", args=["activity"]), {"seen": "0", "what": MARK})
    assert answer.status_code == 500
    assert MARK not in answer.content.decode()
    formatter = logging.getLogger().handlers[0].formatter
    assert formatter is not None
    assert MARK not in "".join(formatter.format(record) for record in caplog.records)
