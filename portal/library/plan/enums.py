"""Closed lists of the protection plan."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanState(models.TextChoices):
    """Where one version of a part of the plan stands."""

    DRAFT = "draft", _("draft")
    REVIEW = "review", _("in review")
    ADOPTED = "adopted", _("adopted")
    SUPERSEDED = "superseded", _("superseded")
    WITHDRAWN = "withdrawn", _("withdrawn")


# In the making: of each cell at most one version.
OPEN = (PlanState.DRAFT, PlanState.REVIEW)


class CommentOutcome(models.TextChoices):
    """What became of a comment."""

    TAKEN_OVER = "taken-over", _("taken over")
    IN_PART = "in-part", _("taken over in part")
    NOT = "not", _("not taken over")
