"""What the library says about a document, beside the file and its marking."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.library.enums import DocumentKind
from portal.library.models.evidence import EvidenceTag


class LibraryFacts(models.Model):
    """The facts by which a document is found, judged and kept current.

    `in_library` is set by the action that publishes it there, and by nothing else; a document that only a bulletin
    carries stays out. A version that was superseded keeps its address and says which one is newer.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices, default=DocumentKind.GUIDE)
    summary = models.TextField(_("summary"), max_length=1000, blank=True)
    number = models.CharField(
        _("form or document number"),
        max_length=80,
        blank=True,
        help_text=_("As people type it: ICS 201. Several are separated by commas."),
    )
    publisher = models.CharField(_("publisher"), max_length=160, blank=True)
    dated = models.DateField(_("date of the document"), null=True, blank=True)
    sectors = models.ManyToManyField("vocabulary.Sector", verbose_name=_("sectors"), blank=True, related_name="+")
    is_cross_sector = models.BooleanField(_("for every sector"), default=False)
    hazards = models.ManyToManyField("vocabulary.Hazard", verbose_name=_("hazards"), blank=True, related_name="+")
    written_for = models.CharField(_("written for"), max_length=200, blank=True)
    language = models.CharField(
        _("language"), max_length=12, default="en", help_text=_("Its code (RFC 5646): en, es, vi.")
    )
    version = models.CharField(_("version"), max_length=40, blank=True)
    supersedes = models.OneToOneField(
        "self",
        verbose_name=_("supersedes"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="superseded_by",
    )
    review_by = models.DateField(_("review by"), null=True, blank=True)
    reviewer = models.ForeignKey(
        "members.Person",
        verbose_name=_("reviewer"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    source_url = models.URLField(_("where it comes from"), max_length=500, blank=True)
    accessible_note = models.TextField(
        _("accessible format"), max_length=600, blank=True, help_text=_("How to get it in a form that one can read.")
    )
    used_by = models.CharField(_("who uses it"), max_length=300, blank=True, help_text=_("Of a template or form."))
    editable_file = models.ForeignKey(
        "self", verbose_name=_("editable file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    example = models.ForeignKey(
        "self", verbose_name=_("filled-in example"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence = models.ManyToManyField(EvidenceTag, verbose_name=_("evidence for"), blank=True, related_name="documents")
    in_library = models.BooleanField(_("in the library"), default=False, editable=False, db_index=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        for name in ("supersedes", "editable_file", "example"):
            if self.pk and getattr(self, f"{name}_id") == self.pk:
                raise ValidationError({name: _("A document cannot be this to itself.")})
        if self._is_in_circle():
            raise ValidationError({"supersedes": _("That version is newer than this one already.")})

    def _is_in_circle(self) -> bool:
        """Whether the versions before it lead back to itself."""
        seen: set[Any] = {self.pk}
        older = self.supersedes
        while older is not None:
            if older.pk in seen:
                return True
            seen.add(older.pk)
            older = older.supersedes
        return False

    @property
    def numbers(self) -> list[str]:
        """Its numbers as people type them."""
        return [number for number in (piece.strip() for piece in self.number.split(",")) if number]

    @property
    def is_due(self) -> bool:
        """Whether the day has passed by which somebody should have looked at it again."""
        return self.review_by is not None and self.review_by < timezone.localdate()
