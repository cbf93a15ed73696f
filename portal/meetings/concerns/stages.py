"""Where a concern stands, worked out from what was done with it, and what its raiser sees of that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from portal.meetings.concerns.enums import Stage
from portal.meetings.models import Concern, Merge, Rank, Ranking, Recommendation

LONGEST_CHAIN = 20  # merges, one after the other; only two at the same moment make more than one

CHIPS = {
    Stage.RAISED: "draft",
    Stage.MERGED: "superseded",
    Stage.RANKED: "scheduled",
    Stage.RECOMMENDED: "waiting",
    Stage.ANSWERED: "active",
    Stage.CLOSED: "expired",
}


@dataclass(frozen=True)
class Story:
    """A concern, with what was done with the one that is kept in its place (itself, where it was not merged)."""

    concern: Concern
    kept: Concern
    recommendations: list[Recommendation] = field(default_factory=list)
    ranks: list[Rank] = field(default_factory=list)

    @property
    def is_merged(self) -> bool:
        return self.concern.pk != self.kept.pk

    @property
    def stage(self) -> Stage:
        """Of the concern that is kept: that is what becomes of this one."""
        if self.kept.closed_at is not None:
            return Stage.CLOSED
        if self.recommendations:
            is_answered = all(row.replied_on is not None for row in self.recommendations)
            return Stage.ANSWERED if is_answered else Stage.RECOMMENDED
        if self.ranks:
            return Stage.RANKED
        return Stage.MERGED if self.is_merged else Stage.RAISED

    @property
    def chip(self) -> str:
        return CHIPS[self.stage]


def latest_rankings() -> QuerySet[Ranking]:
    """The ranking that holds now in each region."""
    of_region = Ranking.objects.filter(region=OuterRef("region")).values("pk")[:1]
    rows: QuerySet[Ranking] = Ranking.objects.filter(pk=Subquery(of_region))
    return rows.select_related("committee")


def stories_of(concerns: Iterable[Concern]) -> list[Story]:
    """The stories of these concerns, in a number of queries that does not grow with them."""
    rows = list(concerns)
    kept = _kept(rows)
    keys = {row.pk for row in kept.values()}
    said = _by_concern(Recommendation.objects.filter(concern__in=keys).select_related("committee"))
    latest = latest_rankings()
    ranks = _by_concern(
        Rank.objects.filter(concern__in=keys, ranking__in=latest.values("pk")).select_related("ranking__committee")
    )
    return [Story(row, one, said.get(one.pk, []), ranks.get(one.pk, [])) for row in rows for one in [kept[row.pk]]]


def story_of(concern: Concern) -> Story:
    return stories_of([concern])[0]


def raisers_of(concern: Concern) -> list[int]:
    """The concerns whose raisers follow this one: itself, and those that were merged into it."""
    found = [concern.pk]
    for key in found:
        found += [pk for pk in Merge.objects.filter(into=key).values_list("pk", flat=True) if pk not in found]
    return found


def _by_concern(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.concern_id, []).append(row)
    return found


def _kept(rows: list[Concern]) -> dict[int, Concern]:
    """For each concern the one at the end of its merges. Two that were merged into one another end somewhere."""
    ends = {row.pk: row.pk for row in rows}
    for _turn in range(LONGEST_CHAIN):
        steps = dict(Merge.objects.filter(pk__in=set(ends.values())).values_list("pk", "into_id"))
        if not steps:
            break
        ends = {key: steps.get(end, end) for key, end in ends.items()}
    known = {row.pk: row for row in rows}
    missing = Concern.objects.on_front().filter(pk__in=set(ends.values()) - set(known))
    known |= {row.pk: row for row in missing.select_related("sector")}
    return {key: known[end] for key, end in ends.items()}
