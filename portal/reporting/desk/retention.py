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
from portal.reporting import contents, orphans, retention
from portal.reporting.actions.retention import PURGERS, VALIDATORS, DeclinePurge, ProposePurge, ValidateCase
from portal.reporting.enums import Disposition, PurgeBasis, ScheduleClass, Stage
from portal.reporting.forms.retention import PurgeForm, ValidateForm
from portal.reporting.models import Case, Disposal, LegalHold
from portal.reporting.protected import certificates
from portal.reporting.reading import visible
from portal.reporting.retention import Window

WINDOWS = {
    str(Window.QUARTER.value): (Window.QUARTER, gettext_lazy("within 90 days")),
    str(Window.MONTH.value): (Window.MONTH, gettext_lazy("within 30 days")),
    str(Window.DUE.value): (Window.DUE, gettext_lazy("due now")),
}


def retention_context(case: Case, person: Any) -> dict[str, Any]:
    """What `desk/reports/case_retention.html` shows on the page of a report that was opened."""
    days = (case.retain_until - timezone.localdate()).days
    hold = case.report.holds.select_related("placed_by").filter(lifted_at=None).first()
    return {
        "retention": {
            "is_due": days <= 0,
            "is_near": 0 < days <= Window.QUARTER.value,
            "is_purged": case.stage == Stage.PURGED,
            "may_look": person.has_role(*VALIDATORS),
            "hold": hold,
            "matter": _matter_of(case, hold) if hold else "",
            "is_proposed": retention.proposal_of(case.report) is not None,
        }
    }


def _matter_of(case: Case, hold: LegalHold) -> str:
    found = contents.open_all([(case.report.record, hold.field, bytes(hold.matter))])
    return visible(str(found[0].get("matter", "")))


@for_roles(*VALIDATORS)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Reports near their end, those that end first on top."""
    within = request.GET.get("within", str(Window.QUARTER.value))
    if within not in WINDOWS:
        raise Http404
    person = person_of(request)
    rows = retention.with_holds(retention.ending_within(WINDOWS[within][0], for_person=person))
    listing = paginate(rows, page=request.GET.get("page", ""))
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
        "has_schedule": bool(retention.schedule_of(ScheduleClass.REPORT)),
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
    found: Case = get_object_or_404(Case.objects.select_related("report"), report__uuid=identifier)
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
        "schedule": retention.schedule_of(ScheduleClass.REPORT),
        "hold": found.report.holds.select_related("placed_by").filter(lifted_at=None).first(),
        "proposal": retention.proposal_of(found.report),
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
    """Propose to destroy a report, or hold it where no approved schedule is set."""
    found = _case(request, identifier)
    form = PurgeForm(request.POST, case=found, auto_id="id_purge_%s")
    if not form.is_valid():
        return _show(request, found, bad=("purge", form))
    action = ProposePurge(case=found, by=person_of(request), basis=PurgeBasis(form.cleaned_data["basis"]))
    if _refused(action, form):
        return _show(request, _case(request, identifier), bad=("purge", form))
    return _after_proposal(request, identifier)


def _refused(action: Action, form: Any) -> bool:
    try:
        action.execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return True
    return False


def _after_proposal(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    if retention.proposal_of(_case(request, identifier).report) is not None:
        messages.success(request, _("Proposed. A second person approves it; until then nothing is destroyed."))
    else:
        words = _(
            "Held: the retention schedule has no approved number for reports, so nothing was destroyed. "
            "That it waits is on record."
        )
        messages.warning(request, words)
    return redirect("desk_retention_case", identifier=identifier)


@for_roles(*PURGERS)
@require_POST
def decline(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """Take back a proposal to destroy it."""
    try:
        DeclinePurge(case=_case(request, identifier), by=person_of(request)).execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back. Nothing is destroyed; that it was proposed stays on record."))
    return redirect("desk_retention_case", identifier=identifier)


@for_roles(*VALIDATORS)
@require_safe
def certificate(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """What is left of a purged report: number, dates, disposition, who decided, and what was destroyed."""
    found = _case(request, identifier)
    rows = Disposal.objects.select_related("proposed_by", "approved_by").exclude(approved_at=None)
    row = get_object_or_404(rows, report=found.report)
    audit.record(Verb.PRINT, found, facts={"sheet": "purge"})
    context = {"purge": row, "case": found, "keys": certificates.public_keys()}
    return render(request, "desk/retention/certificate.html", context)


@queues.source(order=34)
def waiting(person: Any) -> list[queues.Queue]:
    """Reports near their end; those that are due count as overdue, save what is held or already proposed."""
    found = []
    if person.has_role(*VALIDATORS):
        near = retention.ending_within(Window.QUARTER, for_person=person)
        due = retention.with_holds(retention.ending_within(Window.DUE, for_person=person))
        due = due.filter(is_purge_held=False, has_hold=False, is_proposed=False)
        url = reverse("desk_retention")
        found.append(queues.Queue(gettext_lazy("Reports to validate or purge"), url, near.count(), due.count()))
    if person.has_role(StaffRole.ADMINISTRATOR, StaffRole.MIAC_SUPERVISOR) and orphans.is_stopped():
        label = gettext_lazy("A database was restored: orphans are not swept")
        found.append(queues.Queue(label, reverse("desk_scanner"), 1, 1))
    return found
