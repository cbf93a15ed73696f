"""Versions of a document: which are newer, which older, and what one viewer is told of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone

from portal.access import tokens
from portal.access.rule import Marking, Verdict, in_time
from portal.access.viewer import Viewer
from portal.library.models import PortalDocument

MOST = 20  # versions that are looked at in each direction


@dataclass(frozen=True)
class Versions:
    """The other versions that one viewer may read in the library; `older` has the newest of them first."""

    newest: PortalDocument | None = None
    older: list[PortalDocument] = field(default_factory=list)


def of(document: PortalDocument, viewer: Viewer) -> Versions:
    """The versions around a document, as `viewer` may know of them."""
    newer, older = _newer(document), _older(document)
    rows = PortalDocument.objects.readable_by(viewer).filter(in_library=True, pk__in=[*newer, *older])
    readable = {row.pk: row for row in rows} if newer or older else {}
    known = [readable[key] for key in newer if key in readable]
    return Versions(known[-1] if known else None, [readable[key] for key in older if key in readable])


def _newer(document: PortalDocument) -> list[int]:
    """The keys of the versions after a document, in their order."""
    keys: list[int] = []
    last: int = document.pk
    while len(keys) < MOST:
        found = PortalDocument.objects.filter(supersedes_id=last).values_list("pk", flat=True).first()
        if found is None or found in {document.pk, *keys}:
            break
        keys.append(found)
        last = found
    return keys


def _older(document: PortalDocument) -> list[int]:
    """The keys of the versions before a document, the newest of them first."""
    keys: list[int] = []
    last: int | None = document.supersedes_id
    while last is not None and last not in {document.pk, *keys} and len(keys) < MOST:
        keys.append(last)
        last = PortalDocument.objects.filter(pk=last).values_list("supersedes_id", flat=True).first()
    return keys


def is_replaced_for_all(document: PortalDocument) -> bool:
    """Whether everybody who may read a document may also read a newer version of it.

    Only then may what all its readers see alike, such as a hit of search, say that there is one.
    """
    newer = PortalDocument.objects.filter(supersedes_id=document.pk, in_library=True).first()
    return newer is not None and _reaches(newer.marking(), document.marking())


def _reaches(newer: Marking, older: Marking) -> bool:
    """Whether each reader of the older one may read the newer one, now and from now on."""
    if not newer.is_published or newer.expires_at or in_time(newer, timezone.now()) is not Verdict.READABLE:
        return False
    if not newer.enforced_caveats() <= older.enforced_caveats():
        return False
    held, wanted = newer.tokens(), older.tokens()
    for_members = tokens.MEMBERS in held and tokens.EVERYONE not in wanted
    return tokens.EVERYONE in held or for_members or wanted <= held
