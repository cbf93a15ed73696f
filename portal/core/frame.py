"""What stands on every page, whatever it shows: read once a request, when a template first needs it or ahead."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.core.models import PortalSettings

Read = Callable[[HttpRequest], Any]
KEPT = "_parts_of_the_frame"
_parts: dict[str, Read] = {}


def register(name: str, read: Read) -> None:
    """Give every template `name`. It is read at most once a request, and not at all where no template asks for it."""
    _parts[name] = read


def parts(request: HttpRequest) -> dict[str, Any]:
    """All that was registered, each to be read when it is first asked for."""
    return {name: SimpleLazyObject(partial(_part, request, name)) for name in _parts}


def read_ahead(request: HttpRequest) -> None:
    """Read all of it now: for a page that has to wait for something else in any case."""
    PortalSettings.load(request)
    for name in _parts:
        _part(request, name)


def _part(request: HttpRequest, name: str) -> Any:
    kept = request.__dict__.setdefault(KEPT, {})
    if name not in kept:
        kept[name] = _parts[name](request)
    return kept[name]
