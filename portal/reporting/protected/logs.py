"""The log for a records request: what is held, on which basis it is closed, and what of it is separable."""

from __future__ import annotations

from dataclasses import dataclass

from portal.reporting.models import Holding, RecordsRequest
from portal.reporting.protected import parts
from portal.reporting.protected.enums import Stage

HEADINGS = ("number", "submitted", "state", "basis", "part", "exempt or separable", "basis of the part", "judged on")
NOT_DETERMINED = "not determined yet"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # with these a spreadsheet begins to compute


@dataclass(frozen=True)
class Part:
    label: str
    state: str
    basis: str = ""
    judged_on: str = ""


@dataclass(frozen=True)
class Row:
    """One submission as a request sees it."""

    kept: Holding
    basis: str
    part: Part


def rows_of(request: RecordsRequest) -> list[Row]:
    """A row for each part of each submission, without opening any; one that has no parts left has one row."""
    found = request.holdings.select_related("report").prefetch_related("separations", "determinations")
    return [Row(kept, basis_of(kept), part) for kept in found.order_by("pk") for part in _parts_of(kept)]


def basis_of(kept: Holding) -> str:
    """The basis on which the record is closed; that it is open; or that nobody has determined yet."""
    newest = kept.determinations.order_by("-signed_at", "-pk").first()
    if kept.stage in {Stage.OPEN, Stage.NOT_CLOSED, Stage.UNPROTECTED}:
        return "open record"
    if newest is None or not newest.is_closed:
        return NOT_DETERMINED
    return f"closed: {newest.subdivision}, signed {newest.signed_at:%Y-%m-%d}"


def cells(row: Row) -> tuple[str, ...]:
    """The row as text that no spreadsheet takes for a formula."""
    kept, part = row.kept, row.part
    said = (kept.report.number, kept.submitted_on.isoformat(), str(kept.get_stage_display()), row.basis)
    return tuple(_harmless(text) for text in (*said, part.label, part.state, part.basis, part.judged_on))


def _parts_of(kept: Holding) -> list[Part]:
    judged = {row.part: row for row in kept.separations.all()}
    found = []
    for name in parts.of(kept):
        row = judged.get(name)
        if row is None:
            found.append(Part(parts.label_of(name), "not judged yet"))
            continue
        state = "separable" if row.is_separable else "exempt"
        found.append(Part(parts.label_of(name), state, row.basis, f"{row.at:%Y-%m-%d}"))
    return found or [Part("nothing is left of it", "")]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
