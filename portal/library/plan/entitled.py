"""Who of staff works on the plan: editors look after all of it, owners answer for their own cells."""

from __future__ import annotations

import hashlib
from typing import Any

from portal.library.models import PlanCell, PlanComment, PortalDocument
from portal.library.models.plan import PlanCellQuerySet
from portal.library.permissions import is_visible_on_desk, visible_on_desk
from portal.members.enums import StaffRole
from portal.members.models import Person

MANAGERS = (StaffRole.MOP3_EDITOR,)
# An owner needs a way into Desk, where comments are opened.
OWNERS = (*MANAGERS, StaffRole.MIAC_AUTHOR, StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR)

FACTS = (
    *("owner", "owner_office", "due_on", "note"),
    *("tlp", "reach", "law_enforcement_sensitive", "for_official_use_only", "visible_from", "expires_at"),
)
AUDIENCE = ("audience_communities", "audience_organisations", "audience_people")


def cells_of(person: Person) -> PlanCellQuerySet:
    """The cells that a person works on: all for an editor, their own for an owner."""
    rows: PlanCellQuerySet = PlanCell.objects.all()
    if person.has_role(*MANAGERS):
        return rows
    return rows.owned_by(person.pk) if person.has_role(*OWNERS) else rows.none()


def comments_of(person: Person) -> Any:
    """The comments on these cells, save on documents that the person does not see: they may quote them."""
    documents = visible_on_desk(PortalDocument.objects.all(), person)
    rows = PlanComment.objects.filter(version__cell__in=cells_of(person).values("pk"))
    return rows.filter(version__document__in=documents.values("pk"))


def may_answer(person: Person, comment: PlanComment) -> bool:
    """Whether somebody answers this comment: an editor, or the owner of the cell, who sees the document."""
    if not person.has_role(*OWNERS):
        return False
    is_theirs = person.has_role(*MANAGERS) or comment.version.cell.owner_id == person.pk
    return is_theirs and is_visible_on_desk(comment.version.document, person)


def fingerprint(cell: PlanCell) -> str:
    """What the facts of a cell are now. A form that was filled in over others would undo somebody's change."""
    facts = [str(cell._meta.get_field(name).value_from_object(cell)) for name in FACTS]  # type: ignore[union-attr]  # fields
    facts += [str(sorted(getattr(cell, name).values_list("pk", flat=True))) for name in AUDIENCE]
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()[:16]
