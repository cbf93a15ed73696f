"""The desk's home, and the path of a bulletin to its readers and back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.bulletins import actions, mail
from portal.bulletins.desk.access import BULLETIN_STAFF, DECIDERS, EDITORS, SIGNERS, for_roles
from portal.bulletins.forms import ReasonForm, RecallForm, SubmitForm, UrgentForm
from portal.bulletins.models import BulletinPage, Reading, Release, ReleaseRequest
from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.members.audience import report
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.requests import person_of

FORM_METHODS = ["GET", "HEAD", "POST"]


@for_roles(*BULLETIN_STAFF)
@require_safe
def release_queue(request: HttpRequest) -> HttpResponse:
    """What waits for release, oldest first; on top, urgent releases that lack their second signature."""
    rows = ReleaseRequest.objects.waiting().select_related("page", "submitted_by", "privacy_cleared_by")
    unsigned = Release.objects.awaiting_countersignature().select_related("page", "released_by")
    context = {
        "listing": paginate(rows, page=request.GET.get("page", "")),
        "unsigned": unsigned,
        "now": timezone.now(),
        "may_sign": person_of(request).has_role(*SIGNERS),
    }
    return render(request, "desk/release_queue.html", context)


@for_roles(*EDITORS)
@require_http_methods(FORM_METHODS)
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist with which an author asks for release."""
    page = get_object_or_404(BulletinPage, pk=pk)
    draft = page.get_latest_revision_as_object()
    form = SubmitForm(request.POST or None, initial={"seen": page.latest_revision_id})
    if request.method == "POST" and form.is_valid():
        action = actions.SubmitForRelease(page=page, by=person_of(request), **form.cleaned_data)
        try:
            asked = action.execute()
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            mail.release_needed(asked)
            messages.success(request, _("It now waits for release by a second person."))
            return redirect("desk_releases")
    context = _checklist(page, draft, form, heading=_("Ask for release"))
    return render(request, "desk/submit_for_release.html", context)


def _checklist(page: BulletinPage, draft: BulletinPage, form: SubmitForm, *, heading: str) -> dict[str, Any]:
    """What the two pages with a checklist show beside it."""
    facts = {"audience": report(draft.marking()), "missing": actions.what_is_missing(draft)}
    return {"heading": heading, "page": page, "draft": draft, "form": form, **facts}


@for_roles(*BULLETIN_STAFF)
@require_safe
def release_review(request: HttpRequest, pk: int, *, form: ReasonForm | None = None) -> HttpResponse:
    """Everything that the second person needs to decide, on one page."""
    asked = get_object_or_404(ReleaseRequest.objects.select_related("page", "submitted_by"), pk=pk)
    draft = asked.revision.as_object()
    editors = Person.objects.filter(pk__in=actions.editors_since_public(asked.page))
    person = person_of(request)
    context = {
        "request_for_release": asked,
        "page": asked.page,
        "draft": draft,
        "audience": report(draft.marking()),
        "editors": editors,
        "missing": actions.what_is_missing(draft),
        "preview_url": reverse("desk_release_read", args=[asked.pk]),
        "compare_url": _compare_url(asked),
        "form": form or ReasonForm(),
        "may_release": person.has_role(StaffRole.MIAC_SUPERVISOR),
        "may_clear": person.has_role(StaffRole.PRIVACY_OFFICER) and asked.awaits_privacy_officer,
        "may_send_back": person.has_role(*DECIDERS),
        "may_withdraw": person.pk == asked.submitted_by_id or person in editors,
    }
    return render(request, "desk/release.html", context)


