"""Tokens with which a feed reader fetches a member's bulletins."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LIFETIME = timedelta(days=365)


def digest(secret: str) -> str:
    """What is stored of a token. The token is 256 random bits, so a plain SHA-256 cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


class FeedTokenQuerySet(models.QuerySet["FeedToken"]):
    def usable(self, *, at: datetime | None = None) -> Self:
        """Those neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=at or timezone.now())


class FeedToken(models.Model):
    """One personal, revocable token. Only its digest is kept; the token itself is shown once."""

    person = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="feed_tokens")
    label = models.CharField(_("what it is for"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = FeedTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("feed token")
        verbose_name_plural = _("feed tokens")

    def __str__(self) -> str:
        return self.label

    @classmethod
    def issue(cls, *, person: models.Model, label: str) -> tuple[FeedToken, str]:
        """Make a token; gives the row and the secret, which is not stored."""
        secret = secrets.token_urlsafe(32)
        row = cls.objects.create(
            person_id=person.pk, label=label, digest=digest(secret), expires_at=timezone.now() + LIFETIME
        )
        return row, secret
