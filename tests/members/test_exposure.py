"""The exposure report: how much can be read by how many, and what has become wider."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal.access.derivation import derive
from portal.access.enums import Label, Reach
from portal.access.rule import may_read
from portal.bulletins.models import BulletinPage
from portal.core import outbox, tick
from portal.members import exposure
from portal.members.enums import AlarmKind, StaffRole
from portal.members.models import Alarm, Community, ExposureReport, Person
from portal.members.viewers import viewer_for
from tests.conftest import session_for
from tests.factories import (
    CommunityFactory,
    OrganisationFactory,
    PersonFactory,
    bulletin,
    draft,
    expired_bulletin,
    guidance,
    staff,
)

pytestmark = pytest.mark.django_db
READERS = {StaffRole.MIAC_SUPERVISOR, StaffRole.PRIVACY_OFFICER, StaffRole.AUDITOR, StaffRole.ADMINISTRATOR}


@pytest.fixture
def community(pages: Any) -> Community:
    made: Community = CommunityFactory()
    PersonFactory.create_batch(2, communities=[made])
    return made


def reference(page: Any) -> str:
    return f"{page._meta.label}:{page.pk}"


def change(page: BulletinPage, **fields: Any) -> None:
    """Change what is stored of a page, as a release would."""
    BulletinPage.objects.filter(pk=page.pk).update(**fields)
    derive(BulletinPage, page.pk)


def report(*arguments: str) -> tuple[int, str]:
    """The exit code of the command, and what it printed."""
    out = io.StringIO()
    try:
        call_command("access_report", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


# --- the count -----------------------------------------------------------------------------------


def test_the_count_is_what_the_rule_says_of_each_person(community: Community) -> None:
    works, closed = OrganisationFactory(), CommunityFactory(closed_at=timezone.now())
    one = PersonFactory(communities=[community, closed], organisations=[works])
    PersonFactory(communities=[community], cleared=True)
    PersonFactory(communities=[community], suspended=True)
    PersonFactory(organisations=[works], cleared_until=timezone.now() - timedelta(days=1))
    former = PersonFactory(communities=[community], organisations=[works])
    former.community_memberships.update(ended_at=timezone.now() - timedelta(minutes=1))
    named: dict[str, Any] = {"tlp": Label.AMBER, "audience_communities": [community]}
    made = [
        bulletin(**named),
        bulletin(**named, audience_organisations=[works], audience_people=[one, former]),
        bulletin(**named, law_enforcement_sensitive=True),
        bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS),
        bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS, law_enforcement_sensitive=True),
        bulletin(tlp=Label.AMBER_STRICT, audience_organisations=[works]),
        bulletin(tlp=Label.RED, audience_people=[one]),
        bulletin(tlp=Label.AMBER, audience_communities=[closed]),
        guidance(**named),
    ]
    counted = {thing.reference: thing.readers for thing in exposure.things_in_force(at=timezone.now())}
    for page in made:
        stored = type(page).objects.get(pk=page.pk)
        expected = sum(may_read(viewer_for(person), stored) for person in Person.objects.all())
        assert counted[reference(page)] == expected, (page.tlp, page.title)
    assert {counted[reference(page)] for page in made} >= {0, 1, 4}


def test_only_what_is_in_force_is_counted(community: Community) -> None:
    named: dict[str, Any] = {"tlp": Label.AMBER, "audience_communities": [community]}
    shown, soon = bulletin(**named), bulletin(**named, visible_from=timezone.now() + timedelta(days=1))
    over, hidden, recalled = expired_bulletin(**named), draft(**named), bulletin(**named)
    change(recalled, recalled_at=timezone.now())
    found = {thing.reference for thing in exposure.things_in_force(at=timezone.now())}
    assert reference(shown) in found
    assert not found & {reference(page) for page in (soon, over, hidden, recalled)}


def test_it_takes_as_many_queries_for_fifty_things_as_for_one(
    community: Community, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    named: dict[str, Any] = {"tlp": Label.AMBER, "audience_communities": [community]}
    bulletin(**named)
    list(exposure.things_in_force(at=timezone.now()))
    with django_assert_max_num_queries(40) as one:
        list(exposure.things_in_force(at=timezone.now()))
    for number in range(20):
        bulletin(**named, audience_people=[PersonFactory() for _each in range(number % 3)])
    with django_assert_num_queries(len(one.captured_queries)):
        assert len([row for row in exposure.things_in_force(at=timezone.now()) if row.label is Label.AMBER]) == 21


# --- the command ---------------------------------------------------------------------------------


def test_nothing_to_look_at_is_0_and_what_is_beyond_the_threshold_is_1(community: Community, settings: Any) -> None:
    page = bulletin(title="Very secret words", tlp=Label.AMBER, audience_communities=[community])
    code, said = report()
    assert code == 0
    assert "TLP:AMBER" in said
    settings.PORTAL_EXPOSURE_THRESHOLD = 1
    code, said = report()
    assert code == 1
    assert reference(page) in said
    assert "secret" not in said
    assert ExposureReport.objects.count() == 2


def test_as_json_it_can_be_read_by_a_program_and_holds_no_title(community: Community, settings: Any) -> None:
    settings.PORTAL_EXPOSURE_THRESHOLD = 1
    page = bulletin(title="Very secret words", tlp=Label.AMBER, audience_communities=[community])
    code, said = report("--json")
    figures = json.loads(said)
    assert code == 1
    assert figures["beyond"] == [[reference(page), "TLP:AMBER", 2]]
    assert figures["labels"]["TLP:AMBER"] == 1
    assert "secret" not in said + json.dumps(ExposureReport.objects.get().figures)


def test_those_who_have_been_away_are_counted(community: Community) -> None:
    for days in (0, 59, 61, 89, 91, 400):
        person = PersonFactory()
        person.visit.active_at = timezone.now() - timedelta(days=days)
        person.visit.save()
    gone = PersonFactory(suspended=True)
    gone.visit.active_at = timezone.now() - timedelta(days=400)
    gone.visit.save()
    assert exposure.measure().figures["people"] == {"active": 6, "dormant_soon": 2, "dormant": 2}


# --- drift ---------------------------------------------------------------------------------------


@pytest.fixture
def a_week_ago(community: Community) -> dict[str, BulletinPage]:
    """Four bulletins, as they were reported a week ago."""
    named: dict[str, Any] = {"audience_communities": [community]}
    found = {
        "same": bulletin(tlp=Label.AMBER, **named),
        "wider": bulletin(tlp=Label.AMBER, **named),
        "further": bulletin(tlp=Label.GREEN, **named),
        "caveat": bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS, law_enforcement_sensitive=True),
    }
    exposure.take(at=timezone.now() - timedelta(days=8))
    return found


def changes() -> set[tuple[str, str]]:
    return {(row.reference, row.why) for row in exposure.measure().drift}


def test_what_stayed_as_it_was_has_not_drifted(a_week_ago: Any) -> None:
    assert changes() == set()
    assert report()[0] == 0


def test_a_wider_label_a_further_reach_and_a_caveat_taken_off_are_drift(
    a_week_ago: dict[str, BulletinPage], community: Community
) -> None:
    wider, further, caveat = (a_week_ago[name] for name in ("wider", "further", "caveat"))
    change(wider, tlp=Label.GREEN)
    BulletinPage.audience_communities.through.objects.filter(bulletinpage_id=further.pk).delete()
    change(further, reach=Reach.MEMBERS)
    change(caveat, law_enforcement_sensitive=False)
    assert changes() == {
        (reference(wider), "label"),
        (reference(further), "label"),
        (reference(caveat), "caveat"),
    }
    code, said = report()
    assert code == 1
    assert f"{reference(wider)}" in said


def test_a_label_that_opened_to_everyone_is_drift_and_a_narrower_one_is_not(
    a_week_ago: dict[str, BulletinPage],
) -> None:
    page = a_week_ago["wider"]
    BulletinPage.audience_communities.through.objects.filter(bulletinpage_id=page.pk).delete()
    change(page, tlp=Label.CLEAR)
    change(a_week_ago["further"], tlp=Label.AMBER)
    assert changes() == {(reference(page), "label")}


def test_more_than_twice_the_readers_is_drift(a_week_ago: dict[str, BulletinPage], community: Community) -> None:
    PersonFactory.create_batch(2, communities=[community])
    assert changes() == set()  # twice as many
    PersonFactory(communities=[community])
    grown = {reference(a_week_ago[name]) for name in ("same", "wider", "further")}
    assert changes() == {(each, "readers") for each in grown}


def test_a_new_thing_and_a_report_of_yesterday_are_nothing_to_compare_with(community: Community) -> None:
    page = bulletin(tlp=Label.AMBER, audience_communities=[community])
    exposure.take(at=timezone.now() - timedelta(days=6))
    change(page, tlp=Label.GREEN)
    assert changes() == set()


def test_the_weekly_step_reports_once_and_alarms_staff_of_drift(a_week_ago: Any, community: Community) -> None:
    officer = staff(StaffRole.VETTING_OFFICER)
    PersonFactory.create_batch(3, communities=[community])
    now = timezone.now()
    step = tick._steps["members: exposure report"]
    assert step(now) == 1
    assert step(now + timedelta(days=6)) == 0
    alarm = Alarm.objects.get()
    assert alarm.kind == AlarmKind.EXPOSURE
    outbox.send_waiting()
    assert [letter.to for letter in mail.outbox] == [[officer.email]]
    with time_machine.travel(now + timedelta(days=7, minutes=1)):
        assert step(timezone.now()) == 1
    assert Alarm.objects.get().count == 1  # compared with a report that had the same


# --- the page on Desk ----------------------------------------------------------------------------


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("role", list(StaffRole))
def test_the_page_opens_to_four_roles(pages: Any, role: StaffRole) -> None:
    assert session_for(staff(role)).get("/desk/access/").status_code == (200 if role in READERS else 404)


@pytest.mark.usefixtures("desk")
def test_a_title_shows_only_to_those_who_may_read_the_thing(community: Community, settings: Any) -> None:
    settings.PORTAL_EXPOSURE_THRESHOLD = 1
    page = bulletin(title="Very secret words", tlp=Label.AMBER, audience_communities=[community])
    insider, outsider = (staff(StaffRole.AUDITOR, communities=[each]) for each in (community, CommunityFactory()))
    exposure.take(at=timezone.now() - timedelta(days=8))
    change(page, tlp=Label.GREEN)
    exposure.take()
    inside = session_for(insider).get("/desk/access/").content.decode()
    outside = session_for(outsider).get("/desk/access/").content.decode()
    assert inside.count("Very secret words") == 2  # beyond the threshold, and drifted
    assert "secret" not in outside
    assert outside.count(reference(page)) == 2


@pytest.mark.usefixtures("desk")
def test_a_report_older_than_the_models_still_opens(community: Community) -> None:
    figures = exposure.measure().figures
    figures["beyond"] = [["gone.Model:1", "TLP:AMBER", 900], ["nonsense:1", "TLP:AMBER", 800]]
    ExposureReport.objects.create(figures=figures)
    body = session_for(staff(StaffRole.AUDITOR)).get("/desk/access/").content.decode()
    assert "gone.Model:1" in body
