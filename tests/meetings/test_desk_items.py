"""Action items, what people need to take part, and what Desk tells by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.audit import Verb
from portal.audit.models import Event
from portal.core import outbox
from portal.core.actions import ActionRefused
from portal.meetings import attending
from portal.meetings.actions import AmendNotice, CancelMeeting, RecordSheet
from portal.meetings.desk import reminders
from portal.meetings.desk.item_actions import AssignAction, ChangeAction, CloseAction
from portal.meetings.models import ActionItem, Meeting
from portal.meetings.own_items import CloseOwnAction
from portal.members.enums import StaffRole, Standing
from portal.members.models import Community
from portal.members.refusals import NotYours
from portal.vocabulary.models import Holiday
from tests.conftest import become, session_for
from tests.factories import PersonFactory, staff
from tests.meetings.making import draft, post, prepared

pytestmark = pytest.mark.django_db
CENTRAL = ZoneInfo("America/Chicago")
NOW = datetime(2026, 5, 11, 9, tzinfo=CENTRAL)  # a Monday
DUE = date(2026, 5, 20)
WORDS = "Buy a second telephone"


@pytest.fixture
def editor() -> Any:
    return staff(StaffRole.MOP3_EDITOR)


def item(by: Any, owner: Any = None, *, due_on: date | None = DUE, words: str = WORDS, **fields: Any) -> ActionItem:
    with time_machine.travel(NOW, tick=False):
        meeting, _notice = post(by=by, **fields)
        made: ActionItem = AssignAction(
            meeting, by, words, owner, "" if owner else "The operator", due_on=due_on
        ).execute()
    return made


def told(day: datetime) -> list[Any]:
    """The mails that come of one turn of the clock on a day."""
    with time_machine.travel(day, tick=False):
        mail.outbox.clear()
        reminders.remind_owners(timezone.now())
        reminders.remind_owners(timezone.now())
        outbox.send_waiting(all_sites=True)
    return list(mail.outbox)


def test_an_item_names_what_and_who_and_is_closed_with_what_became_of_it(editor: Any) -> None:
    row = item(editor)
    with pytest.raises(ActionRefused, match="and who does it"):
        AssignAction(row.meeting, editor, "Write the plan").execute()
    with pytest.raises(ActionRefused, match="what became of it"):
        CloseAction(row, editor, " ").execute()
    CloseAction(row, editor, "Adopted in May").execute()
    row.refresh_from_db()
    assert (row.done_at is not None, row.outcome) == (True, "Adopted in May")
    for action in (CloseAction(row, editor, "Again"), ChangeAction(row, editor, None, "Somebody")):
        with pytest.raises(ActionRefused, match="closed before"):
            action.execute()


def test_a_draft_asks_nobody_to_do_anything(editor: Any) -> None:
    with pytest.raises(ActionRefused, match="is a draft"):
        AssignAction(draft(by=editor), editor, WORDS, None, "The operator").execute()


def test_an_owner_is_reminded_a_week_before_and_once_when_it_is_overdue(editor: Any, desk: None) -> None:
    owner = PersonFactory()
    item(editor, owner)
    assert told(NOW) == []
    soon = told(NOW + timedelta(days=3))
    assert [message.to for message in soon] == [[owner.email]]
    assert soon[0].subject == "Action item: it is due on 20 May 2026"
    assert told(NOW + timedelta(days=9)) == []  # the day itself
    late = told(NOW + timedelta(days=10))
    assert [message.subject for message in late] == ["Action item: it was due on 20 May 2026"]
    assert told(NOW + timedelta(days=11)) == []


def test_the_mail_says_no_word_of_it_and_leads_each_owner_to_a_page_that_opens(
    editor: Any, desk: None, settings: Any
) -> None:
    owner = PersonFactory()
    row = item(editor, owner)
    (message,) = told(NOW + timedelta(days=3))
    assert WORDS not in message.body + message.subject
    assert f"{settings.PORTAL_FRONT_URL}/meetings/actions/" in message.body
    ChangeAction(row, editor, editor, due_on=date(2026, 6, 1)).execute()
    (message,) = told(NOW + timedelta(days=20))
    assert f"{settings.PORTAL_DESK_URL}/desk/meetings/actions/{row.pk}/" in message.body
    assert WORDS in session_for(editor).get(f"/desk/meetings/actions/{row.pk}/").content.decode()
    become(settings, "front")
    ChangeAction(row, editor, owner).execute()
    assert WORDS in session_for(owner).get("/meetings/actions/").content.decode()


def test_nobody_is_reminded_of_what_is_done_or_somebody_elses_or_who_left(editor: Any, desk: None) -> None:
    gone, other = PersonFactory(), PersonFactory()
    done, changed, left = item(editor, PersonFactory()), item(editor, PersonFactory()), item(editor, gone)
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        reminders.remind_owners(timezone.now())
        CloseAction(done, editor, "Bought").execute()
        ChangeAction(changed, editor, other, due_on=DUE).execute()
        gone.standing = Standing.SUSPENDED
        gone.save()
        mail.outbox.clear()
        outbox.send_waiting(all_sites=True)
    assert mail.outbox == []
    assert left.owner == gone


def test_of_an_exercise_for_a_committee_the_mail_says_the_safe_title(editor: Any, desk: None) -> None:
    fields: dict[str, Any] = {"kind": "exercise", "hidden": True, "safe_title": "An event", "title": "Dam break"}
    item(editor, PersonFactory(), **fields)
    (message,) = told(NOW + timedelta(days=3))
    assert message.subject.startswith("TLP:AMBER ")
    assert "Dam break" not in message.body
    assert "An event" in message.body


def test_the_list_shows_what_is_open_overdue_closed_and_mine(editor: Any, desk: None) -> None:
    item(editor, words="Late thing", due_on=timezone.localdate() - timedelta(days=1))
    item(editor, editor, words="My thing", due_on=None)
    done = item(editor, words="Done thing", committee=Community.objects.get(slug="advisory-committee"))
    CloseAction(done, editor, "Adopted in May").execute()
    client = session_for(editor)
    shown = {
        "": {"Late thing", "My thing"},
        "?state=overdue": {"Late thing"},
        "?state=closed": {"Done thing"},
        "?state=all": {"Late thing", "My thing", "Done thing"},
        "?owner=me": {"My thing"},
        "?kind=improvement": set(),
        "?committee=advisory-committee&state=all": {"Done thing"},
        "?state=zqx": set(),
    }
    for query, things in shown.items():
        page = client.get(f"/desk/meetings/actions/{query}").content.decode()
        assert {thing for thing in ("Late thing", "My thing", "Done thing") if thing in page} == things, query
    assert "Action items of meetings" in client.get("/desk/").content.decode()


def test_on_its_page_an_item_is_given_to_somebody_else_and_closed(editor: Any, desk: None) -> None:
    row, owner, client = item(editor), PersonFactory(), session_for(editor)
    address = f"/desk/meetings/actions/{row.pk}/"
    answer = client.post(f"{address}change/", {"owner": "nobody@partner.example", "owner_words": "The town"})
    assert answer.status_code == 422
    assert "Nobody with this address can sign in here." in answer.content.decode()
    assert 'value="The town"' in answer.content.decode()
    assert client.post(f"{address}change/", {"owner": owner.email, "due_on": "2031-05-01"}).status_code == 302
    row.refresh_from_db()
    assert (row.owner, row.due_on) == (owner, date(2031, 5, 1))
    assert client.post(f"{address}close/", {"outcome": ""}).status_code == 422
    assert client.post(f"{address}close/", {"outcome": "Bought"})["Location"] == "/desk/meetings/actions/"
    for verb, typed in (("close", {"outcome": "Lent"}), ("change", {"owner_words": "The town"})):
        late = client.post(f"{address}{verb}/", typed)
        assert late.status_code == 422
        page = late.content.decode()
        assert "It was closed before. Nothing was changed." in page
        assert all(f'value="{words}"' in page for words in typed.values())
    assert client.post(f"{address}burn/", {}).status_code == 404


def test_a_member_sees_their_own_items_and_nobody_elses(editor: Any) -> None:
    mine, other = PersonFactory(), PersonFactory()
    item(editor, mine, words="My thing")
    item(editor, other, words="Their thing")
    page = session_for(mine).get("/meetings/actions/").content.decode()
    assert "My thing" in page
    assert "Their thing" not in page
    assert Client().get("/meetings/actions/").status_code in {302, 404}


def test_an_owner_closes_their_own_item_once_and_nobody_elses(editor: Any) -> None:
    owner, other = PersonFactory(), PersonFactory()
    row, theirs = item(editor, owner), item(editor, other)
    client, address = session_for(owner), f"/meetings/actions/{row.pk}/"
    assert client.post(address, {"outcome": " \u202e "}).status_code == 422
    answer = client.post(address, {"outcome": "x" * 301})
    assert answer.status_code == 422
    assert "x" * 301 in answer.content.decode()
    assert client.post(address, {"outcome": "Bought,\nand paid"})["Location"] == "/meetings/actions/"
    row.refresh_from_db()
    closed = row.done_at
    assert closed is not None
    assert row.outcome == "Bought, and paid"
    (event,) = Event.objects.filter(verb=Verb.ACTION_DONE, outcome="done")
    assert (event.about, event.facts) == (f"meetings.actionitem:{row.pk}", {})
    answer = client.post(address, {"outcome": "Again"})
    assert answer.status_code == 422
    assert "It was closed before. Nothing was changed." in answer.content.decode()
    assert 'value="Again"' in answer.content.decode()
    assert "Bought, and paid" in client.get(address).content.decode()
    row.refresh_from_db()
    assert (row.done_at, row.outcome) == (closed, "Bought, and paid")
    for pk in (theirs.pk, 999_999, 2**80):
        assert client.get(f"/meetings/actions/{pk}/").status_code == 404
        assert client.post(f"/meetings/actions/{pk}/", {"outcome": "Mine"}).status_code == 404
    assert Client().get(address).status_code in {302, 404}
    theirs.refresh_from_db()
    assert theirs.done_at is None


def test_what_was_given_to_somebody_else_meanwhile_stays_open(editor: Any) -> None:
    owner = PersonFactory()
    row = item(editor, owner)
    ChangeAction(row, editor, PersonFactory()).execute()
    with pytest.raises(NotYours, match="Somebody else was asked"):
        CloseOwnAction(row, owner, "Bought").execute()
    assert ActionItem.objects.get(pk=row.pk).done_at is None


def test_of_an_exercise_that_one_may_not_read_ones_own_items_say_the_safe_title(editor: Any) -> None:
    owner = PersonFactory()
    row = item(editor, owner, kind="exercise", hidden=True, safe_title="An event", title="Dam break")
    for address in ("/meetings/actions/", f"/meetings/actions/{row.pk}/"):
        page = session_for(owner).get(address).content.decode()
        assert "An event" in page
        assert "Dam break" not in page


def test_what_people_need_opens_to_the_organiser_alone_and_stands_in_the_trail(
    editor: Any, request: pytest.FixtureRequest
) -> None:
    meeting, _notice = post(by=editor)
    need = attending.receive(meeting, "A sign-language interpreter")
    request.getfixturevalue("desk")
    address, other = f"/desk/meetings/{meeting.pk}/needs/", staff(StaffRole.MOP3_EDITOR)
    assert session_for(other).get(address).status_code == 404
    assert "A sign-language interpreter" in session_for(editor).get(address).content.decode()
    assert Event.objects.filter(verb=Verb.UNSEAL, about=need.record).count() == 1
    assert session_for(other).post(f"/desk/meetings/{meeting.pk}/take-over/").status_code == 302
    assert session_for(editor).get(address).status_code == 404
    assert "A sign-language interpreter" in session_for(other).get(address).content.decode()
    assert Event.objects.get(verb=Verb.MEETING_ORGANISE).about == f"meetings.meeting:{meeting.pk}"


def test_the_organiser_is_told_once_of_a_notice_that_a_new_holiday_makes_unlawful(editor: Any, desk: None) -> None:
    with time_machine.travel(NOW, tick=False):
        meeting, notice = post(by=editor, starts_at=NOW + timedelta(days=1), title="Spring meeting")
        RecordSheet(notice, editor, "Board", timezone.now()).execute()
        reminders.warn_of_late(timezone.now())
        Holiday.objects.create(day=NOW.date(), name="A day of mourning")
        reminders.warn_of_late(timezone.now())
        reminders.warn_of_late(timezone.now())
        mail.outbox.clear()
        outbox.send_waiting(all_sites=True)
        (message,) = mail.outbox
    assert message.to == [editor.email]
    assert message.subject == "Notice is not lawful as it stands: Spring meeting"
    assert "was added after this notice was posted" in message.body
    assert f"/desk/meetings/{meeting.pk}/" in message.body


def test_nobody_is_told_of_a_late_notice_that_was_called_off_meanwhile(editor: Any, desk: None) -> None:
    with time_machine.travel(NOW, tick=False):
        meeting, notice = post(by=editor, starts_at=NOW + timedelta(days=1))
        RecordSheet(notice, editor, "Board", timezone.now()).execute()
        Holiday.objects.create(day=NOW.date(), name="A day of mourning")
        reminders.warn_of_late(timezone.now())
        CancelMeeting(Meeting.objects.get(pk=meeting.pk), editor).execute()
        mail.outbox.clear()
        outbox.send_waiting(all_sites=True)
    assert not any("not lawful" in message.subject for message in mail.outbox)


def test_front_reminds_nobody(editor: Any) -> None:
    item(editor, PersonFactory())
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        assert reminders.remind_owners(timezone.now()) == 0
        assert reminders.warn_of_late(timezone.now()) == 0


def answered(meeting: Meeting, *comings: str) -> list[Any]:
    people = [PersonFactory() for _each in comings]
    for person, coming in zip(people, comings, strict=True):
        attending.answer(meeting, person, coming)
    return people


def sent() -> dict[str, str]:
    """Who got which subject just now."""
    mail.outbox.clear()
    outbox.send_waiting(all_sites=True)
    return {message.to[0]: str(message.subject) for message in mail.outbox}


def test_those_who_said_that_they_come_are_told_when_it_is_called_off(editor: Any, desk: None) -> None:
    meeting, _notice = post(by=editor)
    comes, remote, _absent = answered(meeting, "yes", "remote", "no")
    CancelMeeting(meeting, editor).execute()
    subject = "Called off: Quarterly meeting"
    assert sent() == {comes.email: subject, remote.email: subject}
    assert sent() == {}


def test_they_are_told_of_another_time_or_place_and_not_of_other_words(editor: Any, desk: None) -> None:
    meeting, _notice = post(by=editor)
    (comes,) = answered(meeting, "yes")
    other = prepared(starts_at=meeting.starts_at, title="Spring meeting")
    AmendNotice(meeting, editor, prepared=other, seen=1).execute()
    assert sent() == {}
    moved = prepared(starts_at=meeting.starts_at, title="Spring meeting", place="City hall")
    AmendNotice(meeting, editor, prepared=moved, seen=2).execute()
    assert sent() == {comes.email: "Amended: Spring meeting"}


def test_of_an_amendment_and_the_cancellation_after_it_the_last_is_told(editor: Any, desk: None) -> None:
    meeting, _notice = post(by=editor)
    (comes,) = answered(meeting, "yes")
    moved = prepared(starts_at=meeting.starts_at, place="City hall")
    AmendNotice(meeting, editor, prepared=moved, seen=1).execute()
    CancelMeeting(meeting, editor).execute()
    assert sent() == {comes.email: "Called off: Quarterly meeting"}


def test_who_was_suspended_meanwhile_is_told_nothing(editor: Any, desk: None) -> None:
    meeting, _notice = post(by=editor)
    (gone,) = answered(meeting, "yes")
    CancelMeeting(meeting, editor).execute()
    gone.standing = Standing.SUSPENDED
    gone.save()
    assert sent() == {}
