"""A new page that is sent twice at the same moment is made once, and the second answer says so.

Wagtail's editor keeps a new page by itself. Whoever presses the button meanwhile sends it again: both forms were sound
when they were looked at, and the one that is saved last finds its address taken. Stock Wagtail answers 500.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

View = Callable[..., HttpResponse]
NEW_PAGE = "/admin/pages/add/"


def answer_double_creation(view: View) -> View:
    """Wrap a view of Wagtail's admin: a new page whose address was taken meanwhile is answered in words."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or not request.path_info.startswith(NEW_PAGE):
            return view(request, *args, **kwargs)
        try:
            return view(request, *args, **kwargs)
        except ValidationError as problem:
            if set(getattr(problem, "error_dict", {})) != {"slug"}:
                raise
            return _told(request)

    return answered


def _told(request: HttpRequest) -> HttpResponse:
    """In Wagtail's form to the editor's script, as a page to a person."""
    if not request.accepts("text/html"):
        words = _("This page was kept a moment ago.")
        return JsonResponse({"success": False, "error_code": "kept_meanwhile", "error_message": words}, status=400)
    return render(request, "desk/kept_meanwhile.html", status=409)
