"""What a place at which the chain does not follow tells of what was done there."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.audit.sealing import link_of
from portal.audit.verifying.findings import Findings, Kind
from portal.audit.verifying.rows import seals

MOST_SEARCHES = 20  # each reads all seals
SHORT = 3  # two neighbours that have changed places break three links


@dataclass
class Break:
    """Places in a row whose links do not follow, from `first` to `last`."""

    first: int
    leaf: bytes
    link: bytes
    before: bytes
    earlier: bytes | None  # the link before `before`
    last: int = field(default=0)

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def name_break(broken: Break, *, is_to_end: bool, may_search: bool, findings: Findings) -> None:
    """Say what most likely happened; where it begins is certain."""
    if _is_of_place_before(broken):
        findings.add(Kind.ADDED, "An event was put in here, and the rest numbered anew.", first=broken.first - 1)
        return
    place = _place_of_what_belongs_here(broken) if may_search else None
    if place == broken.first + 1 and is_to_end and broken.length > SHORT:
        findings.add(Kind.ADDED, "An event was put in here, and the rest numbered anew.", first=broken.first)
    elif place is not None:
        words = f"The event that was sealed at place {broken.first} stands at place {place} now."
        findings.add(Kind.REORDERED, words, first=broken.first, last=broken.last)
    elif broken.length == 1:
        words = "The event that was sealed here was exchanged for another, together with its seal."
        findings.add(Kind.EDITED, words, first=broken.first)
    else:
        words = "The event that was sealed here is gone, and the rest was numbered anew or exchanged."
        findings.add(Kind.REMOVED, words, first=broken.first, last=broken.last)


def _is_of_place_before(broken: Break) -> bool:
    """Whether this seal was made for the place before, so that the one that stands there was put in."""
    if broken.earlier is None:
        return False
    return link_of(before=broken.earlier, sequence=broken.first - 1, leaf=broken.leaf) == broken.link


def _place_of_what_belongs_here(broken: Break) -> int | None:
    """Where the event is whose leaf follows on the last good link, with its own link or with the one that is here."""
    for sequence, leaf, link in seals():
        due = link_of(before=broken.before, sequence=broken.first, leaf=leaf)
        if sequence != broken.first and due in (broken.link, link):
            return sequence
    return None
