"""What becomes of mail after it was handed over: reports of a provider, and reports that come back by mail.

Front takes a provider's signed calls and notes them; it cannot read which messages there are. Desk believes a report
only of a message that it sent. What came back for good counts as a bounce of its person (`portal.members.bounces`),
with all that follows, and has the person validated anew. What its reader reported as unwanted stops their mail about
news: a provider refuses the next one, and that would count as a bounce.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.db import transaction
from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone

from portal import audit
from portal.audit import Verb
from portal.delivery import stopping
from portal.delivery.enums import Event, State
from portal.delivery.models import Delivery, ProviderReport, Watch
from portal.members import bounces, validation
from portal.members.models import Bounce

KEPT_WAITING = timedelta(hours=1)  # a report may be here before the row says that the message went
SENT_BEFORE = timedelta(days=5)  # servers try so long before they say that mail came back (RFC 5321, 4.5.4.1)
OVERLAP = timedelta(minutes=10)  # a bounce may be committed later than it is dated
OLD = timedelta(days=2)  # a provider tries a call again for hours, not for days
MOST_AT_ONCE = 500
BOUNCES = "bounces"  # the watch over bounces that were read from the mailbox
STATUS = "5.0.0"  # it was said for good, and no code of RFC 3463 was given
EVENTS = {
    EventType.DELIVERED: Event.DELIVERED,
    EventType.BOUNCED: Event.BOUNCED,
    EventType.REJECTED: Event.REFUSED,
    EventType.COMPLAINED: Event.COMPLAINED,
}
FOR_GOOD = {Event.BOUNCED, Event.REFUSED}
UNWANTED = {RejectReason.SPAM, RejectReason.UNSUBSCRIBED}  # the provider refuses for its reader, who said so to it
SOFT = {RejectReason.TIMED_OUT, RejectReason.OTHER}


@receiver(tracking)
def note(sender: Any, event: AnymailTrackingEvent, esp_name: str = "", **kwargs: Any) -> None:
    """Note what a provider says, of a message that it names. Opens and clicks are of no concern to anybody here.

    A call counts once: some providers sign not what they say, but a number that each call has for itself.
    """
    kind = Event.COMPLAINED if event.reject_reason in UNWANTED else EVENTS.get(event.event_type)
    if kind is None or not event.message_id or (kind is Event.BOUNCED and is_soft(event)) or is_old(event):
        return
    call = hashlib.sha256(f"{esp_name} {event.event_id or timezone.now()}".encode()).hexdigest()
    row = ProviderReport(call=call, message=str(event.message_id).strip("<>")[:200], event=kind)
    ProviderReport.objects.bulk_create([row], ignore_conflicts=True)


def is_soft(event: AnymailTrackingEvent) -> bool:
    """Whether it may go well another time: the provider does not say that the address takes none."""
    words = str(event.esp_event.get("type", "")) if isinstance(event.esp_event, dict) else ""
    return "soft" in words or event.reject_reason in SOFT


def is_old(event: AnymailTrackingEvent) -> bool:
    """Whether the call was signed so long ago that somebody kept it."""
    signature = event.esp_event.get("signature") if isinstance(event.esp_event, dict) else None
    stamp = str(signature.get("timestamp", "")) if isinstance(signature, dict) else ""
    return stamp.isdecimal() and int(stamp) < (timezone.now() - OLD).timestamp()


def handle(now: datetime) -> int:
    """Draw the consequence of reports that wait; returns how many."""
    return sum(_handle_some(reports, now) for reports in _waiting())


def _waiting() -> Iterator[list[ProviderReport]]:
    """All that wait, some at a time: those of messages that are not ours keep none of the others."""
    last = 0
    while reports := list(ProviderReport.objects.filter(handled_at=None, pk__gt=last).order_by("pk")[:MOST_AT_ONCE]):
        yield reports
        last = reports[-1].pk


def _handle_some(reports: list[ProviderReport], now: datetime) -> int:
    names = {form for report in reports for form in (report.message, f"<{report.message}>")}
    rows = Delivery.objects.filter(provider_id__in=names).select_related("person")
    by_name = {row.provider_id.strip("<>"): row for row in rows}
    return sum(_handle(report, by_name.get(report.message), now) for report in reports)


def _handle(report: ProviderReport, row: Delivery | None, now: datetime) -> bool:
    if row is None and report.at > now - KEPT_WAITING:
        return False
    with transaction.atomic():
        if not ProviderReport.objects.filter(pk=report.pk, handled_at=None).update(handled_at=now):
            return False
        if row is not None:
            _settle(row, Event(report.event), now)
    return True


def _settle(row: Delivery, event: Event, now: datetime) -> None:
    """What arrived may still come back: a server can take a message, and find later that it cannot deliver it."""
    mine = Delivery.objects.filter(pk=row.pk)
    if event is Event.DELIVERED:
        mine.filter(state=State.SENT).update(state=State.DELIVERED, settled_at=now)
    elif event in FOR_GOOD:
        facts: dict[str, Any] = {"settled_at": now, "counted_at": now, "problem": event.value}
        if mine.filter(state__in=[State.SENT, State.DELIVERED]).update(state=State.BOUNCED, **facts):
            _came_back(row, now, STATUS)
    elif event is Event.COMPLAINED:
        stopping.stop(row.person_id, stopping.ALL)
        audit.record(Verb.NEWS_UNWANTED, row.person)


def _came_back(row: Delivery, at: datetime, status: str) -> None:
    """Count it against its person, and have them validated anew: a work address that is gone may mean a job that is."""
    bounces.record([bounces.Failure((row.person.email,), status)], at=at)
    validation.bring_forward(row.person_id, now=at)


def count_refused(now: datetime) -> int:
    """Addresses that were refused for good when mail was handed over count as bounces of their people, once each."""
    refused = Delivery.objects.filter(state=State.BOUNCED, counted_at=None)
    rows = list(refused.select_related("person")[:MOST_AT_ONCE])
    for row in rows:
        with transaction.atomic():
            if Delivery.objects.filter(pk=row.pk, counted_at=None).update(counted_at=now):
                _came_back(row, row.settled_at or now, _status_in(row.problem))
    return len(rows)


def _status_in(problem: str) -> str:
    status = problem.rpartition(" ")[2]
    return status if status.count(".") == 2 else STATUS  # noqa: PLR2004  (RFC 3463: class, subject, detail)


def mark_bounced(now: datetime) -> int:
    """Say of the last message before a bounce that it is what came back, and have its person validated anew."""
    watch, _made = Watch.objects.get_or_create(
        source=BOUNCES, defaults={"begun_at": now - SENT_BEFORE, "seen_until": now - SENT_BEFORE}
    )
    lately = list(Bounce.objects.filter(at__gt=watch.seen_until - OVERLAP, at__lte=now).order_by("at"))
    marked = sum(_mark(bounce, now) for bounce in lately)
    if lately:
        Watch.objects.filter(pk=watch.pk, seen_until__lt=lately[-1].at).update(seen_until=lately[-1].at)
    return marked


def _mark(bounce: Bounce, now: datetime) -> bool:
    """A provider's report, or the server's own answer, has marked its message already; so has a look before this."""
    theirs = Delivery.objects.filter(person=bounce.person_id)
    if theirs.filter(Q(state=State.BOUNCED, settled_at__gte=bounce.at)).exists():
        return False
    validation.bring_forward(bounce.person_id, now=now)
    sent = theirs.filter(sent_at__lte=bounce.at, sent_at__gt=bounce.at - SENT_BEFORE)
    last = sent.filter(state__in=[State.SENT, State.DELIVERED]).order_by("-sent_at").first()
    if last is None:
        return False
    facts: dict[str, Any] = {"settled_at": max(now, bounce.at), "counted_at": now}
    Delivery.objects.filter(pk=last.pk).update(state=State.BOUNCED, problem=f"came back {bounce.status}"[:80], **facts)
    return True
