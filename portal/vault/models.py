"""What the vault's database holds, and the journal of destructions beside the content.

Front may INSERT copies and SELECT only those sealed to codes. So ids are made here, not by the database, and there is
no foreign key whose check would read what Front may not.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from portal.vault.encoding import LONGEST_NAME


class DeskCopy(models.Model):
    """A data key sealed to a public key of the desk. Lives in the database `vault`."""

    id = models.UUIDField(primary_key=True, editable=False)  # the data key's own
    record = models.CharField(max_length=LONGEST_NAME, db_index=True)
    ring_key = models.CharField(max_length=32, db_index=True)
    sealed = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"desk copy of {self.id}"


class CodeCopy(models.Model):
    """A data key sealed to a code that the portal does not keep. Lives in the database `vault`."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid.uuid4)
    data_key = models.UUIDField(db_index=True)
    record = models.CharField(max_length=LONGEST_NAME, db_index=True)
    lookup = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"code copy of {self.data_key}"


class Destruction(models.Model):
    """That a data key was destroyed. Lives beside the content: it must survive a restore of the vault.

    After such a restore it says which keys have to go again (`vault_replay`). It holds no key.
    """

    data_key = models.UUIDField(primary_key=True, editable=False)
    record = models.CharField(max_length=LONGEST_NAME, db_index=True)
    by = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"destruction of {self.data_key}"


class Generation(models.Model):
    """How often orphans were swept, as the vault knows it; one row. Lives in the database `vault`.

    The content counts the same. When they differ, one of the two was restored, and what looks like an orphan may be
    none (portal/vault/generations.py).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"generation {self.number}"
