"""Failures to sign in, the locks that follow from them, what alarms staff, and how a lost factor is replaced."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.members.enums import AlarmKind, EndReason, FailureKind


class SignInFailure(models.Model):
    """Somebody failed to sign in as an account from a network. Kept for as long as failures add up."""

    email = models.EmailField(_("account that was tried"))
    network = models.CharField(_("network"), max_length=45)
    kind = models.CharField(_("what was wrong"), max_length=8, choices=FailureKind.choices)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["email", "network", "at"], name="members_failure_lookup")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"


class LockQuerySet(models.QuerySet["Lock"]):
    """Locks, of which some hold."""

    def holding(self, *, at: datetime | None = None) -> Self:
        """Those neither over nor released; a strict one is only over when it is released."""
        moment = at or timezone.now()
        return self.filter(Q(released_at=None), Q(until=None) | Q(until__gt=moment))


class Lock(models.Model):
    """That an account cannot be signed in to by password from one network, until a moment or until staff release it.

    It names an address that was typed, whether or not an account has it: it tells nobody who exists.
    """

    email = models.EmailField(_("account"))
    network = models.CharField(_("network"), max_length=45, help_text=_("An IPv4 address, or the /64 of an IPv6 one."))
    begun_at = models.DateTimeField(_("locked"), default=timezone.now, db_index=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    released_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[Any] = LockQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at"]
        indexes = [models.Index(fields=["email", "network"], name="members_lock_lookup")]
        verbose_name = _("lock")
        verbose_name_plural = _("locks")

    def __str__(self) -> str:
        return f"lock of {self.begun_at}"

    @property
    def network_in_words(self) -> str:
        """An IPv4 address as it is; of IPv6, the network that is locked."""
        return f"{self.network}/64" if ":" in self.network else self.network


class AlarmQuerySet(models.QuerySet["Alarm"]):
    """Alarms, of which some are open."""

    def open(self) -> Self:
        return self.filter(closed_at=None)


class Alarm(models.Model):
    """Something that staff must look at. One of a kind about one thing is open at a time."""

    kind = models.CharField(_("kind"), max_length=12, choices=AlarmKind.choices)
    about = models.CharField(_("about"), max_length=254, blank=True)
    person: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="alarms"
    )
    count = models.PositiveIntegerField(_("how many"), default=1)
    raised_at = models.DateTimeField(_("raised"), default=timezone.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finding = models.CharField(_("what was found"), max_length=300, blank=True)

    objects: ClassVar[Any] = AlarmQuerySet.as_manager()

    class Meta:
        ordering = ["raised_at"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "about"], condition=Q(closed_at=None), name="members_alarm_once")
        ]
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")

    def __str__(self) -> str:
        return f"{self.kind} of {self.raised_at}"

    @property
    def rule(self) -> str:
        """In words, for which reason a rule would have suspended somebody; empty for alarms of other kinds."""
        reason = self.about.partition(":")[0]
        is_known = self.kind == AlarmKind.STAFF_RULE and reason in EndReason.values
        return str(EndReason(reason).label) if is_known else ""


class FactorRecovery(models.Model):
    """Somebody lost their second factor: who called them back, where, and who then let them in."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="factor_recoveries")
    called_by: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField(_("called back"), default=timezone.now)
    details = models.BinaryField(_("number, where it was found, who was spoken to; sealed to Desk"))
    granted_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField(_("granted"), null=True, blank=True)
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)

    class Meta:
        ordering = ["-called_at"]

    def __str__(self) -> str:
        return f"recovery of {self.person_id}"


class FormerAddress(models.Model):
    """An address that a person signed in with until they changed it: it was told, and it says what was before."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="former_addresses")
    email = models.EmailField(_("e-mail address"))
    until = models.DateTimeField(_("until"), default=timezone.now)

    class Meta:
        ordering = ["-until"]

    def __str__(self) -> str:
        return f"former address of {self.person_id}"
