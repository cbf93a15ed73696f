"""Checkpoints are taken to places outside, where nobody who rules the database can change them.

To a folder, one file for each; by HTTP to a witness, each; and by mail, the first of each day. A delivery that fails is
tried again by the clock, without end: an outside copy is what finds a rewritten trail.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from portal.audit.models import Checkpoint, Delivery
from portal.core import outbox

logger = logging.getLogger(__name__)
FILE, MAIL, WEB = "file", "mail", "web"
PATIENCE = 10  # seconds
MOST_AT_ONCE = 100


class NotTaken(Exception):
    """The place outside did not take the checkpoint."""


def plan(checkpoint: Checkpoint) -> None:
    """Note where a new checkpoint is to go, in the transaction that makes it."""
    places = [FILE]
    if settings.PORTAL_TRAIL_WITNESS_URL:
        places.append(WEB)
    if settings.PORTAL_TRAIL_WITNESS_MAIL and _is_first_of_its_day(checkpoint):
        places.append(MAIL)
    Delivery.objects.bulk_create([Delivery(checkpoint=checkpoint, place=place) for place in places])


def deliver_waiting(*, now: datetime) -> int:
    """Try every delivery that is still to be made, oldest first; returns how many were made."""
    waiting = Delivery.objects.filter(delivered_at=None).select_related("checkpoint").order_by("attempts", "pk")
    return sum(_deliver(row, now) for row in waiting[:MOST_AT_ONCE])


def _deliver(row: Delivery, now: datetime) -> bool:
    mine = Delivery.objects.filter(pk=row.pk, delivered_at=None)
    try:
        _TAKE[row.place](row.checkpoint)
    except (NotTaken, OSError) as problem:
        mine.update(attempts=F("attempts") + 1, problem=type(problem).__name__)
        logger.warning("a checkpoint was not taken", extra={"place": row.place, "size": row.checkpoint_id})
        return False
    return bool(mine.update(delivered_at=now, attempts=F("attempts") + 1, problem=""))


def _to_file(checkpoint: Checkpoint) -> None:
    """Written whole under another name first; one that is there is never replaced."""
    folder = Path(settings.PORTAL_TRAIL_FOLDER) / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{checkpoint.size:015d}.note"
    if path.exists():
        return
    draft = path.with_suffix(f".{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(checkpoint.note)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _to_witness(checkpoint: Checkpoint) -> None:
    request = Request(  # noqa: S310  (check audit.E003 lets only web addresses pass)
        settings.PORTAL_TRAIL_WITNESS_URL,
        data=checkpoint.note.encode(),
        headers={"Content-Type": "text/plain; charset=utf-8"},
        method="POST",
    )
    try:
        with urlopen(request, timeout=PATIENCE):  # noqa: S310  (as above)
            return
    except URLError as problem:
        raise NotTaken from problem


def _by_mail(checkpoint: Checkpoint) -> None:
    outbox.put("checkpoint", str(checkpoint.size))


_TAKE: dict[str, Callable[[Checkpoint], None]] = {FILE: _to_file, WEB: _to_witness, MAIL: _by_mail}


def _is_first_of_its_day(checkpoint: Checkpoint) -> bool:
    day = timezone.localtime(checkpoint.at).replace(hour=0, minute=0, second=0, microsecond=0)
    return not Checkpoint.objects.filter(at__gte=day, size__lt=checkpoint.size).exists()
