"""What is odd about a week of the trail: a few grouped queries, the same number however many events there are.

None of it is proof of anything. Each entry leads to its events, and somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, DateTimeField, Max
from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from portal.audit.enums import Outcome
from portal.audit.models import Event, Reference
from portal.audit.references import PERSON
from portal.oversight import selection
from portal.oversight.enums import BREAK_GLASS, OPENED, TAKEN_OUT, Oddity
from portal.oversight.reading import Whom, people_by_key, whom_of
from portal.oversight.selection import Events
from portal.oversight.stories import verb_in_words
from portal.oversight.weeks import Week

MOST = 50  # of one kind
WEEKS_BEFORE = 8  # what is usual for a person is taken from so many weeks


@dataclass(frozen=True)
class Odd:
    """One thing to look at: what kind, whose doing or from where, how often, and where its events are."""

    kind: Oddity
    whom: Whom
    words: str
    url: str


@dataclass(frozen=True)
class _Found:
    """The same before people have names: `whom` is a key, `nobody`, `system` or `erased`; `where` a network address."""

    kind: Oddity
    whom: str
    words: str
    url: str
    where: str = ""


def of_week(week: Week) -> list[Odd]:
    """Everything odd in a week, kind by kind; twelve queries."""
    events = selection.within(Event.objects.all(), week.begins_at, week.ends_at)
    found = [
        *_at_night(events, week),
        *_refused(events, week),
        *_refused_network(events, week),
        *_far_more(events, week),
        *_by_verb(events, week, BREAK_GLASS, Oddity.BREAK_GLASS),
        *_by_verb(events, week, TAKEN_OUT, Oddity.EXPORT),
        *_sealed_late(week),
    ]
    names = people_by_key(row.whom for row in found)
    return [
        Odd(row.kind, Whom(row.where) if row.where else whom_of(row.whom, names), row.words, row.url) for row in found
    ]


def counts(odd: Iterable[Odd]) -> dict[str, int]:
    """How many of each kind, as a signed review keeps it."""
    found: dict[str, int] = {}
    for row in odd:
        found[row.kind.value] = found.get(row.kind.value, 0) + 1
    return found


def _at_night(events: Events, week: Week) -> Iterator[_Found]:
    for whom, count, _last in _grouped(selection.at_night(_opened(events))):
        words = ngettext("%(count)s opening at night", "%(count)s openings at night", count) % {"count": count}
        yield _Found(Oddity.NIGHT, whom, words, _search(week, whom=whom, hours="night"))


def _refused(events: Events, week: Week) -> Iterator[_Found]:
    known = _grouped(events.filter(outcome=Outcome.REFUSED), least=settings.PORTAL_TRAIL_REFUSALS_ODD)
    for whom, count, _last in known:
        if whom.isdecimal():  # what nobody was refused shows by its network address
            words = _("%(count)s refusals") % {"count": count}
            yield _Found(Oddity.REFUSALS_PERSON, whom, words, _search(week, whom=whom, outcome="refused"))


def _refused_network(events: Events, week: Week) -> Iterator[_Found]:
    refused = selection.with_network(events.filter(outcome=Outcome.REFUSED)).exclude(network=None)
    rows = refused.order_by().values("network").annotate(count=Count("pk"), last=Max("pk"))
    many = rows.filter(count__gte=settings.PORTAL_TRAIL_REFUSALS_ODD).order_by("-count", "network")[:MOST]
    for row in many:
        words = _("%(count)s refusals") % {"count": row["count"]}
        url = _search(week, network=str(row["last"]), outcome="refused")
        yield _Found(Oddity.REFUSALS_ADDRESS, "", words, url, where=row["network"])


def _far_more(events: Events, week: Week) -> Iterator[_Found]:
    """Beyond both numbers: so many openings, and so many times what is usual for the person."""
    many = _grouped(_opened(events), least=settings.PORTAL_TRAIL_READS_ODD + 1)
    now = {whom: count for whom, count, _last in many if whom.isdecimal()}
    usual = _usual(now, week)
    for whom, count in now.items():
        if count > settings.PORTAL_TRAIL_READS_OVER_USUAL * usual.get(whom, 0):
            words = _("%(count)s openings; %(usual)s in a usual week") % {
                "count": count,
                "usual": round(usual.get(whom, 0)),
            }
            yield _Found(Oddity.MUCH, whom, words, _search(week, whom=whom))


def _usual(people: Iterable[str], week: Week) -> dict[str, float]:
    """The median of those earlier weeks in which a person opened something; whoever never did has none."""
    own = Reference.objects.filter(kind=PERSON, value__in=list(people)).values("pk")
    earlier = selection.within(_opened(Event.objects.all()), week.before(WEEKS_BEFORE).begins_at, week.begins_at)
    weekly = selection.with_whom(earlier.filter(who__in=own)).annotate(
        week=TruncWeek("at", tzinfo=timezone.get_default_timezone(), output_field=DateTimeField())
    )
    found: dict[str, list[int]] = {}
    for row in weekly.order_by().values("whom", "week").annotate(count=Count("pk")):
        found.setdefault(row["whom"], []).append(row["count"])
    return {whom: median(numbers) for whom, numbers in found.items()}


def _by_verb(events: Events, week: Week, verbs: tuple[Any, ...], kind: Oddity) -> Iterator[_Found]:
    done = selection.with_whom(events.filter(verb__in=verbs, outcome=Outcome.DONE))
    rows = done.order_by().values("whom", "verb").annotate(count=Count("pk")).order_by("verb", "-count", "whom")
    for row in rows[:MOST]:
        words = f"{verb_in_words(row['verb'])}: {row['count']}"
        yield _Found(kind, row["whom"], words, _search(week, whom=row["whom"], verb=row["verb"]))


def _sealed_late(week: Week) -> Iterator[_Found]:
    """Events that were put in afterwards, or waited for a sealer that stood still; and those that wait for it now."""
    for whom, count, _last in _grouped(selection.sealed_late(Event.objects.all(), week)):
        words = ngettext("%(count)s event, sealed late", "%(count)s events, sealed late", count) % {"count": count}
        yield _Found(Oddity.LATE, whom, words, _link(whom=whom, late=week.monday.isoformat()))
    until = min(week.ends_at, timezone.now() - settings.PORTAL_TRAIL_SEALED_LATE)
    waiting = selection.not_sealed(selection.within(Event.objects.all(), week.begins_at, until))
    for whom, count, _last in _grouped(waiting):
        words = ngettext("%(count)s event, not sealed yet", "%(count)s events, not sealed yet", count)
        yield _Found(Oddity.LATE, whom, words % {"count": count}, _search(week, whom=whom, sealed="no"))


def _opened(events: Events) -> Events:
    return events.filter(verb__in=OPENED, outcome=Outcome.DONE)


def _grouped(events: Any, *, least: int = 1) -> list[tuple[str, int, int]]:
    """How many events are whose, the most first: whom, how many, the last of them."""
    rows = selection.with_whom(events).order_by().values("whom").annotate(count=Count("pk"), last=Max("pk"))
    many = rows.filter(count__gte=least).order_by("-count", "whom")[:MOST]
    return [(row["whom"], row["count"], row["last"]) for row in many]


def _search(week: Week, *, whom: str = "", **filters: str) -> str:
    """The search that shows the events of an entry within its week."""
    return _link(since=week.monday.isoformat(), until=week.sunday.isoformat(), **filters, whom=whom)


def _link(*, whom: str, **filters: str) -> str:
    """The address of a search. Who was erased cannot be searched for any more, and the portal has no number."""
    found = {**filters, "person": whom} if whom.isdecimal() else filters
    return f"{reverse('desk_audit')}?{urlencode(found)}"
