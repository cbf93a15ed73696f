"""Choosing how one is told of news, and stopping mail by the link in it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal.access.viewer import viewer_of
from portal.delivery import people, stopping
from portal.delivery.actions import ChooseNews, StopNews
from portal.delivery.choosing import Preferences
from portal.delivery.enums import Mode
from portal.delivery.forms import ChoiceForm
from portal.delivery.models import Choice
from portal.members.models import Community, Person
from portal.members.requests import person_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def news(request: HttpRequest) -> HttpResponse:
    """One's choices. To anybody but an active member the page does not exist."""
    if not viewer_of(request).is_member:
        raise Http404
    person = person_of(request)
    form = _form(person, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        _choose(person, form)
        messages.success(request, _("Saved. From now on you are told of news in this way."))
        return redirect("account_news")
    context = {"form": form, "chosen": form.chosen, "now": timezone.localtime()}
    return render(request, "delivery/news.html", context, status=422 if form.is_bound else 200)


def _form(person: Person, data: Any) -> ChoiceForm:
    chosen: Preferences = people.preferences([person.pk])[person.pk]
    committees = list(Community.objects.filter(pk__in=chosen.committees).order_by("name"))
    row = Choice.objects.filter(person=person).first() or Choice(person=person)
    return ChoiceForm(data, instance=row, chosen=chosen, committees=committees)


def _choose(person: Person, form: ChoiceForm) -> None:
    """What they ticked in the matrix before is kept for the day when they choose it again."""
    said = form.cleaned_data
    names = ("critical_at_once", "floor", "quiet_from", "quiet_until", "digest_hour", "wants_texts")
    facts = {name: said[name] for name in names if name in said}
    ChooseNews(by=person, mode=Mode(said["mode"]), wishes=form.wishes(), **facts).execute()


@csrf_exempt  # the link itself is the authority, and mail programs send no token (RFC 8058, section 3.2)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mail that carried this link. Programs that open links to look at them stop nothing: it takes a POST."""
    asked = stopping.asked_by(token)
    if asked is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        topic = stopping.ALL if request.POST.get("what") == "all" else asked.topic
        StopNews(person=asked.person, topic=topic).execute()
        asked = stopping.Asked(asked.person, topic)
    context = {"words": asked.words, "is_done": is_done, "is_all": asked.topic == stopping.ALL}
    answer = render(request, "delivery/stop.html", context)
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
