"""Say whether what is found is what there is."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal import audit
from search import outbox, verifying
from search.engines import is_outside
from search.questions import SearchUnavailable
from search.verifying import Drift

MOST_NAMED = 50


class Command(BaseCommand):
    help = (
        "Compare things with their entries, and entries with the index, both ways: whether they are there, their "
        "state, their versions and who may read them. With --repair what has drifted is put in step. "
        "Exit code 0 if all is in step, or was put in step; 1 if something has drifted or the index did not answer; "
        "2 for --repair on Front."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="put in step what has drifted")

    def handle(self, *args: Any, **options: Any) -> None:
        is_repair = options["repair"]
        if is_repair and settings.PORTAL_SITE_KIND != "desk":
            raise CommandError("Repairs are made on Desk: Front may only read the index.", returncode=2)
        try:
            drifts = self._told(_drifts(is_repair=is_repair))
            left = self._told(_drifts(is_repair=False)) + _unsent() if is_repair and drifts else drifts
        except SearchUnavailable as problem:
            raise CommandError(f"{problem} Entries and index could not be compared.", returncode=1) from None
        if is_repair:
            audit.ran("search_verify", repaired=drifts - left)
        if left:
            raise CommandError(_advice(left, is_repair=is_repair), returncode=1)
        self.stdout.write(f"All is in step{f' again: {drifts} repaired' if drifts else ''}. {_waiting()}".strip())

    def _told(self, drifts: Iterator[Drift]) -> int:
        """Name what has drifted, by model and key; gives how much it is."""
        count = 0
        for drift in drifts:
            count += 1
            if count <= MOST_NAMED:
                self.stderr.write(str(drift))
        if count > MOST_NAMED:
            self.stderr.write(f"… and {count - MOST_NAMED} more.")
        return count


def _drifts(*, is_repair: bool) -> Iterator[Drift]:
    yield from _repaired(verifying.of_entries(), is_repair=is_repair)
    if is_outside():
        if is_repair:
            outbox.send_waiting()
        yield from _repaired(verifying.of_index(), is_repair=is_repair)
        if is_repair:
            outbox.send_waiting()


def _repaired(drifts: Iterator[Drift], *, is_repair: bool) -> Iterator[Drift]:
    for drift in drifts:
        if is_repair:
            verifying.repair(drift)
        yield drift


def _unsent() -> int:
    """What still waits although the index was told: it has something newer, or refuses it."""
    return verifying.waiting() if is_outside() else 0


def _waiting() -> str:
    waiting = _unsent()
    return f"{waiting} changes wait to be told to the index." if waiting else ""


def _advice(left: int, *, is_repair: bool) -> str:
    what = "is" if left == 1 else "are"
    if is_repair:
        return f"{left} {what} still not in step. If the database was restored, run search_rebuild."
    return f"{left} {what} not in step. `search_verify --repair` puts them in step."
