"""The leak matrix of protected submissions: every address of Front about one × every kind of viewer, and what ends.

A submission belongs to its filer and its alternate contact, as long as they are members with a place in its
organisation. To everybody else its number is like one that does not exist, whatever they are at the desk.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from portal.members.enums import StaffRole, Standing
from portal.members.models import Organisation, Person
from portal.reporting.models import Determination, Disposal, HandOff, Holding, LegalHold, Product, Report, Use
from portal.reporting.protected.enums import Stage
from tests.access.leaks import surfaces
from tests.access.leaks.surfaces import Answer
from tests.access.leaks.viewers import Visitor
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory
from tests.reporting.protected.desk.working import make_submission
from tests.reporting.protected.front.conftest import hold

pytestmark = pytest.mark.django_db

SEALED = "zqxsealed"  # in all that was typed: nobody sees it without the receipt code
DESKS_OWN = "zqxdesk"  # in what the desk keeps for itself: names of its people, titles, matters
OWN = frozenset({"filer", "alternate"})
STAFF = tuple(f"staff: {role.value}" for role in StaffRole)
OTHERS = ("anybody", "colleague", "elsewhere", "nowhere", "former filer", "former alternate", "applicant", *STAFF)
# Addresses about one submission, and what is sent there; without anything they are read.
READ: tuple[str, ...] = (
    *("protected_one", "protected_uses", "protected_certificate"),
    *("protected_determination", "protected_determination_file"),
)
NOT_THERE = "PRO-0000-0000-0000"
ACTS = ("cure", "respond", "withdraw", "alternate")
SENT: dict[str, dict[str, str]] = {
    "protected_one": {"words": "one two three four five six seven eight"},
    "protected_add": {"words": "More of it."},
    "protected_add_file": {"file": ""},
    "protected_close": {"": ""},
    "protected_act": {"words": "Done.", "wish": "destroy", "sure": "withdraw"},
}
# Of these, the ones that are for whoever is in charge of it: for an alternate contact who only looks on they are not.
IN_CHARGE = frozenset({"protected_add", "protected_act"})
LISTS = (
    *("/", "/report/", "/report/status/", "/report/protected/", "/report/protected/status/"),
    *("/report/protected/pcii/made/", "/account/", "/account/activity/"),
)


@dataclass(frozen=True)
class Told:
    """One submission of which everything was told that can be, and a hand-off of its filer's."""

    report: Report
    kept: Holding
    writing: Determination
    hand_off: HandOff

    def address(self, name: str, *, act: str = "", missing: bool = False) -> str:
        """The address of something about it; with `missing`, the same about a submission that is not there."""
        number = NOT_THERE if missing else self.report.number
        more: list[Any] = [act] if act else []
        if name.startswith("protected_determination"):
            more = [self.writing.pk]
        return reverse(name, args=[number, *more])


@pytest.fixture
def organisation(pages: Any) -> Organisation:
    return OrganisationFactory(name="Inner works")


@pytest.fixture
def visitors(organisation: Organisation) -> dict[str, Visitor]:
    """Everybody who comes, each with a browser in which they signed in."""
    people: dict[str, Person] = {
        **{kind: PersonFactory(organisations=[organisation]) for kind in ("filer", "alternate", "colleague")},
        **{kind: PersonFactory(organisations=[organisation]) for kind in ("former filer", "former alternate")},
        "elsewhere": PersonFactory(organisations=[OrganisationFactory()]),
        "nowhere": PersonFactory(),
        "applicant": PersonFactory(organisations=[organisation], standing=Standing.APPLIED),
        **{f"staff: {role.value}": PersonFactory(name=DESKS_OWN, roles=[role]) for role in StaffRole},
    }
    found = {kind: Visitor(kind, session_for(person), person) for kind, person in people.items()}
    for kind in ("former filer", "former alternate"):
        people[kind].affiliations.update(ended_at=timezone.now())
    return {"anybody": Visitor("anybody", Client()), **found}


