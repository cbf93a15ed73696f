"""What the page of one cell shows to one viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Sum
from django.db.models.functions import Length
from django.urls import reverse

from portal.access.enums import Label
from portal.access.viewer import Viewer
from portal.library.differences import Differences, between
from portal.library.models import DocumentPage, PlanVersion, PortalDocument
from portal.library.plan.cells import Mark, Square, mark_of

MOST_COMPARED = 300_000  # characters of both texts; beyond, the page of changes is the place
MOST_CHANGES_SHOWN = 5


@dataclass(frozen=True)
class ShownVersion:
    """One version as a viewer may know of it: its document, and what changed, only where the document is for them."""

    version: PlanVersion
    mark: Mark
    document: PortalDocument | None = None

    @property
    def what_changed(self) -> str:
        return self.version.what_changed if self.document else ""


@dataclass(frozen=True)
class ShownCell:
    """The page of one cell."""

    square: Square
    present: list[ShownVersion] = field(default_factory=list)
    earlier: list[ShownVersion] = field(default_factory=list)
    differences: Differences | None = None
    compared: tuple[ShownVersion, ShownVersion] | None = None

    @property
    def made(self) -> ShownVersion | None:
        """The version in the making, if its document is for the viewer."""
        return next((one for one in self.present if one.version.is_in_the_making and one.document), None)

    @property
    def opened(self) -> list[PortalDocument]:
        """The documents of whose text this page shows something."""
        if self.differences is None or self.compared is None:
            return []
        return [one.document for one in self.compared if one.document is not None]

    @property
    def label(self) -> Label | None:
        """The strictest label of what is shown."""
        found = [thing.label for thing in (self.square.cell, *self.opened) if thing is not None]
        return max(found, key=list(Label).index, default=None)

    @property
    def changes_url(self) -> str:
        """The page of all differences, where the library knows the one document as a version of the other."""
        before, after = (one.document for one in self.compared) if self.compared else (None, None)
        is_newer = before is not None and after is not None and after.supersedes_id == before.pk
        return reverse("library_changes", args=[after.uuid]) if is_newer and after is not None else ""

    @property
    def first_changes(self) -> Sequence[object]:
        return self.differences.changes[:MOST_CHANGES_SHOWN] if self.differences else []

    @property
    def changes_left(self) -> int:
        return max(0, len(self.differences.changes) - MOST_CHANGES_SHOWN) if self.differences else 0


def shown_to(viewer: Viewer, square: Square) -> ShownCell:
    """The page of a square. A cell that is not for the viewer is no part of the square, and so shows nothing."""
    if square.cell is None:
        return ShownCell(square)
    versions = list(square.cell.versions.all())
    documents = _documents(viewer, versions)
    rows = [ShownVersion(row, mark_of(row), documents.get(row.document_id)) for row in versions]
    present = [row for row in rows if row.version.is_in_the_making or row.version.is_adopted]
    present.sort(key=lambda row: row.version.is_adopted)
    earlier = [row for row in rows if row not in present]
    pair = _pair([*present, *earlier])
    return ShownCell(square, present, earlier, _differences(pair), pair)


def _documents(viewer: Viewer, versions: Sequence[PlanVersion]) -> dict[int, PortalDocument]:
    keys = {version.document_id for version in versions}
    return {row.pk: row for row in PortalDocument.objects.in_library_for(viewer).filter(pk__in=keys)}


def _pair(rows: Sequence[ShownVersion]) -> tuple[ShownVersion, ShownVersion] | None:
    """The version before and the present one, where the viewer may read both and they are two documents."""
    told = [row for row in rows if row.document is not None]
    if len(told) < 2 or told[0].version.document_id == told[1].version.document_id:  # noqa: PLR2004  (a pair)
        return None
    return told[1], told[0]


def _differences(pair: tuple[ShownVersion, ShownVersion] | None) -> Differences | None:
    """What a comparison of their texts finds; None where one has no text, or both are too long for this page."""
    if pair is None:
        return None
    before, after = (one.version.document_id for one in pair)
    pages = DocumentPage.objects.filter(document__in=[before, after])
    length = pages.aggregate(in_all=Sum(Length("text")))["in_all"] or 0
    if not 0 < length <= MOST_COMPARED:
        return None
    texts: dict[int, list[tuple[int, str]]] = {before: [], after: []}
    for document, number, text in pages.order_by("document", "number").values_list("document", "number", "text"):
        texts[document].append((number, text))
    return between(texts[before], texts[after]) if texts[before] and texts[after] else None
