"""Which numbers of people may be shown, so that what is left out cannot be worked out.

Two rules, for two kinds of tables. What they promise, to somebody who knows the floor and these rules and sees all that
is shown, is stated at each and held by tests/figures/test_suppressing.py, which tries every table that there could be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SMALLEST_FLOOR = 3


@dataclass(frozen=True)
class Shown:
    """What of a table is shown. `other` is the sum of what is left out; both sums only where they give nothing away."""

    rows: dict[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    other: int | None = None
    total: int | None = None


def protect(cells: Mapping[str, int], *, floor: int) -> Shown:
    """Leave out each number below `floor`. Rows do not overlap: nobody counts in two.

    A sum is shown only if every number that is left out could, as far as the sum tells, be any from none to one below
    the floor: the sum is at least the floor, and no larger than all others but one could make up together. So from
    what is shown nothing follows about a number that is left out but that it is below the floor.
    """
    rows = {key: number for key, number in cells.items() if number >= floor}
    hidden = tuple(key for key in cells if key not in rows)
    if not hidden:
        return Shown(rows, total=sum(rows.values()))
    other = sum(cells[key] for key in hidden)
    if floor <= other <= (len(hidden) - 1) * (floor - 1):
        return Shown(rows, hidden, other=other, total=sum(rows.values()) + other)
    return Shown(rows, hidden)


def protect_within(cells: Mapping[str, int], whole: Mapping[str, int], *, floor: int) -> Shown:
    """The same for those among `whole` of whom something is true: the rest of each row is people as well.

    A number is left out if it or what is missing to the whole is below the floor; with one that is left out goes every
    sum. So a number that is left out could be any from none to one below the floor, and where the whole is shown also
    any that misses less than the floor to it.
    """
    rows = {key: number for key, number in cells.items() if floor <= number <= whole.get(key, 0) - floor}
    hidden = tuple(key for key in cells if key not in rows)
    return Shown(rows, hidden) if hidden else Shown(rows, total=sum(rows.values()))
