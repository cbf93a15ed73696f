"""One walk along the trail, from the first event that is looked at to the last.

Three things are held against one another at each place: the event gives its leaf, the link follows on the one before,
and where a checkpoint was signed the tree has its head. After something wrong the walk goes on: from the stored link,
and with the tree of the next checkpoint whose own numbers agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from portal.audit.encoding import moment
from portal.audit.merkle import Frontier
from portal.audit.sealing import link_of
from portal.audit.verifying.breaks import MOST_SEARCHES, Break, name_break
from portal.audit.verifying.findings import Findings, Kind
from portal.audit.verifying.heads import Witness
from portal.audit.verifying.rows import Row, place_of

MOST_PENDING = 4_096
# A transaction may be committed some time after the moment that its events state, but never so long after
LATE = timedelta(days=1)
EARLY = timedelta(minutes=1)  # by which the clocks of two processes may differ


class Walk:
    """Where the walk has come to, and what the trail has given so far."""

    def __init__(
        self, *, size: int, link: bytes, tree: Frontier, witnesses: Iterator[Witness], findings: Findings
    ) -> None:
        self.size, self.tree = size, tree
        self.events = self.heads = self.passed = 0
        self._links: tuple[bytes, ...] = (link,)  # one of these is followed; none after a gap
        self._earlier: bytes | None = None  # the link before
        self._pending: list[bytes] = []
        self._is_whole = True  # whether the leaves taken since the last head are those that were sealed
        self._agreed = self._agreed_outside = size
        self._rewritten: set[bool] = set()
        self._too_early = self._too_late = ""
        self._later: list[Row] = []  # than the head that is coming
        self._searches = 0
        self._break: Break | None = None
        self._findings, self._witnesses = findings, witnesses
        self._coming: Witness | None = None
        self._await_next()
        self._meet()

    @property
    def link(self) -> bytes | None:
        return self._links[0] if self._links else None

    def nodes(self) -> bytes:
        """The complete subtrees of what was taken so far, one after the other."""
        self._grow()
        return b"".join(self.tree.roots)

    def take(self, row: Row) -> None:
        """Look at the event of the next place."""
        self.events += 1
        if row.sequence <= self.size:
            words = "A seal stands at a place that was given away and dropped before."
            self._findings.add(Kind.ADDED, words, first=row.sequence)
            return
        if row.sequence > self.size + 1:
            self._miss(row.sequence - 1)
        self.size = row.sequence
        self._hold_event(row)
        self._hold_link(row)
        self._pending.append(row.leaf)
        if self._coming is not None and self._coming.head.size <= self.size:
            self._meet()
        elif len(self._pending) >= MOST_PENDING:
            self._grow()

    def jump(self, *, size: int, link: bytes, tree: Frontier) -> None:
        """Go on behind a segment that was dropped, of which a signed note states these."""
        self._grow()
        self.size, self._links, self.tree, self._is_whole = size, (link,), tree, True
        self._earlier = None
        self._meet()

    def finish(self) -> None:
        """The end: every head that is left was signed for more than is stored."""
        self._close_break(is_to_end=True)
        last = self._coming
        for last in self._witnesses:  # noqa: B007  (the largest is wanted; the others may be very many)
            pass
        if last is None:
            return
        words = f"The {last.source} was signed for {last.head.size} events; {self.size} are stored."
        self._findings.add(Kind.CUT, words, first=self.size + 1, last=last.head.size)

    def _miss(self, last: int) -> None:
        self._close_break(is_to_end=False)
        words = "No seal is stored for these places." if last > self.size + 1 else "No seal is stored for this place."
        self._findings.add(Kind.REMOVED, words, first=self.size + 1, last=last)
        self.size, self._links, self._earlier, self._is_whole = last, (), None, False
        self._pending.clear()
        self._meet()

    def _hold_event(self, row: Row) -> None:
        if row.given is None:
            self._findings.add(Kind.REMOVED, "The event is gone; its seal is there.", first=row.sequence)
        elif row.given != row.leaf:
            self._name_edit(row.sequence, row.given)
        if row.at and row.at < self._too_early:
            words = f"The event says {row.at}, but a checkpoint of a day and more later was signed without it."
            self._findings.add(Kind.ADDED, words, first=row.sequence)
        if self._too_late and row.at > self._too_late:
            self._later.append(row)

    def _name_edit(self, sequence: int, given: bytes) -> None:
        place = place_of(given) if self._may_search() else None
        if place is None:
            self._findings.add(Kind.EDITED, "The event is not the one that was sealed here.", first=sequence)
        else:
            words = f"The seal names the event that was sealed at place {place}."
            self._findings.add(Kind.REORDERED, words, first=sequence)

    def _may_search(self) -> bool:
        self._searches += 1
        return self._searches <= MOST_SEARCHES

    def _hold_link(self, row: Row) -> None:
        due = [link_of(before=before, sequence=row.sequence, leaf=row.leaf) for before in self._links]
        if row.link is None:
            self._links = tuple(due[:1])
            return
        if due and row.link not in due:
            self._open_break(row)
            self._links = (row.link, due[0])
            return
        self._close_break(is_to_end=False)
        self._earlier = self.link
        self._links = (row.link,)

    def _open_break(self, row: Row) -> None:
        self._is_whole = False
        if self._break is None:
            self._break = Break(row.sequence, row.leaf, row.link or b"", before=self._links[0], earlier=self._earlier)
        self._break.last = row.sequence

    def _close_break(self, *, is_to_end: bool) -> None:
        if self._break is not None:
            name_break(self._break, is_to_end=is_to_end, may_search=self._may_search(), findings=self._findings)
            self._break = None

    def _grow(self) -> None:
        self.tree = self.tree.extended(self._pending)
        self._pending.clear()

    def _meet(self) -> None:
        """Hold every head that was signed for the place at which the walk stands against the tree."""
        while self._coming is not None and self._coming.head.size <= self.size:
            self._meet_one(self._coming)
            self._await_next()

    def _meet_one(self, met: Witness) -> None:
        if met.head.size < self.size:
            self.passed += 1
            return
        self.heads += 1
        if self._is_whole:
            self._grow()
            self._hold_head(met)
        elif met.frontier is not None:
            self._begin_again(met)

    def _await_next(self) -> None:
        """The next signed head, and what no event before it can say of its time."""
        self._coming = next(self._witnesses, None)
        self._later.clear()
        self._too_late = _moved(self._coming.head.time, EARLY) if self._coming else ""

    def _hold_head(self, met: Witness) -> None:
        head = met.head
        if (self.tree.head(), self.link) != (head.root, head.link):
            self._name_rewriting(met)
            return
        self._name_later(met)
        self._agreed = head.size
        if met.is_outside:
            self._agreed_outside = head.size
        self._too_early = _moved(head.time, -LATE) or self._too_early

    def _name_later(self, met: Witness) -> None:
        """What was signed for, and says that it happened afterwards."""
        for row in self._later:
            words = f"The event says {row.at}, but the {met.source}, which has it, was signed at {met.head.time}."
            self._findings.add(Kind.ADDED, words, first=row.sequence)

    def _name_rewriting(self, met: Witness) -> None:
        if met.is_outside in self._rewritten:
            return
        self._rewritten.add(met.is_outside)
        agreed = self._agreed_outside if met.is_outside else self._agreed
        so_far = f"up to place {agreed} they are" if agreed else "no earlier one agrees"
        words = f"The events are not those that the {met.source} was signed for; {so_far}."
        self._findings.add(Kind.REWRITTEN, words, first=agreed + 1, last=met.head.size)

    def _begin_again(self, met: Witness) -> None:
        """What is wrong before it has been named; from here on the tree is again the one that was signed."""
        assert met.frontier is not None  # noqa: S101  (the caller has looked)
        self.tree, self._is_whole, self._agreed = met.frontier, True, met.head.size
        self._pending.clear()
        self._links = tuple(dict.fromkeys((*self._links, met.head.link)))


def _moved(time: str, by: timedelta) -> str:
    try:
        return moment(datetime.fromisoformat(time) + by)
    except (ValueError, OverflowError):
        return ""
