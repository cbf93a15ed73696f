"""Row selections for documents and images."""

from __future__ import annotations

from wagtail.documents.models import DocumentQuerySet as WagtailDocumentQuerySet
from wagtail.images.models import ImageQuerySet as WagtailImageQuerySet

from portal.access.querysets import MarkedMixin


class DocumentQuerySet(MarkedMixin, WagtailDocumentQuerySet):
    """Documents, selected by the access rule as well as by Wagtail's own verbs."""


class ImageQuerySet(MarkedMixin, WagtailImageQuerySet):
    """Images, selected by the access rule as well as by Wagtail's own verbs."""
