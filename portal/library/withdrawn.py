"""What was in the library and was withdrawn: whoever could otherwise read it is told so (410), nobody else (404).

The access rule decides: a withdrawn document stays for the same readers, and is closed to them by its window of time.
The notice names neither title nor reason; the reason is for staff.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from portal.access.querysets import verdict_on_stored
from portal.access.rule import Verdict
from portal.access.viewer import viewer_of
from portal.library import versions
from portal.library.models import PortalDocument

View = Callable[..., HttpResponseBase]


def notice(request: HttpRequest, document: PortalDocument) -> HttpResponse | None:
    """The notice in place of a withdrawn document; None where this viewer gets none.

    One that only a bulletin carried has never been published here, and the bulletin says what became of it.
    """
    viewer = viewer_of(request)
    if document.published_at is None or verdict_on_stored(document, viewer) is not Verdict.RECALLED:
        return None
    context = {"ended_at": document.recalled_at, "newest": versions.of(document, viewer).newest}
    return render(request, "library/withdrawn.html", context, status=410)


def is_told(view: View) -> View:
    """Where a view of a document has nothing for the viewer, tell them of its being withdrawn, if that is why."""

    @wraps(view)
    def telling(request: HttpRequest, identifier: uuid.UUID, **given: Any) -> HttpResponseBase:
        try:
            return view(request, identifier, **given)
        except Http404:
            document = PortalDocument.objects.filter(uuid=identifier).exclude(recalled_at=None).first()
            told = notice(request, document) if document is not None else None
            if told is None:
                raise
            return told

    return telling
