"""What the desk keeps beside its cases: its settings, approved sentences, training, and redress."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from portal.reporting.enums import RedressKind, RedressState, Training

FIVE_YEARS = 5 * 365


@register_setting(icon="clipboard-list")
class ReportingSettings(BaseGenericSetting):
    """What staff set: hours, promises and periods. The legal texts stand here so that counsel can change them."""

    hours = models.CharField(
        _("when the desk is staffed"), max_length=200, default="Monday to Friday, 8:00 to 17:00 Central time"
    )
    first_answer_hours = models.PositiveSmallIntegerField(
        _("first answer within hours"), default=48, validators=[MinValueValidator(1), MaxValueValidator(24 * 30)]
    )
    handed_over_days = models.PositiveIntegerField(
        _("days it is kept after hand-over to the criminal-intelligence system"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    vault_backup_days = models.PositiveSmallIntegerField(
        _("days that backups of the vault are kept"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Certificates name the day on which the last backup with a destroyed key is gone."),
    )
    openness = models.TextField(
        _("what the form says about open records"),
        default=(
            "Parts of a report may be open to the public by law (RSMo 610.100). The desk closes what the law lets it "
            "close, and records on what basis."
        ),
    )
    redress_days = models.PositiveSmallIntegerField(
        _("days to answer a redress request"), default=30, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )

    cisa_how_to = models.TextField(
        _("how to submit to CISA"),
        default=(
            "CISA takes submissions through its PCIIMS eSubmissions platform. The page 'Submit Critical Infrastructure "
            "Information (CII) For Protected Critical Infrastructure Information (PCII) Protection' leads there:\n"
            "https://www.cisa.gov/resources-tools/programs/protected-critical-infrastructure-information-pcii-program/"
            "submit-critical-infrastructure-information\n"
            "Give the express statement, the certification and the contacts there, then each file with its description."
        ),
    )
    cisa_verified_on = models.DateField(
        _("day on which that was compared with CISA's page"),
        null=True,
        blank=True,
        help_text=_("Until there is one, the package says that nobody has verified it."),
    )

    panels = [
        FieldPanel("hours"),
        FieldPanel("first_answer_hours"),
        FieldPanel("handed_over_days"),
        FieldPanel("vault_backup_days"),
        FieldPanel("openness"),
        FieldPanel("redress_days"),
        FieldPanel("cisa_how_to"),
        FieldPanel("cisa_verified_on"),
    ]

    class Meta:
        verbose_name = _("reporting settings")

    def __str__(self) -> str:
        return str(_("reporting settings"))

    @classmethod
    def load(cls, request_or_site: Any = None) -> ReportingSettings:
        """The settings. Front may not make the row that Wagtail would make: there the defaults count until Desk did."""
        if settings.PORTAL_SITE_KIND == "desk":
            made: ReportingSettings = super().load(request_or_site=request_or_site)
            return made
        return cls.objects.first() or cls()


class ApprovedSentence(models.Model):
    """A closing message that tips nobody off. Any other needs a supervisor."""

    text = models.CharField(_("sentence"), max_length=400, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("approved sentence")
        verbose_name_plural = _("approved sentences")

    def __str__(self) -> str:
        return self.text


class TrainingRecord(models.Model):
    """That somebody was trained, until when it counts, and who entered it."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="trainings")
    subject = models.CharField(_("subject"), max_length=10, choices=Training.choices)
    completed_on = models.DateField(_("completed"))
    valid_until = models.DateField(_("counts until"))
    recorded_by: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("entered"), default=timezone.now)

    class Meta:
        ordering = ["-valid_until", "-pk"]
        verbose_name = _("training")
        verbose_name_plural = _("trainings")

    def __str__(self) -> str:
        return f"{self.subject} of {self.person_id}"


class Redress(models.Model):
    """A complaint or a request for correction; what was written is sealed to the desk."""

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    number = models.CharField(_("number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=RedressKind.choices)
    state = models.CharField(
        _("state"), max_length=10, choices=RedressState.choices, default=RedressState.RECEIVED, db_index=True
    )
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), db_index=True)
    told_at = models.DateTimeField(_("privacy officers told"), null=True, blank=True)
    words = models.BinaryField(_("name, contact and words, sealed"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.BinaryField(_("answer and reasons, sealed"), blank=True, default=b"")

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = _("redress request")
        verbose_name_plural = _("redress requests")

    def __str__(self) -> str:
        return self.number

    @property
    def record(self) -> str:
        return f"redress:{self.uuid}"
