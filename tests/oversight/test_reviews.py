"""The weekly review: made when a week is over, due, overdue, signed once, and resting on a signed checkpoint."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import portal.urls.desk  # noqa: F401  (its pages register what waits)
from portal.audit import Verb
from portal.audit.models import Event
from portal.core import queues, tick
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.oversight import actions, reviews
from portal.oversight.models import Review
from portal.oversight.weeks import Week
from tests.audit.test_poison import planted
from tests.conftest import session_for
from tests.factories import PersonFactory, staff
from tests.oversight.happenings import WEDNESDAY, happened, looks, sealed

pytestmark = [pytest.mark.django_db, pytest.mark.both]
LAST_WEEK = date(2026, 2, 23)
FINDING = "Looked at each entry; all have a reason."


@pytest.fixture
def review(auditor: Person) -> Review:
    """The review of the week before, due, with a checkpoint that covers it."""
    happened(at=WEDNESDAY - timedelta(days=7))
    reviews.make_those_due(timezone.now())
    sealed()
    return Review.objects.get(week=LAST_WEEK)


def weeks() -> list[date]:
    return sorted(Review.objects.values_list("week", flat=True))


# --- made -----------------------------------------------------------------------------------------


def test_a_review_is_made_when_its_week_is_over_by_the_states_clock(auditor: Person) -> None:
    happened(at=WEDNESDAY)
    assert reviews.make_those_due(datetime(2026, 3, 9, 4, 59, tzinfo=UTC)) == 0
    assert reviews.make_those_due(datetime(2026, 3, 9, 5, 0, tzinfo=UTC)) == 1
    assert weeks() == [date(2026, 3, 2)]
    assert Review.objects.get().due_at == datetime(2026, 3, 16, 5, 0, tzinfo=UTC)


def test_a_clock_that_was_down_makes_up_for_every_week(auditor: Person) -> None:
    happened(at=WEDNESDAY - timedelta(days=21))
    assert reviews.make_those_due(WEDNESDAY) == 3
    assert reviews.make_those_due(WEDNESDAY) == 0
    assert weeks() == [date(2026, 2, 9), date(2026, 2, 16), LAST_WEEK]


def test_the_clock_makes_them(auditor: Person) -> None:
    happened(at=WEDNESDAY - timedelta(days=7))
    outcomes = {outcome.name: outcome for outcome in tick.run(WEDNESDAY)}
    assert outcomes["oversight: weekly reviews"].moved == 1


@pytest.mark.parametrize("time", ["0001-01-01 00:00:00", "1066-10-14 09:00:00", "2020-01-01 00:00:00"])
def test_an_event_that_claims_a_year_long_past_makes_no_reviews_of_the_years_since(
    auditor: Person, time: str, settings: Any
) -> None:
    settings.PORTAL_TRAIL_MONTHS = 12
    happened(at=WEDNESDAY - timedelta(weeks=2))
    planted(at=time)
    assert reviews.make_those_due(WEDNESDAY) == 2


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL's columns take no other text")
def test_an_event_whose_time_cannot_be_read_keeps_no_review_from_being_made(auditor: Person) -> None:
    happened(at=WEDNESDAY - timedelta(weeks=2))
    for time in ("2025-99-99 00:00:00", "zzz"):
        planted(at=time)
    assert reviews.make_those_due(WEDNESDAY) == 2


def test_a_week_is_the_states_whatever_zone_is_active() -> None:
    sunday = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # in Missouri still Sunday evening
    with timezone.override("UTC"):
        week = Week.of(sunday)
        assert week.monday == date(2026, 2, 23)
        assert week.ends_at == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def test_where_nothing_was_ever_recorded_there_is_nothing_to_review(db: None) -> None:
    assert reviews.make_those_due(WEDNESDAY) == 0


# --- waiting --------------------------------------------------------------------------------------


def test_it_waits_on_the_desk_of_auditors_and_becomes_overdue(review: Review, auditor: Person, clock: Any) -> None:
    def waiting(person: Person) -> list[tuple[int, int]]:
        return [(row.count, row.overdue) for row in queues.of(person) if row.url == "/desk/audit/reviews/"]

    assert waiting(auditor) == [(1, 0)]
    assert waiting(staff(StaffRole.ADMINISTRATOR)) == []
    clock.move_to(review.due_at - timedelta(seconds=1))
    assert waiting(auditor) == [(1, 0)]
    clock.move_to(review.due_at)
    assert waiting(auditor) == [(1, 1)]
    sealed()
    actions.SignReview(review, auditor, FINDING).execute()
    assert waiting(auditor) == [(0, 0)]


# --- signed ---------------------------------------------------------------------------------------


def test_signing_keeps_who_when_what_and_on_which_checkpoint(browser: Client, review: Review, auditor: Person) -> None:
    happened(by=PersonFactory(), verb=Verb.TRAIL_EXPORT, at=WEDNESDAY - timedelta(days=7))
    checkpoint = sealed()
    answer = browser.post(f"/desk/audit/reviews/{review.pk}/sign/", {"finding": FINDING})
    assert answer.status_code == 302
    review.refresh_from_db()
    assert (review.signed_by, review.signed_at, review.finding) == (auditor, WEDNESDAY, FINDING)
    assert review.size == checkpoint.size
    assert review.counts == {"export": 1}
    [event] = Event.objects.filter(verb=Verb.TRAIL_REVIEW)
    assert event.about == f"oversight.review:{review.pk}"
    assert event.facts == {"week": "2026-02-23", "odd": 1, "checkpoint": checkpoint.size}
    assert FINDING in browser.get(f"/desk/audit/reviews/{review.pk}/").content.decode()


@pytest.mark.parametrize("finding", ["", "  ", "fine", "x" * 2001])
def test_without_words_nothing_is_signed(browser: Client, review: Review, finding: str) -> None:
    address = f"/desk/audit/reviews/{review.pk}/sign/"
    answer = browser.post(address, {"finding": finding})
    assert answer.status_code == 422
    assert finding in answer.content.decode()
    review.refresh_from_db()
    assert review.signed_at is None
    assert browser.post(address, {"finding": FINDING}).status_code == 302


def test_of_two_who_sign_the_second_is_told_and_changes_nothing(browser: Client, review: Review) -> None:
    address = f"/desk/audit/reviews/{review.pk}/sign/"
    second = session_for(staff(StaffRole.AUDITOR, name="The other"))
    assert second.get(f"/desk/audit/reviews/{review.pk}/").status_code == 200
    browser.post(address, {"finding": FINDING})
    answer = second.post(address, {"finding": "Something else altogether."}, follow=True)
    assert "The auditor signed this week meanwhile. Your words were not stored" in answer.content.decode()
    review.refresh_from_db()
    assert review.finding == FINDING
    told = Event.objects.filter(verb=Verb.TRAIL_REVIEW)
    assert sorted((event.outcome, event.why) for event in told) == [("done", ""), ("refused", "AlreadySigned")]


def test_it_is_not_signed_before_a_checkpoint_covers_the_week(browser: Client, auditor: Person, clock: Any) -> None:
    happened(at=WEDNESDAY - timedelta(days=7))
    sealed(at=WEDNESDAY - timedelta(days=5))
    reviews.make_those_due(timezone.now())
    row = Review.objects.get()
    answer = browser.post(f"/desk/audit/reviews/{row.pk}/sign/", {"finding": FINDING})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "No checkpoint of the trail has been signed since this week ended" in shown
    assert FINDING in shown
    sealed()
    assert browser.post(f"/desk/audit/reviews/{row.pk}/sign/", {"finding": FINDING}).status_code == 302


def test_only_auditors_sign(review: Review, auditor: Person) -> None:
    with pytest.raises(actions.NotAnAuditor):
        actions.SignReview(review, staff(StaffRole.ADMINISTRATOR), FINDING).execute()
    actions.SignReview(review, auditor, FINDING).execute()


# --- shown ----------------------------------------------------------------------------------------


def test_the_page_shows_the_figures_of_its_own_week_alone(browser: Client, review: Review) -> None:
    within, after = WEDNESDAY - timedelta(days=7), WEDNESDAY
    happened(verb=Verb.SIGN_IN, refused="password", at=within, times=2)
    happened(verb=Verb.READ, refused="REFUSED", at=within)
    happened(by=PersonFactory(), verb=Verb.TRAIL_EXPORT, at=within)
    happened(verb=Verb.SIGN_IN, refused="password", at=after, times=5)
    figures = browser.get(f"/desk/audit/reviews/{review.pk}/").context["figures"]
    assert (figures.events, figures.refusals, figures.failed_sign_ins, figures.exports) == (5, 3, 2, 1)


def test_the_list_has_the_week_so_far_and_every_review(browser: Client, review: Review) -> None:
    happened(by=PersonFactory(name="Rosa Reader"), verb=Verb.TRAIL_EXPORT)
    answer = browser.get("/desk/audit/reviews/")
    shown = answer.content.decode()
    assert "Rosa Reader: exported the trail: 1" in shown
    assert [row.week for row in answer.context["listing"].rows] == [LAST_WEEK]


def test_the_list_takes_as_many_queries_for_fifty_weeks_as_for_one(browser: Client, auditor: Person) -> None:
    def signed(count: int) -> None:
        for _ in range(count):
            week = LAST_WEEK - timedelta(weeks=Review.objects.count())
            facts = {"signed_by": PersonFactory(), "signed_at": WEDNESDAY, "finding": FINDING}
            Review.objects.create(week=week, due_at=WEDNESDAY, size=1, **facts)

    signed(1)
    browser.get("/desk/audit/reviews/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/desk/audit/reviews/")
    signed(49)
    with CaptureQueriesContext(connection) as many:
        assert len(browser.get("/desk/audit/reviews/").context["listing"].rows) == 50
    assert len(many) == len(one)


def test_looking_is_recorded(browser: Client, review: Review) -> None:
    browser.get("/desk/audit/reviews/")
    browser.get(f"/desk/audit/reviews/{review.pk}/")
    assert len(looks(page="reviews")) == 1
    [look] = looks(page="review")
    assert look.about == f"oversight.review:{review.pk}"
