"""Bundles that staff sent, and what became of each of their rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.library.enums import Outcome
from portal.library.models.files import PortalDocument


class BundleImport(models.Model):
    """A zip on its way in. The desk-worker takes row by row; it can be stopped and resumed.

    The zip lies in the storage as long as a row of it waits. `why` says why nothing more of it is taken in.
    """

    by: Any = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=255)
    bundle = models.FileField(_("zip"), upload_to="bundles", blank=True)
    ignored = models.JSONField(_("columns left out"), default=list, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True, db_index=True)
    why = models.CharField(_("why not"), max_length=300, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = _("import of documents")
        verbose_name_plural = _("imports of documents")

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def is_running(self) -> bool:
        return self.done_at is None and self.stopped_at is None


class BundleRow(models.Model):
    """One row of a manifest. `tries` is counted before its file is touched: what ends the worker ends it thrice."""

    run = models.ForeignKey(BundleImport, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("line"))
    file = models.CharField(_("file"), max_length=255)
    state = models.CharField(_("state"), max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    why = models.TextField(_("what was left out, or why it was refused"), blank=True)
    document = models.ForeignKey(
        PortalDocument, null=True, blank=True, on_delete=models.SET_NULL, related_name="bundle_rows"
    )
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"line {self.line} of import {self.run_id}"
