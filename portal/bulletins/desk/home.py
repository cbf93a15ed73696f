"""The desk's front page, the questions of readers, and the sentence about the audience."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.access.enums import Caveat, Label, Reach
from portal.access.rule import Audience, Marking
from portal.bulletins.desk.access import ANSWERERS, BULLETIN_STAFF, answers_for, for_roles
from portal.bulletins.forms import ShareAnswerForm
from portal.bulletins.models import Release, ReleaseRequest, ShareRequest
from portal.bulletins.models.reading import ShareRequestQuerySet
from portal.core import queues
from portal.core.listings import paginate
from portal.core.queues import Queue
from portal.core.rows import LARGEST_KEY
from portal.members.audience import report
from portal.members.enums import StaffRole
from portal.members.requests import person_of
from portal.members.widgets import people_by_address

WHO_ANSWERS = [role for roles in ANSWERERS.values() for role in roles]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person."""
    user: Any = request.user
    may_edit = user.has_perm("wagtailadmin.access_admin")
    context = {"queues": queues.of(user), "places": queues.places_of(user), "may_edit": may_edit, "now": timezone.now()}
    return render(request, "desk/home.html", context)


@queues.source(order=10)
def waiting(person: Any) -> list[Queue]:
    """What of bulletins waits for a person."""
    found = _bulletin_queues() if person.has_role(*BULLETIN_STAFF) else []
    if kinds := answers_for(person):
        questions = ShareRequest.objects.open().about(*kinds).count()
        found.append(Queue(_("Readers asking to share wider"), reverse("desk_share_requests"), questions))
    return found


def _bulletin_queues() -> list[Queue]:
    unsigned = list(Release.objects.awaiting_countersignature())
    overdue = sum(release.countersign_due <= timezone.now() for release in unsigned)
    releases = reverse("desk_releases")
    return [
        Queue(_("Urgent releases without a second signature"), releases, len(unsigned), overdue),
        Queue(_("Bulletins waiting for release"), releases, ReleaseRequest.objects.waiting().count()),
    ]


def _questions(request: HttpRequest) -> ShareRequestQuerySet:
    """The questions that this person answers: of bulletins, of guidance, or of both."""
    return ShareRequest.objects.about(*answers_for(person_of(request))).select_related("person")


@for_roles(*WHO_ANSWERS)
@require_safe
def share_requests(request: HttpRequest) -> HttpResponse:
    """Questions of readers, the open ones first."""
    rows = _questions(request).select_related("answered_by").order_by("answered_at", "asked_at")
    rows = rows.open() if request.GET.get("all") is None else rows
    listing = paginate(rows, page=request.GET.get("page", ""))
    ShareRequest.know_their_pages(listing.rows)
    return render(request, "desk/share_requests.html", {"listing": listing, "form": ShareAnswerForm()})


@for_roles(*WHO_ANSWERS)
@require_http_methods(["GET", "HEAD", "POST"])
def answer_share_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one question; the reader gets the answer by mail."""
    from portal.bulletins import mail

    question = get_object_or_404(_questions(request).open(), pk=pk)
    ShareRequest.know_their_pages([question])
    form = ShareAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        question.answered_by = person_of(request)
        question.answered_at = timezone.now()
        question.is_granted = form.cleaned_data["is_granted"]
        question.answer = form.cleaned_data["answer"]
        question.save()
        mail.share_request_answered(question)
        messages.success(request, _("Your answer was sent."))
        return redirect("desk_share_requests")
    return render(request, "desk/share_answer.html", {"question": question, "form": form})


@require_POST
def audience(request: HttpRequest) -> HttpResponse:
    """The sentence about who could read a page marked as the editor's form stands at this moment."""
    user: Any = request.user
    if not user.has_perm("wagtailadmin.access_admin") or user.has_role(StaffRole.AUDITOR):
        raise Http404
    try:
        marking = _marking_from(request.POST)
    except ValueError:
        raise Http404 from None
    said = report(marking)
    return JsonResponse({"sentence": said.sentence, "total": said.total, "is_sound": said.is_sound})


def _people(posted: Any) -> frozenset[int]:
    named = people_by_address(posted.get("audience_people", ""))
    return frozenset(key for key in named if isinstance(key, int))


def _marking_from(posted: Any) -> Marking:
    def keys(name: str) -> frozenset[int]:
        found = frozenset(int(value) for value in posted.getlist(name) if value)
        if any(not 0 < key <= LARGEST_KEY for key in found):
            raise ValueError
        return found

    caveats = {Caveat.LAW_ENFORCEMENT_SENSITIVE} if posted.get("law_enforcement_sensitive") else set()
    return Marking(
        label=Label(posted.get("tlp", "")),
        reach=Reach(posted.get("reach") or Reach.NAMED),
        audience=Audience(keys("audience_communities"), keys("audience_organisations"), _people(posted)),
        caveats=frozenset(caveats),
    )
