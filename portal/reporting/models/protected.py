"""What the desk makes of a protected submission. Front sees its stage and dates, what it was used for, and no words."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.reporting.models.reports import Report
from portal.reporting.protected.clocks import REVIEW_DAYS, Dates
from portal.reporting.protected.enums import Bar, Clock, Readers, Stage, UsePurpose, Verb, Wish, WithdrawalWish
from portal.reporting.protected.states import DECIDED, ENDED, UNDETERMINED
from portal.vocabulary.calendar import start_of

PERSON = "members.Person"


class HoldingQuerySet(models.QuerySet["Holding"]):
    def open(self) -> Self:
        """Submissions on which the desk has something to do, now or on a later day."""
        return self.exclude(stage__in=ENDED)

    def undetermined(self) -> Self:
        return self.filter(stage__in=UNDETERMINED)

    def review_due_by(self, day: date) -> Self:
        """Submissions whose review is due on `day` or before, and that nobody has decided (`clocks.is_escalated`)."""
        by_law = models.Q(again_on=None, submitted_on__lte=day - timedelta(days=REVIEW_DAYS))
        return self.exclude(stage__in=DECIDED | ENDED).filter(by_law | models.Q(again_on__lte=day))

    def of_others(self, person: Any) -> Self:
        """Those with which a person has nothing to do: neither sent by them nor by an organisation of theirs."""
        now = timezone.now()
        theirs = models.Q(report__organisation__affiliations__in=person.affiliations.current(at=now))
        own = models.Q(report__submitter=person) | models.Q(report__alternate=person)
        return self.exclude(pk__in=Holding.objects.filter(own | theirs).values("pk"))


class Holding(models.Model):
    """A protected submission on the desk: where it stands, its clocks, and who answers for it.

    `again_on` is the day on which a retention is looked at again. The two bars are counted from their own rows
    (`bars`), never kept here.
    """

    report = models.OneToOneField(Report, primary_key=True, on_delete=models.PROTECT, related_name="holding")
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices, default=Stage.RECEIVED, db_index=True)
    taken_in_at = models.DateTimeField(_("taken in"), default=timezone.now)
    parts_seen = models.PositiveIntegerField(_("parts whose files were taken in"), default=0)

    # Coded fields, read by Desk from what is sealed.
    sector: Any = models.ForeignKey(
        "vocabulary.Sector", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    county: Any = models.ForeignKey(
        "vocabulary.County", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    wish = models.CharField(_("wish"), max_length=10, choices=Wish.choices, blank=True)
    regimes = models.JSONField(_("other laws that were named"), default=list, blank=True)
    banners = models.JSONField(_("CUI markings, as they came"), default=list, blank=True)
    claims_trade_secret = models.BooleanField(_("claims a trade secret"), default=False)
    readers = models.CharField(_("who may see it"), max_length=10, choices=Readers.choices, blank=True)

    submitted_on = models.DateField(_("submitted"), db_index=True)
    determination_due_at = models.DateTimeField(_("determination due"), db_index=True)
    noticed_at = models.DateTimeField(_("defect notice sent"), null=True, blank=True)
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)
    determined_at = models.DateTimeField(_("determined"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawal_wish = models.CharField(_("asked for"), max_length=10, choices=WithdrawalWish.choices, blank=True)
    reviewed_on = models.DateField(_("last review"), null=True, blank=True)
    again_on = models.DateField(_("next review"), null=True, blank=True)
    warned = models.PositiveSmallIntegerField(_("warnings sent before this review"), default=0)
    escalated_at = models.DateTimeField(_("escalated"), null=True, blank=True, db_index=True)
    responsible: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    deputy: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects: ClassVar[Any] = HoldingQuerySet.as_manager()

    class Meta:
        verbose_name = _("protected submission")
        verbose_name_plural = _("protected submissions")

    def __str__(self) -> str:
        return str(self.report)

    @property
    def dates(self) -> Dates:
        """What its clocks run from. The day is the one that Desk took down, since Front may write any moment."""
        return Dates(
            stage=Stage(self.stage),
            submitted_at=start_of(self.submitted_on),
            noticed_at=self.noticed_at,
            refused_at=self.refused_at,
            decided_on=self.reviewed_on,
            again_on=self.again_on,
        )

    @property
    def holds(self) -> Any:
        """Its legal holds stand on the report, as those of every other."""
        return self.report.holds

    def bars(self) -> frozenset[Bar]:
        """What stands against disposing of it now."""
        found = set()
        if self.holds.filter(lifted_at=None).exists():
            found.add(Bar.HOLD)
        if self.requests.filter(answered_at=None).exists():
            found.add(Bar.REQUEST)
        return frozenset(found)


class HoldingEntry(models.Model):
    """One thing that was done or said about a submission. Rows are only added; words are sealed under its key.

    `is_told` marks what its submitter sees in their timeline, as verb and time.
    """

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="entries")
    verb = models.CharField(_("what"), max_length=20, choices=Verb.choices, blank=True)
    note = models.CharField(_("kind of note"), max_length=20, blank=True)
    by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)
    is_told = models.BooleanField(default=False)
    details = models.BinaryField(_("words, sealed"), blank=True, default=b"")
    agency = models.CharField(_("agency of a planner"), max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.verb or self.note} on {self.holding_id}"

    @property
    def field(self) -> str:
        return f"entry:{self.uuid}"


class Determination(models.Model):
    """The writing of RSMo 610.021(19): both findings word for word in one document, or the reasons against it.

    It holds nothing of what was submitted. `reasons` of a refusal are sealed.
    """

    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="determinations")
    is_closed = models.BooleanField(_("closed"))
    subdivision = models.CharField(_("subdivision relied on"), max_length=80, blank=True)
    impair = models.TextField(_("first finding"), blank=True)
    outweigh = models.TextField(_("second finding"), blank=True)
    reasons = models.BinaryField(_("reasons, sealed"), blank=True, default=b"")
    signatory: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    signatory_name = models.CharField(_("name as signed"), max_length=160)
    signed_at = models.DateTimeField(_("signed"), default=timezone.now)

    class Meta:
        ordering = ["signed_at", "pk"]

    def __str__(self) -> str:
        return f"determination on {self.holding_id}"

    @property
    def field(self) -> str:
        """The name under which its reasons are sealed."""
        return f"determination:{self.pk}"


class Use(models.Model):
    """That somebody opened a submission. Its submitter sees role, agency, purpose and time, and no officer's name."""

    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="uses")
    by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=60)
    agency = models.CharField(_("agency"), max_length=200)
    purpose = models.CharField(_("purpose"), max_length=12, choices=UsePurpose.choices)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"use of {self.holding_id}"


