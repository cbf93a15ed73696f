"""One-time codes that were used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone


class UsedCode(models.Model):
    """That a person used a code, kept for as long as it could be accepted again (RFC 6238, section 5.2).

    In the database and not in the cache: both sites read it, and a cache for both would let Front write what Desk
    unpickles. Only a digest is kept.
    """

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "digest"], name="members_code_once")]

    def __str__(self) -> str:
        return f"a code of {self.person_id}"

    @classmethod
    def remember(cls, *, person: int, digest: str, lasting: timedelta) -> bool:
        """Remember a code; False if it was used within `lasting`."""
        now = timezone.now()
        cls.objects.filter(used_at__lte=now - lasting).delete()
        _row, is_new = cls.objects.get_or_create(person_id=person, digest=digest, defaults={"used_at": now})
        return is_new