@pytest.fixture
def told(visitors: dict[str, Visitor], organisation: Organisation) -> Told:
    return tell(visitors, organisation, filer="filer", alternate="alternate")


def who(visitor: Visitor) -> Person:
    assert visitor.person is not None
    return visitor.person


def tell(visitors: dict[str, Visitor], organisation: Organisation, *, filer: str, alternate: str) -> Told:
    """A submission that was closed, opened, used and held, and, as no real one is, destroyed as well."""
    by, officer = who(visitors[filer]), who(visitors[STAFF[0]])
    matter, elements = dict.fromkeys(("what", "infrastructure", "use"), SEALED), {"threat": SEALED}
    report = make_submission(by, organisation=organisation, files=(), matter=matter, elements=elements)
    Report.objects.filter(pk=report.pk).update(alternate=who(visitors[alternate]))
    kept = hold(report, Stage.CLOSED)
    Use.objects.create(holding=kept, by=officer, role="Analyst", agency="A center", purpose="review")
    Product.objects.create(
        holding=kept, title=DESKS_OWN, linked_by=officer, checked_by=officer, checked_at=timezone.now()
    )
    LegalHold.objects.create(report=report, placed_by=officer, matter=DESKS_OWN.encode())
    facts = {"how": "destroy", "basis": "x", "proposed_by": officer, "done_at": timezone.now()}
    Disposal.objects.create(report=report, certificate=f"Certificate of {report.number}\n", **facts)
    writing = Determination.objects.create(
        holding=kept, is_closed=True, subdivision="RSMo 610.021(19)", signatory=officer, signatory_name="Who signed"
    )
    return Told(report, kept, writing, HandOff.objects.create(person=by))


def answers(visitor: Visitor, told: Told) -> Iterator[tuple[str, Answer, Answer]]:
    """What each address about it answers, and what it answers about one that is not there."""

    def both(name: str, *, act: str = "", typed: dict[str, str] | None = None) -> tuple[str, Answer, Answer]:
        asked = (told.address(name, act=act, missing=missing) for missing in (False, True))
        found, missing = (surfaces.ask(visitor, one, post=typed is not None, typed=typed) for one in asked)
        return f"{name} {act}".strip(), found, missing

    for name in READ:
        yield both(name)
    for name, typed in SENT.items():
        for act in ACTS if name == "protected_act" else ("",):
            yield both(name, act=act, typed=typed)


def is_hidden(visitor: Visitor, told: Told) -> int:
    """For this viewer there is no such submission; gives how many answers said so."""
    cells = 0
    for name, found, missing in answers(visitor, told):
        same = replace(missing, body=missing.body.replace(NOT_THERE, told.report.number))
        assert not surfaces.difference(found, same), f"{name} tells {visitor.kind} that it is there"
        assert found.status in {302, 403, 404}, f"{name} answers {found.status} to {visitor.kind}"
        cells += 1
    for address in LISTS:
        assert told.report.number not in surfaces.ask(visitor, address).body, f"{address} shows it to {visitor.kind}"
        cells += 1
    return cells


def test_to_everybody_else_it_is_like_one_that_does_not_exist(
    visitors: dict[str, Visitor], told: Told, capsys: Any
) -> None:
    cells = sum(is_hidden(visitors[kind], told) for kind in OTHERS)
    assert cells == len(OTHERS) * (len(READ) + len(SENT) - 1 + len(ACTS) + len(LISTS))
    with capsys.disabled():
        print(f"\nleak matrix, submissions: {cells} cells", end="")  # noqa: T201  (the count is asked for)


def test_its_filer_and_alternate_read_where_it_stands(visitors: dict[str, Visitor], told: Told) -> None:
    for kind in OWN:
        for name in READ:
            answer = surfaces.ask(visitors[kind], told.address(name))
            assert answer.status == 200, (kind, name)
            assert SEALED not in answer.body and DESKS_OWN not in answer.body, (kind, name)
        assert told.report.number in surfaces.ask(visitors[kind], "/report/protected/status/").body


