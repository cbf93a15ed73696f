"""Mail about protected submissions: a number and a link, and never a word of what was submitted or decided."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from portal.core import outbox
from portal.core.outbox import Letter
from portal.members.models import Person
from portal.reporting.models import Holding, HoldingEntry, RecordsRequest
from portal.reporting.people import holding as holding_role
from portal.reporting.protected import clocks, people, planners
from portal.reporting.protected.people import READERS

MOVED, DUE, REQUESTED = "protected_moved", "protected_due", "protected_requested"
ESCALATED, LATE = 4, 5  # beyond the three warnings: day 90, and a determination that is overdue


def tell_everybody(kept: Holding, entry: HoldingEntry) -> int:
    """Ask for a mail to each who is told where it stands, in the transaction of what it tells of; gives how many."""
    told = people.told_of(kept)
    for person in told:
        outbox.put(MOVED, f"{entry.pk}:{person}")
    return len(told)


def tell_the_desk(kept: Holding, entry: HoldingEntry) -> int:
    """Ask for a mail to each of the desk who answers for it, and to the supervisors; gives how many."""
    told = _all_who_answer(kept)
    for person in told:
        outbox.put(MOVED, f"{entry.pk}:{person}")
    return len(told)


def warn(kept: Holding, *, step: int) -> int:
    """Ask for a warning about a clock: 1 to 3 before a review, then `ESCALATED` and `LATE`; gives how many."""
    told = people.answerable(kept, step=step) if step < ESCALATED else _all_who_answer(kept)
    for person in told:
        outbox.put(DUE, f"{kept.pk}:{step}:{person}")
    return len(told)


def tell_of_request(kept: Holding, request: RecordsRequest) -> int:
    """A request is pending: who answers for the submission, and the signatories, are told at once."""
    signatories = holding_role(*people.SIGNATORIES).order_by("pk")
    told = {*_all_who_answer(kept), *(one.pk for one in signatories if not people.is_party(one, kept.report))}
    for person in sorted(told):
        outbox.put(REQUESTED, f"{kept.pk}:{request.pk}:{person}")
    return len(told)


def _all_who_answer(kept: Holding) -> list[int]:
    first, second = (people.answerable(kept, step=step) for step in (1, 2))
    return sorted({*first, *second, *people.supervisors_of(kept)})


@outbox.kind(MOVED, is_of_desk=True)
def protected_moved(about: str) -> Letter | None:
    """Where a submission stands has changed. Members get Front's address, staff who opened it the desk's."""
    key, _colon, person_key = about.partition(":")
    entry = HoldingEntry.objects.select_related("holding__report").filter(pk=key).first()
    person = Person.objects.active().filter(pk=person_key).first()
    if entry is None or person is None or not _still_hears(person, entry.holding):
        return None
    report = entry.holding.report
    is_of_desk = not people.is_party(person, report)
    link = _place_of(person, entry.holding) if is_of_desk else _front(report.number)
    return Letter(person.email, MOVED, {"number": report.number, "link": link, "is_of_desk": is_of_desk})


def _still_hears(person: Person, kept: Holding) -> bool:
    """Who left meanwhile, or is no longer the alternate, hears nothing more."""
    return person.pk in people.told_of(kept) or person.pk in _all_who_answer(kept)


def _place_of(person: Person, kept: Holding) -> str:
    """Where somebody of the desk, or a named planner, sees where it stands; empty for who opens it no longer."""
    if people.holds_now(person, *READERS):
        return _desk(kept)
    return planners.address_of(kept) if planners.named_now().filter(person=person, holding=kept).exists() else ""


@outbox.kind(DUE, is_of_desk=True)
def protected_due(about: str) -> Letter | None:
    """A clock of a submission runs out, or has. Nothing once it was decided."""
    key, step, person_key = about.split(":")
    kept = Holding.objects.open().select_related("report").filter(pk=int(key)).first()
    person = _of_desk(person_key)
    if kept is None or person is None or people.is_party(person, kept.report) or not _still_runs(kept, int(step)):
        return None
    facts = {"number": kept.report.number, "link": _desk(kept), "step": int(step)}
    return Letter(person.email, DUE, facts)


@outbox.kind(REQUESTED, is_of_desk=True)
def protected_requested(about: str) -> Letter | None:
    """A records request waits that touches a submission. Nothing once it was answered."""
    key, request_key, person_key = about.split(":")
    kept = Holding.objects.select_related("report").filter(pk=int(key)).first()
    request = RecordsRequest.objects.filter(pk=request_key, answered_at=None).first()
    person = _of_desk(person_key)
    if kept is None or request is None or person is None:
        return None
    facts = {"number": kept.report.number, "link": _desk(kept), "due_at": request.due_at}
    return Letter(person.email, REQUESTED, facts)


def _still_runs(kept: Holding, step: int) -> bool:
    """Whether what the mail warns of is still to be done: a mail may be written long after it was asked for."""
    if step == LATE:
        return clocks.is_determination_open(kept.dates)
    return bool(kept.escalated_at) if step == ESCALATED else bool(kept.warned >= step)


def _of_desk(key: str) -> Person | None:
    found: Person | None = holding_role(*READERS).filter(pk=key).first() if key.isascii() and key.isdigit() else None
    return found


def _desk(kept: Holding) -> str:
    return f"{settings.PORTAL_DESK_URL}/desk/protected/{kept.report.uuid}/"


def _front(number: str) -> str:
    return f"{settings.PORTAL_FRONT_URL}{reverse('protected_one', args=[number])}"
