"""What may have been reported before: the same place and days, by coded fields alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.fields import DateTimeField
from django.db.models.functions import Coalesce

from portal.reporting.enums import Stage
from portal.reporting.models import Case

WITHIN = timedelta(days=2)
MOST_SUGGESTED = 10


def suggested_for(case: Case, *, but_of: Any = None) -> list[Case]:
    """Cases in the same county within two days, about the same behaviour, sector or kind of target; nearest first.

    Those that the person `but_of` sent are left out: to who sent a report the desk's side of it is not there.
    """
    if case.county_id is None or case.happened_from is None:
        return []
    begun, ended = case.happened_from, case.happened_to or case.happened_from
    near = _with_end(Case.objects.exclude(pk=case.pk).exclude(stage=Stage.PURGED)).filter(
        _alike(case.behaviour, case.sector_id, case.target),
        county=case.county_id,
        happened_from__lte=ended + WITHIN,
        last_moment__gte=begun - WITHIN,
    )
    near = near.exclude(report__submitter=but_of) if but_of else near
    return list(near.select_related("report", "county", "sector").order_by("-happened_from", "pk")[:MOST_SUGGESTED])


def with_twins(keys: Iterable[int], *, but_of: Any = None) -> set[int]:
    """Which of these cases have a suggested duplicate for the same person. One query, however many there are."""
    own_end = Coalesce(OuterRef("happened_to"), OuterRef("happened_from"))
    others = Case.objects.exclude(pk=OuterRef("pk")).exclude(stage=Stage.PURGED)
    others = others.exclude(report__submitter=but_of) if but_of else others
    near = _with_end(others).filter(
        _alike(OuterRef("behaviour"), OuterRef("sector_id"), OuterRef("target")),
        county=OuterRef("county_id"),
        happened_from__lte=_moved(own_end, WITHIN),
        last_moment__gte=_moved(OuterRef("happened_from"), -WITHIN),
    )
    found = Case.objects.filter(Exists(near), pk__in=list(keys))
    return set(found.values_list("pk", flat=True))


def _with_end(cases: QuerySet[Case]) -> Any:
    return cases.annotate(last_moment=Coalesce(F("happened_to"), F("happened_from")))


def _alike(behaviour: object, sector: object, target: object) -> Q:
    """One of the codes is the same, and said at all."""
    return (
        (Q(behaviour=behaviour) & ~Q(behaviour=""))
        | Q(sector=sector, sector__isnull=False)
        | (Q(target=target) & ~Q(target=""))
    )


def _moved(moment: Any, by: timedelta) -> Any:
    return ExpressionWrapper(moment + by, output_field=DateTimeField())
