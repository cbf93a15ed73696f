"""Meetings: what staff prepare, and what was posted about it, which nobody changes."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.access.enums import Label
from portal.access.models import MarkedModel
from portal.access.querysets import MarkedQuerySet
from portal.meetings.enums import MeetingKind, Mode, NoticeKind, Openness, State

PERSON = "members.Person"


class ClosureException(models.Model):
    """A subdivision of RSMo 610.021 for which a meeting may be closed. Staff keep the list; counsel verifies it."""

    citation = models.CharField(_("citation"), max_length=40, unique=True)
    title = models.CharField(_("what it is about"), max_length=200)
    order = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    in_use = models.BooleanField(_("can be chosen"), default=True)

    class Meta:
        ordering = ["order", "citation"]
        verbose_name = _("exception to open meetings")
        verbose_name_plural = _("exceptions to open meetings")

    def __str__(self) -> str:
        return f"{self.citation}: {self.title}"


class Series(models.Model):
    """Meetings that belong together: the quarterly meeting of a committee. Each has a notice of its own."""

    title = models.CharField(_("title"), max_length=160)
    committee = models.ForeignKey(
        "members.Community", verbose_name=_("committee"), on_delete=models.PROTECT, related_name="meeting_series"
    )
    rhythm = models.CharField(_("how often"), max_length=120, blank=True, help_text=_("In words: every quarter."))
    closed_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        ordering = ["title"]
        verbose_name = _("series of meetings")
        verbose_name_plural = _("series of meetings")

    def __str__(self) -> str:
        return self.title


class MeetingQuerySet(MarkedQuerySet[Any]):
    """Meetings."""

    def upcoming(self, *, at: datetime | None = None) -> Self:
        """Those that are posted and have not ended, the next one first."""
        moment = at or timezone.now()
        later = Q(ends_at__gt=moment) | Q(ends_at=None, starts_at__gt=moment)
        return self.filter(later, state__in=[State.POSTED, State.CANCELLED]).order_by("starts_at", "pk")

    def past(self, *, at: datetime | None = None) -> Self:
        """Those that were posted and have ended, the last one first."""
        moment = at or timezone.now()
        ended = Q(ends_at__lte=moment) | Q(ends_at=None, starts_at__lte=moment)
        return self.filter(ended).exclude(state=State.DRAFT).order_by("-starts_at", "-pk")

    def with_names(self) -> Self:
        return self.select_related("committee", "series")

    def with_notices(self) -> Self:
        """With every notice and its sheet, for `Meeting.last_notice` and the page of a meeting."""
        notices = Notice.objects.select_related("sheet", "time_from__sheet", "posted_by").order_by("number")
        return self.prefetch_related(Prefetch("notices", notices))


class Meeting(MarkedModel):
    """A meeting, a training or an exercise. Its fields are what staff prepare; the posted notices are what counts.

    The notice of a meeting of a committee is public, so a meeting is TLP:CLEAR; trainings may be for some.
    """

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    kind = models.CharField(_("kind"), max_length=10, choices=MeetingKind.choices, default=MeetingKind.MEETING)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT, db_index=True)
    committee = models.ForeignKey(
        "members.Community", verbose_name=_("committee"), on_delete=models.PROTECT, related_name="meetings"
    )
    series: Any = models.ForeignKey(
        Series, verbose_name=_("series"), null=True, blank=True, on_delete=models.PROTECT, related_name="meetings"
    )
    title = models.CharField(_("title"), max_length=160)
    safe_title = models.CharField(
        _("safe title"), max_length=120, blank=True, help_text=_("For mail about what is not public.")
    )
    starts_at = models.DateTimeField(_("begins"), db_index=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.IN_PERSON)
    place = models.CharField(
        _("place"), max_length=300, help_text=_("Where the public may attend, also of a meeting by video.")
    )
    remote = models.CharField(_("how to attend remotely"), max_length=300, blank=True)
    openness = models.CharField(_("open or closed"), max_length=8, choices=Openness.choices, default=Openness.OPEN)
    exceptions = models.ManyToManyField(
        ClosureException, verbose_name=_("exceptions that close it"), blank=True, related_name="+"
    )
    accommodation = models.CharField(
        _("whom to ask for accommodation"), max_length=200, help_text=_("An office and how to reach it.")
    )
    organiser: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    quorum = models.PositiveSmallIntegerField(_("quorum"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    late_told_for = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("The earliest lawful start of which its organiser was told that this meeting lies before it."),
    )

    objects: ClassVar[Any] = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")

    def __str__(self) -> str:
        return self.title

    @property
    def is_public_version(self) -> bool:
        return self.state != State.DRAFT

    @property
    def is_public(self) -> bool:
        return self.label is Label.CLEAR

    @property
    def leakable_title(self) -> str:
        """What may stand in mail and in calendars."""
        return self.title if self.label.may_leave_in_full else self.safe_title or str(_("A meeting"))

    @property
    def last_notice(self) -> Notice:
        """The notice that counts now. Only of what was posted; from `with_notices`, where many are read."""
        return list(self.notices.all())[-1]

    @property
    def grounds(self) -> str:
        """The good cause of short notice, where the notice from which time counts was short; else empty."""
        rows = list(self.notices.all())
        if not rows:
            return ""
        counted: Notice = rows[-1].time_from or rows[-1]
        return counted.grounds

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.uuid])


class AgendaItem(models.Model):
    """One point of the tentative agenda, with documents of the library."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    order = models.PositiveSmallIntegerField(_("place"), default=1)
    words = models.CharField(_("what it is about"), max_length=300)
    is_closed = models.BooleanField(_("in the closed part"), default=False)
    documents: Any = models.ManyToManyField(
        settings.WAGTAILDOCS_DOCUMENT_MODEL, verbose_name=_("documents"), blank=True, related_name="+"
    )

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.words


class Notice(models.Model):
    """What was posted, word for word. Rows are only added: an amendment is a new one beside the old.

    `facts` are the words as they stood, `digest` is SHA-256 over their canonical JSON (RFC 8785), and both are in the
    trail's event. `earliest` is the earliest lawful start as it was computed then (`law.earliest_start`).
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="notices")
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=12, choices=NoticeKind.choices, default=NoticeKind.NOTICE)
    facts = models.JSONField(_("words as posted"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    starts_at = models.DateTimeField(_("begins"))
    posted_at = models.DateTimeField(_("posted"), default=timezone.now, db_index=True)
    posted_by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    earliest = models.DateTimeField(_("earliest lawful start"))
    time_from: Any = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The earlier notice from which time counts, where this one changed neither time nor place."),
    )
    is_short = models.BooleanField(_("short notice for good cause"), default=False)
    grounds = models.CharField(_("grounds of short notice"), max_length=600, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="meetings_notice_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id} notice {self.number}"


class Sheet(models.Model):
    """That a notice was put up at the principal office: without this it does not count as lawful (RSMo 610.020.2)."""

    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="sheet")
    place = models.CharField(_("where"), max_length=200)
    at = models.DateTimeField(_("when"))
    by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"sheet of {self.notice_id}"
