"""A member's own calendar of meetings, which calendar programs ask for by its address."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone


class CalendarFeedQuerySet(models.QuerySet[Any]):
    def usable(self) -> Self:
        """Those whose token is neither revoked nor expired."""
        return self.filter(token__revoked_at=None, token__expires_at__gt=timezone.now())

    def of(self, person: int | None) -> Self:
        return self.filter(token__person_id=person)


class CalendarFeed(models.Model):
    """That a feed token is for a calendar, and what of it the calendar carried: meetings above TLP:CLEAR, `12:3`.

    Its address names the row, signed: the secret of the token is shown to nobody, so it opens no other feed. It ends as
    every token does: revoked, after a year, with a new password. By what was carried the trail has each meeting once.
    """

    token: Any = models.OneToOneField("members.FeedToken", on_delete=models.CASCADE, related_name="calendar")
    carried = models.JSONField(default=list)

    objects: ClassVar[Any] = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"calendar of token {self.token_id}"
