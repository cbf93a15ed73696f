"""Staff's pages of meetings: what is refused keeps what was typed, what is posted shows how it stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.meetings.actions import AmendNotice, PrepareMeeting, RecordSheet
from portal.meetings.enums import MeetingKind, State
from portal.meetings.models import Meeting, Notice, Series
from portal.members.enums import StaffRole
from portal.members.models import Community
from portal.vocabulary.models import Holiday
from tests.conftest import session_for
from tests.factories import staff
from tests.library.making import document
from tests.meetings.making import draft, post, prepared

pytestmark = pytest.mark.django_db
CENTRAL = ZoneInfo("America/Chicago")
FRIDAY = datetime(2026, 5, 22, 15, tzinfo=CENTRAL)  # Memorial Day is the Monday after
TUESDAY = FRIDAY + timedelta(days=4)


@pytest.fixture
def editor() -> Any:
    return staff(StaffRole.MOP3_EDITOR)


@pytest.fixture
def client(desk: None, editor: Any) -> Client:
    return session_for(editor)


def typed(**fields: Any) -> dict[str, Any]:
    """What the form of a meeting sends, whole unless told."""
    facts = {
        "kind": "meeting",
        "committee": Community.objects.get(slug="standing-committee").pk,
        "title": "Quarterly meeting",
        "starts_at": f"{TUESDAY:%Y-%m-%dT%H:%M}",
        "mode": "in_person",
        "place": "City hall, Jefferson City",
        "openness": "open",
        "accommodation": "Office of the partnership, 573-555-0100",
        "agenda-TOTAL_FORMS": "2",
        "agenda-INITIAL_FORMS": "0",
        "agenda-0-words": "Report of the co-chairs",
    }
    return facts | fields


def words_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@time_machine.travel(FRIDAY, tick=False)
def test_from_a_draft_to_a_posting_at_the_principal_office(client: Client) -> None:
    answer = client.post("/desk/meetings/add/", typed())
    meeting = Meeting.objects.get()
    assert answer["Location"] == f"/desk/meetings/{meeting.pk}/"
    address = f"/desk/meetings/{meeting.pk}/"
    assert client.post(f"{address}post/", {"seen": meeting.revision}).status_code == 302
    page = words_of(client.get(address))
    assert "not lawful yet: not put up" in page
    assert "Print the sheet" in page
    put_up = {"place": "Board at the entrance", "at": f"{FRIDAY:%Y-%m-%dT%H:%M}"}
    assert client.post(f"{address}put-up/", put_up).status_code == 302
    page = words_of(client.get(address))
    assert "not lawful yet" not in page
    assert "Board at the entrance, " in page
    assert "recorded by " in page


@time_machine.travel(FRIDAY, tick=False)
def test_a_late_notice_is_refused_with_reason_and_earliest_time_and_keeps_what_was_typed(client: Client) -> None:
    client.post("/desk/meetings/add/", typed(starts_at="2026-05-26T14:59"))
    meeting = Meeting.objects.get()
    answer = client.post(f"/desk/meetings/{meeting.pk}/post/", {"grounds": " ", "seen": meeting.revision})
    assert answer.status_code == 422
    assert "less than 24 hours of notice" in words_of(answer)
    assert "Tuesday 26 May 2026, 15:00 CDT" in words_of(answer)
    assert "City hall, Jefferson City" in words_of(answer)
    assert not Notice.objects.exists()


def test_a_notice_without_agenda_is_refused_with_the_reason(client: Client) -> None:
    client.post("/desk/meetings/add/", typed(**{"agenda-0-words": ""}, starts_at="2031-05-27T14:00"))
    meeting = Meeting.objects.get()
    assert "It has no agenda" in words_of(client.get(f"/desk/meetings/{meeting.pk}/"))
    answer = client.post(f"/desk/meetings/{meeting.pk}/post/", {"grounds": "Because of the flood"})
    assert answer.status_code == 422
    assert "It has no agenda" in words_of(answer)
    assert "Because of the flood" in words_of(answer)


@time_machine.travel(FRIDAY, tick=False)
def test_a_late_amendment_is_refused_and_keeps_what_was_typed(client: Client, editor: Any) -> None:
    meeting, _notice = post(by=editor, starts_at=TUESDAY)
    sent = typed(place="The other hall", starts_at="2026-05-26T09:00", seen="1")
    answer = client.post(f"/desk/meetings/{meeting.pk}/edit/", sent)
    assert answer.status_code == 422
    assert "Tuesday 26 May 2026, 15:00 CDT" in words_of(answer)
    assert 'value="The other hall"' in words_of(answer)
    assert 'value="2026-05-26T09:00"' in words_of(answer)
    assert Notice.objects.count() == 1


def test_of_two_who_amend_at_once_one_wins_and_the_others_words_stay_in_the_form(client: Client, editor: Any) -> None:
    meeting, _notice = post(by=editor, starts_at=TUESDAY + timedelta(days=3650))
    address = f"/desk/meetings/{meeting.pk}/edit/"
    starts = f"{timezone.localtime(meeting.starts_at):%Y-%m-%dT%H:%M}"
    AmendNotice(
        meeting, editor, prepared=prepared(title="Spring meeting", starts_at=meeting.starts_at), seen=1
    ).execute()
    answer = client.post(address, typed(title="Autumn meeting", starts_at=starts, seen="1"))
    page = words_of(answer)
    assert answer.status_code == 422
    assert "Somebody else amended it meanwhile" in page
    assert "<h1" in page and "Spring meeting" in page[: page.index("<form")]
    assert 'value="Autumn meeting"' in page
    assert 'name="seen" value="2"' in page
    assert client.post(address, typed(title="Autumn meeting", starts_at=starts, seen="2")).status_code == 302
    assert [row.facts["title"] for row in Notice.objects.order_by("number")] == [
        "Quarterly meeting",
        "Spring meeting",
        "Autumn meeting",
    ]


def test_of_two_who_change_a_draft_at_once_one_wins_and_the_others_words_stay(client: Client, editor: Any) -> None:
    meeting = draft(by=editor)
    seen = meeting.revision
    PrepareMeeting(editor, prepared(title="Spring meeting"), meeting, seen=seen).execute()
    sent = typed(title="Autumn meeting", seen="0", revision=str(seen))
    answer = client.post(f"/desk/meetings/{meeting.pk}/edit/", sent)
    assert answer.status_code == 422
    assert 'value="Autumn meeting"' in words_of(answer)
    assert "Somebody else changed this draft" in words_of(answer)
    again = client.post(f"/desk/meetings/{meeting.pk}/edit/", sent | {"revision": str(seen + 1)})
    assert again.status_code == 302
    assert Meeting.objects.get().title == "Autumn meeting"


def test_a_draft_that_was_posted_meanwhile_is_not_amended_by_mistake(client: Client, editor: Any) -> None:
    meeting, _notice = post(by=editor)
    answer = client.post(f"/desk/meetings/{meeting.pk}/edit/", typed(title="Autumn meeting", seen="0", revision="1"))
    assert answer.status_code == 422
    assert Notice.objects.count() == 1
    assert 'value="Autumn meeting"' in words_of(answer)


@time_machine.travel(FRIDAY, tick=False)
def test_a_holiday_added_after_posting_shows_in_the_list_and_on_the_page_with_what_to_do(
    client: Client, editor: Any
) -> None:
    meeting, notice = post(by=editor, starts_at=TUESDAY)
    RecordSheet(notice, editor, "Board", timezone.now()).execute()
    assert "not lawful" not in words_of(client.get("/desk/meetings/"))
    Holiday.objects.create(day=TUESDAY.date(), name="A day of mourning")
    assert "not lawful: too late" in words_of(client.get("/desk/meetings/"))
    page = words_of(client.get(f"/desk/meetings/{meeting.pk}/"))
    assert "was added after this notice was posted" in page
    assert "choose a later time, or give the good cause" in page
    assert "Meetings to come" in words_of(client.get("/desk/"))


@time_machine.travel(FRIDAY, tick=False)
def test_while_no_sheet_is_up_the_page_says_from_when_it_would_count(client: Client, editor: Any) -> None:
    meeting, _notice = post(by=editor, starts_at=TUESDAY)
    with time_machine.travel(FRIDAY + timedelta(hours=2), tick=False):
        page = words_of(client.get(f"/desk/meetings/{meeting.pk}/"))
    assert "Put up now, it would allow" in page


def test_the_sheet_says_the_words_as_they_were_posted(client: Client, editor: Any) -> None:
    meeting, notice = post(by=editor)
    Meeting.objects.filter(pk=meeting.pk).update(place="Somewhere else")
    page = words_of(client.get(f"/desk/meetings/{meeting.pk}/sheet/"))
    assert notice.facts["place"] in page
    assert "Somewhere else" not in page
    assert "Notice of an open meeting" in page
    assert client.get(f"/desk/meetings/{draft(by=editor).pk}/sheet/").status_code == 404


def test_the_next_ones_of_a_series_are_made_on_the_page(client: Client, editor: Any) -> None:
    meeting = draft(by=editor)
    answer = client.post(f"/desk/meetings/{meeting.pk}/repeat/", {"rhythm": "weekly", "count": "2"}, follow=True)
    assert "2 drafts were made. Each is posted by a notice of its own." in words_of(answer)
    listed = words_of(client.get(f"/desk/meetings/?series={Series.objects.get().pk}"))
    assert "3 meetings" in listed


def test_discarding_and_calling_off(client: Client, editor: Any) -> None:
    gone, (meeting, _notice) = draft(by=editor), post(by=editor)
    assert client.post(f"/desk/meetings/{gone.pk}/discard/")["Location"] == "/desk/meetings/"
    assert client.post(f"/desk/meetings/{meeting.pk}/cancel/", {"word": "yes"}).status_code == 422
    assert client.post(f"/desk/meetings/{meeting.pk}/cancel/", {"word": "cancel"}).status_code == 302
    assert Meeting.objects.get().state == State.CANCELLED


def test_the_list_is_narrowed_by_kind_committee_and_time(client: Client, editor: Any) -> None:
    post(by=editor, title="Spring meeting")
    draft(by=editor, title="Fire drill", kind=MeetingKind.EXERCISE)
    draft(by=editor, title="Experts", committee=Community.objects.get(slug="advisory-committee"))
    with time_machine.travel(timezone.now() - timedelta(days=30), tick=False):
        post(by=editor, title="Winter meeting")
    shown = {
        "": {"Spring meeting", "Fire drill", "Experts"},
        "?kind=exercise": {"Fire drill"},
        "?committee=advisory-committee": {"Experts"},
        "?when=past": {"Winter meeting"},
        "?kind=zqx": set(),
    }
    for query, titles in shown.items():
        page = words_of(client.get(f"/desk/meetings/{query}"))
        every = {"Spring meeting", "Fire drill", "Experts", "Winter meeting"}
        assert {title for title in every if title in page} == titles, query


@pytest.mark.parametrize("address", ["/desk/meetings/", "/desk/meetings/?when=past", "/desk/meetings/actions/"])
def test_lists_take_as_many_queries_for_one_row_as_for_thirty(client: Client, editor: Any, address: str) -> None:
    from portal.meetings.desk.item_actions import AssignAction

    def make(count: int) -> None:
        for days in (-30, 0):
            with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
                for _each in range(count):
                    meeting, notice = post(by=editor)
                    RecordSheet(notice, editor, "Board", timezone.now()).execute()
                    AssignAction(meeting, editor, "Do it", editor).execute()

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    make(1)
    client.get(address)
    few = queries()
    make(6)
    assert queries() == few


def test_documents_stand_in_the_agenda_by_their_addresses(client: Client) -> None:
    row = document(title="Plan of the sector")
    client.post("/desk/meetings/add/", typed(**{"agenda-0-documents": row.get_absolute_url()}))
    assert list(Meeting.objects.get().agenda.get().documents.all()) == [row]
    answer = client.post("/desk/meetings/add/", typed(**{"agenda-0-documents": "/library/none/"}))
    assert answer.status_code == 422
    assert "no address of a document in the library" in words_of(answer)


@time_machine.travel(FRIDAY, tick=False)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-05-26T15:00", "late enough"),
        ("2026-05-26T14:59", "too early"),
        ("9999-12-31T00:00", ""),
        ("0001-01-01T00:00", ""),
        ("2026-13-45T99:99", ""),
        ("zqx\0", ""),
    ],
)
def test_the_earliest_start_is_told_while_typing(client: Client, text: str, said: str) -> None:
    answer = client.get("/desk/meetings/earliest/", {"starts_at": text})
    assert answer.status_code == 200
    assert "26 May 2026" in words_of(answer)
    assert (said in words_of(answer)) if said else "that you typed" not in words_of(answer)


def test_editors_keep_the_calendar_and_the_lists_of_meetings(editor: Any, desk: None, pages: Any) -> None:
    client, analyst = session_for(editor), session_for(staff(StaffRole.MIAC_ANALYST))
    forms: dict[str, dict[str, Any]] = {
        "vocabulary/holiday": {"day": "2031-05-05", "name": "A day of mourning", "is_closed": "on"},
        "meetings/series": {"title": "Quarterly", "committee": Community.objects.get(slug="standing-committee").pk},
        "meetings/closureexception": {"citation": "RSMo 610.021(99)", "title": "x", "order": "5", "in_use": "on"},
        "meetings/capability": {"name": "Snow clearing", "slug": "snow-clearing"},
    }
    for name, sent in forms.items():
        assert client.post(f"/admin/snippets/{name}/add/", sent).status_code == 302, name
        assert analyst.get(f"/admin/snippets/{name}/add/").status_code != 200, name
    assert Holiday.objects.get(day="2031-05-05").is_closed
