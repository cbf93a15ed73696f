"""Organisations and communities, and who belongs to them.

They are closed, never deleted: deleting a community would turn an item restricted to it into one for nobody at best,
and for everybody in a system that reads 'no audience' as 'all'.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.members.enums import CommunityKind, OrganisationKind


class CircleQuerySet(models.QuerySet[Any]):
    """Selections that organisations and communities share."""

    def open(self) -> Self:
        return self.filter(closed_at=None)


class CommunityQuerySet(CircleQuerySet):
    """Communities, of which the confidential ones show nowhere to outsiders."""

    def known_to(self, person: int | None) -> Self:
        """Those whose existence this person may know of: the open ones, and confidential ones that they are in."""
        inside = CommunityMembership.objects.current().filter(person_id=person).values("community_id")
        return self.open().filter(models.Q(is_confidential=False) | models.Q(pk__in=inside))


class BelongingQuerySet(models.QuerySet[Any]):
    """Places in organisations and communities."""

    def current(self, *, at: datetime | None = None) -> Self:
        """Those that have not ended at the moment `at` (now, if not given)."""
        moment = at or timezone.now()
        return self.filter(models.Q(ended_at=None) | models.Q(ended_at__gt=moment))


class Organisation(models.Model):
    """An employer or association to which members belong."""

    name = models.CharField(_("legal name"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=OrganisationKind.choices)
    is_criminal_justice = models.BooleanField(
        _("criminal-justice agency"),
        default=False,
        help_text=_(
            "A governmental agency, or a part of one, that administers criminal justice under a statute or executive "
            "order and spends a substantial part of its budget on it (28 CFR 20.3(g)). Only its people can hold the "
            "law-enforcement clearance."
        ),
    )
    sectors = models.ManyToManyField("vocabulary.Sector", verbose_name=_("sectors"), blank=True, related_name="+")
    counties = models.ManyToManyField("vocabulary.County", verbose_name=_("counties"), blank=True, related_name="+")
    phone = models.CharField(_("telephone, verified"), max_length=40, blank=True)
    phone_source = models.CharField(
        _("where that number was found"),
        max_length=200,
        blank=True,
        help_text=_("Not from the applicant: a directory, the organisation's own site, an earlier record."),
    )
    phone_verified_at = models.DateTimeField(_("verified on"), null=True, blank=True)
    sponsor: Any = models.ForeignKey(
        "members.Person", verbose_name=_("sponsor"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects: ClassVar[Any] = CircleQuerySet.as_manager()

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
    purpose = models.CharField(_("what it is for"), max_length=300, blank=True)
    is_confidential = models.BooleanField(
        _("confidential"), default=False, help_text=_("Its existence shows nowhere to people outside it.")
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects: ClassVar[Any] = CommunityQuerySet.as_manager()

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

    objects: ClassVar[Any] = BelongingQuerySet.as_manager()

    class Meta:
        abstract = True


class Affiliation(_Belonging):
    """A person's place in an organisation."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="affiliations")
    role = models.CharField(_("role"), max_length=120, blank=True)
    is_point_of_contact = models.BooleanField(
        _("point of contact"),
        default=False,
        help_text=_("Confirms once a year who still works there, and says who has left."),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "organisation"], name="members_affiliation_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.organisation_id}"


class CommunityMembership(_Belonging):
    """A person's place in a community."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="community_memberships")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="memberships")
    is_steward = models.BooleanField(
        _("steward"), default=False, help_text=_("May propose members and see who has access through this community.")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "community"], name="members_membership_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.community_id}"


class MembershipProposal(models.Model):
    """A steward proposes somebody for their community; staff decide. An unknown address is kept as it was typed."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="proposals")
    email = models.EmailField(_("work e-mail address"))
    reason = models.CharField(_("why they should be in it"), max_length=300)
    proposed_by: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    decided_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    is_accepted = models.BooleanField(_("accepted"), null=True)

    class Meta:
        ordering = ["proposed_at"]
        verbose_name = _("proposal of a member")
        verbose_name_plural = _("proposals of members")

    def __str__(self) -> str:
        return f"{self.pk} for {self.community_id}"
