"""How a digest is written: what it has is put together anew when it is sent, and the access rule asked of each line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, ngettext

from portal.access.enums import Label
from portal.delivery import letters
from portal.delivery.digests.contents import Contents
from portal.delivery.digests.rounds import KIND
from portal.delivery.enums import DIGESTS, Rhythm, Why
from portal.delivery.items import Item
from portal.delivery.letters import Write, Written
from portal.delivery.models import Delivery, DigestRound
from portal.delivery.people import Reader
from portal.vocabulary.models import Sector

MOST_LINES = 60


@dataclass(frozen=True)
class Group:
    """Lines of a digest under one heading."""

    heading: str | Promise
    items: Sequence[Item]


@letters.kind(KIND)
def build(rows: Sequence[Delivery], readers: Mapping[int, Reader]) -> Write:
    """The queries are for all rows of the batch together."""
    keys = {int(part) for row in rows if (part := row.about.rpartition(":")[2]).isdecimal()}
    rounds = DigestRound.objects.in_bulk(keys)
    now = timezone.now()
    by_round = {at: Contents.of(at) for at in {row.at for row in rounds.values()}}
    told = {at: _told(contents, rows, readers) for at, contents in by_round.items()}
    sectors = dict(Sector.objects.values_list("pk", "name"))

    def write(row: Delivery, reader: Reader) -> Written | Why:
        due = rounds.get(int(row.about.rpartition(":")[2]))
        if due is None or Rhythm(due.rhythm) not in DIGESTS:
            return Why.NOTHING
        known = told[due.at].get(reader.person.pk, set())
        items = by_round[due.at].of_reader(reader, rhythm=Rhythm(due.rhythm), told=known, at=now)
        known.update(item.news.pk for item in items)  # a daily and a weekly one may be in the same batch
        return _written(items, Rhythm(due.rhythm), sectors, reader) if items else Why.NOTHING

    return write


def _told(contents: Contents, rows: Sequence[Delivery], readers: Mapping[int, Reader]) -> dict[int, set[int]]:
    found = contents.told(list(readers), but=[row.pk for row in rows])
    return {pk: found.get(pk, set()) for pk in readers}


def _written(items: Sequence[Item], rhythm: Rhythm, sectors: Mapping[int, str], reader: Reader) -> Written:
    label = max((item.label for item in items), key=list(Label).index)
    count = len(items)
    words = {
        Rhythm.DAILY: ngettext("News of the day: %(count)d item", "News of the day: %(count)d items", count),
        Rhythm.WEEKLY: ngettext("News of the week: %(count)d item", "News of the week: %(count)d items", count),
    }[rhythm]
    shown = items[:MOST_LINES]
    written = letters.render(
        "digest",
        subject=words % {"count": count},
        label=label,
        topic=f"digest:{rhythm.value}",
        groups=groups_of(shown, sectors, reader),
        more=count - len(shown),
    )
    return replace(written.for_reader(reader), carried=[item.news.pk for item in items])


def groups_of(items: Sequence[Item], sectors: Mapping[int, str], reader: Reader) -> list[Group]:
    """Each item once: what is critical first, then under a sector of the reader's, then the rest by its source.

    What is above TLP:GREEN stands apart, since a heading would say what it is about.
    """
    grouped: dict[str, list[Item]] = {}
    for item in items:
        grouped.setdefault(_heading(item, sectors, reader), []).append(item)
    marked, critical = _marked(), _critical()
    order = sorted(grouped, key=lambda heading: (heading == marked, heading != critical, heading))
    return [Group(heading, grouped[heading]) for heading in order]


def _heading(item: Item, sectors: Mapping[int, str], reader: Reader) -> str:
    if not item.label.may_leave_in_full:
        return _marked()
    if item.topics.is_critical:
        return _critical()
    own = sorted(item.topics.sectors & reader.chosen.sectors) or sorted(item.topics.sectors)
    return str(sectors.get(own[0], item.source.words)) if own else str(item.source.words)


def _marked() -> str:
    return _("Marked: sign in to read")


def _critical() -> str:
    return _("Critical")
