"""'Was this useful?': one answer a member and bulletin, that can be changed, under no name, and gone when it closes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.access.enums import Label
from portal.bulletins import pulse
from portal.bulletins.models import Feedback, PulseCount
from portal.bulletins.ticks import close_questions
from portal.figures.models import Edition, Figure
from tests.conftest import session_for
from tests.core.database_roles.conftest import AsFront, as_front, on_postgresql, role  # noqa: F401  (fixtures)
from tests.factories import PersonFactory, bulletin

pytestmark = pytest.mark.django_db


def say(client: Any, page: Any, answer: str) -> Any:
    return client.post(f"/bulletins/{page.slug}/useful/", {"useful": answer}, follow=True)


class TestAnswering:
    def test_a_member_answers_once_and_can_change_it(self, clock: Any) -> None:
        page, client = bulletin(), session_for(PersonFactory())
        for answer in ("yes", "no", "no"):
            said = say(client, page, answer)
        assert Feedback.objects.get().was_useful is False
        assert "You said that this was not useful." in said.content.decode()

    def test_no_name_is_kept_and_no_hour(self, clock: Any) -> None:
        page, person = bulletin(), PersonFactory()
        say(session_for(person), page, "yes")
        row = Feedback.objects.get()
        assert row.person_id is None
        assert str(person.pk) != row.reader
        local = timezone.localtime(row.given_at)
        assert (local.hour, local.minute, local.second) == (0, 0, 0)

    def test_two_answers_of_one_member_do_not_look_alike(self, clock: Any) -> None:
        first, second = bulletin(), bulletin()
        assert pulse.mark_of(first, 7) != pulse.mark_of(second, 7)
        assert pulse.mark_of(first, 7) != pulse.mark_of(first, 8)

    def test_desk_cannot_tell_whose_an_answer_is(self, clock: Any, settings: Any) -> None:
        page, person = bulletin(), PersonFactory()
        pulse.keep(page, person.pk, was_useful=True)
        settings.SECRET_KEY = "another-key-of-another-process-another-key-of-another"
        assert pulse.answer_of(page, person.pk) is None

    def test_desk_asks_nobody(self, clock: Any, settings: Any) -> None:
        page = bulletin()
        assert pulse.is_asked(page)
        settings.PORTAL_SITE_KIND = "desk"
        assert not pulse.is_asked(page)

    def test_the_public_is_not_asked(self, clock: Any, client: Any) -> None:
        page = bulletin()
        assert "Was this useful?" not in client.get(page.url).content.decode()
        say(client, page, "yes")
        assert not Feedback.objects.exists()

    def test_who_may_not_read_it_cannot_answer(self, clock: Any) -> None:
        page = bulletin(tlp=Label.AMBER, audience_people=[PersonFactory()])
        assert say(session_for(PersonFactory()), page, "yes").status_code == 404
        assert not Feedback.objects.exists()

    def test_nonsense_is_no_answer(self, clock: Any) -> None:
        say(session_for(PersonFactory()), bulletin(), "perhaps")
        assert not Feedback.objects.exists()


class TestClosing:
    def test_after_ninety_days_two_numbers_are_left(self, clock: Any, settings: Any) -> None:
        page = bulletin()
        for was_useful in (True, True, False):
            pulse.keep(page, PersonFactory().pk, was_useful=was_useful)
        clock.shift(pulse.ASKED_FOR)
        young = bulletin()
        pulse.keep(young, PersonFactory().pk, was_useful=True)
        settings.PORTAL_SITE_KIND = "desk"
        assert close_questions(timezone.now()) == 1
        assert close_questions(timezone.now()) == 0
        count = PulseCount.objects.get()
        assert (count.page_id, count.useful, count.not_useful) == (page.pk, 2, 1)
        assert Feedback.objects.get().page_id == young.pk
        assert pulse.counts([page.pk, young.pk]) == (3, 1)

    def test_front_closes_nothing(self, clock: Any) -> None:
        pulse.keep(bulletin(), 1, was_useful=True)
        assert close_questions(timezone.now() + timedelta(days=400)) == 0
        assert Feedback.objects.exists()

    def test_a_closed_question_takes_no_answer_and_says_so(self, clock: Any) -> None:
        page, person = bulletin(), PersonFactory(validated_until=timezone.now() + timedelta(days=400))
        clock.shift(pulse.ASKED_FOR)
        person.visit.active_at = timezone.now()
        person.visit.save()
        said = say(session_for(person), page, "yes").content.decode()
        assert "is closed. Your answer was not kept." in said
        assert "Was this useful?" not in said
        assert not Feedback.objects.exists()


@on_postgresql
class TestFrontsAccount:
    """By the database's own clock, which no test sets."""

    def test_it_writes_answers_under_a_mark_and_in_no_name(self, as_front: AsFront, pages: Any) -> None:  # noqa: F811
        page, person = bulletin(), PersonFactory()
        row = {"page": page, "was_useful": True, "given_at": timezone.now()}
        with as_front():
            for wrong in ({"person": person, "reader": "a" * 43}, {"reader": ""}, {"reader": "a word"}):
                with pytest.raises(DatabaseError), transaction.atomic():
                    Feedback.objects.create(**row, **wrong)
            Feedback.objects.create(**row, reader="a" * 43)
            with pytest.raises(DatabaseError), transaction.atomic():
                Feedback.objects.update(reader="b" * 43)
            with pytest.raises(DatabaseError), transaction.atomic():
                Feedback.objects.all().delete()
            with pytest.raises(DatabaseError), transaction.atomic():
                list(PulseCount.objects.all())

    def test_it_reads_what_was_released_and_nothing_that_was_computed(
        self,
        as_front: AsFront,  # noqa: F811
        pages: Any,
    ) -> None:
        with as_front():
            assert not list(Edition.objects.current().on_front())
            for rows in (Figure.objects.all(), Edition.objects.all()):
                with pytest.raises(DatabaseError), transaction.atomic():
                    list(rows)
