"""Prove one thing of the trail."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.audit import checkpoints, exporting, keys
from portal.audit.encoding import canonical
from portal.audit.exporting import NothingSigned, NotProvable, Shape, bundle
from portal.audit.models import Checkpoint
from portal.audit.notes import NoteRefused
from portal.audit.verifying import heads
from portal.core.environment import DESK_SITES


class Command(BaseCommand):
    help = (
        "Prove that one event is in the trail, or that an older checkpoint is the beginning of a newer one; the proof "
        "goes to standard output. Exit codes: 0; 1 if it cannot be proven; 2 for wrong use, and on Front."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--event", type=int, metavar="PLACE", help="the event at this place; the proof is recorded")
        what.add_argument("--since", metavar="SIZE|FILE", help="this checkpoint: a stored one, or one kept outside")
        parser.add_argument(
            "--until", type=int, metavar="SIZE", help="up to this stored checkpoint (default: the last)"
        )
        parser.add_argument("--purpose", default="", help="what --event is for; it stands in the trail")
        parser.add_argument("--with-people", action="store_true", help="open the event's references")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_SITE not in DESK_SITES:
            raise CommandError("The trail is proven on Desk; Front may not read it.", returncode=2)
        try:
            proof = self._event(options) if options["event"] is not None else self._consistency(options)
        except NothingSigned:
            raise CommandError("No checkpoint has been signed yet.", returncode=1) from None
        except (NotProvable, NoteRefused, keys.TrailKeyProblem) as problem:
            raise CommandError(f"It cannot be proven: {problem}", returncode=1) from None
        except (Checkpoint.DoesNotExist, OSError):
            raise CommandError("There is no such checkpoint.", returncode=2) from None
        self.stdout.write(proof, ending="")

    def _event(self, options: dict[str, Any]) -> str:
        place = options["event"]
        if not options["purpose"]:
            raise CommandError("Say what it is for with --purpose; it is recorded.", returncode=2)
        chosen = exporting.select(start=place, until=place)
        made = exporting.begin(
            chosen,
            shape=Shape.JSON,
            now=timezone.now(),
            filters={"place": place},
            with_people=options["with_people"],
            purpose=options["purpose"],
        )
        if not made.count:
            raise CommandError("There is no such event, or no checkpoint covers it yet.", returncode=1)
        return b"".join(made.pieces).decode()

    def _consistency(self, options: dict[str, Any]) -> str:
        old, until = options["since"], options["until"]
        new = Checkpoint.objects.get(size=until) if until is not None else checkpoints.latest()
        if new is None:
            raise NothingSigned
        note = Checkpoint.objects.get(size=old).note if old.isdecimal() else Path(old).read_text(encoding="utf-8")
        size = heads.open_head(note, keys.verifiers()).size
        if not 0 < size <= new.size:
            raise CommandError("The older checkpoint must have events, and no more than the newer.", returncode=2)
        return canonical(bundle.consistency(note, new, old_size=size)).decode() + "\n"
