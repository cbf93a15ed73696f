"""Mail about staying a member, and about how a membership ends. What staff wrote about it stays on the portal."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from portal.core import outbox
from portal.core.outbox import Letter
from portal.members.desk_only import is_staff
from portal.members.enums import Standing
from portal.members.models import Person, Reminder, Validation
from portal.members.standing import dormant_after
from portal.members.ways_back import explain


@outbox.kind("membership_ended")
def membership_ended(about: str) -> Letter | None:
    """Why, and the way back, as it stands when the mail is sent; nothing if it was lifted meanwhile."""
    person = Person.objects.filter(pk=about, standing__in=[Standing.SUSPENDED, Standing.CLOSED]).first()
    said = explain(person) if person else None
    if person is None or said is None:
        return None
    facts = {"name": person.name, "why": said.why, "way_back": said.way_back, "may_sign_in": person.is_active}
    return Letter(person.email, "membership_ended", facts)


@outbox.kind("membership_restored")
def membership_restored(about: str) -> Letter | None:
    person = Person.objects.filter(pk=about, standing=Standing.ACTIVE, is_active=True).first()
    return Letter(person.email, "membership_restored", {"name": person.name}) if person else None


@outbox.kind("validation_asked")
def validation_asked(about: str) -> Letter | None:
    row = Validation.objects.filter(pk=about, answered_at=None, completed_at=None).select_related("person").first()
    if row is None or row.person.standing != Standing.ACTIVE:
        return None
    site_url = settings.PORTAL_DESK_URL if is_staff(row.person) else settings.PORTAL_FRONT_URL
    facts = {"name": row.person.name, "due_at": row.due_at, "site_url": site_url}
    return Letter(row.person.email, "validation_asked", facts)


@outbox.kind("validation_done")
def validation_done(about: str) -> Letter | None:
    person = Person.objects.filter(pk=about, standing=Standing.ACTIVE).first()
    if person is None or person.validated_until is None:
        return None
    return Letter(person.email, "validation_done", {"name": person.name, "until": person.validated_until})


@outbox.kind("dormancy_warning")
def dormancy_warning(about: str) -> Letter | None:
    """Nothing, if they have been here since."""
    row = Reminder.objects.filter(pk=about).select_related("person").first()
    if row is None or row.person.last_active_at != row.about or row.person.standing != Standing.ACTIVE:
        return None
    ends_at = row.about + dormant_after()
    facts = {"name": row.person.name, "last_here": row.about, "rests_at": ends_at - timedelta(seconds=1)}
    return Letter(row.person.email, "dormancy_warning", facts)


@outbox.kind("clearance_granted")
def clearance_granted(about: str) -> Letter | None:
    person = Person.objects.filter(pk=about).first()
    if person is None or not person.is_cleared:
        return None
    return Letter(person.email, "clearance_granted", {"name": person.name, "until": person.cleared_until})


@outbox.kind("clearance_ended")
def clearance_ended(about: str) -> Letter | None:
    person = Person.objects.filter(pk=about).first()
    return Letter(person.email, "clearance_ended", {"name": person.name}) if person and not person.is_cleared else None
