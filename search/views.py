"""The page of results, and what the box offers while somebody types."""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from portal.access.viewer import viewer_of
from portal.core import frame
from portal.members import limits
from search import completion, recording
from search.asked import Asked, NoSuchPage, read
from search.forms import SaveForm
from search.listing import look_up
from search.questions import SearchUnavailable

OFFERS_AN_HOUR = {"user": 1_500, "ip": 3_000}  # by account; of visitors by network, which many may share
logger = logging.getLogger("portal.search")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What was found, of what this viewer may read. The header's box gives way to the page's own."""
    ahead: dict[str, str] = {}
    try:
        asked = read(request.GET)
        results = look_up(asked, viewer_of(request), meanwhile=lambda: ahead.update(_ahead(request, asked)))
    except NoSuchPage:
        raise Http404 from None
    except SearchUnavailable as problem:
        logger.error("search unavailable", extra={"problem": type(problem.__cause__ or problem).__name__})
        return render(request, "search/unavailable.html", {"asked": asked}, status=503)
    if asked and not results.query.is_noise:
        recording.record(request, results)
    return render(request, "search/results.html", {"asked": asked, "results": results, "site_search_url": "", **ahead})


def _ahead(request: HttpRequest, asked: Asked) -> dict[str, str]:
    """What of the page does not depend on the answer is made while the engine looks for it."""
    frame.read_ahead(request)
    if not viewer_of(request).is_member:
        return {}
    return {"save": render_to_string("search/save.html", {"form": SaveForm.about(asked)}, request)}


@require_safe
def complete(request: HttpRequest) -> JsonResponse:
    """At most eight lines, as JSON. Not recorded: a page asks for them by itself.

    Whoever asks more often than anybody types is given none: words could otherwise be drawn out by a program.
    """
    per = "user" if request.user.is_authenticated else "ip"
    may = limits.may_ask(request, "search-complete", per_hour=OFFERS_AN_HOUR[per], per=per)
    offers = completion.offers(viewer_of(request), request.GET.get("q", "")) if may else []
    response = JsonResponse({"offers": offers}, status=HTTPStatus.OK if may else HTTPStatus.TOO_MANY_REQUESTS)
    patch_cache_control(response, private=True, no_store=True)
    return response
