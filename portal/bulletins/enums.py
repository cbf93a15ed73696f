"""Kinds, severities and the states of release."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a bulletin is."""

    ADVISORY = "advisory", _("Advisory")
    ALERT = "alert", _("Alert")
    SITUATION_AWARENESS = "situation", _("Situation awareness")
    ASSESSMENT = "assessment", _("Assessment")


class Severity(models.TextChoices):
    """How bad it could be: FIRST's qualitative scale of CVSS v3 and v4, section 'Qualitative Severity Rating Scale'."""

    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")

    @classmethod
    def from_score(cls, score: Decimal | None) -> str:
        """The word for a CVSS base score; '' for none and for 0.0."""
        if not score:
            return ""
        floors = ((Decimal("9.0"), cls.CRITICAL), (Decimal("7.0"), cls.HIGH), (Decimal("4.0"), cls.MEDIUM))
        return next((word for floor, word in floors if score >= floor), cls.LOW)


class RequestState(models.TextChoices):
    """Where a request for release stands."""

    WAITING = "waiting", _("waiting for release")
    RELEASED = "released", _("released")
    SENT_BACK = "sent back", _("sent back to its author")
    WITHDRAWN = "withdrawn", _("withdrawn")


class ReleaseKind(models.TextChoices):
    """On whose word a bulletin became public."""

    TWO_PERSON = "two-person", _("released by a second person")
    URGENT = "urgent", _("released by one supervisor, urgent")
    IMPORTED = "imported", _("imported from a public source")
