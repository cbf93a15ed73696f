"""Liability resources: provisions of law as rows that can be compared, and the gaps between them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.access.models import MarkedModel
from portal.library.enums import Condition, Evidence, GapState, Party
from portal.library.querysets import ProvisionQuerySet


def _known(values: Any, choices: type[models.TextChoices], field: str) -> None:
    """Raises `ValidationError` where a list holds something that is no value of the closed list."""
    if not isinstance(values, list) or set(values) - set(choices.values):
        raise ValidationError({field: _("Choose from the list.")})


class Provision(MarkedModel):
    """One provision: whom it concerns, under which condition, with which standard, and what it leaves out.

    It says what a text says, never that somebody is covered. `text` holds the statute's own words, quoted with their
    source; it stays empty where nobody has read them.
    """

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    citation = models.CharField(_("citation"), max_length=120)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("in plain words"), max_length=1000)
    text = models.TextField(_("the statute's words"), blank=True)
    source = models.CharField(_("where it was read"), max_length=300, blank=True)
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True)
    parties = models.JSONField(_("whom it may concern"), default=list, blank=True)
    conditions = models.JSONField(_("what must be so"), default=list, blank=True)
    condition_words = models.TextField(_("condition, in words"), max_length=600, blank=True)
    standard = models.TextField(_("standard"), max_length=600)
    not_covered = models.TextField(_("what it does not cover"), max_length=600, blank=True)
    evidence = models.CharField(_("how it was verified"), max_length=12, choices=Evidence.choices)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    verified_by = models.CharField(_("verified by (role)"), max_length=120, blank=True)
    review_by = models.DateField(_("review by"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("place in the table"), default=100)
    is_shown = models.BooleanField(_("shown"), default=True)

    objects: ClassVar[Any] = ProvisionQuerySet.as_manager()

    class Meta:
        ordering = ["order", "citation"]
        verbose_name = _("liability provision")
        verbose_name_plural = _("liability provisions")

    def __str__(self) -> str:
        return f"{self.citation}: {self.title}"

    def clean(self) -> None:
        super().clean()
        _known(self.parties, Party, "parties")
        _known(self.conditions, Condition, "conditions")
        if self.evidence == Evidence.FULL and not self.verified_on:
            raise ValidationError({"verified_on": _("Say when it was read in full.")})

    def get_absolute_url(self) -> str:
        return reverse("liability_provision", args=[self.slug])

    @property
    def is_public_version(self) -> bool:
        return self.is_shown

    @property
    def is_verified(self) -> bool:
        """Whether it was read in full; only then is it offered by the finder."""
        return self.evidence == Evidence.FULL

    @property
    def is_due(self) -> bool:
        """Whether the day has passed by which somebody should have looked at it again."""
        return self.review_by is not None and self.review_by < timezone.localdate()

    @property
    def party_words(self) -> list[str]:
        return [str(Party(value).label) for value in self.parties]

    @property
    def condition_list(self) -> list[str]:
        return [str(Condition(value).label) for value in self.conditions]


class LiabilityGap(models.Model):
    """What the law leaves open, and what is being done about it: the committee's list."""

    title = models.CharField(_("gap"), max_length=200)
    description = models.TextField(_("what is missing"), max_length=1000)
    parties = models.JSONField(_("whom it concerns"), default=list, blank=True)
    provisions = models.ManyToManyField(
        Provision, verbose_name=_("provisions near it"), blank=True, related_name="gaps"
    )
    state = models.CharField(_("state"), max_length=10, choices=GapState.choices, default=GapState.OPEN)
    bill = models.CharField(_("bill"), max_length=120, blank=True)
    bill_url = models.URLField(_("address of the bill"), max_length=500, blank=True)
    bill_status = models.CharField(_("where the bill stands"), max_length=200, blank=True)
    updated_on = models.DateField(_("as of"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("place in the list"), default=100)

    class Meta:
        ordering = ["order", "title"]
        verbose_name = _("liability gap")
        verbose_name_plural = _("liability gaps")

    def __str__(self) -> str:
        return self.title

    @property
    def party_words(self) -> list[str]:
        return [str(Party(value).label) for value in self.parties]
