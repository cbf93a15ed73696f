"""Planners: named for one submission by two people, by the submitter's leave, and gone at once when that is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Event
from portal.core.actions import ActionRefused
from portal.members.enums import OrganisationKind, StaffRole
from portal.members.models import Affiliation, Organisation, Person
from portal.reporting.models import Holding, HoldingEntry, NamedPlanner, SafeCopyPart, Use
from portal.reporting.protected.actions import planning
from portal.reporting.protected.actions.base import MovedOn, OnePerson, OwnSubmission, WordsMissing
from portal.reporting.protected.enums import Note, PlannerEnd, UsePurpose
from portal.reporting.refusals import NotYourRole
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory, staff
from tests.reporting.protected.desk.working import (
    AGENCY,
    WITH_PLANNERS,
    admit,
    anew,
    ask,
    close,
    dismiss,
    make_submission,
    name_planner,
    opens,
    planning_page as page,
    said_by,
    take_in,
    verbs_about,
)

pytestmark = pytest.mark.django_db


class TestNaming:
    def test_two_people_name_one_and_before_the_second_nothing_opens(
        self, allowed: Holding, planner: Person, analyst: Person, second: Person
    ) -> None:
        client = session_for(planner)
        row = name_planner(allowed, analyst, planner)
        assert not opens(client, allowed)
        with pytest.raises(OnePerson):
            admit(row, analyst)
        assert not opens(client, allowed)
        admit(row, second)
        assert opens(client, allowed)

    def test_where_the_submitter_said_analysts_alone_there_is_no_such_act(
        self, kept: Holding, planner: Person, analyst: Person
    ) -> None:
        assert kept.readers == "analysts"
        with pytest.raises(planning.NotAllowedHere):
            name_planner(kept, analyst, planner)
        client = session_for(analyst)
        for verb in ("planner", "admit", "dismiss"):
            address = reverse("desk_protected_act", args=[kept.report.uuid, verb])
            assert client.post(address).status_code == client.get(address).status_code == 404
        client.post(reverse("desk_protected_one", args=[kept.report.uuid]), {"purpose": "review"})
        assert (
            "Name a planner" not in client.get(reverse("desk_protected_one", args=[kept.report.uuid])).content.decode()
        )

    def test_what_cannot_be_read_allows_nobody(
        self, clock: Any, desk: None, sealed: Path, planner: Person, analyst: Person
    ) -> None:
        for answers in ({"readers": "everybody"}, {"readers": ""}, {"readers": ["planners"]}):
            found = take_in(make_submission(readers=answers))
            assert found.readers == ""
            with pytest.raises(planning.NotAllowedHere):
                name_planner(found, analyst, planner)

    @pytest.mark.parametrize(
        "role", [StaffRole.CLOSURE_SIGNATORY, StaffRole.RECORDS_CUSTODIAN, StaffRole.DUTY_OFFICER, StaffRole.PLANNER]
    )
    def test_nobody_but_analysts_and_supervisors_names_or_approves(
        self, allowed: Holding, planner: Person, analyst: Person, role: StaffRole
    ) -> None:
        with pytest.raises(NotYourRole):
            name_planner(allowed, staff(role), planner)
        row = name_planner(allowed, analyst, planner)
        with pytest.raises(NotYourRole):
            admit(row, staff(role))

    def test_nobody_works_at_it_whose_own_organisation_submitted_it(
        self, allowed: Holding, planner: Person, analyst: Person, second: Person
    ) -> None:
        row = name_planner(allowed, analyst, planner)
        second.affiliations.create(organisation=allowed.report.organisation)
        with pytest.raises(OwnSubmission):
            admit(row, second)

    def test_a_planner_has_the_role_a_public_agency_and_nothing_to_do_with_who_submitted(
        self, allowed: Holding, analyst: Person, agency: Organisation
    ) -> None:
        company = OrganisationFactory()
        for person in (
            PersonFactory(organisations=[agency]),
            staff(StaffRole.PLANNER),
            staff(StaffRole.PLANNER, organisations=[company]),
            staff(StaffRole.PLANNER, organisations=[agency, allowed.report.organisation]),
            staff(StaffRole.PLANNER, organisations=[agency], standing="suspended"),
        ):
            with pytest.raises(planning.NoPlanner):
                name_planner(allowed, analyst, person)

    def test_nobody_names_or_approves_themselves(self, allowed: Holding, agency: Organisation, analyst: Person) -> None:
        both = PersonFactory(roles=[StaffRole.MIAC_ANALYST, StaffRole.PLANNER], organisations=[agency])
        with pytest.raises(planning.NoPlanner):
            name_planner(allowed, both, both)
        row = name_planner(allowed, analyst, both)
        with pytest.raises(planning.NoPlanner):
            admit(row, both)

    def test_it_takes_words_and_the_statement_that_the_submitter_meant_them(
        self, allowed: Holding, planner: Person, analyst: Person, second: Person
    ) -> None:
        with pytest.raises(WordsMissing):
            name_planner(allowed, analyst, planner, reasons=" ")
        with pytest.raises(planning.NotCovered):
            name_planner(allowed, analyst, planner, is_covered=False)
        with pytest.raises(planning.NoPlanner):
            name_planner(allowed, analyst, planner, purpose=UsePurpose.REVIEW)
        row = name_planner(allowed, analyst, planner)
        with pytest.raises(planning.NotCovered):
            admit(row, second, is_covered=False)
        entry = HoldingEntry.objects.get(note=Note.PLANNER_ASKED)
        assert not entry.is_told
        assert b"flood" not in bytes(entry.details)

    def test_nobody_is_named_twice_nor_approved_twice_nor_for_another_submission(
        self, allowed: Holding, named: NamedPlanner, planner: Person, analyst: Person, supervisor: Person
    ) -> None:
        with pytest.raises(planning.NamedAlready):
            name_planner(allowed, analyst, planner)
        with pytest.raises(planning.NoSuchPlanner):
            admit(named, supervisor)
        other = take_in(make_submission(readers=WITH_PLANNERS))
        with pytest.raises(planning.NoSuchPlanner):
            planning.ApprovePlanner(other, supervisor, planner=named, is_covered=True).execute()
        with pytest.raises(planning.NoSuchPlanner):
            planning.EndPlanner(other, supervisor, planner=named).execute()
        with pytest.raises(IntegrityError), transaction.atomic():
            NamedPlanner.objects.create(
                holding=allowed, person=planner, organisation=named.organisation, purpose="planning", named_by=analyst
            )

    def test_a_planner_who_lost_the_role_or_moved_meanwhile_is_not_approved(
        self, allowed: Holding, planner: Person, analyst: Person, second: Person
    ) -> None:
        row = name_planner(allowed, analyst, planner)
        planner.affiliations.update(ended_at=timezone.now())
        elsewhere = OrganisationFactory(kind=OrganisationKind.PUBLIC_AGENCY)
        Affiliation.objects.create(person=planner, organisation=elsewhere)
        with pytest.raises(planning.NoPlanner):
            admit(row, second)
        planner.groups.clear()
        with pytest.raises(planning.NoPlanner):
            admit(row, second)

    @pytest.mark.parametrize("wish", ["keep", "destroy"])
    def test_nobody_is_named_or_approved_once_it_was_withdrawn(
        self, allowed: Holding, planner: Person, analyst: Person, second: Person, wish: str
    ) -> None:
        row = name_planner(allowed, analyst, planner)
        ask(allowed, "withdraw", wish=wish)
        with pytest.raises(ActionRefused):
            admit(row, second)
        with pytest.raises(MovedOn):
            name_planner(anew(allowed), analyst, planner)
        assert NamedPlanner.objects.get().end == PlannerEnd.WITHDRAWN

    def test_the_trail_says_who_named_whom_and_never_why(
        self, allowed: Holding, named: NamedPlanner, supervisor: Person
    ) -> None:
        dismiss(named, supervisor)
        assert verbs_about(allowed)[-3:] == ["planner.name", "planner.approve", "planner.end"]
        facts = Event.objects.filter(verb="planner.name").get()
        assert "flood" not in str(facts.facts if hasattr(facts, "facts") else vars(facts))


class TestReading:
    def test_they_say_what_for_and_the_submitter_reads_role_agency_purpose_and_time(
        self, allowed: Holding, named: NamedPlanner, planner: Person
    ) -> None:
        client = session_for(planner)
        first = client.get(page(allowed)).content.decode()
        assert "single-line diagram" not in first
        assert not Use.objects.exists()
        said_by(client, allowed)
        text = client.get(page(allowed)).content.decode()
        assert "single-line diagram" in text
        row = Use.objects.get()
        assert (row.role, row.agency, row.purpose, row.at) == ("Planner", AGENCY, "planning", timezone.now())

    def test_no_purpose_but_the_one_they_were_named_for(
        self, allowed: Holding, named: NamedPlanner, planner: Person
    ) -> None:
        client = session_for(planner)
        for purpose in ("product", "review", ""):
            assert client.post(page(allowed), {"purpose": purpose}).status_code == 422
        assert "single-line diagram" not in client.get(page(allowed)).content.decode()
        assert not Use.objects.exists()

    def test_they_read_what_planning_needs_and_nothing_of_the_desk(
        self, allowed: Holding, named: NamedPlanner, planner: Person
    ) -> None:
        text = said_by(session_for(planner), allowed).get(page(allowed)).content.decode()
        assert "takes the whole county off the grid" in text
        for word in ("573-555-0142", "engineer@grid.example", "Station road", "The first analyst", "What was recorded"):
            assert word not in text

    def test_they_see_the_submissions_they_are_named_for_now_and_no_other(
        self, allowed: Holding, named: NamedPlanner, planner: Person, supervisor: Person
    ) -> None:
        other = take_in(make_submission(readers=WITH_PLANNERS))
        client = session_for(planner)
        text = client.get(reverse("desk_planning")).content.decode()
        assert allowed.report.number in text
        assert other.report.number not in text
        assert not opens(client, other)
        assert "Submissions that you plan with" in client.get(reverse("desk")).content.decode()
        dismiss(named, supervisor)
        assert allowed.report.number not in client.get(reverse("desk_planning")).content.decode()
        assert "You are named for no submission now" in client.get(reverse("desk_planning")).content.decode()

    def test_all_else_of_the_submission_is_not_there_for_them(
        self, allowed: Holding, named: NamedPlanner, planner: Person, signatory: Person
    ) -> None:
        close(allowed, signatory)
        client = said_by(session_for(planner), allowed)
        key = allowed.report.uuid
        for name in ("desk_protected_one", "desk_protected_record", "desk_determination", "desk_determination_pdf"):
            assert client.get(reverse(name, args=[key])).status_code == 404
        evidence = allowed.evidence.get()
        assert client.get(reverse("desk_original_ask", args=[evidence.pk])).status_code == 404
        for name in ("desk_protected", "desk_protected_clocks", "desk_requests"):
            assert client.get(reverse(name)).status_code == 404
        for verb in ("close", "retain", "message", "planner", "admit", "dismiss", "hold"):
            assert client.post(reverse("desk_protected_act", args=[key, verb])).status_code == 404

    def test_safe_copies_open_with_the_purpose_and_count_as_a_use(
        self, allowed: Holding, named: NamedPlanner, planner: Person, supervisor: Person, clock: Any
    ) -> None:
        evidence = allowed.evidence.get()
        SafeCopyPart.objects.create(evidence=evidence, number=1, form="text")
        address = reverse("desk_protected_file", args=[evidence.pk])
        client = session_for(planner)
        assert client.get(address).status_code == 302
        said_by(client, allowed)
        assert not Use.objects.exists()
        text = client.get(address).content.decode()
        assert reverse("desk_planning_one", args=[allowed.report.uuid]) in text
        assert reverse("desk_original_ask", args=[evidence.pk]) not in text
        assert Use.objects.get().role == "Planner"
        dismiss(named, supervisor)
        assert client.get(address).status_code == 404

    def test_somebody_who_is_named_for_another_opens_no_file_of_this_one(
        self, allowed: Holding, named: NamedPlanner, planner: Person
    ) -> None:
        other = take_in(make_submission(readers=WITH_PLANNERS))
        evidence = other.evidence.get()
        SafeCopyPart.objects.create(evidence=evidence, number=1, form="picture")
        client = session_for(planner)
        assert client.get(reverse("desk_protected_file", args=[evidence.pk])).status_code == 404
        assert client.get(reverse("desk_protected_file_part", args=[evidence.pk, 1])).status_code == 404
