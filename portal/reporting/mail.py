"""Mail to the desk about reports: a number and a link, nothing of what was reported."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q

from portal.core import outbox
from portal.core.outbox import Letter
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting.enums import Review
from portal.reporting.models import Case, Report
from portal.reporting.people import holding, keys_holding

URGENT = "report_urgent"
ALERTED = (StaffRole.DUTY_OFFICER, StaffRole.MIAC_SUPERVISOR)


def alert(report: Report, *roles: StaffRole) -> int:
    """Ask for the mail to everybody who holds one of `roles`, in the transaction of what it tells of.

    Where no duty officer is named the supervisors get it. Both sites may call it; gives how many were asked for.
    """
    people = keys_holding(*(roles or (StaffRole.DUTY_OFFICER,))) or keys_holding(StaffRole.MIAC_SUPERVISOR)
    for person in people:
        outbox.put(URGENT, f"{report.number}:{person}")
    return len(people)


@outbox.kind(URGENT)
def report_urgent(about: str) -> Letter | None:
    """An urgent report waits. Nobody gets it who does not hold the role, and nobody once it is in hand."""
    number, _colon, key = about.rpartition(":")
    report = Report.objects.filter(number=number, is_urgent=True).first()
    person = holding(*ALERTED).filter(pk=key).first() if key.isascii() and key.isdigit() else None
    if report is None or person is None or _is_in_hand(report):
        return None
    return _letter(report, person)


def _letter(report: Report, person: Person) -> Letter:
    link = f"{settings.PORTAL_DESK_URL}/desk/reports/{report.uuid}/"
    return Letter(person.email, URGENT, {"number": report.number, "link": link})


def _is_in_hand(report: Report) -> bool:
    """Taken up, and no emergency of which the police still have to be told.

    Front may not read this, and sends only the first mail, at once.
    """
    if settings.PORTAL_SITE_KIND != "desk":
        return False
    waits = Q(taken_up_at=None) | Q(review=Review.EMERGENCY, next_alert_at__isnull=False)
    return not Case.objects.open().filter(waits, report=report).exists() and _is_case(report)


def _is_case(report: Report) -> bool:
    return bool(Case.objects.filter(report=report).exists())
