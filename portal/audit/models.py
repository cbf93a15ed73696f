"""The trail's tables. All but references, deliveries and what people are shown are append-only (`guards.py`)."""

from __future__ import annotations

import json
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from portal.audit.enums import Kept, Outcome, Verb

NOBODY, SYSTEM = "nobody", "system"
LAST_PLACE = 2**62  # far behind every trail, and far from the end of the column


class Reference(models.Model):
    """Whom a reference in the trail means: HMAC-SHA256 under a key of its own over the value.

    The trail holds the reference alone. Whoever has the key can show that it means this value and no other; deleting
    the row erases who it was, and the chain stays whole.
    """

    reference = models.CharField(primary_key=True, max_length=43)
    key = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=10)  # person, address
    value = models.CharField(max_length=64, db_index=True)
    month = models.DateField(db_index=True)
    kept = models.CharField(max_length=10, choices=Kept.choices)

    class Meta:
        verbose_name = _("reference")


class Unreadable:
    """Stands for stored facts that no program reads. It has no encoding, so an event with it is never sealed."""

    def __str__(self) -> str:
        return "?"


class FactsField(models.JSONField):
    """JSON, of which a row that cannot be read keeps no page and no sealing from the others."""

    def deconstruct(self) -> Any:
        """To migrations it is the field that it stands on: its column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        try:
            return None if value is None else json.loads(value)
        except (ValueError, TypeError, RecursionError):
            return Unreadable()


class MomentField(models.DateTimeField):  # type: ignore[type-arg]  # generic to the stubs alone
    """A time, of which a row that cannot be read keeps no page and no sealing from the others: there it is None.

    So are those of the first and the last year that Python knows, which have no time in another zone.
    """

    def deconstruct(self) -> Any:
        """To migrations it is the field that it stands on: its column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs

    def get_internal_type(self) -> str:
        """A name that no database's module of Django's knows: SQLite's would read the text itself, and raise."""
        return "MomentField"

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        """On SQLite an expression: of a column, Python's driver would read the text itself, by the column's type."""
        return (f"CAST({sql} AS TEXT)" if compiler.connection.vendor == "sqlite" else sql), params

    def db_type(self, connection: Any) -> str:
        return str(connection.data_types["DateTimeField"])

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> datetime | None:
        try:
            at = parse_datetime(value) if isinstance(value, str) else value
            if at is None or not MINYEAR < at.year < MAXYEAR:
                return None
            return at if timezone.is_aware(at) else timezone.make_aware(at, connection.timezone)
        except (ValueError, TypeError, AttributeError, ArithmeticError):
            return None


class Event(models.Model):
    """One thing that happened. Inserted in the transaction of what it tells of; never changed."""

    at = MomentField(db_index=True)
    site = models.CharField(max_length=12)
    who = models.CharField(max_length=43, db_index=True)
    role = models.CharField(max_length=200, blank=True)
    session = models.CharField(max_length=22, blank=True)
    verb = models.CharField(max_length=30)  # a `Verb`; no choices, or each new word would be a migration
    about = models.CharField(max_length=100, blank=True, db_index=True)
    purpose = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    why = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=43, blank=True)
    request = models.CharField(max_length=64, blank=True)
    facts = FactsField(default=dict)

    class Meta:
        verbose_name = _("event")
        indexes = [models.Index(fields=["verb", "at"], name="audit_event_verb_at")]

    def __str__(self) -> str:
        return f"event {self.pk}"

    @property
    def in_words(self) -> str:
        """The word of the vocabulary; a row may hold one that is not in it, or not any more."""
        return str(Verb(self.verb).label) if self.verb in Verb.values else self.verb


class Seal(models.Model):
    """An event's place in the trail: leaf of the Merkle tree (RFC 9162) and link of the chain."""

    sequence = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    leaf = models.BinaryField(max_length=32)
    link = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("seal")
        constraints = [
            models.CheckConstraint(condition=Q(sequence__range=(1, LAST_PLACE)), name="audit_seal_has_a_place")
        ]


class Checkpoint(models.Model):
    """A signed tree head: that the trail had so many events, and which."""

    size = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    root = models.BinaryField(max_length=32)
    link = models.BinaryField(max_length=32)
    note = models.TextField()  # as C2SP's signed note, docs/trail-format.md
    frontier = models.JSONField()  # the tree's complete subtrees, from which the next head is computed
    closes_month = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("checkpoint")
        constraints = [
            models.CheckConstraint(condition=Q(size__range=(1, LAST_PLACE)), name="audit_checkpoint_has_a_size")
        ]


class Delivery(models.Model):
    """That a checkpoint was taken to one of the places outside, or is still to be."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="deliveries")
    place = models.CharField(max_length=10)  # file, mail, web
    delivered_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("delivery")
        constraints = [models.UniqueConstraint(fields=["checkpoint", "place"], name="audit_one_delivery_a_place")]


class Segment(models.Model):
    """A month of the trail that was exported and signed; dropped later by the tables' owner."""

    month = models.DateField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    link_before = models.BinaryField(max_length=32)
    link_after = models.BinaryField(max_length=32)
    frontier = models.JSONField()  # complete subtrees of everything up to `last`
    file = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32)
    note = models.TextField()
    exported_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("segment")


class OwnEvent(models.Model):
    """What a person sees of the trail on Front: their own sign-ins, and the uses of what they submitted.

    Desk writes it from sealed events, since Front may not read the trail.
    """

    event_id = models.BigIntegerField()
    person = models.BigIntegerField(db_index=True)
    at = models.DateTimeField()
    verb = models.CharField(max_length=30)  # a `Verb`; no choices, or each new word would be a migration
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    about = models.CharField(max_length=100, blank=True)
    address = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("own event")
        indexes = [models.Index(fields=["person", "-at", "-id"], name="audit_own_person_at")]
        constraints = [models.UniqueConstraint(fields=["event_id", "person"], name="audit_own_event_once")]
