"""Who comes, who was there, and what somebody needs to take part."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.meetings.enums import Coming, Presence
from portal.meetings.models.meetings import PERSON, Meeting


class Answer(models.Model):
    """A member's answer to an invitation; the last one counts."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="answers")
    person: Any = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    coming = models.CharField(_("answer"), max_length=8, choices=Coming.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="meetings_answer_once")]

    def __str__(self) -> str:
        return f"{self.person_id} to {self.meeting_id}"


class AccessNeed(models.Model):
    """What somebody needs to take part, sealed to Desk for the organiser. It goes 7 days after the meeting."""

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="access_needs")
    words = models.BinaryField(_("words, sealed"))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"need for {self.meeting_id}"

    @property
    def record(self) -> str:
        """The name under which the vault knows it."""
        return f"accessneed:{self.uuid}"


class Attendance(models.Model):
    """One person at one meeting, as the minutes name them (RSMo 610.020.7).

    Guests stand in the minutes as well; only those who are entitled count for the quorum and vote.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    term: Any = models.ForeignKey("members.Term", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    person: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=160)
    office = models.CharField(_("office or employer"), max_length=200, blank=True)
    presence = models.CharField(_("presence"), max_length=8, choices=Presence.choices)
    is_entitled = models.BooleanField(_("counts for the quorum, and votes"), default=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "name"], name="meetings_attendance_once")]

    def __str__(self) -> str:
        return f"{self.name} at {self.meeting_id}"


class Subscriber(models.Model):
    """Somebody of the public or of the media who gets notices when members do. The address is confirmed by a link."""

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    email = models.EmailField(_("e-mail address"), unique=True)
    is_media = models.BooleanField(_("for a news medium"), default=False)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("subscriber to notices")
        verbose_name_plural = _("subscribers to notices")

    def __str__(self) -> str:
        return f"subscriber {self.pk}"
