"""Taking a part of the trail out: which events, how many at most, and recorded before the first one leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import exporting
from portal.audit.exporting import Export, NothingSigned, NotProvable, Shape
from portal.core.actions import ActionRefused
from portal.oversight.selection import Events


class NoProofs(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "These events cannot be proven now: no checkpoint is signed, or a part of the trail is missing. "
                "Nothing was taken out. Try again in some minutes, then tell whoever runs the portal."
            )
        )


@dataclass(frozen=True)
class Extract:
    """A search as it stood when it was asked: what is recorded later, its own export among it, is not in it."""

    events: Events
    count: int

    @classmethod
    def of(cls, events: Events) -> Extract:
        facts = events.order_by().aggregate(count=Count("pk"), last=Max("pk"))
        return cls(events.filter(pk__lte=facts["last"] or 0), facts["count"])

    @property
    def most(self) -> int:
        return int(settings.PORTAL_TRAIL_EXPORT_MOST)

    @property
    def is_too_large(self) -> bool:
        return self.count > self.most


def begin(extract: Extract, *, shape: Shape, given: dict[str, Any], filters: dict[str, str], about: str = "") -> Export:
    """Record what is taken out and what for (`given`, from a form), and give the file. Raises `NoProofs`.

    `filters` stand in the file and in the trail, where nothing can be erased: whom they mean is left out.
    """
    try:
        return exporting.begin(
            extract.events,
            shape=shape,
            now=timezone.now(),
            filters=filters,
            with_people=given["with_people"],
            purpose=given["purpose"],
            about=about,
        )
    except (NothingSigned, NotProvable):
        raise NoProofs from None
