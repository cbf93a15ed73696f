"""A submission belongs to the organisation: when its filer is gone somebody else acts, is told so once, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.core.outbox import send_waiting
from portal.members.enums import StaffRole, Standing
from portal.members.models import Affiliation, Organisation, Person
from portal.reporting.models import Holding, HoldingEntry, Report
from portal.reporting.protected import succession
from portal.reporting.protected.enums import Note, Stage
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory, staff
from tests.reporting.evidence.conftest import sealed
from tests.reporting.protected.desk.working import anew, make_submission, take_in

__all__ = ["sealed"]
pytestmark = pytest.mark.django_db


@dataclass
class Place:
    organisation: Organisation
    filer: Person
    alternate: Person
    kept: Holding

    @property
    def report(self) -> Report:
        return anew(self.kept).report

    def leaves(self, person: Person) -> None:
        Affiliation.objects.filter(person=person).update(organisation=OrganisationFactory())

    def notes(self) -> list[str]:
        return list(HoldingEntry.objects.filter(holding=self.kept, is_told=True).values_list("note", flat=True))


@pytest.fixture
def place(desk: None, sealed: Any) -> Iterator[Place]:
    organisation = OrganisationFactory()
    filer, alternate = (PersonFactory(organisations=[organisation]) for _ in range(2))
    report = make_submission(filer, organisation=organisation)
    Report.objects.filter(pk=report.pk).update(alternate=alternate)
    yield Place(organisation, filer, alternate, take_in(report))


def settle() -> int:
    return succession.settle(timezone.now())


def letters() -> list[Any]:
    send_waiting()
    found, mail.outbox[:] = list(mail.outbox), []
    return [letter for letter in found if "You act for the submission" in letter.subject]


def named_as_contact(organisation: Organisation) -> Person:
    person: Person = PersonFactory(organisations=[organisation])
    Affiliation.objects.filter(person=person).update(is_point_of_contact=True)
    return person


def test_while_the_filer_is_there_nobody_is_told(place: Place) -> None:
    assert settle() == 0 and not letters()


@pytest.mark.parametrize("how", ["left", "suspended"])
def test_the_alternate_is_told_once_that_they_act_now(place: Place, how: str) -> None:
    if how == "left":
        place.leaves(place.filer)
    else:
        Person.objects.filter(pk=place.filer.pk).update(standing=Standing.SUSPENDED)
    assert [settle(), settle()] == [1, 0]
    (letter,) = letters()
    assert letter.to == [place.alternate.email] and place.report.number in letter.subject
    assert reverse("protected_one", args=[place.report.number]) in letter.body
    assert not [word for word in ("substation", "breaker", "Station road") if word in letter.body]
    assert place.notes() == [Note.SUCCEEDED]


def test_nobody_is_told_who_does_not_act_any_more_when_the_mail_is_written(place: Place) -> None:
    place.leaves(place.filer)
    settle()
    place.leaves(place.alternate)
    assert not letters()


def test_without_both_the_point_of_contact_becomes_the_alternate(place: Place) -> None:
    contact = named_as_contact(place.organisation)
    place.leaves(place.filer)
    place.leaves(place.alternate)
    assert [settle(), settle()] == [1, 0]
    assert place.report.alternate == contact
    assert [letter.to for letter in letters()] == [[contact.email]]


def test_a_point_of_contact_of_another_organisation_does_not(place: Place) -> None:
    named_as_contact(OrganisationFactory())
    place.leaves(place.filer)
    place.leaves(place.alternate)
    settle()
    assert place.report.alternate == place.alternate and place.notes() == [Note.NOBODY]


def test_where_nobody_is_left_the_desk_is_told_once(place: Place) -> None:
    supervisor = staff(StaffRole.MIAC_SUPERVISOR)
    place.leaves(place.filer)
    place.leaves(place.alternate)
    assert [settle(), settle()] == [1, 0]
    send_waiting()
    assert supervisor.email in {letter.to[0] for letter in mail.outbox}
    contact = named_as_contact(place.organisation)
    assert settle() == 1 and place.report.alternate == contact


def test_one_that_has_ended_passes_on_to_nobody(place: Place) -> None:
    place.leaves(place.filer)
    Holding.objects.update(stage=Stage.DESTROYED)
    assert settle() == 0


def test_the_desk_sees_who_acts(place: Place) -> None:
    analyst = session_for(staff(StaffRole.MIAC_ANALYST))
    address = reverse("desk_protected_one", args=[place.report.uuid])
    analyst.post(address, {"purpose": "review"})

    def seen() -> str:
        return " ".join(analyst.get(address).content.decode().split())

    assert f"{place.filer.name}, who submitted it, acts on it" in seen()
    place.leaves(place.filer)
    assert f"{place.alternate.name}, the alternate contact, acts on it now" in seen()
    place.leaves(place.alternate)
    assert "Nobody named on it is there any more" in seen()
    assert named_as_contact(place.organisation).name in seen()


def test_a_round_costs_the_same_for_one_and_for_many_of_whom_all_is_known(place: Place) -> None:
    counts = []
    for more in (0, 5):
        for _turn in range(more):
            take_in(make_submission(place.filer, organisation=place.organisation))
        Report.objects.update(alternate=place.alternate)
        place.leaves(place.filer)
        settle()
        with CaptureQueriesContext(connection) as queries:
            assert settle() == 0
        counts.append(len(queries))
    assert counts[0] == counts[1]