@for_roles(*BULLETIN_STAFF)
@require_safe
def release_read(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole submitted version as its readers would see it, for everybody who decides on it."""
    asked = get_object_or_404(ReleaseRequest.objects.select_related("page"), pk=pk)
    setattr(request, "is_preview", True)  # noqa: B010  (Wagtail's own mark of a preview)
    answer: HttpResponse = asked.revision.as_object().serve(request)
    return answer


def _compare_url(asked: ReleaseRequest) -> str:
    """Where the change since the public version is shown, if there is one."""
    before = asked.page.live_revision_id
    if not asked.page.live or before is None:
        return ""
    return reverse("wagtailadmin_pages:revisions_compare", args=[asked.page_id, before, asked.revision_id])


@for_roles(*DECIDERS)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Release, clear or send back; a refusal says why and changes nothing."""
    asked = get_object_or_404(ReleaseRequest.objects.select_related("page"), pk=pk)
    verb = request.POST.get("verb", "")
    form = ReasonForm(request.POST) if verb == "send_back" else ReasonForm()
    if verb == "send_back" and not form.is_valid():
        return _review_again(request, asked, form)
    try:
        words = _carry_out(verb, asked, person_of(request), form)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk_release", pk=asked.pk)
    messages.success(request, words)
    return redirect("desk_release", pk=asked.pk) if verb == "clear" else redirect("desk_releases")


def _review_again(request: HttpRequest, asked: ReleaseRequest, form: ReasonForm) -> HttpResponse:
    request.method = "GET"
    answer: HttpResponse = release_review(request, asked.pk, form=form)
    return answer


def _carry_out(verb: str, asked: ReleaseRequest, by: Person, form: ReasonForm) -> str:
    if verb == "release":
        actions.ReleaseBulletin(request=asked, by=by).execute()
        return _("Released. Its readers can open it now.")
    if verb == "clear":
        actions.ClearPrivacy(request=asked, by=by).execute()
        mail.release_needed(asked)
        return _("Cleared. A supervisor can release it now.")
    if verb == "send_back":
        actions.SendBack(request=asked, by=by, reason=form.cleaned_data["reason"]).execute()
        mail.sent_back(asked)
        return _("Sent back to its author with your reason.")
    raise actions.NotNow(_("Choose what to do. Nothing was changed."))


@for_roles(*EDITORS)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request for release back, to go on editing."""
    asked = get_object_or_404(ReleaseRequest.objects.select_related("page"), pk=pk)
    try:
        actions.Withdraw(request=asked, by=person_of(request)).execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn. The draft is as it was."))
    return redirect("desk_releases")


@for_roles(StaffRole.MIAC_SUPERVISOR)
@require_http_methods(FORM_METHODS)
def release_urgently(request: HttpRequest, pk: int) -> HttpResponse:
    """One supervisor releases alone, with a reason; a second person signs within 24 hours."""
    page = get_object_or_404(BulletinPage, pk=pk)
    draft = page.get_latest_revision_as_object()
    form = UrgentForm(request.POST or None, initial={"seen": page.latest_revision_id})
    if request.method == "POST" and form.is_valid():
        try:
            actions.ReleaseUrgently(page=page, by=person_of(request), **form.cleaned_data).execute()
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Released. A second person must sign it within 24 hours."))
            return redirect("desk_releases")
    context = _checklist(page, draft, form, heading=_("Release urgently"))
    return render(request, "desk/release_urgently.html", context)


@for_roles(*SIGNERS)
@require_POST
def countersign(request: HttpRequest, pk: int) -> HttpResponse:
    """The second signature under an urgent release."""
    release = get_object_or_404(Release, pk=pk)
    try:
        actions.Countersign(release=release, by=person_of(request)).execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Signed."))
    return redirect("desk_releases")


@for_roles(StaffRole.MIAC_SUPERVISOR)
@require_http_methods(FORM_METHODS)
def recall(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a bulletin back; says what will be lost and asks for a word."""
    page = get_object_or_404(BulletinPage, pk=pk, live=True)
    if page.recalled_at:
        messages.info(request, _("It is recalled already. These people had opened it."))
        return redirect("desk_readers", pk=page.pk)
    form = RecallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.RecallBulletin(page=page, by=person_of(request), reason=form.cleaned_data["reason"]).execute()
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Recalled. These people had opened it."))
            return redirect("desk_readers", pk=page.pk)
    readers = Reading.objects.filter(page=page).values("person").distinct().count()
    return render(request, "desk/recall.html", {"page": page, "form": form, "reader_count": readers})


@for_roles(*EDITORS)
@require_safe
def readers(request: HttpRequest, pk: int) -> HttpResponse:
    """Who opened a bulletin, and when they first did."""
    page = get_object_or_404(BulletinPage, pk=pk)
    rows = Reading.objects.filter(page=page).select_related("person")
    context = {"page": page, "listing": paginate(rows, page=request.GET.get("page", ""))}
    return render(request, "desk/readers.html", context)
