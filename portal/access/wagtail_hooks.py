"""Where Wagtail serves pages, the access rule is asked first."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from wagtail import hooks

from portal.access import refusals
from portal.access.links import PageLinkHandler
from portal.access.models import Marked
from portal.access.querysets import verdict_on_stored
from portal.access.rule import Verdict
from portal.access.viewer import viewer_of


@hooks.register("register_rich_text_features", order=100)
def link_by_number(features: Any) -> None:
    """After Wagtail's own, whose links carry the address, and with it the words, of what may be hidden."""
    features.register_link_type(PageLinkHandler)


@hooks.register("before_serve_page", order=-100)
def ask_the_access_rule(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse | None:
    """Serve what is readable; for those who could have read an ended or recalled item, its notice; else 404."""
    if not isinstance(page, Marked):
        raise Http404
    viewer = viewer_of(request)
    found = verdict_on_stored(page, viewer)
    if found is Verdict.READABLE:
        return None
    thing: Any = page  # pages that have a notice say when it is due
    due = thing.notice_due(viewer, found) if hasattr(thing, "notice_due") else None
    refusals.tell(page, viewer, found)
    if due is None:
        raise Http404
    notice: HttpResponse = thing.serve_notice(request, due)
    return notice
