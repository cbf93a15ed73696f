"""Reports whose time ends: what is near, validate or purge, and the certificate of a purge."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from portal import audit
from portal.audit import Verb
from portal.core import queues
from portal.core.actions import Action, ActionRefused
from portal.core.listings import paginate
from portal.members.enums import StaffRole
from portal.members.requests import person_of
from portal.members.roles import for_roles, refuse_page
from portal.reporting import orphans, retention
from portal.reporting.actions.retention import PURGERS, VALIDATORS, PurgeCase, ValidateCase
from portal.reporting.enums import Disposition, PurgeBasis, Stage
from portal.reporting.forms.retention import PurgeForm, ValidateForm
from portal.reporting.models import Case, Purge, ReportingSettings
from portal.reporting.retention import Window

WINDOWS = {
    str(Window.QUARTER.value): (Window.QUARTER, gettext_lazy("within 90 days")),
    str(Window.MONTH.value): (Window.MONTH, gettext_lazy("within 30 days")),
    str(Window.DUE.value): (Window.DUE, gettext_lazy("due now")),
}


def retention_context(case: Case, person: Any) -> dict[str, Any]:
    """What `desk/reports/case_retention.html` shows."""
    days = (case.retain_until - timezone.localdate()).days
    return {
        "retention": {
            "is_due": days <= 0,
            "is_near": 0 < days <= Window.QUARTER.value,
            "is_purged": case.stage == Stage.PURGED,
            "may_look": person.has_role(*VALIDATORS),
        }
    }


@for_roles(*VALIDATORS)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Reports near their end, those that end first on top."""
    within = request.GET.get("within", str(Window.QUARTER.value))
    if within not in WINDOWS:
        raise Http404
    person = person_of(request)
    listing = paginate(retention.ending_within(WINDOWS[within][0], for_person=person), page=request.GET.get("page", ""))
    windows = [
        {
            "within": name,
            "label": label,
            "count": retention.ending_within(window, for_person=person).count(),
            "is_on": name == within,
        }
        for name, (window, label) in WINDOWS.items()
    ]
    context = {
        "listing": listing,
        "windows": windows,
        "querystring": f"within={within}",
        "today": timezone.localdate(),
        "has_schedule": bool(ReportingSettings.load(request).purge_schedule.strip()),
    }
    return render(request, "desk/retention/queue.html", context)


@for_roles(*VALIDATORS)
@require_safe
def case(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """One report: until when it is kept, and what can be done about it."""
    found = _case(request, identifier)
    if found.stage == Stage.PURGED:
        return redirect("desk_retention_certificate", identifier=identifier)
    return _show(request, found)


def _case(request: HttpRequest, identifier: uuid.UUID) -> Case:
    """The case anew, for somebody who did not send the report. Raises `Http404`."""
    found: Case = get_object_or_404(Case.objects.select_related("report", "purge"), report__uuid=identifier)
    if found.report.submitter_id == person_of(request).pk:
        refuse_page(request)
    return found


def _show(request: HttpRequest, found: Case, *, bad: tuple[str, Any] | None = None) -> HttpResponse:
    """The page; `bad` is a form that was filled in wrongly, kept as it was typed."""
    forms: dict[str, Any] = {
        "validate": ValidateForm(initial={"until": retention.latest_date()}, auto_id="id_validate_%s"),
        "purge": PurgeForm(case=found, auto_id="id_purge_%s"),
    }
    if bad is not None:
        forms[bad[0]] = bad[1]
    context = {
        "case": found,
        "forms": forms,
        "opened": bad[0] if bad else "",
        "is_due": retention.is_due(found),
        "is_handed_over": found.disposition == Disposition.INTELLIGENCE,
        "may_purge": person_of(request).has_role(*PURGERS),
        "schedule": ReportingSettings.load(request).purge_schedule,
    }
    return render(request, "desk/retention/case.html", context, status=422 if bad else 200)


@for_roles(*VALIDATORS)
@require_POST
def validate(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """Keep a report longer, with a reason."""
    found, form = _case(request, identifier), ValidateForm(request.POST, auto_id="id_validate_%s")
    if not form.is_valid():
        return _show(request, found, bad=("validate", form))
    action = ValidateCase(case=found, by=person_of(request), **form.cleaned_data)
    refused = _refused(action, form)
    if refused:
        return _show(request, _case(request, identifier), bad=("validate", form))
    messages.success(request, _("Validated. The report is kept until the new date."))
    return redirect("desk_retention_case", identifier=identifier)


@for_roles(*PURGERS)
@require_POST
def purge(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """Destroy a report, or hold it where no approved schedule is set."""
    found = _case(request, identifier)
    form = PurgeForm(request.POST, case=found, auto_id="id_purge_%s")
    if not form.is_valid():
        return _show(request, found, bad=("purge", form))
    action = PurgeCase(case=found, by=person_of(request), basis=PurgeBasis(form.cleaned_data["basis"]))
    if _refused(action, form):
        return _show(request, _case(request, identifier), bad=("purge", form))
    return _after_purge(request, identifier)


def _refused(action: Action, form: Any) -> bool:
    try:
        action.execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return True
    return False


def _after_purge(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    if _case(request, identifier).stage == Stage.PURGED:
        messages.success(request, _("Purged. This is the certificate."))
        return redirect("desk_retention_certificate", identifier=identifier)
    words = _(
        "Held: the reporting settings name no approved schedule, so nothing was destroyed. That it waits is on record."
    )
    messages.warning(request, words)
    return redirect("desk_retention_case", identifier=identifier)


@for_roles(*VALIDATORS)
@require_safe
def certificate(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """What is left of a purged report: number, dates, disposition, who decided, and what was destroyed."""
    found = _case(request, identifier)
    row = get_object_or_404(Purge.objects.select_related("by", "case__report"), case=found)
    audit.record(Verb.PRINT, row.case, facts={"sheet": "purge"})
    return render(request, "desk/retention/certificate.html", {"purge": row, "case": row.case})


@queues.source(order=34)
def waiting(person: Any) -> list[queues.Queue]:
    """Reports near their end; those that are due count as overdue, save where they are held for want of a schedule."""
    found = []
    if person.has_role(*VALIDATORS):
        near = retention.ending_within(Window.QUARTER, for_person=person)
        due = retention.ending_within(Window.DUE, for_person=person).filter(is_purge_held=False)
        url = reverse("desk_retention")
        found.append(queues.Queue(gettext_lazy("Reports to validate or purge"), url, near.count(), due.count()))
    if person.has_role(StaffRole.ADMINISTRATOR, StaffRole.MIAC_SUPERVISOR) and orphans.is_stopped():
        label = gettext_lazy("A database was restored: orphans are not swept")
        found.append(queues.Queue(label, reverse("desk_scanner"), 1, 1))
    return found