def test_an_alternate_who_looks_on_changes_nothing(visitors: dict[str, Visitor], told: Told) -> None:
    before = told.report.parts.count()
    for name in IN_CHARGE:
        for act in ACTS if name == "protected_act" else ("",):
            address = told.address(name, act=act)
            assert surfaces.ask(visitors["alternate"], address, post=True, typed=SENT[name]).status == 404, address
    assert told.report.parts.count() == before


def leave(visitor: Visitor) -> None:
    who(visitor).affiliations.update(ended_at=timezone.now())


def suspend(visitor: Visitor) -> None:
    Person.objects.filter(pk=who(visitor).pk).update(standing=Standing.SUSPENDED)


def expire(visitor: Visitor) -> None:
    Person.objects.filter(pk=who(visitor).pk).update(validated_until=timezone.now())


@pytest.mark.parametrize("kind", sorted(OWN))
@pytest.mark.parametrize("revoke", [leave, suspend, expire])
def test_when_a_place_or_a_membership_ends_so_does_the_sight_of_it(
    visitors: dict[str, Visitor], told: Told, kind: str, revoke: Callable[[Visitor], None]
) -> None:
    """In the browser that was open before, with the next request."""
    visitor = visitors[kind]
    assert surfaces.ask(visitor, told.address("protected_one")).status == 200
    revoke(visitor)
    assert is_hidden(visitor, told) > 0


def test_an_alternate_who_was_replaced_sees_it_no_more(visitors: dict[str, Visitor], told: Told) -> None:
    assert surfaces.ask(visitors["alternate"], told.address("protected_one")).status == 200
    Report.objects.filter(pk=told.report.pk).update(alternate=who(visitors["colleague"]))
    assert is_hidden(visitors["alternate"], told) > 0
    assert surfaces.ask(visitors["colleague"], told.address("protected_one")).status == 200


def test_when_the_filer_is_gone_the_alternate_acts_and_nobody_else(visitors: dict[str, Visitor], told: Told) -> None:
    leave(visitors["filer"])
    page = surfaces.ask(visitors["alternate"], told.address("protected_one"))
    assert "do/alternate/" in page.body and SEALED not in page.body
    for kind in OTHERS:
        assert is_hidden(visitors[kind], told) > 0


def test_coming_back_elsewhere_brings_nothing_back(visitors: dict[str, Visitor], told: Told) -> None:
    visitor = visitors["filer"]
    leave(visitor)
    who(visitor).affiliations.create(organisation=OrganisationFactory())
    assert is_hidden(visitor, told) > 0


def test_a_hand_off_is_its_makers_alone(visitors: dict[str, Visitor], told: Told) -> None:
    address = reverse("protected_pcii_number", args=[told.hand_off.uuid])
    absent = reverse("protected_pcii_number", args=[uuid.uuid4()])
    for kind in (*OTHERS, "alternate"):
        found, missing = (
            surfaces.ask(visitors[kind], one, post=True, typed={"number": "1"}) for one in (address, absent)
        )
        assert not surfaces.difference(found, missing), kind
        made = surfaces.ask(visitors[kind], "/report/protected/pcii/made/")
        assert str(told.hand_off.uuid) not in made.body, kind
    told.hand_off.refresh_from_db()
    assert told.hand_off.cisa_number == ""
    assert str(told.hand_off.uuid) in surfaces.ask(visitors["filer"], "/report/protected/pcii/made/").body


# About a draft, which opens with its cookie alone: tests/reporting/front and tests/reporting/protected/front.
OF_A_DRAFT = {"protected_page", "protected_file_remove"}


def test_every_address_about_one_is_in_this_matrix() -> None:
    named = {*READ, *SENT, *OF_A_DRAFT, "protected_pcii_number"}
    assert set(_about_one(get_resolver().url_patterns)) == named


def _about_one(patterns: Any) -> Iterator[str]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from _about_one(entry.url_patterns)
        elif str(entry.name).startswith("protected") and getattr(entry.pattern, "converters", {}):
            yield str(entry.name)
