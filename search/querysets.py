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
    from search.models import Entry


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

    def with_parts(self) -> list[Entry]:
        """These, each with its tokens, words and pages, which an index outside gets; three queries for all."""
        from search.models import EntryPage, EntryToken, EntryWord, Page, Parts

        entries = list(self)
        parts = {entry.pk: Parts([], [], []) for entry in entries}
        for key, token in EntryToken.objects.filter(entry__in=parts).values_list("entry", "token"):
            parts[key].tokens.append(token)
        for key, word in EntryWord.objects.filter(entry__in=parts).order_by("pk").values_list("entry", "word"):
            parts[key].words.append(word)
        rows = EntryPage.objects.filter(entry__in=parts).order_by("entry", "number", "part")
        for key, *page in rows.values_list("entry", *Page._fields):
            parts[key].pages.append(Page(*page))
        for entry in entries:
            entry.parts = parts[entry.pk]
        return entries


def bars(values: list[str]) -> str:
    """Values in one column, each between bars, so that none is found inside another."""
    return "".join(f"|{value}|" for value in sorted(values))
