"""Mail about the plan. It names no sector, no part and no document: that a draft is discussed may itself be marked."""

from __future__ import annotations

from portal.core import outbox
from portal.core.outbox import Letter
from portal.library.models import PlanCell, PlanComment
from portal.library.plan.cells import SOON
from portal.library.plan.reminders import recipients
from portal.members.models import Person


@outbox.kind("plan_answered", is_of_desk=True)
def plan_answered(about: str) -> Letter | None:
    """To whoever commented: that there is an answer. The answer stands on the portal alone."""
    comment = PlanComment.objects.exclude(answered_at=None).filter(pk=about).first()
    person = Person.objects.active().filter(pk=comment.person_id).first() if comment else None
    return Letter(person.email, "plan_answered", {"name": person.name}) if person else None


@outbox.kind("plan_due", is_of_desk=True)
def plan_due(about: str) -> Letter | None:
    """To an owner: that a version is due soon, or overdue. Nothing once the day was changed or met."""
    cell, person = _who(about)
    if cell is None or person is None or cell.due_on is None:
        return None
    told = {cell.soon_told_for, cell.overdue_told_for}
    return Letter(person.email, "plan_due", {"due_on": cell.due_on, "days": SOON.days}) if cell.due_on in told else None


@outbox.kind("plan_comments_wait", is_of_desk=True)
def plan_comments_wait(about: str) -> Letter | None:
    """To an owner: how many comments wait. Nothing once each has its answer."""
    cell, person = _who(about)
    waiting = PlanComment.objects.waiting().filter(version__cell=cell).count() if cell is not None else 0
    return Letter(person.email, "plan_comments_wait", {"waiting": waiting}) if person and waiting else None


def _who(about: str) -> tuple[PlanCell | None, Person | None]:
    """The cell, and the person if they are still to be told of it."""
    cell_key, _colon, person_key = about.partition(":")
    cell = PlanCell.objects.filter(pk=cell_key).first()
    if cell is None or not person_key.isdecimal() or int(person_key) not in recipients(cell):
        return cell, None
    return cell, Person.objects.get(pk=person_key)
