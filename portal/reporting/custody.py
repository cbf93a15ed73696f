"""An original on its way out, and the sheet that goes with it: hashes, sizes, times, people and purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.members.models import Person
from portal.reporting import contents, evidence
from portal.reporting.contents import FileFacts
from portal.reporting.enums import EntryKind
from portal.reporting.models import CaseEntry, TwoPeopleRequest

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
        contents.add_entry(request.evidence.case, EntryKind.ORIGINAL, by=by, code=request.kind, details=facts)


def _taking_of(request: TwoPeopleRequest) -> Taking | None:
    rows = CaseEntry.objects.filter(case=request.evidence.case, kind=EntryKind.ORIGINAL)
    entries = list(rows.select_related("by", "case__report"))
    for entry, said in zip(entries, contents.details_of(entries), strict=True):
        if said.get("request") == str(request.uuid):
            return Taking(entry.by, entry.at, said["sha256"], said["length"], said.get("how") == WHOLE)
    return None
