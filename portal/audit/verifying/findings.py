"""What the verifier can find wrong, and how it says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MOST_FINDINGS = 100  # beyond, they are only counted


class Kind(StrEnum):
    """What happened to the trail, as far as what is left of it can tell."""

    EDITED = "edited"
    REMOVED = "removed"
    ADDED = "added"
    REORDERED = "re-ordered"
    CUT = "cut"
    FORGED = "forged"
    REWRITTEN = "rewritten"
    UNSEALED = "unsealed"
    REFERENCE = "reference"
    UNGUARDED = "unguarded"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `first` and `last` are places in the trail; None where it has no place there."""

    kind: Kind
    words: str
    first: int | None = None
    last: int | None = None

    @property
    def place(self) -> str:
        if self.first is None:
            return "-"
        return str(self.first) if self.last in (None, self.first) else f"{self.first}-{self.last}"

    def __str__(self) -> str:
        return f"{self.kind} at {self.place}: {self.words}"


@dataclass
class Findings:
    """Findings as they are made: those of the first places are kept, whenever they come, and all are counted."""

    kept: list[Finding] = field(default_factory=list)
    count: int = 0

    def add(self, kind: Kind, words: str, *, first: int | None = None, last: int | None = None) -> None:
        self.count += 1
        self.kept.append(Finding(kind, words, first, first if last is None else last))
        if len(self.kept) >= 2 * MOST_FINDINGS:
            self.kept = self.in_order()

    def in_order(self) -> list[Finding]:
        """By place, as many as are kept; what has no place in the trail comes last."""
        return sorted(self.kept, key=_order)[:MOST_FINDINGS]


def _order(found: Finding) -> tuple[bool, int, int]:
    """A range within which something was rewritten stands behind what is known more exactly to be wrong in it."""
    if found.kind is Kind.REWRITTEN:
        return False, found.last or 0, 2
    return found.first is None, found.first or 0, 0 if found.kind is Kind.CUT else 1


@dataclass(frozen=True)
class Report:
    """What a verification looked at, and what it found, the first bad place first."""

    events: int
    size: int  # the last place that was looked at
    checkpoints: int
    seconds: float
    findings: tuple[Finding, ...]
    count: int  # of all findings, those not kept included
    notes: tuple[str, ...] = ()  # what could not be looked at

    @property
    def is_fine(self) -> bool:
        return self.count == 0

    @property
    def rate(self) -> float:
        return self.events / self.seconds if self.seconds else 0.0
