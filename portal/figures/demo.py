"""Figures of the demonstration: computed from what is in it, and one invented year of a large partnership."""

from __future__ import annotations

from django.utils import timezone

from portal.core import demo
from portal.figures import computing
from portal.figures.models import Figure
from portal.figures.own import ACTIVE
from portal.figures.sectors import NONE, SEVERAL
from portal.vocabulary.models import Hazard, Sector

YEARS_AGO = 2  # such a year is computed once and then left alone
LARGEST, STEP = 212, 11  # members of the largest sector, and how many fewer the next one has
SHARES = {"partners-attending": 30, "partners-reading": 70, "partners-reporting": 12}  # of a hundred
EXERCISES = (4, 2, 4, 1, 3, 0, 2, 3, 1, 3, 1, 2)
Numbers = dict[str, tuple[str, float]]


@demo.seeder(order=95, title="Partnership figures")
def seed(echo: demo.Echo) -> None:
    """Last among the seeders: it counts what the others made."""
    year = timezone.localdate().year - YEARS_AGO
    invented = 0
    if not Figure.objects.filter(year=year).exists():
        invented = invent(year)
    computed = computing.compute_due(timezone.now())
    echo(f"{computed} computed; {invented} invented for {year}, which staff can release")


def invent(year: int) -> int:
    """A year as a partnership of two thousand members might have it. Returns how many measures were filled."""
    rows = _measures()
    for measure, (numbers, total) in rows.items():
        _put(year, measure, numbers, total)
    return len(rows)


def _measures() -> dict[str, tuple[Numbers, float | None]]:
    sectors = Sector.objects.filter(closed_on=None).order_by("name").values_list("slug", "name")
    active: Numbers = {
        f"sector:{slug}": (name, max(LARGEST - STEP * place, 5)) for place, (slug, name) in enumerate(sectors)
    }
    active |= {SEVERAL: ("More than one sector", 34), NONE: ("No sector named", 4)}
    hazards = Hazard.objects.order_by("name").values_list("slug", "name")
    exercises: Numbers = {slug: (name, EXERCISES[place % len(EXERCISES)]) for place, (slug, name) in enumerate(hazards)}
    ways: Numbers = {
        "delivered": ("Delivered", 9),
        "under-way": ("Under way", 3),
        "given-up": ("Given up", 1),
    }
    parts: dict[str, Numbers] = {
        name: {key: (label, number * share // 100) for key, (label, number) in active.items()}
        for name, share in SHARES.items()
    }
    return {
        "exercises-by-hazard": (exercises, 14),
        "deliverables": (ways, None),
        ACTIVE: (active, None),
        **{name: (numbers, None) for name, numbers in parts.items()},
        "useful": ({"yes": ("Useful", 1184), "no": ("Not useful", 97)}, None),
        "event-to-bulletin": (_span(1.4, 6.2), 64),
        "bulletin-to-reader": (_span(0.4, 3.8), 64),
    }


def _span(median: float, ninetieth: float) -> Numbers:
    return {"median": ("Half of them within", median), "ninetieth": ("Nine of ten within", ninetieth)}


def _put(year: int, measure: str, numbers: Numbers, total: float | None) -> None:
    whole = sum(number for _label, number in numbers.values()) if total is None else total
    rows = [*((key, *row) for key, row in numbers.items()), ("", "", whole)]
    Figure.objects.bulk_create(
        Figure(
            year=year,
            measure=measure,
            breakdown=key,
            label=label,
            place=place,
            number=number,
            open_number=number,
        )
        for place, (key, label, number) in enumerate(rows)
    )
