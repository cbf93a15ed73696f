"""Comments on drafts: who may, until when, what is kept when one is refused, and that Front never opens one again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.access.enums import Label
from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.core import outbox
from portal.library.models import PlanComment, PlanVersion
from portal.library.plan import comments
from portal.library.plan.enums import CommentOutcome, PlanState
from portal.members.models import Person
from portal.vault import records
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory
from tests.library.plan.making import cell, commented, plan_document, version

pytestmark = pytest.mark.django_db
CELL = "/library/plan/energy/risks/"
WORDS = "The spare transformer stands behind the east gate, unguarded."


def sent(client: Client, about: PlanVersion, **changes: Any) -> Any:
    return client.post(CELL, {"words": WORDS, "page": "12", "version": str(about.pk), "once": "a", **changes})


@pytest.fixture
def member(pages: Any) -> Person:
    person: Person = PersonFactory()
    return person


def everything_stored() -> bytes:
    """Each value of each row of the content's database."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  (names of tables)
            for row in cursor.fetchall():
                found += [
                    bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode() for value in row
                ]
    return b"\0".join(found)


def test_a_comment_is_sealed_and_its_words_are_nowhere_in_the_content(member: Person) -> None:
    answer = sent(session_for(member), version(cell()))
    assert answer.status_code == 302
    comment = PlanComment.objects.get()
    assert (comment.person, comment.page) == (member, 12)
    assert WORDS.encode() not in everything_stored()
    assert b"transformer" not in everything_stored()
    assert Event.objects.get(verb=Verb.PLAN_COMMENT).about == f"library.planversion:{comment.version_id}"


def test_front_cannot_open_a_comment_and_desk_can(member: Person, settings: Any, request: Any) -> None:
    sent(session_for(member), version(cell()))
    comment = PlanComment.objects.get()
    with pytest.raises(records.KeyNotHeld):
        records.open_sealed(comment.record, comments.WORDS, bytes(comment.words))
    assert comments.opened(comment) is None
    request.getfixturevalue("desk_keys")
    assert comments.opened(comment) == WORDS
    assert Event.objects.filter(verb=Verb.UNSEAL, about=comment.record).count() == 1


def test_an_envelope_of_one_comment_opens_for_no_other(desk_keys: None) -> None:
    one = commented()
    other = commented(one.version, words="Another one.")
    other.words = one.words
    assert comments.opened(other) is None


def test_a_form_sent_twice_is_one_comment(member: Person) -> None:
    about, browser = version(cell()), session_for(member)
    assert [sent(browser, about).status_code for _try in range(2)] == [302, 302]
    assert PlanComment.objects.count() == 1
    sent(browser, about, words="Something else.")
    assert PlanComment.objects.count() == 2


def test_two_members_with_the_same_words_are_two_comments(pages: Any) -> None:
    about = version(cell())
    for _each in range(2):
        sent(session_for(PersonFactory()), about)
    assert PlanComment.objects.count() == 2


def test_comments_are_taken_until_the_end_of_their_day_and_what_is_late_keeps_its_words(member: Person) -> None:
    now = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    about = version(cell(), comments_until=now.date())
    with time_machine.travel(now.replace(hour=23, minute=59), tick=False):
        browser = session_for(member)
        assert "Send comment" in browser.get(CELL).text
        assert sent(browser, about, once="b").status_code == 302
    with time_machine.travel(now.replace(hour=0, minute=0) + timedelta(days=1), tick=False):
        browser = session_for(member)
        assert "Send comment" not in browser.get(CELL).text
        assert "closed since" in browser.get(CELL).text
        late = sent(browser, about, once="c")
    assert late.status_code == 422
    assert WORDS in late.text and "Yours was not sent" in late.text
    assert PlanComment.objects.count() == 1


@pytest.mark.parametrize("state", [PlanState.ADOPTED, PlanState.SUPERSEDED, PlanState.WITHDRAWN])
def test_what_is_no_longer_in_the_making_takes_none_and_keeps_the_words(member: Person, state: PlanState) -> None:
    answer = sent(session_for(member), version(cell(), state=state))
    assert answer.status_code == 422 and WORDS in answer.text
    assert not PlanComment.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"words": ""}, {"words": "x" * 4001}, {"page": "0"}, {"page": "x"}, {"words": "a\0b"}]
)
def test_what_is_filled_in_wrongly_is_kept_on_the_page(member: Person, changes: dict[str, str]) -> None:
    answer = sent(session_for(member), version(cell()), **changes)
    assert answer.status_code == 422
    if len(changes.get("words", WORDS)) > 1 and "\0" not in changes.get("words", ""):
        assert changes.get("words", WORDS) in answer.text
    assert not PlanComment.objects.exists()


