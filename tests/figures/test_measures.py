"""What each measure counts, and what not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, strategies as st

from portal.access.enums import Label
from portal.bulletins import pulse
from portal.bulletins.enums import ReleaseKind
from portal.bulletins.models import Reading, Release
from portal.figures import measures
from portal.figures.measures import counted_times, nearest_rank, span_of
from portal.figures.own import ACTIVE
from portal.figures.sectors import NONE, SEVERAL
from portal.meetings.enums import MeetingKind, Presence, State
from portal.meetings.models import Attendance, Capability, ExerciseFacts, Initiative, Meeting
from portal.members.enums import StaffRole
from portal.members.models import Community
from portal.vocabulary.models import Hazard, Sector
from tests.factories import PersonFactory, bulletin, staff
from tests.figures.making import counted, in_community_of, of_sector, opened
from tests.library.making import document
from tests.reporting.making import make_report

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def exercise(starts_at: datetime, *hazards: str, kind: str = MeetingKind.EXERCISE, **fields: Any) -> Meeting:
    facts = {"state": State.POSTED, "tlp": Label.CLEAR, **fields}
    meeting: Meeting = Meeting.objects.create(
        kind=kind,
        committee=Community.objects.get(slug="standing-committee"),
        title="Exercise",
        starts_at=starts_at,
        **facts,
    )
    held = ExerciseFacts.objects.create(meeting=meeting)
    held.hazards.set([Hazard.objects.get_or_create(slug=slug, defaults={"name": slug.title()})[0] for slug in hazards])
    held.capabilities.set([Capability.objects.get_or_create(slug="own", defaults={"name": "Our own"})[0]])
    return meeting


def released(page: Any, at: datetime, **fields: Any) -> Any:
    Release.objects.filter(page=page).update(released_at=at, kind=ReleaseKind.TWO_PERSON)
    type(page).objects.filter(pk=page.pk).update(**fields)
    return page


class TestCapabilities:
    def test_an_exercise_counts_at_each_of_its_hazards_and_once_in_the_total(self, clock: Any) -> None:
        exercise(timezone.now() - timedelta(days=9), "flood", "tornado")
        exercise(timezone.now() - timedelta(days=8), "flood")
        exercise(timezone.now() - timedelta(days=8))
        found = counted("exercises-by-hazard", 2026)
        assert (found["flood"], found["tornado"], found["none-named"], found[""]) == (2, 1, 1, 3)
        assert counted("exercises-by-capability", 2026) == {"own": 3, "": 3}

    def test_what_was_called_off_is_a_draft_or_is_still_to_come_does_not_count(self, clock: Any) -> None:
        exercise(timezone.now() - HOUR, "flood", state=State.CANCELLED)
        exercise(timezone.now() - HOUR, "flood", state=State.DRAFT)
        exercise(timezone.now() + HOUR, "flood")
        exercise(timezone.now() - HOUR, "flood", kind=MeetingKind.MEETING)
        assert counted("exercises-by-hazard", 2026)[""] == 0

    def test_the_public_hears_of_exercises_that_are_public(self, clock: Any) -> None:
        exercise(timezone.now() - HOUR, "flood", tlp=Label.AMBER)
        exercise(timezone.now() - HOUR, "flood")
        assert counted("exercises-by-hazard", 2026)["flood"] == 2
        assert (opened("exercises-by-hazard", 2026)["flood"], opened("exercises-by-hazard", 2026)[""]) == (1, 1)

    def test_the_last_hour_of_a_year_is_of_that_year_by_the_states_clock(self, clock: Any) -> None:
        exercise(datetime(2026, 1, 1, 5, 30, tzinfo=UTC), "flood")  # half past eleven at night in Missouri
        assert (counted("exercises-by-hazard", 2025)["flood"], counted("exercises-by-hazard", 2026)["flood"]) == (1, 0)

    def test_the_day_that_a_leap_year_has_more_counts(self, clock: Any) -> None:
        exercise(datetime(2024, 2, 29, 18, 0, tzinfo=UTC), "flood")
        assert counted("exercises-by-hazard", 2024)["flood"] == 1
        first, after = span_of(2024)
        assert (after - first).days == 366

    def test_deliverables_stand_where_they_ended(self, clock: Any) -> None:
        facts = {"year": 2025, "title": "A plan", "owner_office": "Chairman", "measure": "plans"}
        Initiative.objects.create(**facts, done_on=date(2025, 9, 1), is_public=True)
        Initiative.objects.create(**facts, dropped_on=date(2025, 9, 1))
        Initiative.objects.create(**facts)
        assert counted("deliverables", 2025) == {"delivered": 1, "under-way": 1, "given-up": 1, "": 3}
        assert opened("deliverables", 2025) == {"delivered": 1, "under-way": 0, "given-up": 0, "": 1}

    def test_documents_count_by_hazard_and_public_ones_apart(self, clock: Any) -> None:
        open_one, inner = document(tlp=Label.CLEAR), document(tlp=Label.AMBER)
        open_one.hazards.set(Hazard.objects.all()[:1])
        found = counted("documents-by-hazard", 2026)
        assert (found[""], found["none-named"], opened("documents-by-hazard", 2026)[""]) == (2, 1, 1)
        assert inner.pk


class TestPartners:
    def test_each_member_stands_in_one_row(self, clock: Any) -> None:
        of_sector("energy")
        of_sector("energy", "dams")
        in_community_of("dams")
        PersonFactory()
        found = counted(ACTIVE, 2026)
        rows = ("sector:energy", "sector:dams", SEVERAL, NONE)
        assert [found[key] for key in rows] == [1, 1, 1, 1]
        assert sum(found.values()) == 4

    def test_staff_and_those_who_are_not_active_are_no_partners(self, clock: Any) -> None:
        staff(StaffRole.MIAC_ANALYST)
        of_sector("energy", suspended=True)
        assert not any(counted(ACTIVE, 2026).values())

    def test_a_sector_that_the_state_adds_has_a_row(self, clock: Any) -> None:
        Sector.objects.create(name="Space launch", slug="space-launch")
        of_sector("space-launch")
        assert counted(ACTIVE, 2026)["sector:space-launch"] == 1

    def test_a_sector_that_is_closed_has_none_and_its_members_still_count(self, clock: Any) -> None:
        of_sector("dams")
        Sector.objects.filter(slug="dams").update(closed_on=timezone.localdate())
        found = counted(ACTIVE, 2026)
        assert "sector:dams" not in found
        assert found[NONE] == 1

    def test_the_number_of_queries_does_not_grow_with_members(self, clock: Any) -> None:
        of_sector("energy")
        with CaptureQueriesContext(connection) as few:
            counted(ACTIVE, 2026)
        for _ in range(5):
            of_sector("energy", "dams")
        with CaptureQueriesContext(connection) as many:
            counted(ACTIVE, 2026)
        assert len(few) == len(many)

    def test_who_reads_reports_and_attends_is_counted_once_among_the_active(self, clock: Any) -> None:
        member, left = of_sector("energy"), of_sector("energy", suspended=True)
        page = bulletin()
        meeting = exercise(timezone.now() - HOUR)
        for person in (member, left):
            for revision in (1, 2):
                Reading.objects.create(page=page, revision_id=revision, person=person)
            make_report(person)
            Attendance.objects.create(meeting=meeting, person=person, name=person.name, presence=Presence.REMOTE)
        make_report(member)
        Attendance.objects.create(meeting=meeting, name="Guest", presence=Presence.PRESENT)
        for name in ("partners-reading", "partners-reporting", "partners-attending"):
            assert counted(name, 2026)["sector:energy"] == 1, name
            assert sum(counted(name, 2026).values()) == 1, name
            assert sum(counted(name, 2025).values()) == 0, name

    def test_who_was_absent_did_not_attend(self, clock: Any) -> None:
        member = of_sector("energy")
        Attendance.objects.create(
            meeting=exercise(timezone.now() - HOUR), person=member, name="A", presence=Presence.ABSENT
        )
        assert sum(counted("partners-attending", 2026).values()) == 0


class TestTimes:
    def test_from_the_day_of_an_event_to_the_first_release(self, clock: Any) -> None:
        released(bulletin(), datetime(2026, 2, 3, 18, 0, tzinfo=UTC), event_date=date(2026, 2, 1), issued_at=None)
        found = counted("event-to-bulletin", 2026)
        assert found == {"median": Decimal("2.5"), "ninetieth": Decimal("2.5"), "": 1}

    def test_a_bulletin_of_the_archive_counts_to_when_it_was_issued(self, clock: Any) -> None:
        issued = datetime(2019, 5, 2, 5, 0, tzinfo=UTC)  # midnight in Missouri
        released(bulletin(), timezone.now(), event_date=date(2019, 5, 1), issued_at=issued)
        assert counted("event-to-bulletin", 2026)["median"] == 1

    def test_what_was_imported_or_names_no_event_is_not_measured(self, clock: Any) -> None:
        released(bulletin(), timezone.now())
        bulletin(event_date=date(2026, 2, 1))
        assert counted("event-to-bulletin", 2026) == {"": 0}

    def test_from_the_release_to_the_first_partner(self, clock: Any) -> None:
        page = released(bulletin(), timezone.now() - 5 * HOUR)
        for person, ago in ((staff(StaffRole.MIAC_AUTHOR), 4), (PersonFactory(), 3), (PersonFactory(), 1)):
            row = Reading.objects.create(page=page, revision_id=1, person=person)
            Reading.objects.filter(pk=row.pk).update(opened_at=timezone.now() - ago * HOUR)
        assert counted("bulletin-to-reader", 2026) == {"median": Decimal(2), "ninetieth": Decimal(2), "": 1}

    def test_a_later_release_makes_no_bulletin_younger(self, clock: Any) -> None:
        page = released(bulletin(), datetime(2025, 12, 1, tzinfo=UTC), event_date=date(2025, 11, 30))
        page.save_revision()
        Release.objects.create(
            page=page, revision=page.get_latest_revision(), kind=ReleaseKind.TWO_PERSON, released_at=timezone.now()
        )
        assert (counted("event-to-bulletin", 2025)[""], counted("event-to-bulletin", 2026)[""]) == (1, 0)

    @given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60), st.integers(1, 100))
    def test_a_percentile_is_a_value_that_so_many_do_not_pass(self, seconds: list[int], part: int) -> None:
        times = sorted(timedelta(seconds=number) for number in seconds)
        found = nearest_rank(times, part)
        assert found in times
        assert sum(time <= found for time in times) * 100 >= part * len(times)
        assert sum(time < found for time in times) * 100 < part * len(times)

    def test_nothing_measured_gives_no_numbers(self) -> None:
        assert not counted_times([], HOUR).cells


@pytest.mark.usefixtures("clock")
def test_answers_count_by_the_year_of_their_bulletin(settings: Any) -> None:
    settings.PORTAL_SITE_KIND = "front"
    page = released(bulletin(), datetime(2025, 12, 30, tzinfo=UTC))
    for was_useful in (True, True, False):
        pulse.keep(page, PersonFactory().pk, was_useful=was_useful)
    assert counted("useful", 2025) == {"yes": 2, "no": 1}
    assert counted("useful", 2026) == {"yes": 0, "no": 0}


def test_every_measure_says_what_it_is_and_bears_a_year_without_anything(clock: Any) -> None:
    for row in measures.registered():
        found = row.compute(1999)
        assert all(cell.number == 0 for cell in found.cells), row.name
        for words in (row.title, row.definition, row.unit, row.source, row.heading):
            assert str(words).strip()
