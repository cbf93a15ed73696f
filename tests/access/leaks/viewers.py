"""Kinds of viewers for the leak matrix, each with a browser of its own."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from portal.members.enums import StaffRole, Standing
from portal.members.models import Agreement, AgreementAnswer, Community, FeedToken, Organisation, Person
from tests.conftest import session_for
from tests.factories import CommunityFactory, OrganisationFactory, PersonFactory

STAFF = tuple(f"staff: {role.value}" for role in StaffRole)
MEMBERS = ("inside", "inside, cleared", "elsewhere", "colleague", "named")
ENDED = (
    "applicant",
    "suspended in mid-session",
    "agreement outdated",
    "validation lapsed",
    "dormant",
    "closed",
    "left the community",
    "without a second factor",
)
ACTIVE = frozenset({*MEMBERS, *STAFF, "left the community"})
EVERYBODY = frozenset({"anybody", *MEMBERS, *ENDED, *STAFF})


@dataclass(frozen=True)
class Circles:
    """Who and what things are restricted to."""

    community: Community
    quiet: Community
    organisation: Organisation
    named: Person


@dataclass(frozen=True)
class Visitor:
    """One viewer: a browser, the person behind it, and what their feed reader sends."""

    kind: str
    client: Client
    person: Person | None = None
    feed: str = ""


def make_circles() -> Circles:
    community = CommunityFactory(name="Pipes", slug="pipes")
    quiet = CommunityFactory(name="Quiet circle", slug="quiet", is_confidential=True)
    return Circles(
        community, quiet, OrganisationFactory(name="Inner works"), PersonFactory(email="named@partner.example")
    )


def make_visitors(circles: Circles) -> list[Visitor]:
    """Everybody, with the agreement that all but one have accepted."""
    both, other = [circles.community, circles.quiet], [CommunityFactory(name="Others", slug="others")]
    people: dict[str, Person] = {
        "inside": PersonFactory(communities=both),
        "inside, cleared": PersonFactory(communities=both, cleared=True),
        "elsewhere": PersonFactory(communities=other, organisations=[OrganisationFactory()]),
        "colleague": PersonFactory(organisations=[circles.organisation]),
        "named": circles.named,
    }
    people |= {kind: PersonFactory(communities=both) for kind in ENDED}
    people |= {f"staff: {role.value}": PersonFactory(roles=[role]) for role in StaffRole}
    _agree(people)
    visitors = [Visitor("anybody", Client())]
    visitors += [Visitor(kind, _browser(kind, person), person, _feed(person)) for kind, person in people.items()]
    _end(people)
    return visitors


def _browser(kind: str, person: Person) -> Client:
    return session_for(person, with_second_factor=kind != "without a second factor")


def _feed(person: Person) -> str:
    _row, secret = FeedToken.issue(person=person, label="reader")
    return base64.b64encode(f"{person.email}:{secret}".encode()).decode()


def _agree(people: dict[str, Person]) -> None:
    facts = {"title": "Rules", "text": "<p>Be good.</p>", "in_force_from": timezone.now() - timedelta(days=1)}
    rules = Agreement.objects.create(kind="conduct", number=1, **facts)
    for kind, person in people.items():
        if kind != "agreement outdated":
            AgreementAnswer.objects.create(person=person, agreement=rules, is_accepted=True, text_hash=rules.text_hash)


def _end(people: dict[str, Person]) -> None:
    """What happened to some of them after they had signed in."""
    now = timezone.now()
    changes: dict[str, dict[str, Any]] = {
        "applicant": {"standing": Standing.APPLIED},
        "suspended in mid-session": {"standing": Standing.SUSPENDED},
        "closed": {"standing": Standing.CLOSED},
        "validation lapsed": {"validated_until": now - timedelta(seconds=1)},
    }
    for kind, change in changes.items():
        Person.objects.filter(pk=people[kind].pk).update(**change)
    people["dormant"].visit.__class__.objects.filter(person=people["dormant"]).update(
        active_at=now - timedelta(days=91)
    )
    people["left the community"].community_memberships.update(ended_at=now)
