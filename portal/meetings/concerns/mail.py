"""Mail about concerns. It names no concern, no sector and no agency: what somebody raised is not for the post."""

from __future__ import annotations

from portal.core import outbox
from portal.core.outbox import Letter
from portal.meetings.concerns import reading
from portal.meetings.models import Concern
from portal.members.models import Person


@outbox.kind("concern_raised")
def concern_raised(about: str) -> Letter | None:
    """To one co-chair, who still has to be one."""
    key, _colon, person_key = about.partition(":")
    concern = _concern(key)
    person = reading.co_chairs_of(concern).filter(pk=person_key).first() if concern and person_key.isdecimal() else None
    return Letter(person.email, "concern_raised", {"name": person.name}) if person else None


@outbox.kind("concern_moved")
def concern_moved(about: str) -> Letter | None:
    """To whoever raised it: that it has come further."""
    concern = _concern(about)
    person = Person.objects.active().filter(pk=concern.person_id).first() if concern else None
    if concern is None or person is None:
        return None
    return Letter(person.email, "concern_moved", {"name": person.name, "uuid": concern.uuid})


def _concern(key: str) -> Concern | None:
    if not key.isdecimal():
        return None
    found: Concern | None = Concern.objects.on_front().filter(pk=key).first()
    return found
