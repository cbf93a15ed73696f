"""Mail about visits: that a request has come further. What is planned stands on the portal alone."""

from __future__ import annotations

from portal.core import outbox
from portal.core.outbox import Letter
from portal.meetings.models import VisitRequest
from portal.members.models import Person


@outbox.kind("visit_moved", is_of_desk=True)
def visit_moved(about: str) -> Letter | None:
    """To whoever asked, if it still stands there."""
    key, _colon, state = about.partition(":")
    row = VisitRequest.objects.defer("words").filter(pk=key, state=state).first() if key.isdecimal() else None
    person = Person.objects.active().filter(pk=row.person_id).first() if row else None
    if row is None or person is None:
        return None
    return Letter(person.email, "visit_moved", {"name": person.name, "state": row.get_state_display()})
