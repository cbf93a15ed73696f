"""What is recorded in a request is of that request, and nothing that staff send passes unrecorded."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portal.audit import context
from portal.audit.enums import Verb
from portal.audit.recording import record

GetResponse = Callable[[HttpRequest], HttpResponse]
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}  # RFC 9110, section 9.2.1
LONGEST_SEARCH = 100  # characters
# What a page sends by itself while somebody works in it.
BACKGROUND = {"wagtailadmin_editing_sessions", "session_extend"}


def name_the_request(get_response: GetResponse) -> GetResponse:
    """Stands behind sessions and sign-in, whose facts an event needs. Refusals are written once the answer is sent.

    On Desk whatever a person sends is recorded by the address's name, unless a more telling event was.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        context.begin(request)
        response = get_response(request)
        if settings.PORTAL_SITE_KIND == "desk":
            _record_what_is_left(request, response)
        return response

    return middleware


def _record_what_is_left(request: HttpRequest, response: HttpResponse) -> None:
    """What no view recorded itself: forms that were taken, pages about one thing that were shown, and searches."""
    if context.current().recorded or context.actor().person is None or _is_background(request):
        return
    if request.method == "GET" and response.status_code == HTTPStatus.OK and (words := _words(request)):
        record(Verb.SEARCH, facts={"page": _name(request), "words": words})
        return
    if request.method not in SAFE and response.status_code < HTTPStatus.BAD_REQUEST:
        record(Verb.SEND, facts={"form": _name(request), "answer": response.status_code, "of": _key(request)})
    elif request.method == "GET" and response.status_code == HTTPStatus.OK and _key(request):
        record(Verb.OPEN_CASE, facts={"page": _name(request), "of": _key(request)})


def _words(request: HttpRequest) -> str:
    """What staff searched for; of members no words are kept."""
    typed = request.GET.get("q", "")
    return "".join(letter for letter in typed if letter.isprintable()).strip()[:LONGEST_SEARCH]


def _is_background(request: HttpRequest) -> bool:
    return bool(BACKGROUND.intersection([*_namespaces(request), _name(request)]))


def _key(request: HttpRequest) -> str:
    """The keys in the address: numbers and codes, as its pattern lets through."""
    match = request.resolver_match
    parts = [*match.args, *match.kwargs.values()] if match else []
    return " ".join(str(part) for part in parts if isinstance(part, int | uuid.UUID) or str(part).isdecimal())


def _name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def _namespaces(request: HttpRequest) -> list[str]:
    return list(request.resolver_match.namespaces) if request.resolver_match else []
