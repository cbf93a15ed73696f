"""Mail that outlives a request: a row says what is to be sent, and a worker writes and sends it.

A row names the kind of mail and what it is about, never its words, a secret link or an address. The builder of the
kind reads all of that from the thing itself at the moment of sending. So nothing worth stealing lies in the
table, and a row that somebody slipped in can only send a true mail to the right person. Requests that must not tell
whether somebody exists put a row either way.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from portal.core.models import OutgoingMail

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 200  # of each site
SITES = ("desk", "front")
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
MOST_ATTEMPTS = 20  # about a day and a half


@dataclass(frozen=True)
class Letter:
    """What a builder gives: to whom, and the facts of the templates `emails/<template>.txt` and `_subject.txt`.

    There is one address: nobody learns who else got it, and a second try reaches nobody twice. `headers` are the
    portal's own, such as that of a link which stops the mail.
    """

    to: str
    template: str
    facts: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


Builder = Callable[..., Letter | None]
_builders: dict[str, Builder] = {}
_of_desk: set[str] = set()
_knows_site: set[str] = set()


def kind(name: str, *, is_of_desk: bool = False, knows_site: bool = False) -> Callable[[Builder], Builder]:
    """Register the builder of one kind of mail. It takes what the mail is about; None means that there is nobody.

    A kind that opens what is sealed to Desk, or lets somebody in, is of Desk: a row that Front put is not written.
    With `knows_site` the builder is also told which site put the row: Front's rows are refused where they say another.
    """

    def register(builder: Builder) -> Builder:
        _builders[name] = builder
        if is_of_desk:
            _of_desk.add(name)
        if knows_site:
            _knows_site.add(name)
        return builder

    return register


def put(name: str, about: str = "") -> None:
    """Ask for a mail, in the transaction of what it tells of."""
    from portal.core.tasks import send_waiting_mail

    OutgoingMail.objects.bulk_create([OutgoingMail(kind=name, about=about, site=settings.PORTAL_SITE_KIND)])
    transaction.on_commit(send_waiting_mail.enqueue)


def send_waiting(*, all_sites: bool = False) -> int:
    """Send what is due, of this site or of both; returns how many were sent. Safe to run twice at the same time.

    Each site has a share of its own, Desk the first: rows without number from Front keep no mail of Desk waiting.
    """
    sites = SITES if all_sites else (settings.PORTAL_SITE_KIND,)
    return sum(_send_one(pk) for site in sites for pk in _due(site))


def _due(site: str) -> list[int]:
    waiting = OutgoingMail.objects.filter(sent_at=None, given_up_at=None, due_at__lte=timezone.now(), site=site)
    return list(waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])


def _send_one(pk: int) -> bool:
    try:
        row = _claim(pk)
        if row is None:
            return False
        _hand_over(row)
    except Exception as problem:  # noqa: BLE001  (whatever it is, this mail waits and the next one goes)
        _put_off(pk, problem)
        return False
    OutgoingMail.objects.filter(pk=pk).update(sent_at=timezone.now(), problem="")
    return True


def _claim(pk: int) -> OutgoingMail | None:
    """Count this attempt and put the next one off, before the mail server is asked: no row is locked meanwhile."""
    with transaction.atomic():
        row = OutgoingMail.objects.select_for_update().filter(pk=pk, sent_at=None, due_at__lte=timezone.now()).first()
        if row is None:
            return None
        row.attempts = min(row.attempts, MOST_ATTEMPTS) + 1  # Front writes this number, and may write any
        row.due_at = timezone.now() + min(FIRST_PAUSE * 2 ** (row.attempts - 1), LONGEST_PAUSE)
        row.save(update_fields=["attempts", "due_at"])
        return row


def _hand_over(row: OutgoingMail) -> None:
    if row.kind in _of_desk and row.site != "desk":
        return
    told = {"site": row.site} if row.kind in _knows_site else {}
    letter = _builders[row.kind](row.about, **told)
    if letter is not None:
        _message(letter).send()


def _message(letter: Letter) -> EmailMessage:
    facts = {"front_url": settings.PORTAL_FRONT_URL, "desk_url": settings.PORTAL_DESK_URL, **letter.facts}
    subject = " ".join(render_to_string(f"emails/{letter.template}_subject.txt", facts).split())
    body = render_to_string(f"emails/{letter.template}.txt", facts)
    return EmailMessage(subject, body, None, [letter.to], headers=letter.headers)


def _put_off(pk: int, problem: Exception) -> None:
    """Keep the class of the problem, and nothing that it quotes; after some twenty tries leave it to staff."""
    name = type(problem).__name__
    row = OutgoingMail.objects.filter(pk=pk)
    row.update(problem=name)
    row.filter(attempts__gte=MOST_ATTEMPTS).update(given_up_at=timezone.now())
    kind = row.values_list("kind", flat=True).first()
    logger.warning("mail was put off", extra={"mail": pk, "kind": kind, "problem": name})
