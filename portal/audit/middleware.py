"""What is recorded in a request is of that request, and nothing that staff send passes unrecorded."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portal.access.enums import Label
from portal.audit import about, context
from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.audit.recording import Facts, name_of, record

GetResponse = Callable[[HttpRequest], HttpResponse]
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}  # RFC 9110, section 9.2.1
SHOWS_NOTHING = {"HEAD", "OPTIONS", "TRACE"}
# Answers that show a page: as asked for, or again with what is wrong, what was changed meanwhile, or that it is over.
SHOWN = {HTTPStatus.OK, HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY}
LONGEST_SEARCH = 100  # characters
LONGEST_KEY = 200  # characters
# What a page sends by itself while somebody works in it.
BACKGROUND = {
    "wagtailadmin_editing_sessions",
    "wagtailadmin_javascript_catalog",
    "wagtailadmin_sprite",
    "session_extend",
    "library_image",  # a picture within a page; of a marked one the view records itself that it was opened
    "live",
    "logo",
    "ready",
    "robots",
    "search_complete",  # what the search box offers while somebody types; the search itself is recorded
    "theme",
}


def name_the_request(get_response: GetResponse) -> GetResponse:
    """Stands behind sessions and sign-in, whose facts an event needs. Refusals are written once the answer is sent.

    On Desk whatever a person sends or opens is recorded by the address's name, unless a more telling event was.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if context.current().request is not None:
            return get_response(request)  # Wagtail makes a preview by a request within the one that asks for it
        context.begin(request)
        response = get_response(request)
        if settings.PORTAL_SITE_KIND == "desk":
            _record_what_is_left(request, response)
        return response

    return middleware


def _record_what_is_left(request: HttpRequest, response: HttpResponse) -> None:
    """What no view recorded itself: forms that were taken, and every page that was shown.

    A form that is answered with a page is both: whoever sends one that is wrong sees what whoever opens it sees.
    """
    if context.actor().person is None or _is_background(request):
        return
    recorded = _recorded()
    is_taken = request.method not in SAFE and response.status_code < HTTPStatus.BAD_REQUEST
    if is_taken and not recorded and not context.current().waiting:
        facts: Facts = {"form": _name(request), "answer": response.status_code, "of": _key(request)}
        record(Verb.SEND, about.thing_of(request) or "", facts=facts)
    if request.method not in SHOWS_NOTHING and response.status_code in SHOWN:
        _record_page(request, recorded)


def _recorded() -> list[str]:
    """What the events of this request are about. One that was rolled back with what it told of is none.

    Nor is a refusal, which waits: that something was refused does not tell that the page about it was shown.
    """
    now = context.current()
    return list(Event.objects.filter(pk__in=now.recorded).values_list("about", flat=True)) if now.recorded else []


def _record_page(request: HttpRequest, recorded: list[str]) -> None:
    """One event of a page: reading if it is about something marked, unless an event about that was written."""
    thing, words = about.thing_of(request), _words(request)
    if (name_of(thing) in recorded) if thing is not None else recorded:
        return
    facts: Facts = {"page": _name(request), "of": _key(request), **({"words": words} if words else {})}
    if thing is not None:
        is_marked = getattr(thing, "label", Label.CLEAR) is not Label.CLEAR
        record(Verb.READ if is_marked else Verb.OPEN_CASE, thing, facts=facts)
    elif words:
        record(Verb.SEARCH, facts={"page": _name(request), "words": words})
    else:
        record(Verb.LOOK, facts=facts)


def _words(request: HttpRequest) -> str:
    """What staff searched for; of members no words are kept."""
    typed = request.GET.get("q", "")
    return "".join(letter for letter in typed if letter.isprintable()).strip()[:LONGEST_SEARCH]


def _is_background(request: HttpRequest) -> bool:
    return bool(BACKGROUND.intersection([*_namespaces(request), _name(request)]))


def _key(request: HttpRequest) -> str:
    """The keys in the address: numbers and codes, as its pattern lets through, and what a bulk action is to touch."""
    match = request.resolver_match
    parts = [*match.args, *match.kwargs.values(), *request.GET.getlist("id")] if match else []
    keys = (str(part) for part in parts if isinstance(part, int | uuid.UUID) or about.NUMBER.fullmatch(str(part)))
    return " ".join(keys)[:LONGEST_KEY]


def _name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def _namespaces(request: HttpRequest) -> list[str]:
    return list(request.resolver_match.namespaces) if request.resolver_match else []
