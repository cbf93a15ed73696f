"""Row selections for bulletins and guidance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.db.models import Q

from portal.access.querysets import MarkedPageQuerySet


class BulletinQuerySet(MarkedPageQuerySet):
    """Bulletins."""

    def newest_first(self) -> Self:
        return self.order_by("-issued_at", "-pk")

    def for_sector(self, slug: str) -> Self:
        """Those that name the sector, and those whose originator says 'multiple sectors' without naming them."""
        return self.filter(Q(is_cross_sector=True) | Q(sectors__slug=slug)).distinct()

    def for_sectors(self, sectors: Iterable[int]) -> Self:
        return self.filter(Q(is_cross_sector=True) | Q(sectors__in=list(sectors))).distinct()

    def for_rows(self) -> Self:
        """What a list row shows and no more: the body, which can be long, stays in the database."""
        return self.defer("body", "handling", "sources", "source_data").prefetch_related("sectors")


class GuidanceQuerySet(MarkedPageQuerySet):
    """Guidance pages."""

    def newest_first(self) -> Self:
        return self.order_by("-last_published_at", "-pk")

    def for_rows(self) -> Self:
        return self.defer("body").prefetch_related("sectors", "hazards")
