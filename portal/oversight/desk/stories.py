"""One event with all its fields, and everything about one thing or one person."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.access.viewer import viewer_of
from portal.audit.encoding import moment
from portal.audit.models import Event
from portal.core.listings import paginate
from portal.core.rows import LARGEST_KEY
from portal.members.models import Person
from portal.oversight import stories, things
from portal.oversight.desk.gate import for_auditors, seen
from portal.oversight.forms import PurposeForm
from portal.oversight.reading import facts_in_words, rows_of
from portal.oversight.selection import Events


def event_or_404(pk: int) -> Event:
    if pk > LARGEST_KEY:
        raise Http404
    found: Event = get_object_or_404(Event, pk=pk)
    return found


@for_auditors
@require_safe
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event: its fields, its place in the trail, and the way to its proof."""
    return show_event(request, event_or_404(pk), PurposeForm())


def show_event(request: HttpRequest, found: Event, form: PurposeForm, *, status: int = 200) -> HttpResponse:
    [row] = rows_of([found], viewer_of(request))
    seen("event", count=1, about=f"audit.event:{found.pk}")
    exact = moment(found.at) if found.at else ""
    context = {"row": row, "exact": exact, "facts": facts_in_words(found.facts), "form": form}
    return render(request, "desk/audit/event.html", context, status=status)


@for_auditors
@require_safe
def thing(request: HttpRequest, name: str) -> HttpResponse:
    """The whole story of one thing, in the order in which it happened. What the trail never named is not there."""
    if not things.is_name(name):
        raise Http404
    events = stories.about_thing(name)
    named = things.described([name], viewer_of(request))[name]
    return _story(request, "about", events, title=str(named), name=name)


@for_auditors
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """What one person did, and what was done to their account."""
    if pk > LARGEST_KEY:
        raise Http404
    found = get_object_or_404(Person, pk=pk)
    return _story(request, "person", stories.about_person(pk), title=found.name, name=f"{things.PERSON}:{pk}")


def _story(request: HttpRequest, page: str, events: Events, *, title: str, name: str) -> HttpResponse:
    listing = paginate(events, page=request.GET.get("page", ""))
    if not listing.count and page == "about":
        raise Http404
    own = {"person": name.partition(":")[2]} if page == "person" else {"about": name}
    context = {
        "title": title,
        "is_person": page == "person",
        "story": stories.summed(events),
        "listing": listing,
        "rows": rows_of(listing.rows, viewer_of(request)),
        "events_url": f"{reverse('desk_audit')}?{'&'.join(f'{key}={value}' for key, value in own.items())}",
        "export_url": f"{reverse('desk_audit_export')}?{'&'.join(f'{key}={value}' for key, value in own.items())}",
    }
    seen(page, count=listing.count, about=name)
    return render(request, "desk/audit/story.html", context)
