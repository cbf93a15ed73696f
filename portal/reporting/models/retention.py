"""What tells the sweep of orphans of a restored database."""

from __future__ import annotations

from django.db import models


class SweepGeneration(models.Model):
    """How often orphans were swept; one row. The vault counts the same: a restored database lags behind the other."""

    number = models.PositiveBigIntegerField(default=0)
    next = models.PositiveBigIntegerField(null=True, blank=True)
    swept_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sweep {self.number}"
