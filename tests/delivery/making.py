"""What tests of delivery make: members of a sector, news, and the steps of the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import mail
from django.utils import timezone

from portal.delivery import finding, sending
from portal.delivery.digests import rounds
from portal.delivery.enums import Mode, Rhythm
from portal.delivery.models import Choice, Watch, Wish
from portal.delivery.sources import sources
from portal.members.enums import CommunityKind, Standing
from portal.members.models import Community, Person, Visit
from portal.vocabulary.models import Sector
from tests.factories import CommunityFactory, PersonFactory


def begin() -> None:
    """News counts from now on."""
    now = timezone.now()
    for source in sources():
        Watch.objects.update_or_create(source=source.name, defaults={"begun_at": now, "seen_until": now})


def energy() -> tuple[Sector, Community]:
    """A sector, and its community."""
    sector = Sector.objects.get(slug="energy")
    community = Community.objects.filter(sector=sector).first() or CommunityFactory(
        kind=CommunityKind.SECTOR, sector=sector
    )
    return sector, community


def member(**fields: Any) -> Person:
    """A member of the Energy sector."""
    person: Person = PersonFactory(communities=[energy()[1]], **fields)
    return person


def many_members(count: int) -> list[Person]:
    """So many members who never chose, made at once."""
    until = timezone.now() + timedelta(days=365)
    facts = {"standing": Standing.ACTIVE, "validated_until": until, "password": "!"}
    people: list[Person] = Person.objects.bulk_create(
        Person(email=f"many{number}@partner.example", name=f"Member {number}", **facts) for number in range(count)
    )
    Visit.objects.bulk_create(Visit(person=person, active_at=timezone.now()) for person in people)
    return people


def choose(person: Person, mode: Mode = Mode.MATRIX, *, wishes: dict[str, Rhythm] | None = None, **fields: Any) -> None:
    Choice.objects.update_or_create(person=person, defaults={"mode": mode, **fields})
    for topic, rhythm in (wishes or {}).items():
        Wish.objects.update_or_create(person=person, topic=topic, defaults={"rhythm": rhythm})


def turn(*, send: bool = True) -> int:
    """All steps of the clock, once; returns how many messages went."""
    now = timezone.now()
    finding.find(now)
    finding.tell_at_once(now)
    rounds.put_due(now)
    return sending.send_waiting() if send else 0


def mailed() -> list[tuple[str, str]]:
    """To whom which subject went, in order."""
    return [(message.to[0], str(message.subject)) for message in mail.outbox]
