"""What an event is about, in words: the kind of thing, its number, and its title for those who may read it.

Auditors may read no marked content by being auditors. What they may not read is 'Bulletin 12' to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.apps import apps
from django.db.models import Model
from django.urls import Resolver404, resolve
from django.utils.text import capfirst
from wagtail.models import Page, Site

from portal.access.models import Marked
from portal.access.viewer import Viewer
from portal.core.rows import LARGEST_KEY
from portal.members.models import Person

NAME = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,40}:[0-9a-z-]{1,40}")
PERSON = "members.person"
PAGE = "wagtailcore.page"
# Addresses that name one thing: the model, its field, and what the address calls it.
ADDRESSES = {
    "page_by_number": (PAGE, "pk", "pk"),
    "wagtailadmin_pages:edit": (PAGE, "pk", "page_id"),
    "bulletin_permalink": ("bulletins.bulletinpage", "public_id", "public_id"),
    "desk_recall": ("bulletins.bulletinpage", "pk", "pk"),
    "desk_readers": ("bulletins.bulletinpage", "pk", "pk"),
    "desk_submit": ("bulletins.bulletinpage", "pk", "pk"),
    "desk_release": ("bulletins.releaserequest", "pk", "pk"),
    "library_download": ("library.portaldocument", "uuid", "identifier"),
    "wagtaildocs:edit": ("library.portaldocument", "pk", "document_id"),
    "library_image": ("library.portalimage", "uuid", "identifier"),
    "wagtailimages:edit": ("library.portalimage", "pk", "image_id"),
    "desk_application": ("members.application", "uuid", "identifier"),
    "desk_report": ("reporting.report", "uuid", "identifier"),
    "desk_person": (PERSON, "pk", "pk"),
    "desk_organisation": ("members.organisation", "pk", "pk"),
    "desk_community": ("members.community", "pk", "pk"),
}


@dataclass(frozen=True)
class Thing:
    """A thing as an event names it, and how it is called."""

    name: str
    kind: str
    number: str
    title: str = ""

    def __str__(self) -> str:
        words = f"{self.kind} {self.number}".strip()
        return f"{words} “{self.title}”" if self.title else words

    @property
    def has_page(self) -> bool:
        """Whether it is named as one thing, so that it has a story."""
        return is_name(self.name)


def described(names: Iterable[str], viewer: Viewer) -> dict[str, Thing]:
    """Things by their names: one query for each kind that has titles, and one for people."""
    wanted = {name for name in names if name}
    titles = _titles(wanted, viewer)
    return {name: _described(name, titles.get(name, "")) for name in wanted}


def _described(name: str, title: str) -> Thing:
    label, _colon, number = name.partition(":")
    return Thing(name, kind_in_words(label), number, title)


def kind_in_words(label: str) -> str:
    """What a kind is called; the trail may be older than the models, and then its own word stands."""
    found = model(label)
    return capfirst(str(found._meta.verbose_name)) if found else label


def kinds() -> list[tuple[str, str]]:
    """Every kind of thing of the portal with its word, in order of the words."""
    ours = [each for each in apps.get_models() if each.__module__.startswith("portal.")]
    return sorted(
        ((each._meta.label_lower, kind_in_words(each._meta.label_lower)) for each in ours), key=lambda k: k[1]
    )


def model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def key_of(text: str) -> int | None:
    """The key that a text is, or None if no row can have it."""
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(LARGEST_KEY)):
        return None
    return int(text) if int(text) <= LARGEST_KEY else None


def _titles(names: set[str], viewer: Viewer) -> dict[str, str]:
    keys: dict[str, set[int]] = {}
    for name in names:
        label, _colon, number = name.partition(":")
        if (key := key_of(number)) is not None:
            keys.setdefault(label, set()).add(key)
    found: dict[str, str] = {}
    for label, pks in sorted(keys.items()):
        found |= {f"{label}:{pk}": title for pk, title in _titled(label, pks, viewer)}
    return found


def _titled(label: str, pks: set[int], viewer: Viewer) -> Iterable[tuple[int, str]]:
    """Titles of what this viewer may read, by the access rule; names of people, whom the trail is about."""
    kind: Any = model(label)
    if kind is Person:
        return Person.objects.filter(pk__in=pks).values_list("pk", "name")
    if kind is None or not issubclass(kind, Marked) or not any(row.name == "title" for row in kind._meta.fields):
        return ()
    marked: Any = kind
    titled: Iterable[tuple[int, str]] = marked.objects.readable_by(viewer).filter(pk__in=pks).values_list("pk", "title")
    return titled


def names_of(name: str) -> list[str]:
    """Every name under which the trail may have the same thing: a page is recorded as what it is, and as a page."""
    label, _colon, number = name.partition(":")
    kind, key = model(label), key_of(number)
    if kind is None or not issubclass(kind, Page) or key is None:
        return [name]
    if label != PAGE:
        return [name, f"{PAGE}:{number}"]
    page = Page.objects.filter(pk=key).select_related("content_type").first()
    return [name, *_specific(page)]


def _specific(page: Page | None) -> list[str]:
    kind = page.specific_class if page else None
    return [f"{kind._meta.label_lower}:{page.pk}"] if page and kind else []


def named_by(text: str) -> str | None:
    """The name of the thing that somebody means by a name as the trail has it, or by the address of a page.

    Returns None when nothing here is called so.
    """
    wanted = text.strip()
    if NAME.fullmatch(wanted.lower()):
        return wanted.lower()
    try:
        path = urlsplit(wanted).path
        match = resolve(path if path.startswith("/") else f"/{path}", urlconf="portal.urls.desk")
    except (Resolver404, ValueError):  # the second is for what looks like an address and is none, as http://[::1/x
        return None
    if match.view_name == "wagtail_serve":
        return _page_at(str(match.args[0]))
    label, field, argument = ADDRESSES.get(match.view_name, ("", "", ""))
    return _row_name(label, field, match.kwargs[argument]) if label else None


def _page_at(path: str) -> str | None:
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return None
    page = Page.objects.filter(url_path=f"{site.root_page.url_path}{path}").select_related("content_type").first()
    return next(iter(_specific(page)), None)


def _row_name(label: str, field: str, value: int | UUID) -> str | None:
    kind: Any = model(label)
    if kind is None or (isinstance(value, int) and value > LARGEST_KEY):
        return None
    row = kind._default_manager.filter(**{field: value}).first()
    if isinstance(row, Page):
        return next(iter(_specific(row)), None)
    return f"{label}:{row.pk}" if row else None


def is_name(text: str) -> bool:
    return NAME.fullmatch(text) is not None
