"""How a record ends: the retention schedule, what stops it, who decided with whom, and the certificate.

One set of rows for reports, protected submissions and requests for redress.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.reporting.enums import BatchState, PurgeBasis, ScheduleClass, Trigger
from portal.reporting.models.desk import FIVE_YEARS, Redress
from portal.reporting.models.reports import Report
from portal.reporting.protected.enums import Wish

PERSON = "members.Person"
TRIGGERS = {
    ScheduleClass.REPORT: (Trigger.TAKEN_IN, Trigger.CLOSED),
    ScheduleClass.REDRESS: (Trigger.ANSWERED, Trigger.RECEIVED),
    ScheduleClass.OPEN: (Trigger.SUBMITTED, Trigger.DETERMINED),
}
NEEDS_DAYS = (ScheduleClass.REPORT, ScheduleClass.REDRESS)


class ScheduleEntry(models.Model):
    """One class of records, how long it is kept from when, and on which authority it may be destroyed (RSMo 109.260).

    What is closed under RSMo 610.021(19) has no entry: paragraph (c) is the authority for it.
    """

    record_class = models.CharField(_("class of records"), max_length=10, unique=True, choices=ScheduleClass.choices)
    authority = models.CharField(
        _("number of the approved schedule"),
        max_length=60,
        blank=True,
        help_text=_("Without one nothing of this class is destroyed: it is held (RSMo 109.260)."),
    )
    days = models.PositiveIntegerField(
        _("days it is kept"),
        null=True,
        blank=True,
        validators=[MinValueValidator(30)],
        help_text=_(
            "Reports and requests for redress: at most five years. Changed days count for what comes in later."
        ),
    )
    trigger = models.CharField(_("counted from"), max_length=10, choices=Trigger.choices)
    note = models.TextField(_("note"), max_length=600, blank=True)

    class Meta:
        ordering = ["record_class"]
        verbose_name = _("retention schedule entry")
        verbose_name_plural = _("retention schedule entries")

    def __str__(self) -> str:
        return str(self.get_record_class_display())

    def clean(self) -> None:
        """Only what the portal can count: days where it counts them, from a moment that such a record has."""
        kind = ScheduleClass(self.record_class)
        if self.trigger not in TRIGGERS[kind]:
            named = ", ".join(str(trigger.label) for trigger in TRIGGERS[kind])
            raise ValidationError(
                {"trigger": _("Records of this class are counted from: %(named)s.") % {"named": named}}
            )
        if kind in NEEDS_DAYS and not (self.days and self.days <= FIVE_YEARS):
            raise ValidationError({"days": _("Name the days, at most five years (%(days)s).") % {"days": FIVE_YEARS}})

    @classmethod
    def of(cls, kind: ScheduleClass) -> ScheduleEntry:
        """The entry of a class; where somebody deleted it, one without a number, under which everything is held."""
        found: ScheduleEntry | None = cls.objects.filter(record_class=kind).first()
        days = FIVE_YEARS if kind in NEEDS_DAYS else None
        return found or cls(record_class=kind, days=days, trigger=TRIGGERS[kind][0])

    @property
    def number(self) -> str:
        """The number without blanks around it; empty while there is none."""
        return str(self.authority).strip()


class LegalHold(models.Model):
    """A duty to keep, which stops destruction for as long as it lasts. Who sent it is told that there is one."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="holds")
    matter = models.BinaryField(_("matter, sealed"), blank=True, default=b"")
    placed_by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    lifted_by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-placed_at", "-pk"]

    def __str__(self) -> str:
        return f"hold on {self.report_id}"

    @property
    def field(self) -> str:
        """The name under which its matter is sealed."""
        return f"hold:{self.pk}"


class Disposal(models.Model):
    """One record's way out: who decided, who carried it out with whom, and the certificate that was signed.

    It is of a report (a protected submission is one, too) or of a request for redress, and holds nothing of either.
    Before `approved_at` it is a proposal. One that was done before two people were asked for has no `approved_as`.
    """

    report: Any = models.OneToOneField(Report, null=True, blank=True, on_delete=models.PROTECT, related_name="disposal")
    redress: Any = models.OneToOneField(
        Redress, null=True, blank=True, on_delete=models.PROTECT, related_name="disposal"
    )
    how = models.CharField(_("how"), max_length=10, choices=Wish.choices, default=Wish.DESTROY)
    basis = models.CharField(_("basis"), max_length=120)
    finding = models.CharField(_("why it has no further value"), max_length=10, choices=PurgeBasis.choices, blank=True)
    proposed_by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    approved_by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    proposed_as = models.CharField(_("role of who proposed it"), max_length=60, blank=True)
    approved_as = models.CharField(_("role of who approved it"), max_length=60, blank=True)
    collected_by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    collected_at = models.DateTimeField(null=True, blank=True)
    files = models.PositiveIntegerField(_("files"), default=0)
    hashes = models.JSONField(_("SHA-256 of the files"), default=list, blank=True)
    keys = models.PositiveIntegerField(_("data keys destroyed"), default=0)
    backups_gone_on = models.DateField(_("last backup of the vault from before it is gone on"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True, db_index=True)
    certificate = models.TextField(_("certificate, as signed"), blank=True)
    signature = models.CharField(_("signature (Ed25519)"), max_length=120, blank=True)

    class Meta:
        ordering = ["proposed_at", "pk"]
        verbose_name = _("disposal")
        verbose_name_plural = _("disposals")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(report=None, redress__isnull=False) | models.Q(report__isnull=False, redress=None),
                name="reporting_disposal_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"disposal of {self.number}"

    @property
    def thing(self) -> Any:
        """What goes: the report, or the request."""
        return self.report if self.report_id else self.redress

    @property
    def number(self) -> str:
        return str(self.thing.number)

    @property
    def holding(self) -> Any:
        """The desk's side of a protected submission."""
        return self.report.holding


class DisposalBatch(models.Model):
    """What somebody approved together. The desk-worker carries out row by row; it can be stopped and resumed."""

    by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = _("disposal batch")
        verbose_name_plural = _("disposal batches")

    def __str__(self) -> str:
        return f"disposal batch {self.pk}"

    @property
    def is_running(self) -> bool:
        return self.done_at is None and self.stopped_at is None


class DisposalItem(models.Model):
    """One row of a batch, and what came of it: a sentence of the rules where it was refused, nothing else."""

    batch = models.ForeignKey(DisposalBatch, on_delete=models.CASCADE, related_name="items")
    disposal = models.ForeignKey(
        Disposal, null=True, blank=True, on_delete=models.SET_NULL, related_name="items"
    )  # nothing once its proposal was taken back
    number = models.CharField(_("number"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=BatchState.choices, default=BatchState.WAITING)
    why = models.CharField(_("why not"), max_length=300, blank=True)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.number} in batch {self.batch_id}"
