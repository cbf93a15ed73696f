"""From the measures to rows: on Desk, once a day, each measure by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from portal.figures import measures
from portal.figures.measures import Cell, Counted, Measure
from portal.figures.models import Figure

logger = logging.getLogger(__name__)
YEARS_BACK = 5  # years that are filled in when there is nothing of them yet
KEPT_FRESH = 2  # this year and the one before, of which late entries still come in


def due(now: datetime) -> Iterator[tuple[Measure, int]]:
    """What is to be computed: once a day of this year and the last; of those before, what was never computed.

    One of the moment is of this year alone: what was so in another year nobody can say any more.
    """
    today = timezone.localdate(now)
    rows = Figure.objects.order_by().values_list("measure", "year").annotate(at=Max("computed_at"))
    last = {(name, year): at for name, year, at in rows}
    for measure in measures.registered():
        for year in range(today.year, today.year - YEARS_BACK - 1, -1):
            at = last.get((measure.name, year))
            is_fresh = year > today.year - KEPT_FRESH
            is_old = at is None or (is_fresh and timezone.localdate(at) < today)
            if is_old and not (measure.is_of_the_moment and year != today.year):
                yield measure, year


def compute_due(now: datetime) -> int:
    """Compute what is due. One measure that fails is logged, keeps its numbers and keeps no other from its turn."""
    done = 0
    for measure, year in list(due(now)):
        try:
            compute(measure, year, now)
        except Exception:
            logger.exception("measure failed", extra={"measure": measure.name, "year": year})
        else:
            done += 1
    return done


@transaction.atomic
def compute(measure: Measure, year: int, now: datetime) -> None:
    """Put the numbers of one measure in a year in the place of those before."""
    counted = measure.compute(year)
    Figure.objects.filter(measure=measure.name, year=year).delete()
    Figure.objects.bulk_create(
        Figure(
            year=year,
            measure=measure.name,
            breakdown=cell.key,
            label=cell.label,
            place=place,
            number=cell.number,
            open_number=cell.public,
            computed_at=now,
        )
        for place, cell in enumerate(_cells(counted))
    )


def _cells(counted: Counted) -> list[Cell]:
    """Its cells and its total. There is always a row, so that what was computed to nothing counts as computed."""
    return [*counted.cells, counted.total or Cell("", "", sum(cell.number for cell in counted.cells))]
