"""Where each cell of the plan stands: the grid of sectors by parts, and what its squares say.

Whoever calls this chooses the cells; a cell that is not among them looks like one that has nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal.library.models import PlanCell, PlanPart, PlanVersion
from portal.library.plan.enums import OPEN, PlanState
from portal.vocabulary.models import Sector

SOON = timedelta(days=30)  # how long before its day something is called due

CHIPS = {
    PlanState.DRAFT: "draft",
    PlanState.REVIEW: "waiting",
    PlanState.ADOPTED: "active",
    PlanState.SUPERSEDED: "superseded",
    PlanState.WITHDRAWN: "recalled",
}


@dataclass(frozen=True)
class Mark:
    """One status: its shape (components/status_chip.html), its words, and the version of which it is the state."""

    chip: str
    text: str | Promise
    words: str = ""


@dataclass(frozen=True)
class Square:
    """A place in the grid. Without a cell, or with one that has nothing, there is nothing yet."""

    sector: Sector
    part: PlanPart
    today: date
    cell: PlanCell | None = None
    adopted: PlanVersion | None = None
    made: PlanVersion | None = None
    waiting: int = 0  # comments without an answer; counted on Desk alone

    @property
    def is_overdue(self) -> bool:
        """Whether the day has passed by which the next version was to be adopted."""
        return self.due_on is not None and self.due_on < self.today

    @property
    def is_due(self) -> bool:
        """Whether that day is near. Not once it has passed: then it is overdue."""
        return self.due_on is not None and self.today <= self.due_on <= self.today + SOON

    @property
    def due_on(self) -> date | None:
        return self.cell.due_on if self.cell else None

    @property
    def versions(self) -> list[PlanVersion]:
        """What is shown of versions: the one in the making first, then the one in force."""
        return [version for version in (self.made, self.adopted) if version is not None]

    @property
    def marks(self) -> list[Mark]:
        """The state of each version, and whether the next one is due; empty where there is nothing yet."""
        found = [mark_of(version) for version in self.versions]
        if self.is_overdue:
            found.append(Mark("overdue", _("overdue")))
        elif self.is_due:
            found.append(Mark("scheduled", _("due soon")))
        return found

    @property
    def is_empty(self) -> bool:
        """Whether it looks like a cell that nobody has begun."""
        cell = self.cell
        return cell is None or not (self.versions or cell.due_on or cell.owner_office or cell.note)


@dataclass(frozen=True)
class Row:
    """One sector and its squares, in the order of the parts."""

    sector: Sector
    squares: list[Square]

    @property
    def is_empty(self) -> bool:
        """Whether nothing of this sector is there: said once, and not for every part."""
        return all(square.is_empty for square in self.squares)


@dataclass(frozen=True)
class Grid:
    """The plan as sectors by parts."""

    parts: list[PlanPart]
    rows: list[Row]

    @property
    def squares(self) -> list[Square]:
        return [square for row in self.rows for square in row.squares]


def mark_of(version: PlanVersion) -> Mark:
    """The state of one version."""
    state = PlanState(version.state)
    return Mark(CHIPS[state], state.label, version.words)


def sectors(*, today: date | None = None) -> QuerySet[Sector]:
    """The sectors that are in use."""
    day = today or timezone.localdate()
    return Sector.objects.filter(Q(closed_on=None) | Q(closed_on__gt=day)).order_by("name")


def grid_of(
    cells: Iterable[PlanCell], *, among: Iterable[Sector] | None = None, waiting: Mapping[int, int] | None = None
) -> Grid:
    """The grid of these cells, in four queries however many there are; `waiting` has numbers of comments by cell."""
    day, unanswered = timezone.localdate(), waiting or {}
    rows, parts = list(sectors(today=day) if among is None else among), list(PlanPart.objects.all())
    found = {(cell.sector_id, cell.part_id): cell for cell in cells}
    shown = _versions(found.values())

    def square(sector: Sector, part: PlanPart) -> Square:
        cell = found.get((sector.pk, part.pk))
        if cell is None:
            return Square(sector, part, day)
        adopted, made = shown.get(cell.pk, (None, None))
        return Square(sector, part, day, cell, adopted, made, unanswered.get(cell.pk, 0))

    return Grid(parts, [Row(sector, [square(sector, part) for part in parts]) for sector in rows])


def square_of(cell: PlanCell | None, sector: Sector, part: PlanPart) -> Square:
    """One square."""
    adopted, made = _versions([cell]).get(cell.pk, (None, None)) if cell is not None else (None, None)
    return Square(sector, part, timezone.localdate(), cell, adopted, made)


def _versions(cells: Iterable[PlanCell]) -> dict[int, tuple[PlanVersion | None, PlanVersion | None]]:
    """By cell, the adopted version and the one in the making. Each cell has one of either at most."""
    keys = [cell.pk for cell in cells]
    rows = PlanVersion.objects.filter(cell__in=keys, state__in=[PlanState.ADOPTED, *OPEN])
    found: dict[int, tuple[PlanVersion | None, PlanVersion | None]] = {}
    for row in rows:
        adopted, made = found.get(row.cell_id, (None, None))
        found[row.cell_id] = (row, made) if row.is_adopted else (adopted, row)
    return found


def in_words(day: date) -> str:
    return date_format(day, "j F Y")
