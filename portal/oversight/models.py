"""The weekly reviews of the trail."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.members.models import Person
from portal.oversight.weeks import Week

LONGEST_FINDING = 2000


class ReviewQuerySet(models.QuerySet["Review"]):
    """Selections of reviews."""

    def waiting(self) -> Self:
        """Those that nobody has signed yet."""
        return self.filter(signed_at=None)

    def overdue(self, *, at: datetime | None = None) -> Self:
        return self.waiting().filter(due_at__lte=at or timezone.now())


class Review(models.Model):
    """That somebody looked at a week of the trail: one row a week, signed once and never changed after.

    `size` is the checkpoint that it rests on: the trail as it stood signed then. `counts` is how many oddities of each
    kind were listed to whoever signed.
    """

    week = models.DateField(_("week (its Monday)"), unique=True)
    due_at = models.DateTimeField(_("due"))
    signed_by = models.ForeignKey(
        Person, verbose_name=_("signed by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    finding = models.TextField(_("finding"), max_length=LONGEST_FINDING, blank=True)
    size = models.BigIntegerField(_("events in the checkpoint it rests on"), null=True, blank=True)
    counts = models.JSONField(_("oddities by kind"), default=dict, blank=True)

    objects: ClassVar[models.Manager[Review]] = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-week"]
        verbose_name = _("weekly review")
        verbose_name_plural = _("weekly reviews")

    def __str__(self) -> str:
        return f"{self.week}"

    @property
    def span(self) -> Week:
        return Week(self.week)

    @property
    def is_overdue(self) -> bool:
        return self.signed_at is None and self.due_at <= timezone.now()
