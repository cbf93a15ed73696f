"""Meetings for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from portal.meetings.actions import FIELDS, Item, PostNotice, Prepared, PrepareMeeting
from portal.meetings.enums import MeetingKind, Mode, Openness
from portal.meetings.models import Meeting, Notice
from portal.members.enums import StaffRole
from portal.members.models import Community, Person
from tests.factories import staff


def prepared(*, starts_at: datetime | None = None, agenda: list[Item] | None = None, **fields: Any) -> Prepared:
    """What staff fill in, whole unless told."""
    exceptions, is_hidden = fields.pop("exceptions", []), fields.pop("hidden", False)
    facts: dict[str, Any] = dict.fromkeys(FIELDS, "")
    facts |= {
        "kind": MeetingKind.MEETING,
        "committee": Community.objects.get(slug="standing-committee"),
        "series": None,
        "title": "Quarterly meeting",
        "starts_at": starts_at or timezone.now() + timedelta(days=14),
        "ends_at": None,
        "mode": Mode.IN_PERSON,
        "place": "State office building, room 310, Jefferson City",
        "openness": Openness.OPEN,
        "accommodation": "Office of the partnership, 573-555-0100",
        "quorum": None,
    }
    items = [Item("Report of the co-chairs"), Item("Exercise in autumn")] if agenda is None else agenda
    return Prepared({**facts, **fields}, exceptions, items, is_for_committee=is_hidden)


def draft(*, by: Person | None = None, **fields: Any) -> Meeting:
    made: Meeting = PrepareMeeting(by or staff(StaffRole.MOP3_EDITOR), prepared(**fields)).execute()
    return made


def post(*, by: Person | None = None, grounds: str = "", **fields: Any) -> tuple[Meeting, Notice]:
    person = by or staff(StaffRole.MOP3_EDITOR)
    meeting = draft(by=person, **fields)
    return meeting, PostNotice(meeting, person, grounds).execute()
