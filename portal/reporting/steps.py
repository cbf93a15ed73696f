"""Where a case stands, as a line of steps, and what its next action is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from portal.reporting import records_of_case as history
from portal.reporting.enums import RecordClass, Review, Stage
from portal.reporting.models import Case
from portal.reporting.people import ANALYSTS

PLACES = {
    Stage.NEW: 1,
    Stage.REVIEWED: 2,
    Stage.MORE_NEEDED: 2,
    Stage.DETERMINED: 3,
    Stage.CLOSED: 5,
    Stage.PURGED: 5,
}


def line_of(case: Case) -> tuple[list[str], int]:
    """The steps by name, and the number of the present one, from 1."""
    names = [_("Initial review"), _("Determination"), _("Disposition"), _("Closing"), _("Closed")]
    place = PLACES[Stage(case.stage)]
    return names, place + 1 if case.stage == Stage.DETERMINED and case.disposition else place


def next_action(case: Case, person: Any) -> str:
    """The verb that this person should do next; empty when the case waits for somebody else, or for nothing."""
    if case.is_ended:
        return ""
    if case.report.is_urgent and not case.taken_up_at:
        return "take_up"
    if not person.has_role(*ANALYSTS):
        return ""
    if case.hand_off_review_due_at and person.pk not in history.handed_off_by(case):
        return "police_review"
    if case.review == Review.EMERGENCY and not history.was_handed_to_police(case):
        return "police"
    return _step(case, person)


def _step(case: Case, person: Any) -> str:
    if case.stage == Stage.NEW:
        return "review"
    if case.stage in {Stage.REVIEWED, Stage.MORE_NEEDED}:
        return "" if case.reviewed_by_id == person.pk else "determine"
    if not case.disposition:
        is_own_dismissal = not case.finding and case.reviewed_by_id == person.pk
        return "" if is_own_dismissal else "dispose"
    return "class" if case.record_class == RecordClass.UNDECIDED else "close"


def waits_for(case: Case, person: Any) -> str:
    """A sentence where the next step is another person's."""
    if case.stage in {Stage.REVIEWED, Stage.MORE_NEEDED} and case.reviewed_by_id == person.pk:
        return _("You made the initial review. A second, trained analyst determines.")
    if case.stage == Stage.DETERMINED and not case.finding and case.reviewed_by_id == person.pk:
        return _("You made the initial review. A second person confirms that it leads nowhere.")
    return ""
