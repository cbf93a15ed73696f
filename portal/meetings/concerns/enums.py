"""The words of concerns, initiatives and visits."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConcernKind(models.TextChoices):
    """What a concern is about."""

    POLICY = "policy", _("a policy")
    RULE = "rule", _("a rule or a requirement")
    SAME_QUESTION = "same_question", _("the same question from several agencies")
    OTHER = "other", _("something else")


class Stage(models.TextChoices):
    """Where a concern stands. It is never stored: it follows from what was done with it (`stages.py`)."""

    RAISED = "raised", _("raised")
    MERGED = "merged", _("merged with another one")
    RANKED = "ranked", _("ranked by the committee")
    RECOMMENDED = "recommended", _("recommended to Homeland Security")
    ANSWERED = "answered", _("answered by Homeland Security")
    CLOSED = "closed", _("closed")


class ReplyOutcome(models.TextChoices):
    """What the Office of Homeland Security replied."""

    ACCEPTED = "accepted", _("accepted")
    IN_PART = "in_part", _("accepted in part")
    MORE_ASKED = "more_asked", _("more was asked")
    DECLINED = "declined", _("declined")


class VisitKind(models.TextChoices):
    SITE_VISIT = "site_visit", _("a visit to our site")
    BRIEFING = "briefing", _("a briefing")


class VisitState(models.TextChoices):
    NEW = "new", _("new")
    PLANNED = "planned", _("planned")
    DONE = "done", _("done")
    DECLINED = "declined", _("declined")


# Of the state's emergency regions, which are those of the Highway Patrol (vocabulary.County.region).
WHOLE_STATE = ""
REGIONS = tuple("ABCDEFGHI")
REGION_CHOICES = [(WHOLE_STATE, _("the whole state")), *[(letter, _("region %s") % letter) for letter in REGIONS]]
