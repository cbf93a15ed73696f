"""All things and all viewers of the leak matrix, made once for a file of tests and rolled back after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test.utils import override_settings

from portal.bulletins import site_tree
from tests.access.leaks.items import MAKERS, Item, make_hub, make_items
from tests.access.leaks.viewers import Circles, Visitor, make_circles, make_visitors
from tests.conftest import rolled_back


@dataclass(frozen=True)
class World:
    """Everything that is marked, everybody who comes, and the circles between them."""

    items: list[Item]
    visitors: list[Visitor]
    circles: Circles

    def visitor(self, kind: str) -> Visitor:
        return next(visitor for visitor in self.visitors if visitor.kind == kind)

    def item(self, kind: str, case: str) -> Item:
        return next(item for item in self.items if (item.kind, item.case.name) == (kind, case))


@contextmanager
def made(blocker: Any, media: str, *, kinds: Sequence[str] = MAKERS) -> Iterator[World]:
    """The world, with things of these kinds; its files lie in a folder of their own."""
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": media}}
    storages = {**settings.STORAGES, "default": files}
    with blocker.unblock(), override_settings(STORAGES=storages), rolled_back():
        site_tree.prepare()
        circles = make_circles()
        items = make_items(circles, kinds=kinds)
        make_hub(items)
        yield World(items, make_visitors(circles), circles)
