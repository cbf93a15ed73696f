"""Checkpoints are taken to places outside, where nobody who rules the database can change them.

To a folder, one file for each; by HTTP to a witness, each; and by mail, the first of each day. A delivery that fails is
tried again by the clock, without end: an outside copy is what finds a rewritten trail. The clock alone delivers, so
that a place which does not answer keeps no event from being sealed; after the first failure it is left until next time,
and the other places have their turn. However slowly a witness answers, the clock waits for it no longer than PATIENCE.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from portal.audit.models import Checkpoint, Delivery
from portal.core import outbox

logger = logging.getLogger(__name__)
FILE, MAIL, WEB = "file", "mail", "web"
PATIENCE = 10  # seconds, for the whole of an answer
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
    """Try the deliveries that are still to be made, those first that were tried least; returns how many were made."""
    return sum(_deliver_to(place, now) for place in _TAKE)


def _deliver_to(place: str, now: datetime) -> int:
    """Everything that waits for one place, up to its first failure: it is not there, and each try takes its time."""
    waiting = Delivery.objects.filter(place=place, delivered_at=None).select_related("checkpoint")
    made = 0
    for row in waiting.order_by("attempts", "pk")[:MOST_AT_ONCE]:
        if not _deliver(row, now):
            break
        made += 1
    return made


def _deliver(row: Delivery, now: datetime) -> bool:
    """Whether the place took it. That another process was quicker is no failure of the place."""
    mine = Delivery.objects.filter(pk=row.pk, delivered_at=None)
    try:
        _TAKE[row.place](row.checkpoint)
    except (NotTaken, OSError, ValueError) as problem:  # the last is for an address that is none
        mine.update(attempts=F("attempts") + 1, problem=type(problem).__name__)
        logger.warning("a checkpoint was not taken", extra={"place": row.place, "size": row.checkpoint_id})
        return False
    mine.update(delivered_at=now, attempts=F("attempts") + 1, problem="")
    return True


def _to_file(checkpoint: Checkpoint) -> None:
    """Written whole under another name first; one that is there is never replaced, and counts if it is the same."""
    folder = Path(settings.PORTAL_TRAIL_FOLDER) / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{checkpoint.size:015d}.note"
    if path.exists():
        if path.read_bytes() != checkpoint.note.encode():
            raise NotTaken("another file stands there")
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
    sending = _Sending(request)
    sending.start()
    sending.join(PATIENCE)
    if sending.is_alive():
        raise NotTaken("it takes too long to answer")
    if not sending.is_taken:
        raise NotTaken("it did not take it")


class _Sending(threading.Thread):
    """One request, beside the clock: a time limit of sockets is for each read, and an answer can have any number.

    One that is left behind ends with its connection, or with the process.
    """

    def __init__(self, request: Request) -> None:
        super().__init__(daemon=True)
        self._request, self.is_taken = request, False

    def run(self) -> None:
        try:
            with _opener.open(self._request, timeout=PATIENCE):
                self.is_taken = True
        except HTTPError as answer:
            answer.close()
        except (HTTPException, OSError, ValueError):  # an answer that is no HTTP, nobody there, no such name
            return


class _NoRedirects(HTTPRedirectHandler):
    """What is not taken at its own address is not taken: the answer counts as a failure."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = build_opener(_NoRedirects)


def _by_mail(checkpoint: Checkpoint) -> None:
    outbox.put("checkpoint", str(checkpoint.size))


_TAKE: dict[str, Callable[[Checkpoint], None]] = {FILE: _to_file, WEB: _to_witness, MAIL: _by_mail}


def _is_first_of_its_day(checkpoint: Checkpoint) -> bool:
    day = timezone.localtime(checkpoint.at, timezone.get_default_timezone()).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return not Checkpoint.objects.filter(at__gte=day, size__lt=checkpoint.size).exists()
