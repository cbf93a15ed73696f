"""What stands before Wagtail's admin: a page that one may not see does not exist there either.

Wagtail's hooks narrow its lists. Some of its views show the title of any page whose number one asks for (the explorer,
'move', 'choose several', bulk actions), and ask no hook.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from portal.bulletins.desk.visibility import visible_pages

View = Callable[..., HttpResponse]

# What Wagtail calls the number of a page in its addresses; a test finds names that are missing here.
PAGE_ARGUMENTS = {"page_id", "parent_page_id", "page_to_move_id", "destination_id", "page_pk"}
NUMBER = re.compile(r"[0-9]{1,18}")  # what the databases can hold
# They show the titles of whatever was edited last, and ask no hook either. The menu does not offer them.
CLOSED = ("/admin/reports/page-types-usage/",)


def only_what_one_sees(view: View) -> View:
    """Wrap a view of Wagtail's admin. Raises `Http404` for pages and files that the person does not see."""

    @wraps(view)
    def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user: Any = request.user
        if user.is_authenticated and not user.is_superuser:
            _refuse(request, kwargs)
        return view(request, *args, **kwargs)

    return gated


def _refuse(request: HttpRequest, arguments: dict[str, Any]) -> None:
    if request.path_info.startswith(CLOSED):
        raise Http404
    numbers = [str(value) for name, value in arguments.items() if name in PAGE_ARGUMENTS]
    if request.path_info.startswith("/admin/choose-page/"):
        numbers += request.GET.getlist("id")
    pages = set(_keys(numbers))
    if len(pages) < len(set(numbers)):
        raise Http404  # something that no row can have as its key
    if pages:
        _refuse_hidden(Page.objects.filter(pk__in=pages), visible_pages(request.user))  # type: ignore[arg-type]  # a person
    if request.path_info.startswith("/admin/bulk/"):
        _refuse_in_bulk(request, arguments)


def _refuse_in_bulk(request: HttpRequest, arguments: dict[str, Any]) -> None:
    """A bulk action names those that one has no right to, title and all."""
    try:
        model: Any = apps.get_model(arguments["app_label"], arguments["model_name"])
    except (KeyError, LookupError):
        return
    asked = model._default_manager.filter(pk__in=set(_keys(request.GET.getlist("id"))))
    if issubclass(model, Page):
        asked = _whole_list(request) if "all" in request.GET.getlist("id") else asked
        _refuse_hidden(asked, visible_pages(request.user))  # type: ignore[arg-type]  # a person
    elif model in {get_document_model(), get_image_model()}:
        _refuse_hidden(asked, _visible_files(model, request.user))


def _visible_files(model: Any, user: Any) -> Any:
    from wagtail.documents.permissions import permission_policy as documents
    from wagtail.images.permissions import permission_policy as images

    policy: Any = documents if model is get_document_model() else images
    return policy.instances_user_has_any_permission_for(user, ["choose", "change"])


def _refuse_hidden(asked: Any, seen: Any) -> None:
    if asked.exclude(pk__in=seen.values("pk")).exists():
        raise Http404


def _whole_list(request: HttpRequest) -> Any:
    """What 'all' stands for at most: a search goes through everything below the page."""
    top = Page.objects.filter(pk__in=set(_keys(request.GET.getlist("childOf")))).first()
    return top.get_descendants() if top else Page.objects.all()


def _keys(values: Iterable[str]) -> Iterator[int]:
    return (int(value) for value in values if NUMBER.fullmatch(value))
