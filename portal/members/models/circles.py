"""Organisations and communities, and who belongs to them.

They are closed, never deleted: deleting a community would turn an item restricted to it into one for nobody at best,
and for everybody in a system that reads 'no audience' as 'all'.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from portal.members.enums import CommunityKind, OrganisationKind


class Organisation(models.Model):
    """An employer or association to which members belong."""

    name = models.CharField(_("legal name"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=OrganisationKind.choices)
    sectors = models.ManyToManyField("vocabulary.Sector", verbose_name=_("sectors"), blank=True, related_name="+")
    counties = models.ManyToManyField("vocabulary.County", verbose_name=_("counties"), blank=True, related_name="+")
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name


class Community(models.Model):
    """A named circle of people: a sector, a committee, a region, a discipline, or one that staff make."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("slug"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=CommunityKind.choices)
    sector = models.OneToOneField(
        "vocabulary.Sector", verbose_name=_("sector"), null=True, blank=True, on_delete=models.PROTECT
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("community")
        verbose_name_plural = _("communities")

    def __str__(self) -> str:
        return self.name


class _Belonging(models.Model):
    """That a person belongs somewhere, from a day on and perhaps until a day."""

    begun_at = models.DateTimeField(_("since"), auto_now_add=True)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        abstract = True


class Affiliation(_Belonging):
    """A person's place in an organisation."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="affiliations")
    role = models.CharField(_("role"), max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "organisation"], name="members_affiliation_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.organisation_id}"


class CommunityMembership(_Belonging):
    """A person's place in a community."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="community_memberships")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "community"], name="members_membership_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.community_id}"


class CoChair(models.Model):
    """Who chairs a sector, as the public may know it: name, office and employer, never how to reach them."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="co_chairs")
    name = models.CharField(_("name"), max_length=120)
    employer = models.CharField(_("employer"), max_length=200)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    panels = [FieldPanel(name) for name in ("community", "name", "employer", "since", "until")]

    class Meta:
        ordering = ["name"]
        verbose_name = _("co-chair")
        verbose_name_plural = _("co-chairs")

    def __str__(self) -> str:
        return f"{self.name}, {self.employer}"
