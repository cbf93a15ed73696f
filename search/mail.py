"""Messages about what is new in a saved search. Above TLP:GREEN: a safe title and an address without words.

The portal's delivery sends them: in nobody's quiet hours, each with a link that stops the mail of this search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from portal.access.enums import Label
from portal.core import tick
from portal.delivery import letters, stopping
from portal.delivery.enums import Mode, Why
from portal.delivery.letters import Write, Written
from portal.delivery.models import Delivery
from portal.delivery.people import Reader
from search import registry, saved
from search.enums import Alerts
from search.listing import Row
from search.models import SavedSearch
from search.templatetags.search import plain

TOPIC = "saved"


@dataclass(frozen=True)
class Line:
    """One thing in the mail."""

    label: Label
    title: str
    address: str


@tick.step("search: mail about saved searches")
def ask_for_mail(now: datetime) -> int:
    """Desk's alone: who is told what is nothing that Front reads or writes."""
    return saved.ask_for_mail(now) if settings.PORTAL_SITE_KIND == "desk" else 0


@stopping.of_room(TOPIC, words=lambda: _("mail about this saved search"))
def stop(person: int, rest: str) -> None:
    """The search itself is kept."""
    rows = SavedSearch.objects.filter(person=person)
    (rows.filter(pk=rest) if rest.isdecimal() else rows.none()).update(alerts=Alerts.NONE)


@letters.kind(saved.KIND)
def build(rows: Sequence[Delivery], readers: Mapping[int, Reader]) -> Write:
    """Each search is run now, as its owner. Raises `SearchUnavailable` for a row: it then waits."""
    keys = {int(row.about.partition(":")[0]) for row in rows}
    searches = SavedSearch.objects.exclude(alerts=Alerts.NONE).in_bulk(keys)

    def write(row: Delivery, reader: Reader) -> Written | Why:
        key, after, until = row.about.split(":")
        search = searches.get(int(key))
        if search is None or search.person_id != reader.person.pk or reader.chosen.mode is Mode.NOTHING:
            return Why.CHOICE
        news = saved.news_in(search, reader.viewer, after=saved.moment_of(after), until=saved.moment_of(until))
        return _written(search, news).for_reader(reader) if news.rows else Why.NOTHING

    return write


def _written(row: SavedSearch, news: saved.News) -> Written:
    """What they look for is not said, nor does any address carry it.

    The name is its owner's own word for it, and said only where nothing is marked: beside a safe title it would say
    what the thing is about.
    """
    lines = [_line(found) for found in news.rows]
    words = ngettext("%(count)d new result in a saved search", "%(count)d new results in a saved search", news.count)
    facts: dict[str, Any] = {
        "name": row.name if all(line.label.may_leave_in_full for line in lines) else "",
        "lines": lines,
        "count": news.count,
        "more": news.count - len(lines),
        "how_often": row.get_alerts_display(),
        "saved_url": f"{reverse('saved_searches')}#saved-{row.pk}",
    }
    label = max((line.label for line in lines), key=list(Label).index)
    subject = words % {"count": news.count}
    return letters.render("saved_search", subject=subject, label=label, topic=f"{TOPIC}:{row.pk}", **facts)


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
