"""Calendars: one meeting as a file, the public feed, and a member's own by its address (RFC 5545, RFC 7986)."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings as hypothesis_settings, strategies as st
from icalendar import Calendar

from portal.access.enums import Label, Reach
from portal.audit import Verb
from portal.audit.models import Event as TrailEvent
from portal.core.logging import without_links
from portal.meetings import calendar_files, calendars
from portal.meetings.actions import AmendNotice, CancelMeeting
from portal.meetings.enums import Mode
from portal.meetings.models import CalendarFeed, Meeting, Notice
from portal.members.enums import StaffRole
from portal.members.models import Community, CommunityMembership, FeedToken, Person, ReadTally
from tests.factories import PersonFactory, staff
from tests.meetings.making import draft, post, prepared

pytestmark = pytest.mark.django_db
CENTRAL = ZoneInfo("America/Chicago")
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=CENTRAL)
SECRET = "zqxdepot"


@pytest.fixture(autouse=True)
def on_monday() -> Any:
    with time_machine.travel(MONDAY, tick=False) as moment:
        yield moment


@pytest.fixture
def editor() -> Any:
    return staff(StaffRole.MOP3_EDITOR)


def asked(address: str, client: Client | None = None) -> bytes:
    response = (client or Client()).get(urlsplit(address).path)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    content: bytes = response.content
    return content


def file_of(meeting: Meeting, client: Client | None = None) -> bytes:
    return asked(f"{meeting.get_absolute_url()}meeting.ics", client)


def parsed(content: bytes) -> list[Any]:
    """The events of a calendar, after it was held against what RFC 5545 asks of one."""
    check(content)
    return list(Calendar.from_ical(content).walk("VEVENT"))


def check(content: bytes) -> None:
    """Section 3.1: lines end in CRLF and have at most 75 octets. 3.6: what must be there, and once."""
    assert content.endswith(b"\r\n") and b"\n" not in content.replace(b"\r\n", b"")
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # folding cuts no character in two
    unfolded = content.replace(b"\r\n ", b"").decode().split("\r\n")
    assert all(sign.isprintable() for line in unfolded for sign in line)
    assert all(re.match(r"[A-Z-]+[;:]", line) for line in unfolded if line)
    found: Any = Calendar.from_ical(content)
    assert found.errors == [] and (found["version"], found["calscale"]) == ("2.0", "GREGORIAN") and found["prodid"]
    zones = {str(zone["tzid"]) for zone in found.walk("VTIMEZONE")}
    uids = [str(event["uid"]) for event in found.walk("VEVENT")]
    assert len(uids) == len(set(uids))
    for event in found.walk("VEVENT"):
        assert event.errors == []
        for name in ("uid", "dtstamp", "dtstart", "summary", "sequence", "status"):
            assert not isinstance(event[name], list)
        assert event["dtstamp"].dt.utcoffset() == timedelta(0)
        named = {event[name].params["tzid"] for name in ("dtstart", "dtend") if "tzid" in event[name].params}
        assert named <= zones, "each zone that is named is described (3.2.19)"
        assert event["dtend"].dt > event["dtstart"].dt


class TestFile:
    def test_it_says_what_when_and_where(self, editor: Any) -> None:
        meeting, _notice = post(
            by=editor,
            title="Spring meeting",
            starts_at=MONDAY + timedelta(days=10),
            mode=Mode.VIDEO,
            remote="Call 5550142",
        )
        (event,) = parsed(file_of(meeting))
        assert event["summary"] == "Spring meeting"
        assert event["dtstart"].dt == meeting.starts_at
        assert event["location"] == meeting.place
        assert event["uid"] == str(meeting.uuid)
        assert event["url"].endswith(meeting.get_absolute_url())
        assert (event["sequence"], event["status"], event["class"]) == (0, "CONFIRMED", "PUBLIC")
        for words in ("Standing Committee", "open to the public", "Call 5550142", "573-555-0100"):
            assert words in event["description"], words

    def test_the_clock_of_its_zone_stands_in_it_and_gives_the_same_moment(self, editor: Any) -> None:
        """Noon is noon before and after the clocks change, by the rules that the file itself brings."""
        for day, offset in (
            (datetime(2026, 3, 6, 12), -6),
            (datetime(2026, 3, 9, 12), -5),
            (datetime(2026, 11, 2, 12), -6),
        ):
            meeting, _notice = post(by=editor, starts_at=day.replace(tzinfo=CENTRAL))
            content = file_of(meeting)
            assert f"DTSTART;TZID=America/Chicago:{day:%Y%m%dT%H%M%S}".encode() in content
            described_zones: Any = Calendar.from_ical(content).walk("VTIMEZONE")
            (zone,) = described_zones
            described = day.replace(tzinfo=zone.to_tz(lookup_tzid=False))
            assert described.utcoffset() == timedelta(hours=offset)

    def test_an_amendment_is_the_same_event_with_a_higher_sequence(self, editor: Any, on_monday: Any) -> None:
        meeting, _notice = post(by=editor)
        (before,) = parsed(file_of(meeting))
        on_monday.shift(timedelta(hours=1))
        AmendNotice(
            meeting, editor, prepared=prepared(starts_at=meeting.starts_at, place="City hall"), seen=1
        ).execute()
        (after,) = parsed(file_of(meeting))
        assert after["uid"] == before["uid"]
        assert (before["sequence"], after["sequence"]) == (0, 1)
        assert after["dtstamp"].dt > before["dtstamp"].dt
        assert before["location"].startswith("State office building") and after["location"] == "City hall"

    def test_what_was_called_off_is_cancelled_and_stays_in_the_feed(self, editor: Any) -> None:
        meeting, _notice = post(by=editor)
        CancelMeeting(meeting, editor).execute()
        for content in (file_of(meeting), asked("/meetings/calendar.ics")):
            (event,) = parsed(content)
            assert (event["status"], event["sequence"]) == ("CANCELLED", 1)

    def test_its_name_stays_when_the_portal_moves(self, editor: Any, settings: Any) -> None:
        meeting, _notice = post(by=editor)
        (before,) = parsed(file_of(meeting))
        settings.PORTAL_FRONT_URL = "https://elsewhere.example"
        (after,) = parsed(file_of(meeting))
        assert before["uid"] == after["uid"] and after["url"].startswith("https://elsewhere.example/meetings/")

    def test_signs_with_a_meaning_are_escaped_and_long_lines_folded(self, editor: Any) -> None:
        title = "Budget; staff, buses \\ trains: " + "Überschwemmung – " * 6
        meeting, _notice = post(by=editor, title=title[:160].strip(), place="Room 5; left, then right")
        content = file_of(meeting)
        (event,) = parsed(content)
        assert event["summary"] == title[:160].strip()
        assert event["location"] == "Room 5; left, then right"
        assert rb"LOCATION:Room 5\; left\, then right" in content and b"\r\n " in content

    def test_a_draft_has_none(self, editor: Any) -> None:
        assert Client().get(f"{draft(by=editor).get_absolute_url()}meeting.ics").status_code == 404


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@hypothesis_settings(max_examples=60)
@given(title=words, place=words, remote=words)
def test_whatever_is_typed_the_calendar_is_sound_and_has_one_event(title: str, place: str, remote: str) -> None:
    meeting: Any = Meeting(
        pk=1,
        title=title,
        place=place,
        remote=remote,
        tlp=Label.CLEAR,
        starts_at=MONDAY,
        committee=Community(name=title[:99]),
    )
    meeting._prefetched_objects_cache = {"notices": [Notice(number=1, posted_at=MONDAY.astimezone(UTC))]}
    (event,) = parsed(calendar_files.calendar_of([meeting]))
    plain = "".join(sign if sign.isprintable() else " " for sign in " ".join(title.split())).strip()
    assert event["summary"] == plain


class TestPublicFeed:
    def test_it_has_every_public_meeting_and_no_draft(self, editor: Any) -> None:
        post(by=editor, title="One")
        post(by=editor, title="Two")
        draft(by=editor, title="Hidden")
        assert sorted(event["summary"] for event in parsed(asked("/meetings/calendar.ics"))) == ["One", "Two"]

    def test_without_a_meeting_it_is_a_calendar_all_the_same(self) -> None:
        assert parsed(asked("/meetings/calendar.ics")) == []

    def test_it_is_the_same_for_a_member_who_is_signed_in(self, editor: Any, sign_in: Any) -> None:
        training("For members", tlp=Label.GREEN, reach=Reach.MEMBERS)
        client = sign_in(PersonFactory())
        assert parsed(asked("/meetings/calendar.ics", client)) == []

    def test_its_queries_do_not_depend_on_how_many_they_are(self, editor: Any) -> None:
        counts = []
        asked("/meetings/calendar.ics")
        for many in (1, 10):
            for _each in range(many):
                post(by=editor)
            with CaptureQueriesContext(connection) as queries:
                asked("/meetings/calendar.ics")
            counts.append(len(queries))
        assert counts[0] == counts[1]


def training(title: str, **fields: Any) -> Meeting:
    """A posted meeting with another label than Desk's form gives."""
    audience = fields.pop("audience_communities", [])
    meeting, _notice = post(title=title, safe_title="A training", place=f"{SECRET} hall", remote=f"{SECRET} line")
    for name, value in fields.items():
        setattr(meeting, name, value)
    meeting.save()
    meeting.audience_communities.set(audience)
    return meeting


