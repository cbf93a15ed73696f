"""What was written about the plan is destroyed when its time has ended, and its key with it; the rest stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from django.utils.html import strip_tags

from portal.library.models import PlanComment
from portal.library.plan import comments, retention
from portal.library.plan.enums import CommentOutcome, PlanState
from portal.members.enums import StaffRole
from portal.reporting import orphans
from portal.vault.models import DeskCopy, Destruction
from tests.conftest import become, desk_keyring, session_for
from tests.factories import PersonFactory, staff
from tests.library.plan.making import cell, commented, version

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 18, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.fixture(autouse=True)
def clock(desk_keys: None, settings: Any) -> Iterator[Any]:
    settings.PORTAL_PLAN_COMMENTS_KEPT = YEAR
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


def answered(*, ago: timedelta = YEAR, state: PlanState = PlanState.ADOPTED, **given: Any) -> PlanComment:
    comment = commented(version(cell(), state=state), words="The east gate.", **given)
    said = {"answer": "It is the west gate.", "outcome": CommentOutcome.TAKEN_OVER}
    PlanComment.objects.filter(pk=comment.pk).update(**said, answered_at=timezone.now() - ago)
    comment.refresh_from_db()
    return comment


def keys_of(comment: PlanComment) -> int:
    return DeskCopy.objects.filter(record=comment.record).count()


def test_words_answer_and_key_go_and_what_became_of_it_stays() -> None:
    comment = answered()
    assert retention.destroy_ended(timezone.now()) == 1
    comment.refresh_from_db()
    assert (bytes(comment.words), comment.answer, comment.page) == (b"", "", None)
    assert (comment.outcome, comment.purged_at) == (CommentOutcome.TAKEN_OVER, NOON)
    assert comment.person_id and comment.answered_at
    assert keys_of(comment) == 0
    assert Destruction.objects.get(record=comment.record).by == "retention"
    assert retention.destroy_ended(timezone.now()) == 0


@pytest.mark.parametrize(
    ("ago", "state", "goes"),
    [
        (YEAR, PlanState.WITHDRAWN, 1),
        (YEAR, PlanState.SUPERSEDED, 1),
        (YEAR - timedelta(seconds=1), PlanState.ADOPTED, 0),
        (YEAR, PlanState.REVIEW, 0),
        (YEAR, PlanState.DRAFT, 0),
    ],
)
def test_it_goes_when_its_time_has_ended_and_the_version_is_not_in_the_making(
    ago: timedelta, state: PlanState, goes: int
) -> None:
    comment = answered(ago=ago, state=state)
    assert retention.destroy_ended(timezone.now()) == goes
    assert keys_of(comment) == 1 - goes
    comment.refresh_from_db()
    assert comments.opened(comment) == (None if goes else "The east gate.")


def test_what_nobody_answered_stays_and_so_does_all_where_no_period_is_set(settings: Any, clock: Any) -> None:
    waiting = commented(version(cell(), state=PlanState.WITHDRAWN))
    clock.move_to(NOON + 9 * YEAR)
    assert retention.destroy_ended(timezone.now()) == 0
    assert keys_of(waiting) == 1
    PlanComment.objects.filter(pk=waiting.pk).update(answered_at=NOON)
    settings.PORTAL_PLAN_COMMENTS_KEPT = None
    assert retention.destroy_ended(timezone.now()) == 0


def test_front_destroys_nothing(settings: Any) -> None:
    comment = answered()
    settings.PORTAL_SITE_KIND = "front"
    assert retention.destroy_ended(timezone.now()) == 0
    assert keys_of(comment) == 1


def test_one_that_was_cut_off_after_its_key_went_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    comment = answered()

    def killed(*names: Any, **facts: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(PlanComment.objects, "filter", killed, raising=False)
        with pytest.raises(SystemExit):
            retention._destroy(comment, timezone.now())
    assert keys_of(comment) == 0
    assert retention.destroy_ended(timezone.now()) == 1
    comment.refresh_from_db()
    assert comment.purged_at == NOON


def test_a_key_without_its_comment_is_swept_and_those_of_comments_stay() -> None:
    kept = commented(version(cell()))
    gone = commented(kept.version, words="Never stored.")
    PlanComment.objects.filter(pk=gone.pk).delete()
    assert orphans.sweep(timezone.now() + timedelta(hours=47)).records == 0
    assert orphans.sweep(timezone.now() + timedelta(hours=49)).records == 1
    assert (keys_of(kept), keys_of(gone)) == (1, 0)


def test_a_key_that_came_for_a_destroyed_comment_is_swept() -> None:
    comment = answered()
    PlanComment.objects.filter(pk=comment.pk).update(purged_at=timezone.now())
    assert orphans.sweep(timezone.now() + timedelta(hours=49)).records == 1


def test_desk_says_when_it_was_destroyed(settings: Any) -> None:
    become(settings, "desk")
    settings.PORTAL_KEYRING = desk_keyring()
    comment = answered()
    retention.destroy_ended(timezone.now())
    client = session_for(staff(StaffRole.MOP3_EDITOR))
    page = strip_tags(client.get(f"/desk/plan/comments/{comment.pk}/").text)
    assert "was destroyed on Wed 4 March 2026" in page
    assert "gate" not in page
    assert "was destroyed" not in client.get("/desk/plan/comments/?all").text


def test_its_author_reads_that_words_and_answer_are_gone(pages: Any, settings: Any) -> None:
    author = PersonFactory()
    answered(by=author)
    retention_day = timezone.now()
    become(settings, "front")
    assert "It is the west gate." in session_for(author).get("/library/plan/comments/").text
    become(settings, "desk")
    retention.destroy_ended(retention_day)
    become(settings, "front")
    page = strip_tags(session_for(author).get("/library/plan/comments/").text)
    assert "Your words and the answer were destroyed on Wed 4 March 2026." in page
    assert "gate" not in page
