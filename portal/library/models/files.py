"""Documents and images. Each is marked itself; a new one is for nobody until its audience is set."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage, AbstractRendition

from portal.access.models import MarkedModel
from portal.library.models.facts import LibraryFacts
from portal.library.querysets import DocumentQuerySet, ImageQuerySet

MARKING_FORM_FIELDS = (
    "tlp",
    "reach",
    "law_enforcement_sensitive",
    "audience_communities",
    "audience_organisations",
    "audience_people",
    "visible_from",
    "expires_at",
)
# What the editor's form asks for the library. Other documents, and people, are named on the library's own pages of
# Desk, where nobody sees a list of them.
FACT_FORM_FIELDS = (
    *("kind", "summary", "number", "publisher", "dated", "version"),
    *("sectors", "is_cross_sector", "hazards", "written_for", "language"),
    *("used_by", "review_by", "licence", "source_url", "accessible_note", "evidence"),
)


class PortalDocument(LibraryFacts, MarkedModel, AbstractDocument):
    """A file of the library. Its address carries a random identifier, never its place on disk."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    is_released = models.BooleanField(
        _("released"),
        default=False,
        editable=False,
        help_text=_("Set when it, or a page that carries it, becomes public; from then on it no longer changes."),
    )

    objects: ClassVar[Any] = DocumentQuerySet.as_manager()

    superseded_until_now: int | None = None  # while it is stored (portal/library/finding.py)

    FIXED_ONCE_RELEASED = ("title", "file", "tlp", "reach", "law_enforcement_sensitive", "visible_from")

    admin_form_fields = ("title", "file", "collection", "tags", *FACT_FORM_FIELDS, *MARKING_FORM_FIELDS)

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    @property
    def is_public_version(self) -> bool:
        """A document is for nobody until it, or a page that carries it, was released or published."""
        return self.is_released

    def clean(self) -> None:
        super().clean()
        self._refuse_change()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it. Raises `ValidationError` when it was released and would now be another."""
        self._refuse_change()
        super().save(*args, **kwargs)

    def _refuse_change(self) -> None:
        stored = type(self).objects.filter(pk=self.pk, is_released=True).first()
        if stored and any(getattr(stored, name) != getattr(self, name) for name in self.FIXED_ONCE_RELEASED):
            raise ValidationError(_("It was released as it is. Upload what changed as a new document."))

    @property
    def leakable_title(self) -> str:
        """The title that may stand in mail: above TLP:GREEN a document is not named."""
        return str(self.title) if self.label.may_leave_in_full else gettext("A document of the library")

    @property
    def url(self) -> str:
        return self.download_url

    @property
    def size(self) -> int:
        """Bytes. Wagtail's `get_file_size` would store them while a page is shown, which Front may not."""
        if self.file_size is not None:
            return int(self.file_size)
        with suppress(OSError):
            return int(self.file.size)
        return 0

    @property
    def download_url(self) -> str:
        return reverse("library_download", args=[self.uuid])

    def get_absolute_url(self) -> str:
        return reverse("library_document", args=[self.uuid])

    def get_page_url(self, number: int) -> str:
        """Where the text of one of its pages opens."""
        return reverse("library_page", args=[self.uuid, number])


class PortalImage(MarkedModel, AbstractImage):
    """A picture."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects: ClassVar[Any] = ImageQuerySet.as_manager()

    admin_form_fields = ("title", "file", "description", "collection", "tags", *MARKING_FORM_FIELDS)

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")


class Rendition(AbstractRendition):
    """A picture in a size. It goes out through a view that asks the access rule about its image."""

    image = models.ForeignKey(PortalImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="library_rendition_once")
        ]

    @property
    def url(self) -> str:
        return reverse("library_image", args=[self.image.uuid, self.pk])
