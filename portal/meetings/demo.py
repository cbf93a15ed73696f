"""What the demonstration has of meetings and of the partnership's work."""

from __future__ import annotations

from portal.meetings.concerns import demo as demo_concerns
from portal.meetings.desk import demo as demo_meetings

__all__ = ["demo_concerns", "demo_meetings"]  # the seeders register themselves
