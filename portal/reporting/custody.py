"""An original on its way out, and the sheet that goes with it: hashes, sizes, times, people and purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.members.models import Person
from portal.reporting import contents, evidence
from portal.reporting.contents import FileFacts
from portal.reporting.enums import EntryKind
from portal.reporting.models import Case, CaseEntry, Holding, HoldingEntry, TwoPeopleRequest
from portal.reporting.protected import records_of_holding as history
from portal.reporting.protected.enums import Note

WHOLE, BROKEN = "whole", "broken"


@dataclass(frozen=True)
class Taking:
    """One time that the file left: by whom, when, what its content hashed to, and whether it left whole."""

    by: Person
    at: datetime
    sha256: str
    length: str
    is_whole: bool


@dataclass(frozen=True)
class Sheet:
    """All that stands on a chain-of-custody sheet."""

    request: TwoPeopleRequest
    facts: FileFacts
    to: str = field(repr=False)
    why: str = field(repr=False)
    taking: Taking | None = None

    @property
    def is_same(self) -> bool:
        """Whether what left is, bit by bit, what came in."""
        return self.taking is not None and self.taking.is_whole and self.taking.sha256 == self.facts.sha256


def sheet_of(request: TwoPeopleRequest) -> Sheet:
    """The sheet as it stands; without a taking while the file has not left."""
    said = details_of([request])[0]
    facts = evidence.facts_of(request.evidence.attachment)
    return Sheet(request, facts, str(said.get("to", "")), str(said.get("why", "")), _taking_of(request))


def details_of(requests: list[TwoPeopleRequest]) -> list[dict[str, Any]]:
    """To whom and why, of each; empty where it cannot be opened."""
    return contents.open_all([(row.evidence.attachment.record, row.field, bytes(row.details)) for row in requests])


def leaving(request: TwoPeopleRequest, chunks: Iterator[bytes], *, by: Person) -> Iterator[bytes]:
    """Pass the chunks on; when the last has gone, or the stream breaks, write down what left."""
    digest, length, how = hashlib.sha256(), 0, BROKEN
    try:
        for chunk in chunks:
            digest.update(chunk)
            length += len(chunk)
            yield chunk
        how = WHOLE
    finally:
        facts = {"request": str(request.uuid), "sha256": digest.hexdigest(), "length": str(length), "how": how}
        _put_down(request, facts, by=by)


def _put_down(request: TwoPeopleRequest, facts: dict[str, str], *, by: Person) -> None:
    kept = request.evidence.kept
    if isinstance(kept, Holding):
        history.add_entry(kept, note=Note.ORIGINAL, by=by, is_told=True, details=facts)
    else:
        contents.add_entry(kept, EntryKind.ORIGINAL, by=by, code=request.kind, details=facts)


def _takings(kept: Case | Holding) -> Iterable[tuple[CaseEntry | HoldingEntry, dict[str, Any]]]:
    """What was put down on a case or holding when an original left, with its words."""
    if isinstance(kept, Holding):
        entries = list(kept.entries.filter(note=Note.ORIGINAL).select_related("by"))
        return zip(entries, history.details_of(kept, entries), strict=True)
    rows = list(CaseEntry.objects.filter(case=kept, kind=EntryKind.ORIGINAL).select_related("by", "case__report"))
    return zip(rows, contents.details_of(rows), strict=True)


def _taking_of(request: TwoPeopleRequest) -> Taking | None:
    for entry, said in _takings(request.evidence.kept):
        if said.get("request") == str(request.uuid):
            return Taking(entry.by, entry.at, said["sha256"], said["length"], said.get("how") == WHOLE)
    return None
