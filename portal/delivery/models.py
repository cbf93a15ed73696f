"""What is news, what people chose, and one row for each message to each person.

Front writes choices, and what a provider of mail reports. All else is Desk's: Front cannot read who was sent what.
"""

from __future__ import annotations

import uuid
from datetime import datetime, time
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.delivery.enums import Channel, Event, Mode, Rhythm, Severity, State, Why

PERSON = "members.Person"
FIRST_HOUR = 7


class Choice(models.Model):
    """How somebody wants to be told of news. Who has no row stands at the defaults of its fields."""

    person: Any = models.OneToOneField(PERSON, on_delete=models.CASCADE, related_name="news_choice")
    mode = models.CharField(_("mail about news"), max_length=8, choices=Mode.choices, default=Mode.MINE)
    critical_at_once = models.BooleanField(_("critical ones at once, at any hour"), default=True)
    floor = models.CharField(_("nothing below this severity"), max_length=8, choices=Severity.choices, blank=True)
    quiet_from: models.TimeField[time | None, time | None] = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until: models.TimeField[time | None, time | None] = models.TimeField(_("quiet until"), null=True, blank=True)
    digest_hour = models.PositiveSmallIntegerField(
        _("hour of daily and weekly mail"), default=FIRST_HOUR, validators=[MaxValueValidator(23)]
    )
    wants_texts = models.BooleanField(_("critical ones as a text message as well"), default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("choice of news")
        verbose_name_plural = _("choices of news")

    def __str__(self) -> str:
        return f"{self.person_id} {self.mode}"


class Wish(models.Model):
    """How soon somebody wants one topic: `sector:3`, `county:7`, `committee:5`, `kind:bulletin.alert` and others."""

    person: Any = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="news_wishes")
    topic = models.CharField(_("topic"), max_length=60)
    rhythm = models.CharField(_("how soon"), max_length=8, choices=Rhythm.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "topic"], name="delivery_wish_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.topic} {self.rhythm}"


class Watch(models.Model):
    """Up to when a source was looked through. What was there before it began is no news."""

    source = models.CharField(max_length=20, unique=True)
    begun_at = models.DateTimeField(default=timezone.now)
    seen_until = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.source


class Round(models.Model):
    """Work over all members, in the order of their keys: whoever takes it up again goes on at `cursor`."""

    cursor = models.PositiveBigIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class News(Round):
    """That a version of a thing was released. Its words stay with the thing."""

    source = models.CharField(max_length=20)
    object_id = models.PositiveBigIntegerField()
    version = models.CharField(max_length=40)
    at = models.DateTimeField(_("released"), db_index=True)
    found_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "news"
        constraints = [
            models.UniqueConstraint(fields=["source", "object_id", "version"], name="delivery_news_once"),
        ]
        indexes = [models.Index(fields=["id"], condition=models.Q(done_at=None), name="delivery_news_open")]

    def __str__(self) -> str:
        return f"{self.source} {self.object_id} {self.version}"


class DigestRound(Round):
    """That the digests of a day and an hour are put together."""

    rhythm = models.CharField(max_length=8, choices=Rhythm.choices)
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["rhythm", "day", "hour"], name="delivery_digest_round_once")]

    def __str__(self) -> str:
        return f"{self.rhythm} {self.day} {self.hour}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, *, at: datetime) -> Self:
        """What waits and is not in another worker's hands."""
        free = models.Q(leased_until=None) | models.Q(leased_until__lte=at)
        return self.filter(free, state=State.QUEUED, due_at__lte=at)


class Delivery(models.Model):
    """One message to one person by one channel. `key` says which: a second row of it cannot be.

    It holds no words and no address. What it is about is asked for, and who may have it, when it is sent.
    """

    key = models.CharField(max_length=120, unique=True)
    person: Any = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(_("channel"), max_length=4, choices=Channel.choices, default=Channel.MAIL)
    kind = models.CharField(_("kind"), max_length=40)
    about = models.CharField(_("what it is about"), max_length=80)
    is_critical = models.BooleanField(_("critical"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    why = models.CharField(_("why not sent"), max_length=10, choices=Why.choices, blank=True)
    queued_at = models.DateTimeField(_("queued"), default=timezone.now)
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claim = models.UUIDField(null=True, editable=False)
    handed_at = models.DateTimeField(_("taken in hand"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    settled_at = models.DateTimeField(_("delivered or bounced"), null=True, blank=True)
    counted_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When its coming back was counted against its person.")
    )
    provider_id = models.CharField(max_length=200, blank=True)
    problem = models.CharField(_("what went wrong last"), max_length=80, blank=True)
    carried = models.JSONField(default=list, blank=True)

    objects: ClassVar[Any] = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["-is_critical", "due_at", "id"],
                condition=models.Q(state=State.QUEUED),
                name="delivery_waiting",
            ),
            models.Index(fields=["state", "queued_at"], name="delivery_by_state"),
            models.Index(fields=["person", "-queued_at"], name="delivery_of_person"),
            models.Index(fields=["provider_id"], condition=~models.Q(provider_id=""), name="delivery_at_provider"),
        ]

    def __str__(self) -> str:
        return self.key


class ProviderReport(models.Model):
    """What a provider said by its signed call what became of a message. Front adds rows; Desk draws the consequence."""

    call = models.CharField(max_length=64, unique=True, help_text="What the call has for itself, hashed.")
    message = models.CharField(max_length=200)
    event = models.CharField(max_length=12, choices=Event.choices)
    at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(handled_at=None), name="delivery_report_open"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.pk}"


def new_claim() -> uuid.UUID:
    return uuid.uuid4()