def test_nobody_sends_comments_without_end(member: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments, "MOST_WAITING", 2)
    about, browser = version(cell()), session_for(member)
    answers = [sent(browser, about, once=str(number)) for number in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 422]
    assert WORDS in answers[-1].text


def test_outsiders_sign_in_first_and_former_members_find_nothing_to_send_to(pages: Any) -> None:
    about = version(cell(tlp=Label.CLEAR), document=plan_document(tlp=Label.CLEAR))
    assert "Send comment" not in Client().get(CELL).text
    answer = sent(Client(), about)
    assert answer.status_code == 302 and "/account/login/" in answer.url
    lapsed = PersonFactory(validated_until=timezone.now())
    assert sent(session_for(lapsed), about).status_code != 302 or not PlanComment.objects.exists()
    assert not PlanComment.objects.exists()


def test_a_comment_on_what_is_for_others_answers_as_if_it_was_not_there(member: Person) -> None:
    circle = CommunityFactory()
    hidden = version(cell(tlp=Label.AMBER, audience_communities=[circle]))
    of_others = version(cell("energy", "goals"), document=plan_document(tlp=Label.AMBER, audience_communities=[circle]))
    browser = session_for(member)
    refused = [
        sent(browser, hidden),
        browser.post("/library/plan/energy/goals/", {"words": WORDS, "version": of_others.pk, "once": "a"}),
        browser.post("/library/plan/energy/goals/", {"words": WORDS, "version": 999999, "once": "a"}),
        browser.post("/library/plan/energy/activities/", {"words": WORDS, "version": hidden.pk, "once": "a"}),
        sent(browser, hidden, version="9" * 40),
    ]
    assert {answer.status_code for answer in refused} == {404}
    assert not PlanComment.objects.exists()


def answered(comment: PlanComment) -> None:
    facts = {"answer": "We named the month.", "outcome": CommentOutcome.IN_PART, "answered_at": timezone.now()}
    PlanComment.objects.filter(pk=comment.pk).update(**facts)


def test_an_author_sees_answers_and_nobody_else_sees_that_there_was_a_comment(member: Person) -> None:
    comment = commented(version(cell()), by=member)
    for address in (CELL, "/library/plan/comments/"):
        assert "waiting for the owner" in session_for(member).get(address).text
    answered(comment)
    for address in (CELL, "/library/plan/comments/"):
        mine, theirs = (session_for(person).get(address).text for person in (member, PersonFactory()))
        assert "We named the month." in mine and "taken over in part" in mine
        assert "We named the month." not in theirs and "Your comments and their answers</h2>" not in theirs
        assert "It lacks a date." not in mine
    assert Client().get("/library/plan/comments/").status_code == 302


def test_an_answer_about_what_one_may_no_longer_read_is_gone(member: Person) -> None:
    comment = commented(version(cell()), by=member)
    answered(comment)
    about = comment.version.cell
    about.tlp, about.reach = Label.AMBER, "named"
    about.save()
    assert "We named the month." not in session_for(member).get("/library/plan/comments/").text


def test_own_comments_take_the_same_queries_for_one_and_for_fifty(
    member: Person, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    about, browser = version(cell()), session_for(member)
    commented(about, by=member)
    browser.get("/library/plan/comments/")
    with django_assert_max_num_queries(40) as taken:
        browser.get("/library/plan/comments/")
    for number in range(52):
        commented(about, by=member, words=f"Number {number}")
    with django_assert_num_queries(len(taken)):
        text = browser.get("/library/plan/comments/").text
    assert "1–50 of 53" in text


def test_mail_of_an_answer_says_neither_what_nor_where(member: Person, desk_keys: None) -> None:
    comment = commented(version(cell()), by=member)
    outbox.put("plan_answered", str(comment.pk))
    outbox.send_waiting(all_sites=True)
    assert not mail.outbox  # nothing was answered yet
    answered(comment)
    outbox.put("plan_answered", str(comment.pk))
    outbox.send_waiting(all_sites=True)
    [message] = mail.outbox
    assert message.to == [member.email]
    assert "/library/plan/comments/" in message.body
    said = f"{message.subject} {message.body}"
    assert not [word for word in ("named the month", "Energy", "energy", "risks", "Plan, version") if word in said]
