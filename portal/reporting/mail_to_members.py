"""Mail to those who report: the number and a link, never a word of the report."""

from __future__ import annotations

from portal.core import outbox
from portal.core.outbox import Letter
from portal.reporting.models import Report


@outbox.kind("report_sent")
def report_sent(number: str) -> Letter | None:
    """A report came in: to whoever sent it."""
    report = Report.objects.activity().select_related("submitter").filter(number=number).first()
    return _letter(report, report.submitter, "report_sent") if report is not None else None


@outbox.kind("report_copy")
def report_copy(number: str) -> Letter | None:
    """Somebody of their company filed a report: to the security contact that they chose."""
    report = Report.objects.select_related("copy_to").filter(number=number).exclude(copy_to=None).first()
    return _letter(report, report.copy_to, "report_copy") if report is not None else None


@outbox.kind("protected_sent")
def protected_sent(number: str) -> Letter | None:
    """A protected submission came in: to whoever submitted it."""
    report = Report.objects.protected().select_related("submitter").filter(number=number).first()
    return _letter(report, report.submitter, "protected_sent") if report is not None else None


@outbox.kind("protected_alternate")
def protected_alternate(number: str) -> Letter | None:
    """Somebody of their organisation submitted something, and named them as the alternate contact."""
    rows = Report.objects.protected().select_related("alternate").exclude(alternate=None)
    report = rows.filter(number=number).first()
    return _letter(report, report.alternate, "protected_alternate") if report is not None else None


@outbox.kind("report_answered", is_of_desk=True)
def report_answered(number: str) -> Letter | None:
    """The desk wrote, or closed the report: to whoever sent it."""
    report = Report.objects.select_related("submitter").filter(number=number).first()
    return _letter(report, report.submitter, "report_answered") if report is not None else None


@outbox.kind("report_hold", is_of_desk=True)
def report_hold(number: str) -> Letter | None:
    """A legal hold was placed on a report, or lifted: to whoever sent it."""
    report = Report.objects.activity().select_related("submitter").filter(number=number).first()
    return _letter(report, report.submitter, "report_hold") if report is not None else None


def _letter(report: Report, person: object, template: str) -> Letter | None:
    if not getattr(person, "is_active", False):
        return None
    return Letter(str(getattr(person, "email", "")), template, {"number": report.number})
