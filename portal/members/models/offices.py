"""Offices of the partnership and who holds them, as the public may know it: name, office and employer."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.members.enums import CommunityKind
from portal.members.models.circles import Community

MESSAGE, SENDER = "officemessage:", "officesender:"  # how their records are named in the vault
KNOWN_KINDS = (CommunityKind.SECTOR, CommunityKind.COMMITTEE)


class OfficeQuerySet(models.QuerySet["Office"]):
    """Offices."""

    def standing(self) -> Self:
        """Those that are not abolished."""
        return self.filter(closed_at=None)

    def public(self) -> Self:
        """Those of which anybody may know: of the partnership, or of a committee or sector that is open to view.

        A confidential community, one that is closed, and one of a sector that is no longer used show nothing, nor does
        a community of another kind: that it exists may be for its members alone.
        """
        is_known = Q(community__closed_at=None, community__is_confidential=False, community__kind__in=KNOWN_KINDS)
        in_use = Q(community__sector=None) | Q(community__sector__closed_on=None)
        return self.filter(Q(community=None) | (is_known & in_use))


class Office(models.Model):
    """An office of a committee or sector, or of the partnership as a whole, where no community is named.

    `seats` says how many hold it at once; a seat that nobody holds is a vacancy.
    """

    community = models.ForeignKey(
        Community,
        verbose_name=_("committee or sector"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="offices",
    )
    title = models.CharField(_("title"), max_length=120)
    seats = models.PositiveSmallIntegerField(_("seats"), default=1)
    is_private = models.BooleanField(
        _("for the private or non-profit sector"),
        default=False,
        help_text=_("The Chairman and the Vice Chairmen come from there."),
    )
    order = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("abolished"), null=True, blank=True)

    objects: ClassVar[Any] = OfficeQuerySet.as_manager()

    class Meta:
        ordering = ["order", "title"]
        verbose_name = _("office")
        verbose_name_plural = _("offices")

    def __str__(self) -> str:
        return f"{self.title}, {self.community}" if self.community else self.title


class TermQuerySet(models.QuerySet["Term"]):
    """Terms of office."""

    def current(self, *, on: date | None = None) -> Self:
        """Those that have begun and not ended on a day (today, if not given); the last day is part of a term."""
        day = on or timezone.localdate()
        return self.filter(since__lte=day).filter(Q(until=None) | Q(until__gte=day))

    def former(self, *, on: date | None = None) -> Self:
        """Those that have ended before a day (today, if not given)."""
        return self.filter(until__lt=on or timezone.localdate())

    def shown(self) -> Self:
        """Those of whom the public may know: their holders were told so beforehand."""
        return self.exclude(told_at=None)

    def public(self) -> Self:
        """Those that show on public pages: their holders were told, and the office is one that shows."""
        return self.shown().filter(office__in=Office.objects.public().values("pk"))


class Term(models.Model):
    """One person's time in an office. Never how to reach them: the relay form does that, for those who have an account.

    `told_at` is when the candidate was told that office and attendance are public; without it nothing is shown. It is
    set by the candidate, who says on Front that they know, or by staff, who note how they told them (`told_how`).
    """

    office = models.ForeignKey(Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="terms")
    name = models.CharField(_("name"), max_length=120)
    employer = models.CharField(_("employer"), max_length=200)
    person: Any = models.ForeignKey(
        "members.Person", verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    notified_at = models.DateTimeField(_("notice was mailed"), null=True, blank=True)
    told_at = models.DateTimeField(_("told that it is public"), null=True, blank=True)
    told_how = models.CharField(_("how they were told"), max_length=200, blank=True)
    told_by: Any = models.ForeignKey(
        "members.Person", verbose_name=_("told by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[Any] = TermQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "name"]
        verbose_name = _("term of office")
        verbose_name_plural = _("terms of office")

    def __str__(self) -> str:
        return f"{self.name}, {self.employer}"

    def is_current(self, *, on: date | None = None) -> bool:
        day = on or timezone.localdate()
        return self.since <= day and (self.until is None or self.until >= day)


class OfficeMessage(models.Model):
    """What somebody wrote to an office holder through the portal: sealed as it comes in, mailed by Desk, then emptied.

    `words` and `sender` are sealed apart: the words go once they were mailed, the sender's name and address once the
    holder answered, or did not in time. The holder's answer comes in on Front and is sealed as well.
    """

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="messages")
    words = models.BinaryField(_("words, sealed"), blank=True, default=b"")
    sender = models.BinaryField(_("name and address of the sender, sealed"), blank=True, default=b"")
    at = models.DateTimeField(_("came in"), default=timezone.now, db_index=True)
    relayed_at = models.DateTimeField(_("mail was asked for"), null=True, blank=True)
    was_reached = models.BooleanField(_("the holder could be reached"), default=False)
    answer = models.BinaryField(_("answer, sealed"), blank=True, default=b"")
    shares_address = models.BooleanField(_("the holder shows their address"), default=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    returned_at = models.DateTimeField(_("answer was handed on"), null=True, blank=True)
    words_emptied_at = models.DateTimeField(null=True, blank=True, editable=False)
    emptied_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("message to an office holder")
        verbose_name_plural = _("messages to office holders")

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def record(self) -> str:
        """The name under which the vault knows the words."""
        return f"{MESSAGE}{self.uuid}"

    @property
    def sender_record(self) -> str:
        """The name under which the vault knows who wrote, and the answer."""
        return f"{SENDER}{self.uuid}"
