"""What this room tells others, and does when something happens elsewhere."""

from __future__ import annotations

from portal.audit import own
from portal.audit.enums import Verb
from portal.members import rights
from portal.members.enums import StaffRole
from portal.reporting.models import Report


def submitter_of(name: str) -> list[int]:
    """Whose report an event is about. That it was opened is shown; what is done with it is not: it could tip off."""
    key = name.partition(":")[2]
    if not key.isdecimal():
        return []
    # A purged report is nobody's any more.
    return list(Report.objects.filter(pk=int(key), submitter__isnull=False).values_list("submitter_id", flat=True))


SHOWN = (Verb.REPORT_SUBMIT, Verb.REPORT_REOPEN, Verb.REPORT_ADD, Verb.REPORT_OPEN, Verb.PROTECTED_OPEN)
own.owners_with("reporting.report", submitter_of, verbs=SHOWN)
rights.may_edit(StaffRole.MIAC_SUPERVISOR, "reporting", "add_approvedsentence", "change_approvedsentence")
rights.may_edit(StaffRole.MIAC_SUPERVISOR, "reporting", "change_reportingsettings")
rights.may_edit(StaffRole.MIAC_SUPERVISOR, "reporting", "add_scheduleentry", "change_scheduleentry")
