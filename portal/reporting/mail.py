"""Mail to the desk about reports: a number and a link, nothing of what was reported."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from portal.core import outbox
from portal.core.models import OutgoingMail
from portal.core.outbox import Letter
from portal.members import alarms
from portal.members.enums import AlarmKind, StaffRole
from portal.members.models import Alarm, Person
from portal.reporting import urgent
from portal.reporting.models import Case, Report
from portal.reporting.people import holding, keys_holding

URGENT, MORE, TROUBLE = "report_urgent", "report_urgent_more", "report_trouble"
TROUBLES = (AlarmKind.SCANNER_AWAY, AlarmKind.SCANNER_OLD, AlarmKind.SWEEP_HALTED)
ALERTED = (StaffRole.DUTY_OFFICER, StaffRole.MIAC_SUPERVISOR)


def alert(report: Report, *roles: StaffRole) -> int:
    """Ask for the mail to everybody who holds one of `roles`, in the transaction of what it tells of.

    Without roles it is the first mail, to the duty officers: it tells of the first few reports of an hour alone. Where
    no duty officer but the sender is named the supervisors get it. Both sites may call it; gives how many there are.
    """
    if not roles and not urgent.is_told_singly(report):
        return 0
    sender = report.submitter_id
    asked = keys_holding(*(roles or (StaffRole.DUTY_OFFICER,)), but=sender)
    people = asked or keys_holding(StaffRole.MIAC_SUPERVISOR, but=sender)
    for person in people:
        outbox.put(URGENT, f"{report.number}:{person}")
    return len(people)


@outbox.kind(URGENT, knows_site=True)
def report_urgent(about: str, *, site: str) -> Letter | None:
    """An urgent report waits. Nobody gets it who does not hold the role, and nobody once it is in hand.

    Front asks once for each report and person: further rows of Front about the same send nothing.
    """
    number, _colon, key = about.rpartition(":")
    report = Report.objects.filter(number=number, is_urgent=True).first()
    person = _alerted(key)
    if report is None or person is None or not _is_told_of(report):
        return None
    if site != "desk" and _was_sent(about):
        return None
    link = f"{settings.PORTAL_DESK_URL}/desk/reports/{report.uuid}/"
    return Letter(person.email, URGENT, {"number": report.number, "link": link})


def alert_of_more() -> int:
    """Ask for the mail that tells of all the others together, to duty officers and supervisors; gives how many."""
    people = keys_holding(*ALERTED)
    for person in people:
        outbox.put(MORE, str(person))
    return len(people)


def was_told_of_more(since: datetime) -> bool:
    """Whether such a mail was asked for after a moment. Front cannot make rows of Desk."""
    return OutgoingMail.objects.filter(kind=MORE, site="desk", created_at__gt=since).exists()


@outbox.kind(MORE, is_of_desk=True)
def report_urgent_more(about: str) -> Letter | None:
    """How many urgent reports wait of which no mail tells one by one. Nothing once each is in hand."""
    person, waiting = _alerted(about), urgent.beyond().count()
    if person is None or not waiting:
        return None
    link = f"{settings.PORTAL_DESK_URL}/desk/reports/?urgent=yes"
    return Letter(person.email, MORE, {"waiting": waiting, "link": link})


def tell_of_trouble(alarm: Alarm) -> int:
    """Ask for the mail to duty officers, or supervisors where there is none; gives how many were asked for.

    Those who look after alarms are told already: nobody is told twice.
    """
    people = keys_holding(StaffRole.DUTY_OFFICER) or keys_holding(StaffRole.MIAC_SUPERVISOR)
    others = sorted({*people} - {*alarms.recipients()})
    for person in others:
        outbox.put(TROUBLE, f"{alarm.pk}:{person}")
    return len(others)


@outbox.kind(TROUBLE, is_of_desk=True)
def report_trouble(about: str) -> Letter | None:
    """Something at the desk is out of order. Nothing once the alarm was looked at."""
    alarm_key, _colon, person_key = about.partition(":")
    raised = Alarm.objects.open().filter(pk=alarm_key, kind__in=TROUBLES).first()
    person = _alerted(person_key)
    if raised is None or person is None:
        return None
    link = f"{settings.PORTAL_DESK_URL}/desk/scanner/"
    return Letter(person.email, TROUBLE, {"kind": raised.get_kind_display(), "link": link})


def _alerted(key: str) -> Person | None:
    """Whom a row names, if they are to be alerted; one way of writing it, so that no row is asked for twice."""
    person: Person | None = holding(*ALERTED).filter(pk=key).first() if key.isascii() and key.isdigit() else None
    return person if person is not None and str(person.pk) == key else None


def _is_told_of(report: Report) -> bool:
    """Desk goes by the case, once there is one. Front may not read it, and sends only the first mail, at once."""
    case = Case.objects.filter(report=report).first() if settings.PORTAL_SITE_KIND == "desk" else None
    return urgent.is_alerted_for(case) if case is not None else urgent.is_told_singly(report)


def _was_sent(about: str) -> bool:
    rows = OutgoingMail.objects.filter(kind=URGENT, about=about, site="front")
    return rows.exclude(sent_at=None).exists()
