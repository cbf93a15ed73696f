"""Concerns, requests for visits and messages to office holders end: words and keys go, what became of it stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from django.utils.html import strip_tags

from portal.meetings.concerns import actions, retention, sealed, stages
from portal.meetings.concerns.actions.visits import DeclineVisit, NoteDone, PlanVisit
from portal.meetings.concerns.enums import ReplyOutcome, Stage
from portal.meetings.models import Concern, Merge, VisitRequest
from portal.members import office_messages
from portal.members.enums import StaffRole
from portal.members.models import Community, OfficeMessage, Person
from portal.members.refusals import NotNow
from portal.reporting import orphans
from portal.vault.models import DeskCopy, Destruction
from tests.conftest import become, session_for
from tests.factories import PersonFactory, staff
from tests.meetings.concerns.making import DETAILS, WORDS, concern, message, recommended, term, today, visit

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 18, tzinfo=UTC)
KEPT = timedelta(days=30)
SOON = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def clock(desk_keys: None, settings: Any) -> Iterator[Any]:
    settings.PORTAL_CONCERNS_KEPT = settings.PORTAL_VISITS_KEPT = KEPT
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def editor(pages: Any) -> Person:
    return staff(StaffRole.MOP3_EDITOR)


def keys_of(row: Concern | VisitRequest) -> int:
    return DeskCopy.objects.filter(record=row.record).count()


def keys_named(record: str) -> int:
    return DeskCopy.objects.filter(record=record).count()


def closed(*, by: Person, **fields: Any) -> Concern:
    """A concern on which everything was done that can be, and which was closed."""
    made = concern(**fields)
    committee = Community.objects.get(slug="standing-committee")
    actions.RankConcerns(by, made.region, committee, today(), (made,)).execute()
    sent = recommended(made, by=by)
    actions.EnterReply(sent, by, ReplyOutcome.IN_PART, today(), "From May on.").execute()
    actions.CloseConcern(made, by, "One form since May.").execute()
    return made


def end(clock: Any, *, after: timedelta = KEPT) -> int:
    clock.move_to(NOON + after)
    return retention.destroy_ended(timezone.now())


def test_all_words_and_the_key_of_a_concern_go_and_what_became_of_it_stays(clock: Any, editor: Person) -> None:
    made = closed(by=editor, region="C")
    assert end(clock) == 1
    made.refresh_from_db()
    said = made.recommendations.get()
    assert (made.title, made.words, made.agencies, bytes(made.details), made.closing_words) == ("", "", "", b"", "")
    assert (said.words, said.reply) == ("", "")
    assert (said.outcome, said.sent_on, said.replied_on) == (ReplyOutcome.IN_PART, today(-30), today(-30))
    assert (made.sector.slug, made.region, made.purged_at) == ("energy", "C", NOON + KEPT)
    assert stages.story_of(made).stage is Stage.CLOSED and stages.story_of(made).ranks[0].place == 1
    assert keys_of(made) == 0 and Destruction.objects.get(record=made.record).by == "retention"
    assert retention.destroy_ended(timezone.now()) == 0


def test_those_that_were_merged_into_it_go_with_it_and_before_it(clock: Any, editor: Person) -> None:
    kept, one, two = concern(), concern(), concern()
    actions.MergeConcern(one, kept, editor).execute()
    Merge.objects.create(concern=two, into=one, by=editor)
    actions.CloseConcern(kept, editor, "Done.").execute()
    assert end(clock, after=KEPT - SOON) == 0
    assert end(clock) == 3
    assert not Concern.objects.filter(purged_at=None).exists()
    assert keys_of(kept) + keys_of(one) + keys_of(two) == 0
    with pytest.raises(NotNow):
        actions.PartConcern(one, editor).execute()


def test_what_is_open_stays_however_old_and_all_stays_where_no_period_is_set(
    clock: Any, editor: Person, settings: Any
) -> None:
    waiting, merged, planned = concern(), concern(), visit()
    actions.MergeConcern(merged, waiting, editor).execute()
    PlanVisit(planned, editor, planned_for=NOON + KEPT).execute()
    ended, done = closed(by=editor), visit()
    NoteDone(done, editor).execute()
    settings.PORTAL_CONCERNS_KEPT = settings.PORTAL_VISITS_KEPT = None
    assert end(clock, after=2 * KEPT) == 0
    settings.PORTAL_CONCERNS_KEPT = settings.PORTAL_VISITS_KEPT = KEPT
    assert retention.destroy_ended(timezone.now()) == 2
    assert [keys_of(row) for row in (waiting, merged, planned, ended, done)] == [1, 1, 1, 0, 0]


@pytest.mark.parametrize("is_declined", [True, False])
def test_words_wish_and_answer_of_a_visit_go_and_its_state_stays(clock: Any, editor: Person, is_declined: bool) -> None:
    made = visit()
    step = DeclineVisit(made, editor, "Nobody is free.") if is_declined else NoteDone(made, editor, "Gate 3.")
    step.execute()
    assert end(clock, after=KEPT - SOON) == 0
    assert end(clock) == 1
    made.refresh_from_db()
    assert (bytes(made.words), made.answer, made.wished) == (b"", "", "")
    assert (made.state, made.purged_at) == ("declined" if is_declined else "done", NOON + KEPT)
    assert keys_of(made) == 0
    assert retention.destroy_ended(timezone.now()) == 0


def test_front_destroys_nothing(clock: Any, editor: Person, settings: Any) -> None:
    made = closed(by=editor)
    settings.PORTAL_SITE_KIND = "front"
    assert end(clock) == 0
    assert keys_of(made) == 1


@pytest.mark.parametrize("model", [Concern, VisitRequest])
def test_one_that_was_cut_off_after_its_key_went_is_finished(
    clock: Any, editor: Person, monkeypatch: pytest.MonkeyPatch, model: Any
) -> None:
    if model is Concern:
        made: Any = closed(by=editor)
    else:
        made = visit()
        NoteDone(made, editor).execute()

    def killed(*records: Any, **facts: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(model.objects, "filter", killed, raising=False)
        destroy = retention._destroy_concern if model is Concern else retention._destroy_visit
        with pytest.raises(SystemExit):
            destroy(made, timezone.now())
    assert keys_of(made) == 0
    assert end(clock) == 1
    assert model.objects.get().purged_at == NOON + KEPT


def test_keys_of_what_was_never_stored_or_is_destroyed_are_swept_and_the_others_stay() -> None:
    kept: list[Any] = [concern(), visit()]
    gone: list[Any] = [concern(), visit()]
    for row in gone:
        row.__class__.objects.filter(pk=row.pk).delete()
    later: list[Any] = [concern(), visit()]
    for row in later:
        row.__class__.objects.filter(pk=row.pk).update(purged_at=timezone.now())
    assert orphans.sweep(timezone.now() + timedelta(hours=47)).records == 0
    assert orphans.sweep(timezone.now() + timedelta(hours=49)).records == 4
    assert [keys_of(row) for row in (*kept, *gone, *later)] == [1, 1, 0, 0, 0, 0]


def test_keys_of_messages_are_swept_once_their_words_or_their_sender_are_gone() -> None:
    held = term(person=PersonFactory())
    kept, mailed, done, lost = (message(held, once=str(number)) for number in range(4))
    OfficeMessage.objects.filter(pk=mailed.pk).update(words_emptied_at=timezone.now())
    OfficeMessage.objects.filter(pk=done.pk).update(words_emptied_at=timezone.now(), emptied_at=timezone.now())
    OfficeMessage.objects.filter(pk=lost.pk).delete()
    assert orphans.sweep(timezone.now() + timedelta(hours=49)).records == 5
    found = {row.pk: (keys_named(row.record), keys_named(row.sender_record)) for row in (kept, mailed, done, lost)}
    assert found == {kept.pk: (1, 1), mailed.pk: (0, 1), done.pk: (0, 0), lost.pk: (0, 0)}
    assert office_messages.words_of(kept) == "May I ask something?"


def test_whoever_raised_or_asked_reads_that_the_words_are_gone(clock: Any, editor: Person, settings: Any) -> None:
    member = PersonFactory()
    made, asked = closed(by=editor, **{"title": "Gone title"}), visit(by=member)
    Concern.objects.filter(pk=made.pk).update(person=member)
    NoteDone(asked, editor, "Gate 3.").execute()
    end(clock)
    become(settings, "front")
    browser = session_for(member)
    text = strip_tags(browser.get(f"/concerns/{made.uuid}/").text)
    assert "The words were destroyed on Fri 3 April 2026" in text
    assert "accepted in part" in text.lower() and "closed" in text
    listed, visits = strip_tags(browser.get("/concerns/").text), strip_tags(browser.get("/visits/").text)
    assert "A concern whose words were destroyed" in listed
    assert "Your words and the answer were destroyed on Fri 3 April 2026" in visits
    for page in (text, listed, visits):
        assert not any(words in page for words in (WORDS, "Gone title", "One form", "From May", "Gate 3", "in May"))


def test_the_desk_says_when_it_was_destroyed_and_offers_no_step(clock: Any, editor: Person, settings: Any) -> None:
    become(settings, "desk")
    settings.PORTAL_KEYRING = settings.PORTAL_KEYRING.parent / "desk"
    made, asked = closed(by=editor), visit()
    NoteDone(asked, editor, "Gate 3.").execute()
    assert sealed.opened(made, bytes(made.details)) == DETAILS
    end(clock)
    browser = session_for(editor)
    for address in (f"/desk/concerns/{made.pk}/", f"/desk/visits/{asked.pk}/"):
        text = strip_tags(browser.get(address).text)
        assert "destroyed on Fri 3 April 2026" in text
        assert not any(words in text for words in (WORDS, DETAILS, "Gate 3", "One form", "cannot be opened"))
        assert "What you can do" not in text
    for address in ("/desk/concerns/?shown=all", "/desk/recommendations/?all", "/desk/visits/?all"):
        assert browser.get(address).status_code == 200
