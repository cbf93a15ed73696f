"""Killed at any step of a submission, a process leaves a whole report or none, and the sweeps leave nothing behind."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from portal.members.models import Person
from portal.reporting.enums import Section
from tests.factories import PersonFactory

pytestmark = [
    pytest.mark.both,
    pytest.mark.django_db(transaction=True, databases=["default", "vault"]),
    pytest.mark.skipif("connections['default'].vendor != 'sqlite'", reason="copies its database as a file"),
]

# A member's browser, without the network between: goes on from the cookies it is given, and gives them back.
FRONT = """
import json, os, signal, sys
import django; django.setup()
from unittest import mock
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
from portal.members.models import Person
from portal.reporting import sending, drafting, receiving
from portal.vault import records, streams
from tests.conftest import session_for
from tests.reporting.front.conftest import PAGES, ORIGIN

key, step, kept = int(sys.argv[1]), sys.argv[2], sys.argv[3]
browser = session_for(Person.objects.get(pk=key))

def keep():
    with open(kept, "w") as out:
        json.dump({name: cookie.value for name, cookie in browser.cookies.items() if name.startswith("draft")}, out)

if os.path.exists(kept):
    for name, value in json.load(open(kept)).items():
        browser.cookies[name] = value
else:
    browser.post(reverse("report_activity"), {"now": "no"})
    for page, typed in PAGES.items():
        known = {name: text for name, text in typed.items() if name != "county"}  # there is none in this database
        browser.post(reverse("report_page", args=[page]), {"seen": "0", **known})
    keep()

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

def after(real):
    def do(*args, **kwargs):
        real(*args, **kwargs)
        die()
    return do

def on_the_third(real):
    turns = []
    def do(*args, **kwargs):
        turns.append(1)
        return die() if len(turns) == 3 else real(*args, **kwargs)
    return do

STEPS = {
    "none": None,
    "before the key": (records, "new_key", die),
    "after the key": (records, "new_key", after(records.new_key)),
    "mid-file": (streams.Writer, "write", on_the_third(streams.Writer.write)),
    "after the file, before its row": (receiving.SealingHandler, "keep", die),
    "before the receipt": (records, "give_words", die),
    "after the receipt": (records, "give_words", after(records.give_words)),
    "before the commit": (sending, "_tell", die),
}

def go():
    big = b"The van came back. " * 12_000
    if not browser.get(reverse("report_files")).context["rows"]:
        sent = SimpleUploadedFile("notes.txt", big, "text/plain")
        browser.post(reverse("report_upload"), {"file": sent}, headers={"Origin": ORIGIN})
    print(browser.post(reverse("report_check"), {"contact": ""}).headers.get("Location", ""))
    print(browser.get(reverse("report_receipt")).status_code)

chosen = STEPS[step]
if chosen is None:
    go()
else:
    with mock.patch.object(*chosen):
        go()
"""
SWEEP = """
import sys
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from portal.reporting import drafting, orphans
later = timezone.now() + timedelta(days=10)
if "forget" in sys.argv:
    drafting.forget_old(later)
orphans.sweep(later)
"""
STEPS = [
    "before the key",
    "after the key",
    "mid-file",
    "after the file, before its row",
    "before the receipt",
    "after the receipt",
    "before the commit",
]


@dataclass
class Trial:
    """Both databases as files, and a folder for what is sealed."""

    folder: Path

    def environment(self, site: str) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.reporting.front.killed_settings",
            "PORTAL_SITE": site,
            "PORTAL_TEST_DATABASE_URL": f"sqlite:///{self.folder / 'db.sqlite3'}",
            "DESK_JOBS_DATABASE_URL": f"sqlite:///{self.folder / 'jobs.sqlite3'}",
            "KILLED_SEALED_ROOT": str(self.folder / "sealed"),
        }

    def run(self, code: str, *arguments: str, site: str = "front") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment(site), capture_output=True, text=True, check=False
        )

    def report(self, person: Person, step: str) -> subprocess.CompletedProcess[str]:
        return self.run(FRONT, str(person.pk), step, str(self.folder / "cookies.json"))

    def ask(self, query: str, *, vault: bool = False) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.folder / ("db.sqlite3_vault" if vault else "db.sqlite3")) as copy:
            return copy.execute(query).fetchall()

    def sealed(self) -> list[Path]:
        return [path for path in (self.folder / "sealed").rglob("*") if path.is_file()]


@pytest.fixture
def person() -> Person:
    return PersonFactory()


@pytest.fixture
def trial(person: Person, tmp_path: Path) -> Iterator[Trial]:
    for alias, name in (("default", "db.sqlite3"), ("vault", "db.sqlite3_vault")):
        connections[alias].ensure_connection()
        with sqlite3.connect(tmp_path / name) as copy:
            connections[alias].connection.backup(copy)
    yield Trial(tmp_path)


def parts_of(trial: Trial) -> list[str]:
    return sorted(name for (name,) in trial.ask("SELECT name FROM reporting_reportpart"))


WHOLE = sorted({*Section} - {Section.ADDED})


@pytest.mark.parametrize("step", STEPS)
def test_killed_there_it_is_whole_or_not_there_and_the_second_try_sends_it_once(
    trial: Trial, person: Person, step: str
) -> None:
    killed = trial.report(person, step)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    assert trial.ask("SELECT count(*) FROM reporting_report") == [(0,)]
    assert parts_of(trial) == []
    again = trial.report(person, "none")
    assert again.returncode == 0, again.stderr[-2000:]
    assert again.stdout.split() == ["/report/activity/receipt/", "200"]
    assert trial.ask("SELECT count(*) FROM reporting_report") == [(1,)]
    assert parts_of(trial) == WHOLE
    assert trial.ask("SELECT count(*) FROM reporting_attachment") == [(1,)]
    swept = trial.run(SWEEP, site="desk-worker")
    assert swept.returncode == 0, swept.stderr[-2000:]
    [(name,)] = trial.ask("SELECT uuid FROM reporting_report")
    [(file,)] = trial.ask("SELECT uuid FROM reporting_attachment")
    assert [path.name.replace("-", "") for path in trial.sealed()] == [file]
    records = trial.ask("SELECT DISTINCT record FROM vault_deskcopy", vault=True)
    assert [record.replace("-", "") for (record,) in records] == [f"report:{name}"]


def test_one_that_nobody_goes_on_with_leaves_nothing(trial: Trial, person: Person) -> None:
    trial.report(person, "before the commit")
    assert trial.sealed() and trial.ask("SELECT * FROM vault_deskcopy", vault=True)
    swept = trial.run(SWEEP, "forget", site="desk-worker")
    assert swept.returncode == 0, swept.stderr[-2000:]
    assert not trial.sealed()
    assert not trial.ask("SELECT * FROM vault_deskcopy", vault=True)
    assert not trial.ask("SELECT * FROM vault_codecopy", vault=True)
    assert not trial.ask("SELECT * FROM reporting_draftpart")
