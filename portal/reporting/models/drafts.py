"""What is being written and was not sent. Only the browser that writes it can open it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.reporting.enums import DraftKind


class Draft(models.Model):
    """One form under way. Its id becomes the report's; after sending it holds the receipt until that was taken."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=DraftKind.choices, default=DraftKind.ACTIVITY)
    begun_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now, db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")

    def __str__(self) -> str:
        return f"draft {self.uuid}"

    @property
    def record(self) -> str:
        """The name under which the vault knows it, and the report that it becomes."""
        return f"report:{self.uuid}"


class DraftPart(models.Model):
    """One page as it was saved last, sealed under a key that only the browser's cookie holds."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=1)
    envelope = models.BinaryField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "name"], name="reporting_draftpart_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.draft_id}"