class TestOwnFeed:
    @pytest.fixture
    def committee(self) -> Community:
        return Community.objects.get(slug="advisory-committee")

    @pytest.fixture
    def person(self, committee: Community) -> Person:
        made: Person = PersonFactory(communities=[committee])
        return made

    @pytest.fixture
    def address(self, person: Person, sign_in: Any) -> str:
        return make(sign_in(person))

    def test_a_member_makes_an_address_which_a_program_asks_without_signing_in(
        self, editor: Any, committee: Community, address: str
    ) -> None:
        post(by=editor, title="Public")
        training("For members", tlp=Label.GREEN, reach=Reach.MEMBERS)
        training("Of my committee", tlp=Label.GREEN, audience_communities=[committee])
        training("Of others", tlp=Label.GREEN, audience_communities=[Community.objects.get(slug="standing-committee")])
        found = sorted(event["summary"] for event in parsed(asked(address)))
        assert found == ["Public", "TLP:GREEN For members", "TLP:GREEN Of my committee"]

    def test_above_green_it_has_a_safe_title_the_time_and_a_link(self, committee: Community, address: str) -> None:
        meeting = training(f"{SECRET} drill", tlp=Label.AMBER, audience_communities=[committee])
        content = asked(address)
        (event,) = parsed(content)
        assert event["summary"] == "TLP:AMBER A training"
        assert event["dtstart"].dt == meeting.starts_at and event["url"].endswith(meeting.get_absolute_url())
        assert SECRET.encode() not in content.replace(b"\r\n ", b"") and "location" not in event
        assert event["class"] == "CONFIDENTIAL"

    @pytest.mark.parametrize(
        "change",
        [{"standing": "suspended"}, {"standing": "closed"}, {"is_active": False}, {"validated_until": None}],
    )
    def test_of_who_is_no_active_member_it_is_not_there(
        self, person: Person, address: str, change: dict[str, Any]
    ) -> None:
        Person.objects.filter(pk=person.pk).update(**change)
        assert Client().get(urlsplit(address).path).status_code == 404

    def test_one_that_was_ended_is_not_there(self, person: Person, address: str, sign_in: Any) -> None:
        client = sign_in(person)
        feed = CalendarFeed.objects.get()
        client.post(f"/meetings/calendar/{feed.pk}/end/")
        assert Client().get(urlsplit(address).path).status_code == 404
        assert address not in client.get("/meetings/calendar/").content.decode()
        assert list(
            TrailEvent.objects.filter(verb__startswith="token.").values_list("verb", flat=True).order_by("pk")
        ) == [
            Verb.TOKEN_CREATE,
            Verb.TOKEN_REVOKE,
        ]

    def test_it_ends_after_a_year_and_with_a_new_password(self, person: Person, address: str, on_monday: Any) -> None:
        from portal.members.signal_handlers import password_was_changed

        password_was_changed(None, user=person)
        assert Client().get(urlsplit(address).path).status_code == 404
        FeedToken.objects.update(revoked_at=None)
        asked(address)
        Person.objects.update(validated_until=MONDAY + timedelta(days=800))
        on_monday.shift(timedelta(days=366))
        assert Client().get(urlsplit(address).path).status_code == 404

    def test_who_left_the_committee_gets_its_meetings_no_more(
        self, committee: Community, person: Person, address: str
    ) -> None:
        training("Of my committee", tlp=Label.GREEN, audience_communities=[committee])
        assert len(parsed(asked(address))) == 1
        CommunityMembership.objects.filter(person=person).update(ended_at=MONDAY)
        assert parsed(asked(address)) == []

    @pytest.mark.parametrize("signed", ["1", "1:x", "x:y", "1:" + "a" * 43, "é"])
    def test_an_address_that_somebody_made_up_is_not_there(self, address: str, signed: str) -> None:
        assert Client().get(f"/meetings/calendar/{signed}/meetings.ics").status_code == 404

    def test_the_address_opens_no_other_feed(self, person: Person, address: str) -> None:
        import base64

        signed = address.split("/")[-2]
        for secret in (signed, signed.partition(":")[2]):
            pair = base64.b64encode(f"{person.email}:{secret}".encode()).decode()
            assert Client().get("/bulletins/feed/", headers={"Authorization": f"Basic {pair}"}).status_code == 401

    def test_each_above_clear_counts_once_for_each_notice_and_the_trail_has_it(
        self, editor: Any, committee: Community, person: Person, address: str
    ) -> None:
        post(by=editor, title="Public")
        meeting = training("Of my committee", tlp=Label.GREEN, audience_communities=[committee])
        for _turn in range(3):
            asked(address)
        assert ReadTally.objects.get(person=person).count == 1
        opened = TrailEvent.objects.filter(verb=Verb.SUBSCRIBE, about=f"meetings.meeting:{meeting.pk}")
        assert opened.count() == 1
        Notice.objects.create(meeting=meeting, number=2, facts={}, starts_at=MONDAY, earliest=MONDAY, posted_by=editor)
        asked(address)
        assert ReadTally.objects.get(person=person).count == 2 and opened.count() == 2

    def test_asking_too_often_is_answered_in_words(self, address: str, settings: Any) -> None:
        settings.PORTAL_FEEDS_PER_HOUR = 2
        for _turn in range(2):
            asked(address)
        response = Client().get(urlsplit(address).path)
        assert response.status_code == 429 and "Retry-After" in response.headers
        assert "too often" in response.content.decode()

    def test_the_address_does_not_stand_in_logs(self, address: str, caplog: Any) -> None:
        signed = address.split("/")[-2]
        record = logging.LogRecord("x", logging.INFO, "", 0, "Not Found: %s", (urlsplit(address).path,), None)
        assert signed not in without_links(record.getMessage())
        assert "/meetings/calendar/" in without_links(record.getMessage())

    def test_its_queries_do_not_depend_on_how_many_they_are(
        self, editor: Any, committee: Community, address: str
    ) -> None:
        counts = []
        for many in (1, 8):
            for _each in range(many):
                training("Of my committee", tlp=Label.GREEN, audience_communities=[committee])
            asked(address)
            with CaptureQueriesContext(connection) as queries:
                asked(address)
            counts.append(len(queries))
        assert counts[0] == counts[1]


