"""What stands in the header: each room registers its own entry, so that no link leads nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise


@dataclass(frozen=True)
class NavigationItem:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Entry:
    order: int
    label: str | Promise
    url: str
    is_shown: Callable[[HttpRequest], bool]


_entries: dict[str, list[Entry]] = {"main": [], "account": []}


def register(
    label: str | Promise,
    url: str,
    *,
    order: int,
    menu: str = "main",
    is_shown: Callable[[HttpRequest], bool] = lambda _: True,
) -> None:
    """Add an entry to the `main` or the `account` menu; `label` is a lazy translation."""
    _entries[menu].append(Entry(order, label, url, is_shown))


def items(request: HttpRequest, menu: str = "main") -> list[NavigationItem]:
    """The entries of a menu that this request may see, in order."""
    shown = [entry for entry in sorted(_entries[menu], key=lambda e: e.order) if entry.is_shown(request)]
    return [NavigationItem(str(e.label), e.url, request.path.startswith(e.url)) for e in shown]
