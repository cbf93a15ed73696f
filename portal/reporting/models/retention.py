"""How a report or a request for redress ends: the certificate. And what tells the sweep of a restored database."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.reporting.enums import PurgeBasis
from portal.reporting.models.cases import Case
from portal.reporting.models.desk import Redress


class Purge(models.Model):
    """That a report was destroyed: who decided, under which schedule, and what went. It holds nothing of the report."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.PROTECT, related_name="purge")
    by: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("decided"), default=timezone.now)
    basis = models.CharField(_("basis"), max_length=10, choices=PurgeBasis.choices)
    schedule = models.CharField(_("number of the approved schedule"), max_length=60)
    backups_gone_on = models.DateField(_("last backup of the vault from before it is gone on"))
    keys = models.PositiveIntegerField(_("data keys destroyed"), default=0)
    files = models.PositiveIntegerField(_("sealed files destroyed"), default=0)
    done_at = models.DateTimeField(_("done"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")

    def __str__(self) -> str:
        return f"purge of {self.case_id}"


class RedressPurge(models.Model):
    """That an answered request for redress was destroyed, in the same words as the certificate of a report."""

    redress = models.OneToOneField(Redress, primary_key=True, on_delete=models.PROTECT, related_name="purge")
    by: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("decided"), default=timezone.now)
    schedule = models.CharField(_("number of the approved schedule"), max_length=60)
    backups_gone_on = models.DateField(_("last backup of the vault from before it is gone on"))
    keys = models.PositiveIntegerField(_("data keys destroyed"), default=0)
    done_at = models.DateTimeField(_("done"), null=True, blank=True, db_index=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("purge of a redress request")
        verbose_name_plural = _("purges of redress requests")

    def __str__(self) -> str:
        return f"purge of {self.redress_id}"


class SweepGeneration(models.Model):
    """How often orphans were swept; one row. The vault counts the same: a restored database lags behind the other."""

    number = models.PositiveBigIntegerField(default=0)
    next = models.PositiveBigIntegerField(null=True, blank=True)
    swept_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sweep {self.number}"
