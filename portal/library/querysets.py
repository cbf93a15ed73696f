"""Row selections for documents and images."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Q
from wagtail.documents.models import DocumentQuerySet as WagtailDocumentQuerySet
from wagtail.images.models import ImageQuerySet as WagtailImageQuerySet

from portal.access.querysets import MarkedMixin, MarkedQuerySet
from portal.access.viewer import Viewer


class DocumentQuerySet(MarkedMixin, WagtailDocumentQuerySet):
    """Documents, selected by the access rule as well as by Wagtail's own verbs."""

    def for_viewer(self, viewer: Viewer) -> Self:
        return super().for_viewer(viewer).filter(is_released=True)

    def in_library_for(self, viewer: Viewer) -> Self:
        """What this viewer may read, and the library shows; what only a bulletin carries is not in it."""
        return self.readable_by(viewer).filter(in_library=True)

    def newest_versions(self) -> Self:
        """Without those of which one of these rows is a newer version."""
        newer: Any = self.filter(supersedes__isnull=False).values("supersedes")
        return self.exclude(pk__in=newer)

    def for_sector(self, slug: str) -> Self:
        """Those that name the sector, and those that are for every one."""
        model: Any = self.model
        named = model.sectors.through.objects.filter(sector__slug=slug).values("portaldocument")
        return self.filter(Q(is_cross_sector=True) | Q(pk__in=named))

    def for_rows(self) -> Self:
        """With what a list row shows."""
        rows: Self = self.select_related("reading").prefetch_related("sectors")
        return rows


class ImageQuerySet(MarkedMixin, WagtailImageQuerySet):
    """Images, selected by the access rule as well as by Wagtail's own verbs."""


class ProvisionQuerySet(MarkedQuerySet[Any]):
    """Provisions of law."""

    def for_viewer(self, viewer: Viewer) -> Self:
        return super().for_viewer(viewer).filter(is_shown=True)
