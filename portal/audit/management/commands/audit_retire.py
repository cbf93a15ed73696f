"""Keep the trail no longer than it is to be kept."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from portal.audit.keys import TrailKeyProblem
from portal.audit.retention import dropping, erasing, retiring
from portal.audit.retention.erasing import NotYetPast
from portal.audit.retention.months import parse_month
from portal.audit.retention.retiring import SegmentRefused
from portal.core.environment import DESK_SITES


class Command(BaseCommand):
    help = (
        "Export and sign the months of the trail that are older than PORTAL_TRAIL_MONTHS. With --drop, delete an "
        "exported one from the database (as the owner of its tables). With --erase-person or --erase-address, erase on "
        "order whom events mean. Exit codes: 0; 1 if it was refused; 2 for wrong use, and on Front."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--drop", type=_month, metavar="MONTH", help="an exported month, like 2026-01")
        what.add_argument("--erase-person", type=int, metavar="PK")
        what.add_argument("--erase-address", metavar="ADDRESS", help="a network address")
        parser.add_argument("--before", type=_month, metavar="MONTH", help="erase from events of before this month")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_SITE not in DESK_SITES:
            raise CommandError("The trail is kept on Desk.", returncode=2)
        erases = options["erase_person"] is not None or options["erase_address"] is not None
        if erases is (options["before"] is None):
            raise CommandError("--before goes with --erase-person or --erase-address.", returncode=2)
        try:
            words = _erase(options) if erases else _drop(options["drop"]) if options["drop"] else _retire()
        except NotYetPast:
            raise CommandError(
                "Only months that are over can be erased; give this month at most.", returncode=2
            ) from None
        except (SegmentRefused, TrailKeyProblem) as problem:
            raise CommandError(str(problem), returncode=1) from None
        except OSError as problem:
            raise CommandError(f"A file could not be written: {problem.strerror}.", returncode=1) from None
        except DatabaseError as problem:
            words = f"The database refused, and nothing was changed; the tables' owner must run this ({problem})."
            raise CommandError(words, returncode=1) from None
        self.stdout.write(words)


def _retire() -> str:
    count = retiring.retire_due(now=timezone.now())
    return f"Exported {count} months." if count else "No month is old enough to be exported."


def _drop(month: date) -> str:
    count = dropping.drop(month, now=timezone.now())
    return f"Dropped {count} events of {month:%Y-%m}."


def _erase(options: dict[str, Any]) -> str:
    now, before = timezone.now(), options["before"]
    if options["erase_person"] is not None:
        count = erasing.erase_person(options["erase_person"], before=before, now=now)
    else:
        count = erasing.erase_address(options["erase_address"], before=before, now=now)
    return f"Erased {count} references."


def _month(text: str) -> date:
    try:
        return parse_month(text)
    except ValueError:
        raise ArgumentTypeError("give a month like 2026-01") from None
