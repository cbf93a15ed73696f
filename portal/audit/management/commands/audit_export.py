"""Export a part of the trail with proofs."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.audit import exporting
from portal.audit.exporting import NothingSigned, NotProvable, Shape
from portal.core.environment import DESK_SITES

BOUNDS = {"start": "from", "until": "until", "person": "person", "about": "about"}


class Command(BaseCommand):
    help = (
        "Export events of the trail, each with the proof that it is in it; docs/trail-format.md says how to verify "
        "them. The export is recorded. Exit codes: 0; 1 if it could not be made; 2 for wrong use, and on Front."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="start", type=_bound, metavar="TIME|PLACE", help="the first of them")
        parser.add_argument("--until", type=_bound, metavar="TIME|PLACE", help="the last of them")
        parser.add_argument("--person", type=int, metavar="PK", help="whose doing it was")
        parser.add_argument("--about", default="", metavar="NAME", help="what it was done to, like members.person:12")
        parser.add_argument("--format", choices=[shape.value for shape in Shape], default=Shape.JSON.value)
        parser.add_argument("--purpose", required=True, help="what it is for; it stands in the trail")
        parser.add_argument("--with-people", action="store_true", help="open the references: say whom they mean")
        parser.add_argument("--output", type=Path, metavar="FILE", help="a new file (default: standard output)")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_SITE not in DESK_SITES:
            raise CommandError("The trail is exported on Desk; Front may not read it.", returncode=2)
        try:
            with _opened(options["output"]) as file:
                made = _begin(options)
                for piece in made.pieces:
                    file.write(piece)
        except NothingSigned:
            words = "No checkpoint has been signed yet; `audit_seal --checkpoint` signs one."
            raise CommandError(words, returncode=1) from None
        except NotProvable as problem:
            raise CommandError(str(problem), returncode=1) from None
        except FileExistsError:
            raise CommandError("There is such a file already; it was left as it is.", returncode=2) from None
        except OSError as problem:
            raise CommandError(f"The file could not be written: {problem.strerror}.", returncode=1) from None
        newer = f" {made.newer} are too new: no checkpoint covers them yet." if made.newer else ""
        self.stderr.write(f"Exported {made.count} events.{newer}")


def _begin(options: dict[str, Any]) -> exporting.Export:
    chosen = {name: options[name] for name in BOUNDS}
    filters = {BOUNDS[name]: _as_filter(name, value) for name, value in chosen.items() if value not in (None, "")}
    return exporting.begin(
        exporting.select(**chosen),
        shape=Shape(options["format"]),
        now=timezone.now(),
        filters=filters,
        with_people=options["with_people"],
        purpose=options["purpose"],
    )


def _as_filter(name: str, value: datetime | int | str) -> str | int:
    """What is told of a filter: not whom it meant, since the trail could never erase that again."""
    if name == "person":
        return "one"
    return value.isoformat() if isinstance(value, datetime) else value


def _bound(text: str) -> datetime | int:
    """A place in the trail, or a time; without a zone, in the portal's."""
    if text.isdecimal():
        return int(text)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("give a place, or a time like 2026-11-20T15:00") from None
    return time if time.tzinfo else timezone.make_aware(time)


@contextmanager
def _opened(path: Path | None) -> Iterator[BinaryIO]:
    """A new file that is gone again if the export fails, or standard output."""
    if path is None:
        yield sys.stdout.buffer
        return
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        try:
            yield file
        except BaseException:
            path.unlink()
            raise
