"""Concerns on Desk: the list, one of them with what staff do with it, recommendations, and the committee's ranking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core import queues
from portal.core.actions import Action
from portal.core.listings import Listing, paginate
from portal.core.rows import get_row
from portal.core.saying import done_and_said
from portal.meetings.concerns import actions, desk_forms, sealed, stages
from portal.meetings.concerns.actions import CONCERN_STAFF
from portal.meetings.concerns.enums import REGION_CHOICES, WHOLE_STATE
from portal.meetings.concerns.forms import MOST_OFFERED
from portal.meetings.models import Concern, Rank, Recommendation
from portal.members.requests import person_of
from portal.members.roles import for_roles

FORM_METHODS = ["GET", "HEAD", "POST"]
MOST_RANKED = 100  # open concerns of one region on the form of its ranking, the oldest first
STATE = "state"  # how the address of the whole state calls it


@dataclass(frozen=True)
class ConcernVerb:
    """Something that staff do with one concern."""

    title: str | Promise
    form: Callable[..., Any]
    action: Callable[..., Action]
    done: str | Promise
    is_destructive: bool = False


VERBS = {
    "recommend": ConcernVerb(
        gettext_lazy("Enter a recommendation"),
        desk_forms.RecommendForm,
        actions.Recommend,
        gettext_lazy("Stored. Whoever raised it is told."),
    ),
    "merge": ConcernVerb(
        gettext_lazy("Merge with another one"), desk_forms.IntoByKeyForm, actions.MergeConcern, gettext_lazy("Merged.")
    ),
    "part": ConcernVerb(
        gettext_lazy("Take apart again"), desk_forms.PartForm, actions.PartConcern, gettext_lazy("It stands alone.")
    ),
    "close": ConcernVerb(
        gettext_lazy("Close it"),
        desk_forms.CloseForm,
        actions.CloseConcern,
        gettext_lazy("Closed. Whoever raised it is told."),
        is_destructive=True,
    ),
}


@for_roles(*CONCERN_STAFF)
@require_safe
@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """Concerns, the newest first, without who raised them."""
    form = desk_forms.FilterForm(request.GET)
    rows = _filtered(form.cleaned_data) if form.is_valid() else Concern.objects.none()
    found = rows.on_front().select_related("sector").order_by("-raised_at", "-pk")
    listing = paginate(found, page=request.GET.get("page", ""))
    query = request.GET.copy()
    query.pop("page", None)
    shown = Listing(stages.stories_of(listing.rows), listing.count, listing.page, listing.pages)
    context = {"listing": shown, "form": form, "querystring": query.urlencode()}
    return render(request, "desk/concerns/concerns.html", context)


def _filtered(asked: dict[str, Any]) -> Any:
    rows = Concern.objects.all() if asked["shown"] == "all" else Concern.objects.open()
    if asked["shown"] == "closed":
        rows = Concern.objects.filter(Q(closed_at__isnull=False) | Q(merge__isnull=False))
    if asked["sector"]:
        rows = rows.filter(sector=asked["sector"])
    return rows.filter(region=asked["region"]) if asked["region"] else rows


@for_roles(*CONCERN_STAFF)
@require_safe
@never_cache
def concern(request: HttpRequest, pk: int) -> HttpResponse:
    """One concern, its details opened."""
    return _page(request, pk)


@for_roles(*CONCERN_STAFF)
@require_POST
@never_cache
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    row, verb = get_row(Concern, pk), VERBS.get(name)
    if verb is None:
        raise Http404
    form = verb.form(request.POST, concern=row, auto_id=f"id_{name}_%s")
    if form.is_valid():
        action = verb.action(concern=row, by=person_of(request), **form.given())
        if done_and_said(request, form, action, str(verb.done)):
            return redirect("desk_concern", pk=pk)
    return _page(request, pk, bad=(name, form))


def _page(request: HttpRequest, pk: int, *, bad: tuple[str, Any] | None = None) -> HttpResponse:
    row: Concern = get_row(Concern.objects.select_related("sector", "person", "closed_by"), pk)
    story, refused = stages.story_of(row), bad[0] if bad else ""
    names = [name for name in VERBS if name == refused or _is_offered(name, story)]
    forms = {
        name: bad[1] if bad and name == refused else VERBS[name].form(concern=row, auto_id=f"id_{name}_%s")
        for name in names
    }
    context = {
        "story": story,
        "details": sealed.opened(row, bytes(row.details)),
        "has_details": bool(row.details),
        "merged": Concern.objects.on_front().filter(merge__into=row).select_related("sector")[:MOST_OFFERED],
        "verbs": [(name, VERBS[name], forms[name]) for name in names],
        "opened": refused,
    }
    return render(request, "desk/concerns/concern.html", context, status=422 if bad else 200)


def _is_offered(name: str, story: stages.Story) -> bool:
    if name == "part":
        return story.is_merged
    return not story.is_merged and story.concern.closed_at is None


@for_roles(*CONCERN_STAFF)
@require_safe
@never_cache
def recommendations(request: HttpRequest) -> HttpResponse:
    """Recommendations without a reply, the first to be due on top; with `?all` the answered ones as well."""
    is_all = request.GET.get("all") is not None
    rows = Recommendation.objects.order_by("-sent_on", "-pk")
    rows = rows if is_all else rows.waiting().order_by("due_on", "sent_on", "pk")
    found = rows.select_related("committee", "concern__sector").defer("concern__details")
    context = {
        "listing": paginate(found, page=request.GET.get("page", "")),
        "is_all": is_all,
        "querystring": "all" if is_all else "",
    }
    return render(request, "desk/concerns/recommendations.html", context)


@for_roles(*CONCERN_STAFF)
@require_http_methods(FORM_METHODS)
@never_cache
def recommendation(request: HttpRequest, pk: int) -> HttpResponse:
    """One recommendation, and entering the reply."""
    row = get_row(Recommendation.objects.select_related("committee", "concern__sector").defer("concern__details"), pk)
    form = desk_forms.ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        action = actions.EnterReply(recommendation=get_row(Recommendation, pk), by=person_of(request), **form.given())
        if done_and_said(request, form, action, _("Stored. Whoever raised it is told.")):
            return redirect("desk_concern", pk=row.concern_id)
    context = {"recommendation": row, "form": form}
    return render(request, "desk/concerns/recommendation.html", context, status=422 if form.errors else 200)


@for_roles(*CONCERN_STAFF)
@require_safe
def rankings(request: HttpRequest) -> HttpResponse:
    """The regions, each with the ranking that holds."""
    latest = {row.region: row for row in stages.latest_rankings()}
    rows = [(region or STATE, words, latest.get(region)) for region, words in REGION_CHOICES]
    return render(request, "desk/concerns/rankings.html", {"rows": rows})


@for_roles(*CONCERN_STAFF)
@require_http_methods(FORM_METHODS)
@never_cache
def ranking(request: HttpRequest, region: str) -> HttpResponse:
    """Enter how a committee ranked the open concerns of a region."""
    key = _region(region)
    fitting = Concern.objects.open().on_front().filter(region__in={key, WHOLE_STATE}).select_related("sector")
    concerns = list(fitting.order_by("raised_at", "pk")[:MOST_RANKED])
    places = dict(
        Rank.objects.filter(ranking__in=stages.latest_rankings().filter(region=key).values("pk")).values_list(
            "concern_id", "place"
        )
    )
    form = desk_forms.RankingForm(request.POST or None, concerns=concerns, places=places)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        action = actions.RankConcerns(person_of(request), key, given["committee"], given["decided_on"], form.ranked())
        if done_and_said(request, form, action, _("Stored. Whoever raised them is told.")):
            return redirect("desk_concern_rankings")
    context = {"form": form, "words": dict(REGION_CHOICES)[key], "concerns": concerns, "most": MOST_RANKED}
    return render(request, "desk/concerns/ranking.html", context, status=422 if form.errors else 200)


def _region(word: str) -> str:
    key = WHOLE_STATE if word == STATE else word
    if key not in dict(REGION_CHOICES) or not word:
        raise Http404
    return key


@queues.source(order=72)
def concern_queues(person: Any) -> list[queues.Queue]:
    """Concerns on which nobody has done anything, and replies that are waited for."""
    if not person.has_role(*CONCERN_STAFF):
        return []
    fresh = Concern.objects.open().filter(recommendations=None, ranks=None).count()
    waiting = Recommendation.objects.waiting()
    return [
        queues.Queue(gettext_lazy("Concerns, new"), reverse("desk_concerns"), fresh),
        queues.Queue(
            gettext_lazy("Replies from Homeland Security"),
            reverse("desk_recommendations"),
            waiting.count(),
            Recommendation.objects.overdue().count(),
        ),
    ]


@queues.place_source(order=72)
def concern_places(person: Any) -> list[queues.Place]:
    if not person.has_role(*CONCERN_STAFF):
        return []
    return [
        queues.Place(gettext_lazy("Rankings of concerns"), reverse("desk_concern_rankings")),
        queues.Place(gettext_lazy("Initiatives"), reverse("desk_initiatives")),
    ]
