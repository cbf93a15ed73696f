"""What waits in the library: documents by what they wait for, each shown only to who sees it on Desk."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.access.models import Token
from portal.library.enums import ReadingState
from portal.library.models import PortalDocument
from portal.library.permissions import visible_on_desk
from portal.library.shelf import on_shelf
from portal.members.models import Person


class Waiting(models.TextChoices):
    """What documents wait for. The last two wait for nothing, and are there to be looked up."""

    FACTS = "facts", _("Facts or readers missing")
    READING = "reading", _("Being read")
    READY = "ready", _("Ready to publish")
    REVIEW = "review", _("Due for review")
    UNREAD = "unread", _("Could not be read")
    LIBRARY = "library", _("In the library")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    @property
    def is_work(self) -> bool:
        return self not in {Waiting.LIBRARY, Waiting.WITHDRAWN}


def documents(person: Person) -> QuerySet[PortalDocument]:
    """The documents of the library that this person sees on Desk, each with `has_readers`: whether anybody is named."""
    tokens = Token.objects.filter(content_type=ContentType.objects.get_for_model(PortalDocument))
    rows: Any = PortalDocument.objects.filter(on_shelf())
    found: QuerySet[PortalDocument] = visible_on_desk(rows, person)
    return found.annotate(has_readers=Exists(tokens.filter(object_id=OuterRef("pk"))))


def that_wait(waiting: Waiting) -> Q:
    """Which documents wait for this. A draft waits for one thing only; what is published may wait for two."""
    draft, shown = Q(in_library=False, recalled_at=None), Q(in_library=True, recalled_at=None)
    is_newest = Q(superseded_by=None) | Q(superseded_by__in_library=False)
    has_facts = ~Q(publisher="") & Q(has_readers=True)
    is_unread = Q(reading=None) | Q(reading__state=ReadingState.WAITING)
    return {
        Waiting.FACTS: draft & ~has_facts,
        Waiting.READING: draft & has_facts & is_unread,
        Waiting.READY: draft & has_facts & ~is_unread,
        Waiting.REVIEW: shown & is_newest & Q(review_by__lt=timezone.localdate()),
        Waiting.UNREAD: Q(recalled_at=None, reading__state=ReadingState.REFUSED),
        Waiting.LIBRARY: shown,
        Waiting.WITHDRAWN: ~Q(recalled_at=None),  # here, or with a bulletin that carried it
    }[waiting]


def counts(person: Person) -> dict[Waiting, int]:
    """How many wait for what, in one query."""
    counted = {f"that_{waiting}": Count("pk", filter=that_wait(waiting), distinct=True) for waiting in Waiting}
    found: dict[str, int] = documents(person).aggregate(**counted)
    return {waiting: found[f"that_{waiting}"] for waiting in Waiting}


def listed(person: Person, waiting: Waiting) -> QuerySet[PortalDocument]:
    """Those that wait for this: the oldest first, what is due for review by who looks after it."""
    rows = documents(person).filter(that_wait(waiting)).select_related("reading", "reviewer")
    if waiting is Waiting.REVIEW:
        return rows.order_by(F("reviewer__name").asc(nulls_first=True), "reviewer", "review_by", "pk")
    if waiting.is_work:
        return rows.order_by("created_at", "pk")
    return rows.order_by("title", "pk")
