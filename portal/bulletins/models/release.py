"""Requests for release, and releases: who stands for a bulletin being public."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.bulletins.enums import ReleaseKind, RequestState

COUNTERSIGN_WITHIN = timedelta(hours=24)


class ReleaseRequestQuerySet(models.QuerySet["ReleaseRequest"]):
    def waiting(self) -> Self:
        return self.filter(state=RequestState.WAITING)


class ReleaseRequest(models.Model):
    """An author asks that one revision of a bulletin be released, and answers the checklist."""

    page = models.ForeignKey("bulletins.BulletinPage", on_delete=models.CASCADE, related_name="release_requests")
    revision = models.ForeignKey("wagtailcore.Revision", on_delete=models.PROTECT, related_name="+")
    submitted_by: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"))
    names_people = models.BooleanField(_("names persons or groups"), default=False)
    touches_expression = models.BooleanField(_("touches protest, religion or politics"), default=False)
    note = models.TextField(_("note to the second person"), max_length=1000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=RequestState.choices, default=RequestState.WAITING)
    privacy_cleared_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    privacy_cleared_at = models.DateTimeField(_("cleared by the privacy officer"), null=True, blank=True)
    decided_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)

    objects = ReleaseRequestQuerySet.as_manager()

    class Meta:
        ordering = ["submitted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["page"], condition=models.Q(state=RequestState.WAITING), name="bulletins_one_request_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.page_id} r{self.revision_id} {self.state}"

    @property
    def needs_privacy_officer(self) -> bool:
        return self.names_people or self.touches_expression

    @property
    def awaits_privacy_officer(self) -> bool:
        return self.needs_privacy_officer and self.privacy_cleared_by_id is None


class ReleaseQuerySet(models.QuerySet["Release"]):
    def awaiting_countersignature(self) -> Self:
        """Urgent releases that no second person has signed yet, the oldest first."""
        return self.filter(kind=ReleaseKind.URGENT, countersigned_at=None).order_by("released_at")


class Release(models.Model):
    """That one revision of a bulletin may be public, and on whose word. Kept for good."""

    page = models.ForeignKey("bulletins.BulletinPage", on_delete=models.CASCADE, related_name="releases")
    revision = models.OneToOneField("wagtailcore.Revision", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=ReleaseKind.choices)
    released_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField(_("released"))
    reason = models.TextField(_("reason for the urgency"), max_length=1000, blank=True)
    needs_privacy_officer = models.BooleanField(
        _("names persons or groups, or touches protest, religion or politics"), default=False
    )
    editors: Any = models.ManyToManyField("members.Person", verbose_name=_("edited by"), related_name="+")
    countersigned_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    countersigned_at = models.DateTimeField(_("countersigned"), null=True, blank=True)

    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-released_at"]

    def __str__(self) -> str:
        return f"{self.page_id} r{self.revision_id} {self.kind}"

    @property
    def countersign_due(self) -> Any:
        """By when the second person signs an urgent release: 24 hours."""
        return self.released_at + COUNTERSIGN_WITHIN
