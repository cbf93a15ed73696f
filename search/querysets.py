"""The access rule as a filter on entries."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from portal.access.enums import Caveat
from portal.access.querysets import is_open
from portal.access.viewer import Viewer

if TYPE_CHECKING:
    from search.models import Entry  # noqa: F401  (named in a type)


class EntryQuerySet(QuerySet["Entry"]):
    """Entries."""

    def readable_by(self, viewer: Viewer, *, at: datetime | None = None) -> Self:
        """Those whose thing this viewer may read at the moment `at` (now, if not given)."""
        from search.models import EntryToken

        rows = self.filter(is_open(at or timezone.now()))
        for caveat in Caveat:
            if caveat.is_enforced and caveat not in viewer.clearances:
                rows = rows.exclude(caveats__contains=bars([caveat.value]))
        return rows.filter(Exists(EntryToken.objects.filter(entry=OuterRef("pk"), token__in=viewer.tokens)))

    def with_parts(self) -> Self:
        """With tokens, words and pages, which an index outside gets."""
        return self.prefetch_related("tokens", "words", "pages")


def bars(values: list[str]) -> str:
    """Values in one column, each between bars, so that none is found inside another."""
    return "".join(f"|{value}|" for value in sorted(values))
