"""What everybody who reads a training or an exercise may know of it.

Hazards, capabilities and numbers: how many objectives were met, how many improvements are done. The words of objectives
and of improvements name weaknesses and stand on Desk alone; the after-action report has an audience of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wagtail.documents import get_document_model

from portal.access.viewer import Viewer
from portal.meetings.enums import MeetingKind, Result
from portal.meetings.models import ActionItem, ExerciseFacts, Meeting, Objective


@dataclass(frozen=True)
class Shown:
    """An exercise as its page shows it. `report` is none where this viewer may not read it."""

    hazards: list[Any]
    capabilities: list[Any]
    objectives: int
    met: int
    is_judged: bool
    improvements: int
    done: int
    report: Any = None


def shown_of(meeting: Meeting, viewer: Viewer) -> Shown | None:
    """What this viewer may know; none of a meeting, or where nothing was entered yet."""
    if meeting.kind == MeetingKind.MEETING:
        return None
    facts = ExerciseFacts.objects.filter(meeting=meeting).first()
    if facts is None:
        return None
    # Front may not even sort by a column that it may not read.
    results = list(Objective.objects.filter(exercise=facts).order_by("pk").values_list("result", flat=True))
    items = ActionItem.objects.filter(meeting=meeting, is_improvement=True)
    return Shown(
        hazards=list(facts.hazards.all()),
        capabilities=list(facts.capabilities.all()),
        objectives=len(results),
        met=results.count(Result.MET),
        is_judged=any(result != Result.UNSAID for result in results),
        improvements=items.count(),
        done=items.exclude(done_at=None).count(),
        report=_report(facts, viewer),
    )


def _report(facts: ExerciseFacts, viewer: Viewer) -> Any:
    if facts.report_id is None:
        return None
    rows: Any = get_document_model().objects
    return rows.readable_by(viewer).filter(pk=facts.report_id, in_library=True).first()
