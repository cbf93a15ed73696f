"""Where a person stands, and what kinds of circles there are."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    """Where a person stands with the partnership. Only ACTIVE reads anything above TLP:CLEAR."""

    APPLIED = "applied", _("applied, not yet vetted")
    ACTIVE = "active", _("active member")
    SUSPENDED = "suspended", _("suspended")
    DORMANT = "dormant", _("dormant")
    EXPIRED = "expired", _("validation lapsed")
    CLOSED = "closed", _("closed")


class OrganisationKind(models.TextChoices):
    COMPANY = "company", _("company")
    ASSOCIATION = "association", _("association")
    NON_GOVERNMENTAL = "ngo", _("non-governmental organisation")
    PUBLIC_AGENCY = "agency", _("public agency")


class CommunityKind(models.TextChoices):
    SECTOR = "sector", _("sector")
    COMMITTEE = "committee", _("committee")
    REGION = "region", _("region")
    DISCIPLINE = "discipline", _("discipline")
    CIRCLE = "circle", _("circle")


class StaffRole(models.TextChoices):
    """The staff roles of the ground floor: the value is the name of the Django group."""

    MOP3_EDITOR = "MOP3 editor", _("MOP3 editor")
    MIAC_AUTHOR = "MIAC author", _("MIAC author")
    MIAC_ANALYST = "MIAC analyst", _("MIAC analyst")
    MIAC_SUPERVISOR = "MIAC supervisor", _("MIAC supervisor")
    PRIVACY_OFFICER = "Privacy officer", _("Privacy officer")
    AUDITOR = "Auditor", _("Auditor")
    ADMINISTRATOR = "Administrator", _("Administrator")
