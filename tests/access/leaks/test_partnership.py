"""The leak matrix of offices, concerns and visits: every address of Front about one × every kind of viewer.

Of offices the public page shows name, office and employer to everybody, and to nobody how to reach anybody. A concern
is its raiser's and the co-chairs' of its sector, as long as they are members and hold that office; a request for a
visit is its asker's alone. To everybody else, staff on Front included, either is like one that does not exist.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.core import outbox
from portal.core.models import OutgoingMail
from portal.meetings.concerns import actions
from portal.meetings.models import Concern, Merge, VisitRequest
from portal.members import office_messages
from portal.members.enums import StaffRole, Standing
from portal.members.models import Community, OfficeMessage, Organisation, Person, Term
from tests.access.leaks import surfaces
from tests.access.leaks.surfaces import Answer
from tests.access.leaks.viewers import Visitor
from tests.conftest import session_for
from tests.factories import CommunityFactory, OrganisationFactory, PersonFactory
from tests.meetings.concerns.making import (
    co_chair_office,
    concern,
    initiative,
    message,
    recommended,
    term,
    today,
    visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SECRET = "zqxconcern"  # in all that was written in concerns, recommendations and replies
SEALED = "zqxsealed"  # in what is sealed to the desk: nobody sees it on Front
CONTACT = "zqxcontact"  # in the address and in the account's name of everybody with an office or a concern
QUIET = "Zqx Quiet Council"
LEADS = ("co-chair", "second co-chair")
OWN = ("raiser", "raiser of the merged one")
STAFF = tuple(f"staff: {role.value}" for role in StaffRole)
OTHERS = (
    *("anybody", "member", "colleague", "co-chair elsewhere", "former co-chair", "co-chair to come"),
    *("co-chair not told", "co-chair of an abolished office", "chairman", "asker", "applicant", *STAFF),
)
NOT_THERE = uuid.UUID("00000000-0000-4000-8000-000000000000")
LISTS = (
    *("/", "/partnership/", "/partnership/energy/", "/partnership/dams/", "/sectors/", "/sectors/energy/"),
    *("/concerns/", "/concerns/sector/", "/concerns/sector/?all", "/visits/", "/initiatives/", "/account/"),
    *("/account/activity/", "/search/?q=title", "/search/?q=agency", "/meetings/", "/sitemap.xml"),
)


@dataclass(frozen=True)
class World:
    """Two concerns of one sector, of which one was merged into the other, a visit, and who there is to look."""

    visitors: dict[str, Visitor]
    kept: Concern
    merged: Concern
    visit: VisitRequest
    held: Term

    def who(self, kind: str) -> Person:
        person = self.visitors[kind].person
        assert person is not None
        return person


def person(kind: str, **fields: Any) -> Person:
    made: Person = PersonFactory(
        name=f"{CONTACT} {kind}", email=f"{CONTACT}.{uuid.uuid4().hex[:8]}@partner.example", **fields
    )
    return made


def make_people(organisation: Organisation) -> dict[str, Person]:
    plain = ("member", "raiser", "raiser of the merged one", "asker", "chairman", *LEADS)
    offices = ("co-chair elsewhere", "former co-chair", "co-chair to come", "co-chair not told")
    people = {kind: person(kind) for kind in (*plain, *offices, "co-chair of an abolished office")}
    people["colleague"] = person("colleague", organisations=[organisation])
    people["applicant"] = person("applicant", standing=Standing.APPLIED)
    people |= {f"staff: {role.value}": person(role.value, roles=[role]) for role in StaffRole}
    people["raiser"].affiliations.create(organisation=organisation)
    return people


def give_offices(people: dict[str, Person]) -> Term:
    energy, week = co_chair_office("energy"), timedelta(days=7)
    term(energy, person=people["second co-chair"], name="In Office Two")
    term(co_chair_office("dams"), person=people["co-chair elsewhere"], name="In Office Elsewhere")
    term(energy, person=people["former co-chair"], since=today(-14), until=today(-1), name="In Office Before")
    term(energy, person=people["co-chair to come"], since=today(1), until=today() + week, name="Zqxtocome")
    term(energy, person=people["co-chair not told"], told_at=None, notified_at=timezone.now(), name="Zqxuntold")
    gone = energy.__class__.objects.create(community=energy.community, title="Deputy", closed_at=timezone.now())
    term(gone, person=people["co-chair of an abolished office"], name="In Office Abolished")
    chair = energy.__class__.objects.get(community=None, title="Chairman")
    term(chair, person=people["chairman"], name="In The Chair")
    return term(energy, person=people["co-chair"], name="In Office One")


def quiet_committee(people: dict[str, Person]) -> Community:
    """A confidential committee with an office and an initiative, which nobody hears of here."""
    made: Community = CommunityFactory(name=QUIET, slug="zqx-quiet", kind="committee", is_confidential=True)
    office = made.offices.create(title="Zqx Keeper")
    term(office, person=people["member"], name="Zqxkeeper")
    initiative(title="Zqxquietwork", committee=made, is_public=True)
    return made


@pytest.fixture
def world(pages: Any) -> World:
    organisation = OrganisationFactory(name="Inner works")
    people = make_people(organisation)
    held, staff = give_offices(people), people[STAFF[0]]
    quiet_committee(people)
    facts = {"title": f"{SECRET} title", "words": f"{SECRET} words", "agencies": f"{SECRET} agency", "details": SEALED}
    kept = concern(by=people["raiser"], **facts)
    merged = concern(by=people["raiser of the merged one"], **facts)
    Merge.objects.create(concern=merged, into=kept, by=people["co-chair"])
    recommended(kept, by=staff, words=f"{SECRET} recommended", reply=f"{SECRET} replied", replied_on=today())
    asked = visit(by=people["asker"], words=SEALED)
    VisitRequest.objects.filter(pk=asked.pk).update(answer=f"{SECRET} answer", wished=f"{SECRET} wish")
    visitors = {kind: Visitor(kind, session_for(one), one) for kind, one in people.items()}
    OutgoingMail.objects.all().delete()  # what making them asked for
    return World({"anybody": Visitor("anybody", Client()), **visitors}, kept, merged, asked, held)


def answers(visitor: Visitor, about: Concern, other: Concern) -> Iterator[tuple[str, Answer, Answer]]:
    """What each address about a concern answers, and what it answers about one that is not there."""
    for name, typed in (("concern", None), ("concern_merge", {"into": str(other.pk)})):
        asked = (reverse(name, args=[key]) for key in (about.uuid, NOT_THERE))
        found, missing = (surfaces.ask(visitor, one, post=typed is not None, typed=typed) for one in asked)
        yield name, found, missing


def is_hidden(visitor: Visitor, about: Concern, other: Concern) -> int:
    """For this viewer there is no such concern; gives how many answers said so."""
    cells = 0
    for name, found, missing in answers(visitor, about, other):
        same = replace(missing, body=missing.body.replace(str(NOT_THERE), str(about.uuid)))
        assert not surfaces.difference(found, same), f"{name} tells {visitor.kind} that it is there"
        assert found.status in {302, 404}, f"{name} answers {found.status} to {visitor.kind}"
        cells += 1
    for address in LISTS:
        body = surfaces.ask(visitor, address).body
        for word in (f"{SECRET} title", f"{SECRET} words", f"{SECRET} agency", SEALED, str(about.uuid)):
            assert word not in body, f"{address} shows {word} to {visitor.kind}"
        cells += 1
    return cells


def test_a_concern_is_like_one_that_does_not_exist_to_all_but_its_raiser_and_its_co_chairs(
    world: World, capsys: Any
) -> None:
    cells = sum(is_hidden(world.visitors[kind], world.kept, world.merged) for kind in OTHERS)
    assert Merge.objects.count() == 1
    with capsys.disabled():
        print(f"\nleak matrix, partnership: {cells} cells of concerns", end="")  # noqa: T201  (the count is asked for)


def test_of_two_that_were_merged_each_raiser_reads_their_own_alone(world: World) -> None:
    for mine, other, kind in ((world.kept, world.merged, OWN[0]), (world.merged, world.kept, OWN[1])):
        visitor = world.visitors[kind]
        body = surfaces.ask(visitor, f"/concerns/{mine.uuid}/").body
        assert f"{SECRET} words" in body and f"{SECRET} recommended" in body and f"{SECRET} replied" in body
        assert SEALED not in body and str(other.uuid) not in body
        for name, found, missing in answers(visitor, other, mine):
            same = replace(missing, body=missing.body.replace(str(NOT_THERE), str(other.uuid)))
            assert not surfaces.difference(found, same), name


def test_co_chairs_read_both_and_neither_who_raised_them_nor_what_is_sealed(world: World) -> None:
    for kind in LEADS:
        visitor = world.visitors[kind]
        for address in (f"/concerns/{world.kept.uuid}/", f"/concerns/{world.merged.uuid}/", "/concerns/sector/?all"):
            answer = surfaces.ask(visitor, address)
            assert answer.status == 200 and f"{SECRET} title" in answer.body
            assert SEALED not in answer.body
            assert CONTACT not in answer.body.replace(world.who(kind).name, "").replace(world.who(kind).email, "")


def test_a_visit_is_its_askers_alone_and_what_was_written_is_nobodys_on_front(world: World) -> None:
    mine = surfaces.ask(world.visitors["asker"], "/visits/").body
    assert f"{SECRET} answer" in mine and SEALED not in mine
    for kind in {*OTHERS, *LEADS, *OWN} - {"asker"}:
        body = surfaces.ask(world.visitors[kind], "/visits/").body
        assert SECRET not in body and SEALED not in body, kind


def test_no_public_page_shows_how_to_reach_anybody_or_what_is_not_to_be_seen(world: World, capsys: Any) -> None:
    pages = [address for address in LISTS if address.startswith(("/partnership", "/sectors", "/initiatives"))]
    pages += [f"/partnership/write/{world.held.pk}/", "/partnership/message/sent/", "/partnership/?page=1"]
    hidden = (QUIET, "Zqxkeeper", "Zqx Keeper", "Zqxquietwork", "Zqxtocome", "Zqxuntold", "partner.example")
    cells = 0
    for kind, visitor in world.visitors.items():
        for address in pages:
            body = surfaces.ask(visitor, address).body
            if visitor.person is not None:  # one's own name and address stand in one's own menu
                body = body.replace(visitor.person.name, "").replace(visitor.person.email, "")
            for word in (*hidden, CONTACT):
                assert word not in body, f"{address} shows {word} to {kind}"
            cells += 1
    shown = surfaces.ask(world.visitors["anybody"], "/partnership/energy/").body
    assert all(name in shown for name in ("In Office One", "In Office Two", "In Office Before", "Their Company"))
    with capsys.disabled():
        print(f"\nleak matrix, partnership: {cells} cells of public pages", end="")  # noqa: T201  (the count is asked for)


def test_a_confidential_committee_and_one_that_is_not_there_answer_alike(world: World) -> None:
    for kind in ("anybody", "member", *STAFF):
        visitor = world.visitors[kind]
        found, missing = (surfaces.ask(visitor, f"/partnership/{slug}/") for slug in ("zqx-quiet", "zqx-none"))
        assert found.status == missing.status == 404
        assert not surfaces.difference(found, replace(missing, body=missing.body.replace("zqx-none", "zqx-quiet")))


def test_notices_to_candidates_and_messages_to_holders_are_theirs_alone(world: World) -> None:
    untold = Term.objects.get(name="Zqxuntold")
    relayed = message(world.held, email="somebody@public.example", words=f"{SECRET} message")
    OfficeMessage.objects.update(relayed_at=timezone.now(), was_reached=True)
    own = {
        f"/account/offices/{untold.pk}/": "co-chair not told",
        f"/account/office-messages/{relayed.uuid}/": "co-chair",
    }
    for address, owner in own.items():
        for kind, visitor in world.visitors.items():
            answer = surfaces.ask(visitor, address)
            assert (answer.status == 200) is (kind == owner), (address, kind, answer.status)
            assert "somebody@public" not in answer.body and f"{SECRET} message" not in answer.body
            if kind != owner:
                assert answer.status in {302, 404}


# --- what ends --------------------------------------------------------------------------------------


def suspend(one: Person) -> None:
    Person.objects.filter(pk=one.pk).update(standing=Standing.SUSPENDED)


def lapse(one: Person) -> None:
    Person.objects.filter(pk=one.pk).update(validated_until=timezone.now())


def end_term(one: Person) -> None:
    Term.objects.filter(person=one).update(since=today(-3), until=today(-1))


def take_notice_back(one: Person) -> None:
    Term.objects.filter(person=one).update(told_at=None)


@pytest.mark.parametrize(
    ("kind", "revoke"),
    [
        *(("raiser", each) for each in (suspend, lapse)),
        *(("co-chair", each) for each in (suspend, lapse, end_term, take_notice_back)),
    ],
)
def test_from_the_next_request_on_it_is_gone(world: World, kind: str, revoke: Callable[[Person], None]) -> None:
    visitor = world.visitors[kind]
    assert surfaces.ask(visitor, f"/concerns/{world.kept.uuid}/").status == 200
    revoke(world.who(kind))
    assert is_hidden(visitor, world.kept, world.merged) > 0


# --- mail -------------------------------------------------------------------------------------------


def test_no_mail_carries_a_concern_a_visit_or_an_address(world: World, desk_keys: None) -> None:
    concern(by=world.who("raiser"), title=f"{SECRET} other", words=f"{SECRET} other", details=SEALED)
    actions.CloseConcern(world.kept, world.who(f"staff: {StaffRole.MOP3_EDITOR.value}"), f"{SECRET} closed").execute()
    outbox.put("visit_moved", f"{world.visit.pk}:new")
    message(world.held, email="somebody@public.example", words="A question.")
    office_messages.move_on(timezone.now())
    outbox.send_waiting(all_sites=True)
    assert len(mail.outbox) == 6  # two co-chairs, two raisers, the asker, the holder
    for letter in mail.outbox:
        said = f"{letter.subject} {letter.body}".replace(CONTACT, "", 1)  # their own name, at the beginning
        for word in (SECRET, SEALED, CONTACT, "Energy", "partner.example", "somebody@public"):
            assert word not in said or (word == "Energy" and "Co-chair" in letter.subject), (word, letter.subject)
        assert letter.to[0].startswith(CONTACT) and len(letter.to) == 1
