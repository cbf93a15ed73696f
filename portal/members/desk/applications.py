"""The vetting desk: one queue, oldest first, and a page for each case with its next step on top."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from portal.core import queues
from portal.core.actions import Action, ActionRefused
from portal.core.listings import paginate
from portal.members import case_file, vetting
from portal.members.actions import vetting as actions
from portal.members.enums import ApplicationState, Outcome, VettingKind
from portal.members.forms.vetting import FINDING_FORMS, ApproveForm, CaptainForm, MoreForm, RefuseForm
from portal.members.mail_domains import domain_kind
from portal.members.models import Application, Person
from portal.members.requests import person_of
from portal.members.roles import for_roles

OTHER_FORMS: dict[str, Any] = {"more": MoreForm, "captain": CaptainForm, "approve": ApproveForm, "refuse": RefuseForm}
DONE = {
    "more": gettext_lazy("Your words were sent; the case waits for the applicant."),
    "captain": gettext_lazy("The captain was asked by mail."),
    "approve": gettext_lazy("Admitted. A link to set up the account was sent."),
    "refuse": gettext_lazy("Refused. Your letter was sent."),
}


@for_roles(*actions.VETTERS)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Cases that the desk has, oldest first, each with its next step."""
    rows = Application.objects.at_desk().with_written().order_by("submitted_at", "pk")
    listing = paginate(rows, page=request.GET.get("page", ""))
    cases = [
        {"application": row, "step": vetting.step_of(row), "mail_domain": domain_kind(row.email)}
        for row in listing.rows
    ]
    return render(request, "desk/members/queue.html", {"listing": listing, "cases": cases})


@for_roles(*actions.VETTERS)
@require_safe
def case(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """One case: what was written, what was recorded, and what comes next."""
    return _show(request, get_object_or_404(Application, uuid=identifier))


def _show(request: HttpRequest, application: Application, *, bad: tuple[str, Any] | None = None) -> HttpResponse:
    """The page of a case; `bad` is a form that was filled in wrongly, kept as it was typed."""
    written = application.written_now()  # before it is read: what comes in meanwhile was not seen
    entries = list(application.entries.all())
    found = vetting.findings_of(application)
    answers = case_file.answers_of(application)
    named = actions.named_on(Person.objects.filter(email=application.email).first())
    barred = person_of(request).pk in vetting.barred_from_deciding(entries)
    context = {
        "application": application,
        "step": vetting.next_step(application.state, found),
        "findings": [(kind, found.get(kind)) for kind in vetting.FINDINGS],
        "written": case_file.in_words(application, answers),
        "history": case_file.history_of(application),
        "reviews": [
            (review, case_file.words_of_captain(review))
            for review in application.captain_reviews.select_related("captain", "asked_by")
        ],
        "mail_domain": domain_kind(application.email),
        "is_barred": barred,
        "may_approve": vetting.may_approve(found),
        "is_open": application.state in actions.RecordFinding.STATES,
        "may_decide": application.state in actions.Refuse.STATES and not barred,
        "named_on": named,
        **_forms(written, answers, bad, is_named=bool(named)),
    }
    return render(request, "desk/members/case.html", context, status=200 if bad is None else 422)


def _forms(written: str, answers: dict[str, Any], bad: tuple[str, Any] | None, *, is_named: bool) -> dict[str, Any]:
    forms = {name: form(auto_id=f"id_{name}_%s") for name, form in {**FINDING_FORMS, **OTHER_FORMS}.items()}
    employer = {"new_name": answers["work"].get("employer"), "new_kind": answers["work"].get("employer_kind")}
    forms["approve"] = ApproveForm(initial=employer, auto_id="id_approve_%s", is_named=is_named)
    for form in forms.values():
        form.initial["seen"] = written
    if bad is not None:
        forms[bad[0]] = bad[1]
    return {
        "finding_forms": [(name, VettingKind(name).label, forms[name]) for name in FINDING_FORMS],
        "forms": forms,
        "opened": bad[0] if bad else "",
    }


@for_roles(*actions.VETTERS)
@require_POST
def act(request: HttpRequest, identifier: uuid.UUID, verb: str) -> HttpResponse:
    """Record a finding, ask, admit or refuse. A refusal of the rules says why; what was typed stays."""
    application = get_object_or_404(Application, uuid=identifier)
    kind = {**FINDING_FORMS, **OTHER_FORMS}.get(verb)
    if kind is None:
        raise Http404
    form = _filled_in(verb, kind, request, application)
    if not form.is_valid():
        return _show(request, application, bad=(verb, form))
    try:
        _action(verb, form, application, person_of(request)).execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        now = Application.objects.get(pk=application.pk)
        form.data = request.POST.copy()
        form.data["seen"] = now.written_now()  # they were told, and see it as it is now
        return _show(request, now, bad=(verb, form))
    messages.success(request, DONE.get(verb) or _("Recorded."))
    return redirect("desk_application", identifier=application.uuid)


def _filled_in(verb: str, kind: Any, request: HttpRequest, application: Application) -> Any:
    known = Person.objects.filter(email=application.email).first()
    extra = {"is_named": bool(actions.named_on(known))} if verb == "approve" else {}
    return kind(request.POST, auto_id=f"id_{verb}_%s", **extra)


def _action(verb: str, form: Any, application: Application, by: Any) -> Action:
    makers: dict[str, Callable[[], Action]] = {
        "more": lambda: actions.AskMore(application, by, **form.cleaned_data),
        "captain": lambda: actions.AskCaptain(application, by, **form.cleaned_data),
        "refuse": lambda: actions.Refuse(application, by, **form.cleaned_data),
        "approve": lambda: actions.Approve(
            application,
            by,
            reasons=form.cleaned_data["reasons"],
            admission=form.admission(),
            seen=form.cleaned_data["seen"],
        ),
    }
    if verb in makers:
        return makers[verb]()
    outcome = Outcome(form.cleaned_data["outcome"])
    return actions.RecordFinding(
        application,
        by,
        kind=VettingKind(verb),
        outcome=outcome,
        details=form.details(),
        seen=form.cleaned_data["seen"],
    )


@queues.source(order=20)
def waiting(person: Any) -> list[queues.Queue]:
    """What of this desk waits for a person."""
    if not person.has_role(*actions.VETTERS):
        return []
    count = Application.objects.at_desk().exclude(state=ApplicationState.MORE_ASKED).count()
    return [queues.Queue(gettext_lazy("Applications for membership"), reverse("desk_members"), count)]
