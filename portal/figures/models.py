"""Figures as Desk computes them, and what of them was released to everybody."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.figures.enums import Counts, RowKind, Shape

PERSON = "members.Person"


class Figure(models.Model):
    """One number of a measure in a year, as it was last computed. `breakdown` is '' for the total. Desk's alone.

    `open_number` is what of the number anybody may know of; small numbers of people are in both.
    """

    year = models.PositiveSmallIntegerField(_("year"))
    measure = models.SlugField(_("measure"))
    breakdown = models.CharField(_("breakdown"), max_length=80, blank=True)
    label = models.CharField(_("label"), max_length=160, blank=True)
    place = models.PositiveSmallIntegerField(_("place"), default=0)
    number = models.DecimalField(_("number"), max_digits=12, decimal_places=1)
    open_number = models.DecimalField(_("number of what is public"), max_digits=12, decimal_places=1)
    computed_at = models.DateTimeField(_("computed"), default=timezone.now)

    class Meta:
        ordering = ["year", "measure", "place"]
        constraints = [models.UniqueConstraint(fields=["year", "measure", "breakdown"], name="figures_figure_once")]
        verbose_name = _("figure")
        verbose_name_plural = _("figures")

    def __str__(self) -> str:
        return f"{self.measure} {self.year} {self.breakdown}"


class EditionQuerySet(models.QuerySet["Edition"]):
    """Editions."""

    def current(self) -> Self:
        """The last edition of each year that was not withdrawn."""
        later = self.model._default_manager.filter(
            year=models.OuterRef("year"), withdrawn_at=None, number__gt=models.OuterRef("number")
        )
        return self.filter(withdrawn_at=None).exclude(models.Exists(later)).order_by("-year")

    def on_front(self) -> Self:
        """Without what Front may not read: who released it, and why one was withdrawn."""
        return self.only("id", "year", "number", "floor", "released_at", "withdrawn_at")


class Edition(models.Model):
    """That the figures of a year were released to everybody. It is never changed; a later one takes its place."""

    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("edition"))
    floor = models.PositiveSmallIntegerField(_("smallest number of people shown"))
    released_at = models.DateTimeField(_("released"), default=timezone.now)
    released_by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    why_withdrawn = models.CharField(_("why it was withdrawn"), max_length=300, blank=True)

    objects: ClassVar[Any] = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-number"]
        constraints = [models.UniqueConstraint(fields=["year", "number"], name="figures_edition_once")]
        verbose_name = _("released figures of a year")
        verbose_name_plural = _("released figures")

    def __str__(self) -> str:
        return f"figures of {self.year}, edition {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("figures_year", args=[self.year])


class ReleasedMeasure(models.Model):
    """A measure in an edition, with its words as they stood, so that they stay with the numbers."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="measures")
    name = models.SlugField(_("measure"))
    place = models.PositiveSmallIntegerField(_("place"))
    section = models.PositiveSmallIntegerField(_("section"))
    counts = models.CharField(max_length=8, choices=[(row.value, row.value) for row in Counts])
    shape = models.CharField(max_length=8, choices=Shape.choices)
    title = models.CharField(_("title"), max_length=160)
    definition = models.TextField(_("definition"))
    unit = models.CharField(_("unit"), max_length=80)
    source = models.CharField(_("source"), max_length=200)
    heading = models.CharField(_("heading of the rows"), max_length=80)
    is_within = models.BooleanField(_("of those of another measure"), default=False)

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["edition", "name"], name="figures_measure_once")]

    def __str__(self) -> str:
        return f"{self.name} in {self.edition_id}"


class ReleasedFigure(models.Model):
    """A row of a released table. One that is left out has no number, here as well."""

    measure = models.ForeignKey(ReleasedMeasure, on_delete=models.CASCADE, related_name="figures")
    place = models.PositiveSmallIntegerField(_("place"))
    kind = models.CharField(_("kind"), max_length=8, choices=RowKind.choices)
    label = models.CharField(_("label"), max_length=160)
    number = models.DecimalField(_("number"), max_digits=12, decimal_places=1, null=True, blank=True)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "place"], name="figures_released_once"),
            models.CheckConstraint(
                condition=models.Q(kind=RowKind.HIDDEN, number=None)
                | (~models.Q(kind=RowKind.HIDDEN) & models.Q(number__isnull=False)),
                name="figures_hidden_has_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} of {self.measure_id}"
