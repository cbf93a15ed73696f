"""Row selections for documents and images."""

from __future__ import annotations

from typing import Any, Self

from wagtail.documents.models import DocumentQuerySet as WagtailDocumentQuerySet
from wagtail.images.models import ImageQuerySet as WagtailImageQuerySet

from portal.access.querysets import MarkedMixin, MarkedQuerySet
from portal.access.viewer import Viewer


class DocumentQuerySet(MarkedMixin, WagtailDocumentQuerySet):
    """Documents, selected by the access rule as well as by Wagtail's own verbs."""

    def for_viewer(self, viewer: Viewer) -> Self:
        return super().for_viewer(viewer).filter(is_released=True)


class ImageQuerySet(MarkedMixin, WagtailImageQuerySet):
    """Images, selected by the access rule as well as by Wagtail's own verbs."""


class ProvisionQuerySet(MarkedQuerySet[Any]):
    """Provisions of law."""

    def for_viewer(self, viewer: Viewer) -> Self:
        return super().for_viewer(viewer).filter(is_shown=True)
