"""What time moves on in this room."""

from __future__ import annotations

from datetime import datetime

from portal.core import tick
from portal.oversight import reviews


@tick.step("oversight: weekly reviews")
def make_reviews(now: datetime) -> int:
    return reviews.make_those_due(now)