class RecordsRequest(models.Model):
    """A request under the open-records law that touches submissions. It is acted on by the third business day."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    received_at = models.DateTimeField(_("received"))
    due_at = models.DateTimeField(_("to be acted on by"), db_index=True)
    holdings = models.ManyToManyField(Holding, verbose_name=_("submissions"), related_name="requests", blank=True)
    entered_by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = _("records request")
        verbose_name_plural = _("records requests")

    def __str__(self) -> str:
        return self.number


class ClockEnd(models.Model):
    """That a clock of a submission ended: when it was due, and when it was met. For the report of kept and missed."""

    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="clock_ends")
    clock = models.CharField(_("clock"), max_length=16, choices=Clock.choices)
    due_at = models.DateTimeField(_("due"), db_index=True)
    met_at = models.DateTimeField(_("met"), default=timezone.now)

    class Meta:
        ordering = ["due_at", "pk"]

    def __str__(self) -> str:
        return f"{self.clock} of {self.holding_id}"

    @property
    def is_kept(self) -> bool:
        return bool(self.met_at < self.due_at)


class Product(models.Model):
    """A bulletin or plan that used a submission, and that a second person found nothing in it that names the source."""

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="products")
    title = models.CharField(_("title or number"), max_length=200)
    linked_by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)
    checked_by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["linked_at", "pk"]

    def __str__(self) -> str:
        return f"product of {self.holding_id}"


class Separation(models.Model):
    """Whether one part of a submission is exempt, and on which basis, or separable and so open."""

    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="separations")
    part = models.CharField(_("part"), max_length=50)  # a `ProtectedSection`, or `file:<uuid>`
    is_separable = models.BooleanField(_("separable"))
    basis = models.CharField(_("basis"), max_length=80, blank=True)
    by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holding", "part"], name="reporting_separation_once")]

    def __str__(self) -> str:
        return f"{self.part} of {self.holding_id}"


class CertificateKey(models.Model):
    """A public key with which certificates were signed, as it is handed out. Desk writes it; anybody may read it."""

    text = models.CharField(_("public key"), max_length=400, unique=True)
    first_used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-first_used_at", "-pk"]

    def __str__(self) -> str:
        return self.text


class HandOff(models.Model):
    """That a package for CISA was made, and the number that CISA gave. Nothing of the package is kept."""

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    person: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField(default=date.today)
    files = models.PositiveSmallIntegerField(default=0)
    cisa_number = models.CharField(_("CISA's tracking number"), max_length=60, blank=True)

    class Meta:
        ordering = ["-made_on", "-pk"]

    def __str__(self) -> str:
        return f"hand-off {self.uuid}"
