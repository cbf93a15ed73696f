"""All events about one thing or one person, summed up: how often each verb, first and last, and whose doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q

from portal.audit.enums import Outcome, Verb
from portal.audit.models import Event
from portal.oversight import selection, things
from portal.oversight.reading import Whom, people_by_key, whom_of
from portal.oversight.selection import Events

MOST_PEOPLE = 20


@dataclass(frozen=True)
class Done:
    """How often one verb was done and refused."""

    verb: str
    words: str
    done: int
    refused: int


@dataclass(frozen=True)
class Share:
    """How many of the events are one person's doing."""

    whom: Whom
    count: int


@dataclass(frozen=True)
class Story:
    """The sum of a selection of events: four queries, whatever its size."""

    first: datetime | None
    last: datetime | None
    verbs: list[Done]
    people: list[Share]
    people_count: int


def about_thing(name: str) -> Events:
    """Every event about a thing, in the order in which they happened."""
    return Event.objects.filter(about__in=things.names_of(name)).order_by("at", "pk")


def about_person(person: int) -> Events:
    """What a person did and what was done to their account, in the order in which it happened."""
    return selection.of_person(Event.objects.order_by("at", "pk"), person)


def summed(events: Events) -> Story:
    ends = events.aggregate(first=Min("at"), last=Max("at"))
    people = _people(events)
    return Story(ends["first"], ends["last"], counted(events), people[:MOST_PEOPLE], len(people))


def counted(events: Events) -> list[Done]:
    """How often each verb, the most frequent first: one query."""
    rows = (
        events.order_by()
        .values("verb")
        .annotate(
            done=Count("pk", filter=Q(outcome=Outcome.DONE)), refused=Count("pk", filter=Q(outcome=Outcome.REFUSED))
        )
    )
    found = [Done(row["verb"], verb_in_words(row["verb"]), row["done"], row["refused"]) for row in rows]
    return sorted(found, key=lambda each: (-each.done - each.refused, each.verb))


def verb_in_words(verb: str) -> str:
    """The word of the vocabulary; an older trail may have one that is no longer in it."""
    return str(Verb(verb).label) if verb in Verb.values else verb


def _people(events: Events) -> list[Share]:
    rows = selection.with_whom(events).order_by().values("whom").annotate(count=Count("pk"))
    counts = sorted(((row["whom"], row["count"]) for row in rows), key=lambda pair: (-pair[1], pair[0]))
    names = people_by_key(whom for whom, _count in counts[:MOST_PEOPLE])
    return [Share(whom_of(whom, names), count) for whom, count in counts]
