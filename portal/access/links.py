"""Links from one page's text to another: by number, since an address may carry the words of a title."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe
from wagtail.models import Page
from wagtail.rich_text import LinkHandler

from portal.access import refusals
from portal.access.models import Marked
from portal.access.querysets import verdict_on_stored
from portal.access.rule import Verdict
from portal.access.viewer import viewer_of


class PageLinkHandler(LinkHandler):
    """Writes a link to a page of the portal without its words; who may follow it is asked on the way."""

    identifier = "page"

    @classmethod
    def get_model(cls) -> type[Page]:
        return Page

    @classmethod
    def expand_db_attributes(cls, attrs: dict[str, Any]) -> str:
        try:
            return format_html('<a href="{}">', reverse("page_by_number", args=[int(attrs["id"])]))
        except (KeyError, ValueError):
            return "<a>"


@require_safe
def page_by_number(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to a page that the viewer may read; who has not signed in is asked to, whether there is one or not."""
    page = Page.objects.filter(pk=pk).first()
    thing = page.specific if page is not None else None
    if isinstance(thing, Marked):
        found = verdict_on_stored(thing, viewer_of(request))
        if found not in {Verdict.REFUSED, Verdict.NOT_YET}:
            return redirect(thing.url)  # type: ignore[attr-defined]  # a page
        refusals.tell(thing, viewer_of(request), found)
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    raise Http404
