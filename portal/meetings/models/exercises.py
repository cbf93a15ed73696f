"""What a training or an exercise was for, and what came of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.meetings.enums import Result
from portal.meetings.models.meetings import Meeting


class Capability(models.Model):
    """A core capability of the National Preparedness Goal (FEMA, second edition, 2015); the state may add its own."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(_("slug"), unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("capability")
        verbose_name_plural = _("capabilities")

    def __str__(self) -> str:
        return self.name


class ExerciseFacts(models.Model):
    """Hazards and capabilities that were exercised, and the after-action report in the library."""

    meeting = models.OneToOneField(Meeting, primary_key=True, on_delete=models.CASCADE, related_name="exercise")
    hazards = models.ManyToManyField("vocabulary.Hazard", verbose_name=_("hazards"), blank=True, related_name="+")
    capabilities = models.ManyToManyField(Capability, verbose_name=_("capabilities"), blank=True, related_name="+")
    report: Any = models.ForeignKey(
        settings.WAGTAILDOCS_DOCUMENT_MODEL,
        verbose_name=_("after-action report"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    def __str__(self) -> str:
        return f"facts of {self.meeting_id}"


class Objective(models.Model):
    """What an exercise was to show, and whether it did. Its words may name a weakness: they stand on Desk alone."""

    exercise = models.ForeignKey(ExerciseFacts, on_delete=models.CASCADE, related_name="objectives")
    order = models.PositiveSmallIntegerField(_("place"), default=1)
    words = models.CharField(_("objective"), max_length=300)
    result = models.CharField(_("result"), max_length=8, choices=Result.choices, default=Result.UNSAID, blank=True)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")

    def __str__(self) -> str:
        return self.words
