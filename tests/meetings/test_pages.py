"""The public side of meetings: the list, one meeting, its notices, what is found, and the home pages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.access.enums import Label, Reach
from portal.meetings.actions import AmendNotice, CancelMeeting, Item, RecordSheet
from portal.meetings.enums import Ballot, MeetingKind, MinutesState, Mode, Openness, VoteKind
from portal.meetings.models import Answer, ClosureException, Meeting, Minutes, RollCall, Vote
from portal.members.enums import StaffRole
from portal.members.models import Community
from tests.factories import PersonFactory, staff
from tests.library.making import document
from tests.meetings.making import draft, post, prepared

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("America/Chicago"))
SECRET = "zqxvault"


@pytest.fixture(autouse=True)
def on_monday() -> Any:
    with time_machine.travel(MONDAY, tick=False) as moment:
        yield moment


@pytest.fixture
def editor() -> Any:
    return staff(StaffRole.MOP3_EDITOR, name="Editor of notices")


def page_of(meeting: Meeting, client: Client | None = None, more: str = "") -> str:
    response = (client or Client()).get(f"{meeting.get_absolute_url()}{more}")
    assert response.status_code == 200
    return response.content.decode()


class TestList:
    def test_anybody_sees_what_is_posted_and_nobody_a_draft(self, editor: Any) -> None:
        post(by=editor, title="Spring meeting")
        draft(by=editor, title="Hidden draft")
        page = Client().get("/meetings/").content.decode()
        assert "Spring meeting" in page and "1 meeting to come" in page
        assert "Hidden draft" not in page

    def test_it_is_narrowed_by_committee_kind_and_time(self, editor: Any, on_monday: Any) -> None:
        other = Community.objects.get(slug="advisory-committee")
        post(by=editor, title="Of the standing committee")
        post(by=editor, title="Of the advisers", committee=other)
        post(by=editor, title="Tabletop", kind=MeetingKind.EXERCISE)
        assert titles("/meetings/?committee=advisory-committee") == ["Of the advisers"]
        assert titles("/meetings/?kind=exercise") == ["Tabletop"]
        assert titles("/meetings/?when=past") == []
        on_monday.shift(timedelta(days=15))
        assert titles("/meetings/") == []
        assert len(titles("/meetings/?when=past")) == 3

    @pytest.mark.parametrize("query", ["kind=party", "committee=nobody", "when=never"])
    def test_a_value_that_is_not_in_the_list_empties_it(self, editor: Any, query: str) -> None:
        post(by=editor)
        response = Client().get(f"/meetings/?{query}")
        assert response.status_code == 200
        assert titles(f"/meetings/?{query}") == []
        assert "not in the list" in response.content.decode()

    def test_pages_keep_the_filters(self, editor: Any) -> None:
        for number in range(21):
            post(by=editor, title=f"Tabletop {number}", kind=MeetingKind.EXERCISE)
        page = Client().get("/meetings/?kind=exercise").content.decode()
        assert "kind=exercise&amp;page=2" in page
        assert len(titles("/meetings/?kind=exercise&page=2")) == 1

    @pytest.mark.parametrize("page", ["2", "0", "-1", "x", "9" * 30])
    def test_a_page_that_is_not_there_is_a_404(self, editor: Any, page: str) -> None:
        post(by=editor)
        assert Client().get("/meetings/", {"page": page}).status_code == 404

    def test_its_queries_do_not_depend_on_how_many_they_are(self, editor: Any, sign_in: Any) -> None:
        client = sign_in(PersonFactory())
        client.get("/meetings/")
        counts = []
        for _turn in range(2):
            for _each in range(6):
                post(by=editor)
            with CaptureQueriesContext(connection) as queries:
                client.get("/meetings/")
            counts.append(len(queries))
        assert counts[0] == counts[1]


def titles(address: str) -> list[str]:
    page = Client().get(address).content.decode()
    return re.findall(r'bulletin-row__title"><a href="[^"]+">([^<]+)</a>', page)


class TestMeeting:
    def test_it_says_what_when_with_its_zone_where_how_and_whom_to_ask(self, editor: Any) -> None:
        meeting, _notice = post(
            by=editor,
            title="Spring meeting",
            starts_at=MONDAY + timedelta(days=10, hours=1),
            mode=Mode.HYBRID,
            remote="https://video.example/standing, or 573-555-0142",
        )
        page = page_of(meeting)
        for words in (
            "Spring meeting",
            "Thu 12 March 2026, 10:30 CDT",
            "State office building, room 310, Jefferson City",
            "in person and by video",
            'href="https://video.example/standing"',
            "open to the public",
            "Office of the partnership, 573-555-0100",
            "Report of the co-chairs",
            "Exercise in autumn",
            f"{meeting.get_absolute_url()}meeting.ics",
            "by Editor of notices",
        ):
            assert words in page, words
        assert "not on record yet" in page

    def test_it_says_when_and_where_it_was_put_up(self, editor: Any) -> None:
        meeting, notice = post(by=editor)
        RecordSheet(notice, editor, "Board at the entrance", MONDAY).execute()
        assert "Put up at the principal office: Board at the entrance" in page_of(meeting)

    def test_a_closed_part_cites_its_exception(self, editor: Any) -> None:
        exception: Any = ClosureException.objects.first()
        agenda = [Item("Report"), Item("Protection of one site", is_closed=True)]
        meeting, _notice = post(by=editor, openness=Openness.PART, agenda=agenda, exceptions=[exception])
        page = page_of(meeting)
        assert "closed in part" in page and exception.citation in page and "(closed part)" in page
        assert exception.citation in page_of(meeting, more="notices/1/")

    def test_short_notice_shows_its_grounds(self, editor: Any) -> None:
        meeting, _notice = post(by=editor, starts_at=MONDAY + timedelta(hours=2), grounds="A levee is failing.")
        assert "A levee is failing." in page_of(meeting)
        assert "A levee is failing." in page_of(meeting, more="notices/1/")

    def test_of_its_documents_each_viewer_sees_those_that_they_may_read(self, editor: Any, sign_in: Any) -> None:
        inside = Community.objects.get(slug="advisory-committee")
        documents = [
            document(title="For all", tlp=Label.CLEAR),
            document(title="For members", tlp=Label.GREEN, reach=Reach.MEMBERS),
            document(title="For the inside", tlp=Label.AMBER, audience_communities=[inside]),
            document(title="Not in the library", tlp=Label.CLEAR, in_library=False),
        ]
        meeting, _notice = post(by=editor, agenda=[Item("Papers", documents=documents)])
        seen = {
            who: [title for title in TITLES if f">{title}</a>" in page_of(meeting, client)]
            for who, client in {
                "anybody": Client(),
                "member": sign_in(PersonFactory()),
                "inside": sign_in(PersonFactory(communities=[inside])),
            }.items()
        }
        assert seen == {
            "anybody": ["For all"],
            "member": ["For all", "For members"],
            "inside": ["For all", "For members", "For the inside"],
        }

    @pytest.mark.parametrize("openness", [Openness.PART, Openness.CLOSED])
    def test_documents_of_a_closed_part_stand_beside_it_for_nobody(
        self, editor: Any, sign_in: Any, openness: str
    ) -> None:
        paper = document(title=f"{SECRET} paper", tlp=Label.CLEAR)
        agenda = [Item("Protection of one site", is_closed=True, documents=[paper])]
        if openness == Openness.PART:
            agenda.append(Item("Report"))
        meeting, _notice = post(
            by=editor, openness=openness, agenda=agenda, exceptions=[ClosureException.objects.first()]
        )
        for client in (Client(), sign_in(editor)):
            for more in ("", "notices/1/", "meeting.ics"):
                page = page_of(meeting, client, more)
                assert SECRET not in page and str(paper.uuid) not in page

    def test_its_queries_do_not_depend_on_how_much_there_is(self, editor: Any) -> None:
        counts = []
        for many in (1, 8):
            papers = [document(tlp=Label.CLEAR) for _ in range(2)]
            meeting, _notice = post(by=editor, agenda=[Item(f"Item {n}", documents=papers) for n in range(many)])
            for number in range(many):
                words = prepared(starts_at=meeting.starts_at, title=f"Title {number}")
                AmendNotice(meeting, editor, prepared=words, seen=number + 1).execute()
            published(meeting, votes=many)
            page_of(meeting)
            with CaptureQueriesContext(connection) as queries:
                page_of(meeting)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    @pytest.mark.parametrize("state", [MinutesState.DRAFT, MinutesState.APPROVED])
    def test_minutes_that_are_not_published_are_nobodys(self, editor: Any, sign_in: Any, state: str) -> None:
        meeting, _notice = post(by=editor)
        Minutes.objects.create(meeting=meeting, state=state, words=f"{SECRET} was said")
        assert SECRET not in page_of(meeting) and SECRET not in page_of(meeting, sign_in(PersonFactory()))

    @pytest.mark.parametrize("more", ["", "notices/1/", "notices/2/", "meeting.ics"])
    def test_a_draft_is_not_there(self, editor: Any, sign_in: Any, more: str) -> None:
        meeting = draft(by=editor)
        for client in (Client(), sign_in(PersonFactory()), sign_in(editor)):
            assert client.get(f"{meeting.get_absolute_url()}{more}").status_code == 404

    def test_what_is_typed_is_shown_as_words(self, editor: Any) -> None:
        meeting, _notice = post(
            by=editor, title="<script>alert(1)</script>", remote="javascript:alert(1)", mode=Mode.VIDEO
        )
        for more in ("", "notices/1/"):
            page = page_of(meeting, more=more)
            assert "<script>alert" not in page and 'href="javascript' not in page


TITLES = ["For all", "For members", "For the inside", "Not in the library"]


def published(meeting: Meeting, *, votes: int) -> None:
    """Minutes that were published, with votes by roll call."""
    facts = {"state": MinutesState.PUBLISHED, "words": "Heard.", "approved_at": MONDAY, "began_at": MONDAY}
    Minutes.objects.create(meeting=meeting, **facts)
    for number in range(votes):
        vote = Vote.objects.create(meeting=meeting, motion=f"Motion {number}", kind=VoteKind.ROLL_CALL, is_carried=True)
        RollCall.objects.create(vote=vote, name="Member One", ballot=Ballot.YES)


class TestNotices:
    def test_each_stands_for_good_with_its_words_and_their_digest(self, editor: Any) -> None:
        meeting, first = post(by=editor)
        AmendNotice(
            meeting, editor, prepared=prepared(starts_at=meeting.starts_at, place="City hall"), seen=1
        ).execute()
        last = CancelMeeting(meeting, editor).execute()
        one, two, three = (page_of(meeting, more=f"notices/{number}/") for number in (1, 2, 3))
        assert "room 310" in one and "City hall" not in one and first.digest in one
        assert "City hall" in two and "<del>State office building, room 310, Jefferson City</del>" in two
        assert last.digest in three and "cancellation" in three
        for page in (one, two, three):
            assert "by Editor of notices" in page

    def test_the_page_of_a_meeting_shows_old_struck_and_new_marked_and_says_so_to_those_who_hear_it(
        self, editor: Any
    ) -> None:
        meeting, _first = post(by=editor)
        AmendNotice(
            meeting, editor, prepared=prepared(starts_at=meeting.starts_at, place="City hall"), seen=1
        ).execute()
        page = page_of(meeting)
        assert '<span class="visually-hidden">Struck: </span><del>State office' in page
        assert '<span class="visually-hidden">New: </span><ins>City hall</ins>' in page
        assert page.index("No. 2: amendment") < page.index("No. 1: notice")

    @pytest.mark.parametrize("number", ["0", "2", "99999999999999999999"])
    def test_one_that_was_never_posted_is_a_404(self, editor: Any, number: str) -> None:
        meeting, _notice = post(by=editor)
        assert Client().get(f"{meeting.get_absolute_url()}notices/{number}/").status_code == 404


class TestFound:
    def test_search_finds_it_by_title_agenda_committee_and_place(self, editor: Any) -> None:
        post(by=editor, title="Spring gathering", agenda=[Item("Transformers of the north")], place="Courthouse, Rolla")
        draft(by=editor, title="Hidden gathering")
        for words in ("gathering", "transformers", "standing committee", "Rolla"):
            page = Client().get("/search/", {"q": words}).content.decode()
            assert "Spring" in page and "Hidden" not in page, words
        assert "Spring" in Client().get("/search/", {"q": "gathering", "kind": "meeting"}).content.decode()

    def test_search_forgets_the_words_that_an_amendment_struck(self, editor: Any) -> None:
        meeting, _notice = post(by=editor, title="Spring gathering")
        words = prepared(starts_at=meeting.starts_at, title="Summer gathering", agenda=[Item("Floods")])
        AmendNotice(meeting, editor, prepared=words, seen=1).execute()
        assert meeting.get_absolute_url() in Client().get("/search/", {"q": "floods"}).content.decode()
        assert meeting.get_absolute_url() not in Client().get("/search/", {"q": "autumn"}).content.decode()


class TestHome:
    def test_the_public_home_names_the_next_public_meetings_with_their_notice(self, pages: Any, editor: Any) -> None:
        later, _notice = post(by=editor, title="Later", starts_at=MONDAY + timedelta(days=30))
        sooner, _notice = post(by=editor, title="Sooner", starts_at=MONDAY + timedelta(days=8))
        gone, _notice = post(by=editor, title="Called off", starts_at=MONDAY + timedelta(days=9))
        CancelMeeting(gone, editor).execute()
        draft(by=editor, title="Hidden")
        page = Client().get("/").content.decode()
        assert page.index("Sooner") < page.index("Later")
        assert f"{sooner.get_absolute_url()}notices/1/" in page and later.get_absolute_url() in page
        assert "Called off" not in page and "Hidden" not in page

    def test_without_a_meeting_it_says_nothing_of_them(self, pages: Any) -> None:
        assert 'id="next-meetings"' not in Client().get("/").content.decode()

    def test_a_member_sees_the_next_ones_of_their_own_committees_and_what_they_answered(
        self, pages: Any, editor: Any, sign_in: Any
    ) -> None:
        own = Community.objects.get(slug="standing-committee")
        person = PersonFactory(communities=[own])
        mine, _notice = post(by=editor, title="Mine")
        post(by=editor, title="Of others", committee=Community.objects.get(slug="advisory-committee"))
        client = sign_in(person)
        page = client.get("/").content.decode()
        assert "Your next meeting" in page and "Mine" in page and "Of others" not in page
        assert "you have not answered yet" in page
        Answer.objects.create(meeting=mine, person=person, coming="yes")
        assert "you said: I will be there" in client.get("/").content.decode()

    def test_its_queries_do_not_depend_on_how_many_there_are(self, pages: Any, editor: Any, sign_in: Any) -> None:
        own = Community.objects.get(slug="standing-committee")
        client = sign_in(PersonFactory(communities=[own]))
        counts = []
        for many in (1, 2):
            for _each in range(many):
                post(by=editor)
            client.get("/")
            with CaptureQueriesContext(connection) as queries:
                client.get("/")
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_header_and_footer_lead_to_meetings(self, pages: Any) -> None:
        page = Client().get("/").content.decode()
        assert '<a class="site-nav__link" href="/meetings/"' in page
        assert '<a href="/meetings/">Public meetings</a>' in page
