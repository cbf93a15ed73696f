"""Concerns on Front and on Desk: who reads one, merging, ranking, recommendations, and what its raiser sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.core import outbox, queues
from portal.meetings.concerns import actions, reading, sealed, stages
from portal.meetings.concerns.enums import ReplyOutcome, Stage
from portal.meetings.models import Concern, Merge, Ranking, Recommendation
from portal.members.enums import StaffRole
from portal.members.models import Community, Person, Term
from portal.members.refusals import Incomplete, NotNow, NotYours
from portal.vocabulary.models import Sector
from tests.conftest import session_for
from tests.factories import PersonFactory, staff
from tests.meetings.concerns.making import (
    DETAILS,
    WORDS,
    co_chair,
    co_chair_office,
    concern,
    recommended,
    term,
    today,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(pages: Any) -> Person:
    person: Person = PersonFactory(name="The Raiser")
    return person


@pytest.fixture
def editor() -> Person:
    return staff(StaffRole.MOP3_EDITOR)


def committee() -> Community:
    found: Community = Community.objects.get(slug="standing-committee")
    return found


def typed(**changes: str) -> dict[str, str]:
    sector = Sector.objects.get(slug="energy").pk
    facts = {"sector": str(sector), "kind": "rule", "title": "One rule", "words": WORDS, "agencies": "", "region": "C"}
    return {**facts, "details": DETAILS, "once": "a", **changes}


def page(person: Person, about: Concern) -> Any:
    return session_for(person).get(f"/concerns/{about.uuid}/")


def test_a_member_raises_a_concern_once_and_its_details_are_sealed(member: Person) -> None:
    browser = session_for(member)
    for _double in range(2):
        answer = browser.post("/concerns/new/", typed())
        assert answer.status_code == 302
    row = Concern.objects.get()
    assert answer["Location"] == f"/concerns/{row.uuid}/"
    assert (row.person, row.region) == (member, "C")
    assert b"transformer" not in bytes(row.details)
    assert sealed.opened(row, bytes(row.details)) is None  # Front has no key
    text = browser.get(answer["Location"]).text
    assert WORDS in text and "transformer" not in text and "raised" in text
    assert "One rule" in browser.get("/concerns/").text
    assert Event.objects.filter(verb=Verb.CONCERN_RAISE, about=f"meetings.concern:{row.pk}").count() == 1


@pytest.mark.parametrize(
    "bad", [{"sector": "999999"}, {"kind": "x"}, {"title": ""}, {"words": "a\u202eb"}, {"region": "Z"}]
)
def test_what_is_filled_in_wrongly_is_kept_on_the_page(member: Person, bad: dict[str, str]) -> None:
    answer = session_for(member).post("/concerns/new/", typed(**bad))
    assert answer.status_code == 422 and DETAILS in answer.text
    assert not Concern.objects.exists()


def test_nobody_raises_concerns_without_end(member: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_OPEN", 1)
    browser = session_for(member)
    assert browser.post("/concerns/new/", typed()).status_code == 302
    refused = browser.post("/concerns/new/", typed(title="Another", once="b"))
    assert refused.status_code == 422 and WORDS in refused.text


def test_a_concern_is_read_by_its_raiser_and_the_co_chairs_of_its_sector_alone(member: Person, editor: Person) -> None:
    about = concern(by=member)
    leader, other_leader = co_chair("energy"), co_chair("dams")
    former, untold = PersonFactory(), PersonFactory()
    term(person=former, since=today() - timedelta(days=9), until=today() - timedelta(days=1))
    term(person=untold, told_at=None)
    suspended = co_chair("energy")
    Person.objects.filter(pk=suspended.pk).update(standing="suspended")
    assert [page(who, about).status_code for who in (member, leader)] == [200, 200]
    for who in (other_leader, former, untold, PersonFactory(), editor, suspended):
        assert page(who, about).status_code == 404
        assert "The same question" not in session_for(who).get("/concerns/").text
    assert Client().get(f"/concerns/{about.uuid}/").status_code == 302


def test_co_chairs_read_words_without_name_or_details(member: Person) -> None:
    about, leader = concern(by=member), co_chair()
    for address in ("/concerns/sector/", f"/concerns/{about.uuid}/"):
        text = session_for(leader).get(address).text
        assert "The same question twice" in text
        assert "The Raiser" not in text and member.email not in text and "transformer" not in text
    assert session_for(member).get("/concerns/sector/").status_code == 404


def test_who_is_no_co_chair_any_more_reads_nothing_from_the_next_request_on(member: Person) -> None:
    about, leader = concern(by=member), co_chair()
    browser = session_for(leader)
    assert browser.get(f"/concerns/{about.uuid}/").status_code == 200
    Term.objects.filter(person=leader).update(since=today() - timedelta(days=5), until=today() - timedelta(days=1))
    assert browser.get(f"/concerns/{about.uuid}/").status_code == 404


def test_the_mail_to_co_chairs_names_nothing(member: Person) -> None:
    leader = co_chair()
    concern(by=member)
    concern(by=leader, title="Their own")  # nobody is told of their own
    outbox.send_waiting()
    [letter] = mail.outbox
    assert letter.to == [leader.email]
    assert not any(
        word in f"{letter.body} {letter.subject}" for word in ("Energy", "question", "agencies", "The Raiser")
    )


def merged(about: Concern, into: Concern, by: Person) -> Any:
    return session_for(by).post(f"/concerns/{about.uuid}/merge/", {"into": str(into.pk)})


def test_a_co_chair_merges_two_of_the_sector_and_the_raiser_follows_the_one_that_is_kept(
    member: Person, editor: Person
) -> None:
    leader, other = co_chair(), PersonFactory()
    kept, gone = concern(by=other, title="Kept title", words="Kept words."), concern(by=member)
    assert merged(gone, kept, leader).status_code == 302
    assert Merge.objects.get().by == leader
    outbox.send_waiting()
    assert [letter.to for letter in mail.outbox if "further" in letter.subject] == [[member.email]]
    actions.Recommend(kept, editor, committee(), "Take one form.", today()).execute()
    text = page(member, gone).text
    assert "recommended to Homeland Security" in text and "Take one form." in text
    assert "Kept title" not in text and "Kept words" not in text
    assert "Kept title" in page(leader, gone).text
    assert page(member, kept).status_code == 404


def test_merging_is_for_co_chairs_of_that_sector_and_for_two_that_are_open(member: Person, editor: Person) -> None:
    leader = co_chair()
    one, two, elsewhere = concern(by=member), concern(), concern(sector="dams")
    for who in (member, PersonFactory(), editor, co_chair("dams")):
        assert merged(one, two, who).status_code == 404
    assert merged(one, elsewhere, leader).status_code == 422
    assert merged(one, one, leader).status_code == 422
    with pytest.raises(NotYours):
        actions.MergeAsCoChair(one, elsewhere, leader).execute()
    with pytest.raises(NotYours):
        actions.MergeConcern(one, two, leader).execute()
    actions.CloseConcern(two, editor, "Done.").execute()
    assert merged(one, two, leader).status_code == 422
    assert not Merge.objects.exists()


def test_what_others_hang_on_is_not_merged_away_and_two_into_one_another_still_end_somewhere(editor: Person) -> None:
    one, two, three = concern(), concern(), concern()
    actions.MergeConcern(one, two, editor).execute()
    with pytest.raises(NotNow):
        actions.MergeConcern(two, three, editor).execute()
    with pytest.raises(NotNow):
        actions.MergeConcern(three, one, editor).execute()
    Merge.objects.create(concern=two, into=one, by=editor)  # as two people at the same moment could
    assert {story.concern.pk for story in stages.stories_of([one, two])} == {one.pk, two.pk}
    assert set(stages.raisers_of(one)) == {one.pk, two.pk}
    actions.PartConcern(two, editor).execute()
    assert stages.story_of(one).kept == two
    actions.PartConcern(one, editor).execute()
    assert not stages.story_of(one).is_merged


def test_the_raiser_sees_each_stage_and_is_told_of_each(member: Person, editor: Person) -> None:
    about = concern(by=member, region="C")
    seen = []

    def look() -> str:
        text = str(page(member, about).text)
        outbox.send_waiting()
        seen.append((stages.story_of(Concern.objects.get(pk=about.pk)).stage, len(mail.outbox)))
        return text

    look()
    actions.RankConcerns(editor, "C", committee(), today(), (about,)).execute()
    assert "Place 1 for region C" in look()
    sent = actions.Recommend(about, editor, committee(), "Take one form.", today(), today()).execute()
    assert "Take one form." in look()
    Recommendation.objects.update(due_on=today() - timedelta(days=1), sent_on=today() - timedelta(days=9))
    assert "The reply is overdue" in page(member, about).text
    sent.refresh_from_db()
    actions.EnterReply(sent, editor, ReplyOutcome.IN_PART, today(), "From May on.").execute()
    text = look()
    assert "Accepted in part" in text and "From May on." in text
    actions.CloseConcern(about, editor, "One form since May.").execute()
    assert "One form since May." in look()
    assert [stage for stage, _mails in seen] == [
        *(Stage.RAISED, Stage.RANKED, Stage.RECOMMENDED, Stage.ANSWERED, Stage.CLOSED)
    ]
    assert [mails for _stage, mails in seen] == [0, 1, 2, 3, 4]
    assert all(letter.to == [member.email] and "form" not in letter.body for letter in mail.outbox)


def test_steps_in_the_wrong_order_are_refused_and_change_nothing(editor: Person) -> None:
    about = concern()
    later, earlier = today() + timedelta(days=1), today() - timedelta(days=1)
    with pytest.raises(Incomplete):
        actions.Recommend(about, editor, committee(), "Words.", later).execute()
    with pytest.raises(Incomplete):
        actions.Recommend(about, editor, committee(), "Words.", earlier).execute()  # before it was raised
    with pytest.raises(Incomplete):
        actions.Recommend(about, editor, committee(), "Words.", today(), earlier).execute()
    sent = recommended(about, by=editor)
    with pytest.raises(NotNow):
        actions.CloseConcern(about, editor, "Done.").execute()
    with pytest.raises(Incomplete):
        actions.EnterReply(sent, editor, ReplyOutcome.ACCEPTED, later).execute()
    actions.EnterReply(sent, editor, ReplyOutcome.ACCEPTED, today()).execute()
    with pytest.raises(NotNow):
        actions.EnterReply(sent, editor, ReplyOutcome.DECLINED, today()).execute()
    with pytest.raises(Incomplete):
        actions.CloseConcern(about, editor, " ").execute()
    actions.CloseConcern(about, editor, "Done.").execute()
    for action in (
        actions.CloseConcern(about, editor, "Again."),
        actions.Recommend(about, editor, committee(), "Words.", today()),
        actions.RankConcerns(editor, "", committee(), today(), (about,)),
    ):
        with pytest.raises(NotNow):
            action.execute()


def test_nobody_but_mop3_staff_takes_these_steps(member: Person) -> None:
    about, leader = concern(by=member), co_chair()
    for who in (member, leader, staff(StaffRole.MIAC_SUPERVISOR)):
        for action in (
            actions.CloseConcern(about, who, "Done."),
            actions.Recommend(about, who, committee(), "Words.", today()),
            actions.RankConcerns(who, "", committee(), today(), (about,)),
            actions.PartConcern(about, who),
        ):
            with pytest.raises(NotYours):
                action.execute()


# --- on Desk -------------------------------------------------------------------------------------


@pytest.fixture
def browser(desk: None, pages: Any, editor: Person) -> Client:
    return session_for(editor)


def test_staff_open_a_concern_with_its_details_and_the_trail_says_so(browser: Client) -> None:
    about = concern(by=PersonFactory(name="The Raiser"))
    text = browser.get(f"/desk/concerns/{about.pk}/").text
    assert DETAILS in text and "The Raiser" in text
    assert Event.objects.filter(verb=Verb.UNSEAL, about=about.record).count() == 1
    assert "The Raiser" not in browser.get("/desk/concerns/").text


def test_the_list_is_filtered_and_takes_the_same_queries_for_one_and_for_many(
    browser: Client, editor: Person, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    first = concern(title="First one", region="C")
    browser.get("/desk/concerns/")
    with django_assert_max_num_queries(40) as few:
        browser.get("/desk/concerns/")
    others = [concern(title=f"Other {number}") for number in range(4)]
    recommended(others[0], by=editor)
    actions.RankConcerns(editor, "", committee(), today(), tuple(others)).execute()
    with django_assert_num_queries(len(few)):
        browser.get("/desk/concerns/")
    actions.MergeConcern(others[3], first, editor).execute()
    assert "Other 3" not in browser.get("/desk/concerns/").text
    assert "Other 3" in browser.get("/desk/concerns/?shown=closed").text
    assert "Other 1" not in browser.get("/desk/concerns/?region=C").text
    assert "First one" not in browser.get("/desk/concerns/?sector=dams").text
    assert browser.get("/desk/concerns/?sector=%00").status_code == 200


def test_the_front_lists_take_the_same_queries_for_one_and_for_many(
    member: Person, editor: Person, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    leader, kept = co_chair(), concern(by=member)
    for who, address in ((member, "/concerns/"), (leader, "/concerns/sector/?all")):
        browser = session_for(who)
        browser.get(address)
        with django_assert_max_num_queries(50) as few:
            browser.get(address)
        rows = [concern(by=member, title=f"More {number} {address}") for number in range(3)]
        actions.RankConcerns(editor, "", committee(), today(), tuple(rows)).execute()
        recommended(rows[0], by=editor)
        with django_assert_num_queries(len(few)):
            browser.get(address)
    actions.MergeConcern(rows[1], kept, editor).execute()


def test_a_committees_ranking_is_entered_by_region_and_a_later_one_takes_its_place(browser: Client) -> None:
    here, everywhere, elsewhere = concern(region="C", title="Here"), concern(title="All"), concern(region="D")
    address = "/desk/concerns/rankings/C/"
    text = browser.get(address).text
    assert f"place_{here.pk}" in text and f"place_{everywhere.pk}" in text and f"place_{elsewhere.pk}" not in text
    facts = {"committee": str(committee().pk), "decided_on": today().isoformat()}
    assert browser.post(address, facts).status_code == 422
    both = {f"place_{here.pk}": "7", f"place_{everywhere.pk}": "7"}
    assert "Two have this place" in browser.post(address, {**facts, **both}).text
    both[f"place_{everywhere.pk}"] = "3"
    assert browser.post(address, {**facts, **both}).status_code == 302
    assert list(Ranking.objects.get().ranks.values_list("concern", "place")) == [(everywhere.pk, 1), (here.pk, 2)]
    assert browser.post(address, {**facts, f"place_{here.pk}": "1"}).status_code == 302
    assert [rank.place for rank in stages.story_of(here).ranks] == [1]
    assert stages.story_of(everywhere).ranks == []
    assert browser.get("/desk/concerns/rankings/Z/").status_code == 404
    assert committee().name in browser.get("/desk/concerns/rankings/").text


def test_staff_enter_a_recommendation_and_its_reply_on_desk(browser: Client, editor: Person) -> None:
    about = concern()
    given = {"committee": str(committee().pk), "words": "Take one form.", "sent_on": today().isoformat()}
    assert browser.post(f"/desk/concerns/{about.pk}/recommend/", {**given, "due_on": ""}).status_code == 302
    sent = Recommendation.objects.get()
    assert "waiting" in browser.get("/desk/recommendations/").text
    reply = {"outcome": "accepted", "replied_on": today().isoformat(), "reply": "Yes."}
    address = f"/desk/recommendations/{sent.pk}/"
    assert browser.post(address, {**reply, "outcome": "x"}).status_code == 422
    assert browser.post(address, reply)["Location"] == f"/desk/concerns/{about.pk}/"
    assert browser.post(address, reply).status_code == 422
    assert "accepted" in browser.get("/desk/recommendations/?all").text
    assert "Yes." in browser.get(f"/desk/concerns/{about.pk}/").text


def test_staff_merge_by_number_across_sectors_and_a_bad_number_is_said(browser: Client) -> None:
    one, two = concern(), concern(sector="dams")
    address = f"/desk/concerns/{one.pk}/merge/"
    assert browser.post(address, {"number": "999999"}).status_code == 422
    assert browser.post(address, {"number": "9" * 30}).status_code == 422
    assert browser.post(address, {"number": str(two.pk)}).status_code == 302
    assert browser.post(f"/desk/concerns/{one.pk}/part/").status_code == 302
    assert browser.post(f"/desk/concerns/{one.pk}/nonsense/").status_code == 404


def test_what_waits_shows_on_the_desk(desk: None, editor: Person) -> None:
    concern()
    recommended(concern(), by=editor, due_on=today() - timedelta(days=1))
    found = {str(queue.label): (queue.count, queue.overdue) for queue in queues.of(editor)}
    assert found["Concerns, new"] == (1, 0)
    assert found["Replies from Homeland Security"] == (1, 1)


def test_who_holds_an_office_that_was_abolished_leads_nothing(member: Person) -> None:
    about, leader = concern(by=member), co_chair()
    office = co_chair_office()
    office.closed_at = about.raised_at
    office.save()
    assert page(leader, about).status_code == 404
