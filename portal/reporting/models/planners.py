"""Planners who were named for one submission, where its submitter allowed planners."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.reporting.models.protected import Holding
from portal.reporting.protected.enums import PlannerEnd, UsePurpose

PERSON = "members.Person"


class NamedPlanner(models.Model):
    """That somebody of an agency may open one submission, for one purpose. Two people name them; one ends it.

    Whether it holds now is asked of `portal.reporting.protected.planners`, never of this row alone. Nothing that was
    written about it stands here.
    """

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="planners")
    person: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    organisation: Any = models.ForeignKey("members.Organisation", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=12, choices=UsePurpose.choices)
    named_by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(default=timezone.now)
    approved_by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    ended_by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(_("why it ended"), max_length=10, choices=PlannerEnd.choices, blank=True)

    class Meta:
        ordering = ["named_at", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["holding", "person"], condition=models.Q(ended_at=None), name="reporting_planner_once"
            )
        ]

    def __str__(self) -> str:
        return f"planner of {self.holding_id}"
