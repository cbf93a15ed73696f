"""Applications for membership. What an applicant writes is sealed to Desk; in clear stand name and e-mail address."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.members.enums import ApplicationState, Outcome, VettingKind

AT_DESK = (ApplicationState.SUBMITTED, ApplicationState.MORE_ASKED, ApplicationState.APPEALED)
ENDED = (ApplicationState.APPROVED, ApplicationState.REFUSED, ApplicationState.WITHDRAWN)


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Selections of applications."""

    def at_desk(self) -> Self:
        return self.filter(state__in=AT_DESK)

    def with_written(self) -> Self:
        """With entries and versions of pages, without what is sealed: what `written_now` needs for each of many."""
        entries = VettingEntry.objects.defer("details")
        versions = ApplicationPart.objects.defer("envelope")
        return self.prefetch_related(models.Prefetch("entries", entries), models.Prefetch("parts", versions))

    def unended(self) -> Self:
        return self.exclude(state__in=ENDED)


class Application(models.Model):
    """One person's application."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("work e-mail address"), db_index=True)
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(
        _("state"), max_length=10, choices=ApplicationState.choices, default=ApplicationState.STARTED
    )
    created_at = models.DateTimeField(_("begun"), default=timezone.now)
    email_verified_at = models.DateTimeField(_("e-mail address verified"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, db_index=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    # What Desk itself saw, and Front can neither write nor take back: what becomes of the rest follows from these.
    reached_desk_at = models.DateTimeField(_("reached the desk"), null=True, blank=True, editable=False)
    withdrawal_seen_at = models.DateTimeField(_("found withdrawn"), null=True, blank=True, editable=False)
    person: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )

    objects: ClassVar[Any] = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["submitted_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=~models.Q(state__in=[state.value for state in ENDED]),
                name="members_application_once",
            )
        ]
        verbose_name = _("application")
        verbose_name_plural = _("applications")

    def __str__(self) -> str:
        return self.name

    @property
    def record(self) -> str:
        """The name under which the vault knows it."""
        return f"application:{self.uuid}"

    def written_now(self) -> str:
        """A fingerprint of what the applicant has written by now: name, newest version of each page, answers in words.

        Two readings that differ were made over different words, whatever the clocks say.
        """
        pages: dict[str, tuple[int, int]] = {}
        for part in self._versions():
            pages[part.page] = max(pages.get(part.page, (0, 0)), (part.version, part.pk))
        answers = sorted(entry.pk for entry in self.entries.all() if entry.kind == VettingKind.ANSWERED)
        written = json.dumps([self.name, sorted(pages.items()), answers])
        return hashlib.sha256(written.encode()).hexdigest()

    def _versions(self) -> Any:
        is_at_hand = "parts" in getattr(self, "_prefetched_objects_cache", {})
        return self.parts.all() if is_at_hand else self.parts.defer("envelope")

    @property
    def is_writable(self) -> bool:
        """Whether the applicant may change what they wrote."""
        return self.state in {ApplicationState.STARTED, ApplicationState.MORE_ASKED}

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED


class ApplicationLink(models.Model):
    """A link that was mailed to the applicant. The portal keeps its digest only."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return f"link of {self.application_id}"

    def is_usable(self, *, at: datetime | None = None) -> bool:
        return self.expires_at > (at or timezone.now())


class ApplicationPart(models.Model):
    """What was written on one page, sealed. Each save adds a version; the newest counts."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="parts")
    page = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField()
    envelope = models.BinaryField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["page", "-version"]
        constraints = [models.UniqueConstraint(fields=["application", "page", "version"], name="members_part_once")]

    def __str__(self) -> str:
        return f"{self.page} {self.version} of {self.application_id}"


class VettingEntry(models.Model):
    """One thing that was done or said about an application. Rows are only added.

    Of a records check nothing is kept but cleared or not, the day and the officer: it carries no details.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=10, choices=VettingKind.choices)
    outcome = models.CharField(_("outcome"), max_length=4, choices=Outcome.choices, default=Outcome.NONE)
    by: Any = models.ForeignKey(
        "members.Person", verbose_name=_("by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    details = models.BinaryField(_("details, sealed to Desk"), blank=True, default=b"")
    over = models.CharField(
        _("what the applicant had written then"), max_length=64, blank=True, default="", editable=False
    )

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind=VettingKind.RECORDS_CHECK.value) | models.Q(details=b""),
                name="members_records_check_bare",
            )
        ]
        verbose_name = _("vetting entry")
        verbose_name_plural = _("vetting entries")

    def __str__(self) -> str:
        return f"{self.kind} on {self.application_id}"


class CaptainReview(models.Model):
    """A sector captain is asked about an applicant. They see name, employer and position, and nothing else."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="captain_reviews")
    captain: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    asked_by: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    shown = models.BinaryField(_("name, employer and position, sealed to the captain's link"))
    answered_at = models.DateTimeField(null=True, blank=True)
    is_supported = models.BooleanField(null=True)
    words = models.BinaryField(_("words, sealed to Desk"), blank=True, default=b"")

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"{self.captain_id} on {self.application_id}"

    @property
    def record(self) -> str:
        return f"review:{self.uuid}"
