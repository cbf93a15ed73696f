"""Mail about what is new in a saved search. Above TLP:GREEN it carries a safe title and an address without words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from portal.access.enums import Label
from portal.core import outbox, tick
from portal.core.outbox import Letter
from portal.members.audience import active_people
from portal.members.viewers import viewer_for
from search import registry, saved
from search.enums import Alerts
from search.listing import Row
from search.models import SavedSearch
from search.templatetags.search import plain


@dataclass(frozen=True)
class Line:
    """One thing in the mail."""

    label: Label
    title: str
    address: str


@tick.step("search: mail about saved searches")
def ask_for_mail(now: datetime) -> int:
    return saved.ask_for_mail(now)


@outbox.kind(saved.KIND)
def build(about: str) -> Letter | None:
    """The search is run now, as its owner: whoever is no active member, or may no longer read it, is told nothing."""
    key, after, until = about.split(":")
    row = SavedSearch.objects.exclude(alerts=Alerts.NONE).filter(pk=key).first()
    person = active_people().filter(pk=row.person_id).first() if row is not None else None
    if row is None or person is None:
        return None
    viewer = viewer_for(person)
    if not viewer.is_member:
        return None
    news = saved.news_in(row, viewer, after=saved.moment_of(after), until=saved.moment_of(until))
    if not news.rows:
        return None
    return Letter(person.email, "saved_search", _facts(row, news))


def _facts(row: SavedSearch, news: saved.News) -> dict[str, Any]:
    """The name is its owner's own word for it; what they look for is not said, nor does any address carry it."""
    lines = [_line(found) for found in news.rows]
    return {
        "name": row.name,
        "lines": lines,
        "count": news.count,
        "more": news.count - len(lines),
        "how_often": row.get_alerts_display(),
        "saved_url": f"{reverse('saved_searches')}#saved-{row.pk}",
    }


def _line(found: Row) -> Line:
    source = registry.source_of(type(found.thing))
    may_leave = found.label.may_leave_in_full
    title = plain(found.title) if may_leave else found.kind
    address = found.url if may_leave else ""
    if source is not None and source.safe_title is not None:
        title = source.safe_title(found.thing)
    if source is not None and source.permalink is not None:
        address = source.permalink(found.thing)
    return Line(found.label, title, address)
