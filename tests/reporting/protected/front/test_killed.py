"""Killed at any step, or sent by two windows at one moment: one whole submission or none, and nothing left over."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from portal.members.models import Person
from portal.reporting.protected.enums import Act, ProtectedSection
from portal.vocabulary.models import County, Sector
from tests.factories import OrganisationFactory, PersonFactory
from tests.reporting.front.test_killed import SWEEP, Trial, parts_of, trial

__all__ = ["trial"]
pytestmark = [
    pytest.mark.both,
    pytest.mark.django_db(transaction=True, databases=["default", "vault"]),
    pytest.mark.skipif(connections["default"].vendor != "sqlite", reason="copies its database as a file"),
]

# An engineer's browser, without the network between. It goes on from the cookies that it is given.
FRONT = """
import json, os, signal, sys
import django; django.setup()
from unittest import mock
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.test.utils import setup_test_environment
setup_test_environment()
from portal.members.models import Organisation, Person
from portal.reporting import receiving
from portal.reporting.protected import sending
from portal.vault import records, streams
from tests.conftest import session_for
from tests.reporting.front.conftest import ORIGIN
from tests.reporting.protected.front.conftest import NO_REGIME, PAGES

key, step, kept = int(sys.argv[1]), sys.argv[2], sys.argv[3]
person = Person.objects.get(pk=key)
browser = session_for(person)
OWN = {
    "contact": {"organisation": str(Organisation.objects.get(name="Grid").pk), "alternate": "second@grid.example"},
    "certify": {"signed": person.name},
}

if os.path.exists(kept):
    for name, value in json.load(open(kept)).items():
        browser.cookies[name] = value
else:
    browser.post(reverse("protected"), NO_REGIME)
    for page, typed in PAGES.items():
        answer = browser.post(reverse("protected_page", args=[page]), {"seen": "0", **typed, **OWN.get(page, {})})
        assert answer.status_code == 302, (page, answer.context["form"].errors)
    with open(kept, "w") as out:
        json.dump({name: cookie.value for name, cookie in browser.cookies.items() if name.startswith("draft")}, out)

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

def after(real):
    def do(*args, **kwargs):
        real(*args, **kwargs)
        die()
    return do

STEPS = {
    "none": None,
    "at the word": None,
    "before the key": (records, "new_key", die),
    "after the key": (records, "new_key", after(records.new_key)),
    "mid-file": (streams.Writer, "write", die),
    "after the file, before its row": (receiving.SealingHandler, "keep", die),
    "before the receipt": (records, "give_words", die),
    "after the receipt, before the row": (records, "give_words", after(records.give_words)),
    "before the commit": (sending, "_tell", die),
}

def go():
    if not browser.get(reverse("protected_files")).context["rows"]:
        sent = SimpleUploadedFile("notes.txt", b"The north substation. " * 12_000, "text/plain")
        browser.post(reverse("protected_upload"), {"file": sent}, headers={"Origin": ORIGIN})
    if step == "at the word":
        print("ready", flush=True)
        sys.stdin.readline()
    print(browser.post(reverse("protected_check")).headers.get("Location", ""))
    shown = browser.get(reverse("protected_receipt"))
    print(shown.context["receipt"]["words"] if shown.status_code == 200 else shown.status_code)

chosen = STEPS[step]
if chosen is None:
    go()
else:
    with mock.patch.object(*chosen):
        go()
"""
STEPS = [
    "before the key",
    "after the key",
    "mid-file",
    "after the file, before its row",
    "before the receipt",
    "after the receipt, before the row",
    "before the commit",
]
WHOLE = sorted({*ProtectedSection} - {ProtectedSection.ADDED, *Act})


@pytest.fixture
def person() -> Person:
    County.objects.get_or_create(fips="29051", defaults={"name": "Cole"})
    Sector.objects.get_or_create(slug="energy", defaults={"name": "Energy"})
    grid = OrganisationFactory(name="Grid")
    PersonFactory(organisations=[grid], email="second@grid.example")
    filer: Person = PersonFactory(organisations=[grid])
    return filer


def submit(trial: Trial, person: Person, step: str) -> subprocess.CompletedProcess[str]:
    return trial.run(FRONT, str(person.pk), step, str(trial.folder / "cookies.json"))


def hold_to_one(trial: Trial) -> None:
    """One submission with its sections and its file; the sweep leaves its key and nothing else."""
    assert trial.ask("SELECT kind FROM reporting_report") == [("protected",)]
    assert parts_of(trial) == WHOLE
    swept = trial.run(SWEEP, site="desk-worker")
    assert swept.returncode == 0, swept.stderr[-2000:]
    [(name,)] = trial.ask("SELECT uuid FROM reporting_report")
    [(file,)] = trial.ask("SELECT uuid FROM reporting_attachment")
    assert [path.name.replace("-", "") for path in trial.sealed()] == [file]
    records = trial.ask("SELECT DISTINCT record FROM vault_deskcopy", vault=True)
    assert [record.replace("-", "") for (record,) in records] == [f"report:{name}"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_there_it_is_whole_or_not_there_and_the_second_try_submits_it_once(
    trial: Trial, person: Person, step: str
) -> None:
    killed = submit(trial, person, step)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    assert trial.ask("SELECT count(*) FROM reporting_report") == [(0,)] and parts_of(trial) == []
    again = submit(trial, person, "none")
    assert again.returncode == 0, again.stderr[-2000:]
    assert again.stdout.split()[0] == "/report/protected/receipt/"
    hold_to_one(trial)


def test_two_windows_at_the_same_moment_submit_it_once_and_show_the_same_code(trial: Trial, person: Person) -> None:
    assert submit(trial, person, "before the receipt").returncode == -signal.SIGKILL  # filled in, with its file
    windows = [_window(trial, person) for _number in range(2)]
    try:
        for window in windows:
            assert window.stdout is not None and window.stdout.readline() == "ready\n"
        said = [_let_go(window) for window in windows]
        heard = [window.communicate(timeout=60) for window in said]
    finally:
        for window in windows:
            window.kill()
    answers = [out.split() for out, _errors in heard]
    assert [window.returncode for window in windows] == [0, 0], [errors[-2000:] for _out, errors in heard]
    assert [answer[0] for answer in answers] == ["/report/protected/receipt/"] * 2
    assert answers[0][1] == answers[1][1] and len(answers[0][1].split("-")) == 8
    hold_to_one(trial)


def _window(trial: Trial, person: Person) -> subprocess.Popen[str]:
    arguments = [FRONT, str(person.pk), "at the word", str(trial.folder / "cookies.json")]
    pipes: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(
        [sys.executable, "-c", *arguments], cwd=settings.BASE_DIR, env=trial.environment("front"), text=True, **pipes
    )


def _let_go(window: subprocess.Popen[str]) -> subprocess.Popen[str]:
    assert window.stdin is not None
    window.stdin.write("go\n")
    window.stdin.flush()
    return window
