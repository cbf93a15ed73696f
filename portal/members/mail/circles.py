"""Mail about communities. No mail names one: it may be confidential, and mail travels in the open."""

from __future__ import annotations

from portal.core import outbox
from portal.core.outbox import Letter
from portal.members.models import CommunityMembership, Person


@outbox.kind("community_joined")
def community_joined(about: str) -> Letter | None:
    """Tell somebody that they were let in; nothing if that ended, or if they read nothing at the moment."""
    place = CommunityMembership.objects.current().filter(pk=about, community__closed_at=None).first()
    person = Person.objects.active().filter(pk=place.person_id).first() if place else None
    return Letter(person.email, "community_joined", {"name": person.name}) if person else None
