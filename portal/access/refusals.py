"""Where the rule refuses something that is there, whoever keeps the record is told.

`refused` is sent with `thing`, `viewer` and `found` (the verdict). What does not exist sends nothing; to the person
both look alike.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.dispatch import Signal

from portal.access.rule import Verdict
from portal.access.viewer import Viewer

refused = Signal()


def tell(thing: Model, viewer: Viewer, found: Verdict = Verdict.REFUSED) -> None:
    """Tell that `viewer` was refused `thing`."""
    refused.send(sender=type(thing), thing=thing, viewer=viewer, found=found)


def tell_of_missing(rows: Any, viewer: Viewer, **lookup: Any) -> None:
    """Tell of the row that fits `lookup` though it is not for the viewer, if there is one."""
    row = rows.filter(**lookup).first()
    if row is not None:
        tell(row, viewer)
