"""The lists that all rooms share: sectors, counties, hazards."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sector(models.Model):
    """A critical-infrastructure sector.

    The 18 of the partnership come from the National Infrastructure Protection Plan of 2009; the state may add its own.
    A sector that is no longer used is closed, never deleted.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(_("slug"), unique=True)
    federal_name = models.CharField(_("name in the present federal list"), max_length=100, blank=True)
    niem_code = models.CharField(_("NIEM target sector code"), max_length=10, blank=True)
    misp_tag = models.CharField(_("MISP tag"), max_length=60, blank=True)
    description = models.TextField(_("description"), max_length=600, blank=True)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")

    def __str__(self) -> str:
        return self.name


class County(models.Model):
    """A county of the state, or its independent city."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    fips = models.CharField(_("FIPS code"), max_length=5, unique=True)
    region = models.CharField(_("region"), max_length=2, blank=True)
    region_is_verified = models.BooleanField(_("region confirmed"), default=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("county")
        verbose_name_plural = _("counties")

    def __str__(self) -> str:
        return self.name


class Hazard(models.Model):
    """Something that guidance prepares for: flood, tornado, cyber attack."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("slug"), unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("hazard")
        verbose_name_plural = _("hazards")

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """A day of the year on which the state's offices may be closed. Clocks of the law leave out those that are."""

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    is_closed = models.BooleanField(
        _("offices are closed"), default=True, help_text=_("Only days on which the facility is closed count.")
    )

    class Meta:
        ordering = ["day"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
