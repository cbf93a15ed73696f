"""How a planner ends: at once, by whatever was lost, and told to whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.core import outbox
from portal.members.actions.staff_roles import TakeRole
from portal.members.enums import StaffRole
from portal.members.models import Organisation, Person
from portal.reporting.models import Holding, NamedPlanner
from portal.reporting.protected import planners, timeline
from portal.reporting.protected.actions import planning
from portal.reporting.protected.enums import PlannerEnd, Stage
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.protected.desk.working import (
    AGENCY,
    anew,
    ask,
    close,
    destroy_it,
    dismiss,
    dispose,
    name_planner,
    opens,
    planning_page as page,
    refuse,
    return_it,
    said_by,
)

pytestmark = pytest.mark.django_db


class TestEnding:
    @pytest.fixture
    def client(self, allowed: Holding, named: NamedPlanner, planner: Person) -> Client:
        """A browser that has the submission open."""
        found = said_by(session_for(planner), allowed)
        assert opens(found, allowed)
        return found

    def test_by_an_act_of_one_person(
        self, client: Client, allowed: Holding, named: NamedPlanner, supervisor: Person
    ) -> None:
        dismiss(named, supervisor)
        assert not opens(client, allowed)
        with pytest.raises(planning.NoSuchPlanner):
            dismiss(named, supervisor)

    def test_by_losing_the_role_and_having_it_again_brings_nothing_back(
        self, client: Client, allowed: Holding, named: NamedPlanner, planner: Person
    ) -> None:
        TakeRole(planner, staff(StaffRole.ADMINISTRATOR), StaffRole.PLANNER, "Left").execute()
        planner.groups.add(Group.objects.get(name="Planner"))
        assert not opens(session_for(Person.objects.get(pk=planner.pk)), allowed)
        assert planners.end_lost() == 1
        assert planners.end_lost() == 0
        named.refresh_from_db()
        assert named.end == PlannerEnd.LOST

    @pytest.mark.parametrize("loss", ["group", "place", "agency", "suspended", "party", "alternate"])
    def test_at_once_by_losing_what_they_were_named_for(
        self, client: Client, allowed: Holding, named: NamedPlanner, planner: Person, loss: str
    ) -> None:
        match loss:
            case "group":
                planner.groups.clear()
            case "place":
                planner.affiliations.update(ended_at=timezone.now())
            case "agency":
                Organisation.objects.filter(pk=named.organisation_id).update(closed_at=timezone.now())
            case "suspended":
                Person.objects.filter(pk=planner.pk).update(standing="suspended")
            case "party":
                planner.affiliations.create(organisation=allowed.report.organisation)
            case "alternate":
                type(allowed.report).objects.filter(pk=allowed.report_id).update(alternate=planner)
        answer = client.get(page(allowed))
        assert answer.status_code in {302, 404}
        assert b"single-line diagram" not in answer.content
        assert planners.end_lost() == (0 if loss == "suspended" else 1)

    def test_by_the_submitters_withdrawal(self, client: Client, allowed: Holding, named: NamedPlanner) -> None:
        ask(allowed, "withdraw", wish="keep")
        assert not opens(client, allowed)
        named.refresh_from_db()
        assert (named.end, named.ended_at) == (PlannerEnd.WITHDRAWN, timezone.now())

    @pytest.mark.parametrize("way", [destroy_it, return_it])
    def test_by_the_decision_that_it_goes_and_by_its_destruction(
        self,
        client: Client,
        allowed: Holding,
        named: NamedPlanner,
        signatory: Person,
        analyst: Person,
        custodian: Person,
        way: Any,
    ) -> None:
        close(allowed, signatory)
        assert opens(client, allowed)
        way(anew(allowed), analyst)
        assert not opens(client, allowed)
        if way is destroy_it:
            dispose(anew(allowed), custodian)
            assert not opens(client, allowed)
        assert NamedPlanner.objects.get().end == PlannerEnd.GOES

    def test_a_row_that_says_nothing_of_an_end_opens_nothing_at_a_stage_that_has_none(
        self, client: Client, allowed: Holding, named: NamedPlanner
    ) -> None:
        for stage in Stage:
            Holding.objects.filter(pk=allowed.pk).update(stage=stage)
            assert opens(client, allowed) is (stage in planners.STAGES)

    def test_a_refusal_ends_nothing_since_the_submitter_may_still_respond(
        self, client: Client, allowed: Holding, signatory: Person
    ) -> None:
        refuse(allowed, signatory)
        assert opens(client, allowed)


class TestTelling:
    def sent(self) -> dict[str, Any]:
        mail.outbox.clear()
        outbox.send_waiting(all_sites=True)
        return {one.to[0]: one for one in mail.outbox}

    def test_the_submitter_reads_of_which_agency_and_never_who(
        self, allowed: Holding, named: NamedPlanner, supervisor: Person
    ) -> None:
        dismiss(named, supervisor)
        said = [words for _at, _is_desk, words in timeline.of(allowed.report)]
        assert f"A planner of this agency was named who may open it: {AGENCY}." in said
        assert f"A planner of this agency may open it no longer: {AGENCY}." in said
        assert "The planner" not in " ".join(said)

    def test_one_that_was_never_approved_is_told_to_nobody(
        self, allowed: Holding, planner: Person, analyst: Person
    ) -> None:
        self.sent()
        dismiss(name_planner(allowed, analyst, planner), analyst)
        assert AGENCY not in str(timeline.of(allowed.report))
        assert self.sent() == {}

    def test_the_planner_gets_a_mail_with_number_and_link_and_one_when_it_ends(
        self, allowed: Holding, named: NamedPlanner, planner: Person, supervisor: Person, settings: Any
    ) -> None:
        found = self.sent()
        assert set(found) == {planner.email, allowed.report.submitter.email}
        assert f"{settings.PORTAL_DESK_URL}{page(allowed)}" in found[planner.email].body
        dismiss(named, supervisor)
        body = self.sent()[planner.email].body
        assert "no longer" in body
        assert "/desk/" not in body
        assert "substation" not in body

    def test_a_planner_who_opened_it_hears_that_it_moved_without_an_address_once_it_ended(
        self, allowed: Holding, named: NamedPlanner, planner: Person, signatory: Person, settings: Any
    ) -> None:
        said_by(session_for(planner), allowed).get(page(allowed))
        self.sent()
        close(allowed, signatory)
        assert f"{settings.PORTAL_DESK_URL}{page(allowed)}" in self.sent()[planner.email].body
        planner.affiliations.update(ended_at=timezone.now())
        retire = anew(allowed)
        destroy_it(retire, staff(StaffRole.MIAC_ANALYST))
        assert "/desk/" not in self.sent()[planner.email].body