def make(client: Client) -> str:
    """Make an address as a member does; returns it as the page shows it."""
    page = client.post("/meetings/calendar/", follow=True).content.decode()
    found = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert found
    return found.group(1)


class TestPage:
    def test_it_is_for_members(self, sign_in: Any) -> None:
        assert Client().get("/meetings/calendar/")["Location"].startswith("/account/login/")
        person = PersonFactory()
        client = sign_in(person)
        assert client.get("/meetings/calendar/").status_code == 200
        assert "/meetings/calendar/" in client.get("/meetings/").content.decode()
        assert '/meetings/calendar/"' not in Client().get("/meetings/").content.decode()

    def test_there_are_five_at_most(self, sign_in: Any) -> None:
        client = sign_in(PersonFactory())
        for _each in range(calendars.MOST + 1):
            page = client.post("/meetings/calendar/", follow=True).content.decode()
        assert "five addresses already" in page and CalendarFeed.objects.count() == calendars.MOST

    def test_nobody_sees_or_ends_anothers(self, sign_in: Any) -> None:
        address = make(sign_in(PersonFactory()))
        other = sign_in(PersonFactory())
        assert address not in other.get("/meetings/calendar/").content.decode()
        feed = CalendarFeed.objects.get()
        for key in (feed.pk, feed.pk + 1, 10**30):
            assert other.post(f"/meetings/calendar/{key}/end/").status_code == 404
        asked(address)

    def test_the_token_stands_among_ones_tokens_and_ends_there_too(self, sign_in: Any) -> None:
        client = sign_in(PersonFactory())
        address = make(client)
        assert "Calendar of meetings" in client.get("/account/feed/").content.decode()
        client.post(f"/account/feed/{FeedToken.objects.get().pk}/revoke/")
        assert Client().get(urlsplit(address).path).status_code == 404
