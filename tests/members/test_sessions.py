"""Sessions: both limits, ending them from afar, the list of one's own, and what a page is told of the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, strategies as st

from portal.core import tick
from portal.members.enums import StaffRole
from portal.members.models import DeskSession, FrontSession, Person
from portal.members.sessions.browsers import browser_name
from portal.members.sessions.clock import Ending, SessionClock, why_over
from portal.members.sessions.stores import Facts
from tests.conftest import enrol, session_for
from tests.factories import PersonFactory, bulletin, staff
from tests.members.test_sign_in import CODE, code_for, give_password, is_signed_in

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
PAGE = "/account/feed/"
EXTEND = "/account/sessions/extend/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as frozen:
        yield frozen


@pytest.fixture
def person(pages: Any) -> Person:
    made: Person = PersonFactory(validated_until=NOON + timedelta(days=300))
    return made


# --- the two limits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "holds"), [(29.9, True), (30, False), (31, False)])
def test_a_session_ends_after_half_an_hour_without_use(person: Person, clock: Any, minutes: float, holds: bool) -> None:
    client = session_for(person)
    clock.shift(timedelta(minutes=minutes))
    assert (client.get(PAGE).status_code == 200) is holds
    assert is_signed_in(client) is holds


def test_use_puts_the_end_off_until_twelve_hours_after_the_sign_in(person: Person, clock: Any) -> None:
    client = session_for(person)
    for _ in range(35):  # 11 h 40 min
        clock.shift(timedelta(minutes=20))
        assert client.get(PAGE).status_code == 200
    clock.shift(timedelta(minutes=19, seconds=59))
    assert client.get(PAGE).status_code == 200
    clock.shift(timedelta(seconds=1))
    assert client.get(PAGE)["Location"].startswith("/account/login/?next=")


def test_changing_the_session_does_not_make_it_longer(person: Person, clock: Any) -> None:
    client = session_for(person)
    for _ in range(36):
        clock.shift(timedelta(minutes=20))
        session = client.session
        session["something"] = str(clock)
        session.save()
        client.get(PAGE)
    assert not is_signed_in(client)


def test_the_limits_hold_whatever_the_row_says_of_its_expiry(person: Person, clock: Any) -> None:
    client = session_for(person)
    FrontSession.objects.update(expire_date=NOON + timedelta(days=900))
    clock.shift(timedelta(minutes=30))
    assert client.get(PAGE).status_code == 302
    assert not FrontSession.objects.filter(person_id=person.pk).exists()


def test_a_session_from_before_these_limits_is_over(person: Person) -> None:
    client = session_for(person)
    FrontSession.objects.update(begun_at=None, seen_at=None)
    assert client.get(PAGE).status_code == 302


@given(
    st.datetimes(timezones=st.just(UTC), min_value=datetime(2026, 1, 1), max_value=datetime(2026, 2, 1)),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=13)),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=1)),
)
def test_a_session_holds_within_both_limits_and_never_beyond_one(
    begun: datetime, used_for: timedelta, idle: timedelta
) -> None:
    now = begun + used_for + idle
    over = why_over(Facts(begun, begun + used_for), Person(), at=now)
    left = SessionClock(begun, begun + used_for, now).seconds_left
    assert (over is None) == (idle < timedelta(minutes=30) and used_for + idle < timedelta(hours=12))
    assert (left == 0) or over is None
    void = why_over(Facts(begun, begun + used_for), Person(sessions_valid_from=now), at=now)
    assert (void is Ending.ENDED) == (begun < now)


def test_the_last_use_is_written_once_a_minute_and_not_more_often(person: Person, clock: Any) -> None:
    client = session_for(person)

    def writes() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return sum("frontsession" in query["sql"] and "UPDATE" in query["sql"] for query in queries)

    clock.shift(timedelta(seconds=59))
    assert writes() == 0
    clock.shift(timedelta(seconds=1))
    assert [writes(), writes()] == [1, 0]
    assert FrontSession.objects.get().seen_at == NOON + timedelta(minutes=1)


@pytest.mark.usefixtures("desk")
def test_what_a_page_fetches_by_itself_is_no_use(pages: Any, clock: Any) -> None:
    author = staff(StaffRole.MIAC_AUTHOR, validated_until=NOON + timedelta(days=300))
    client = session_for(author)
    clock.shift(timedelta(minutes=20))
    page = bulletin()
    client.post(f"/admin/editing-sessions/ping/wagtailcore/page/{page.pk}/1/")
    client.get("/-/theme.css")
    client.get("/-/live")
    assert client.get(EXTEND).json() == {"left": 600, "in_all": 42_000}
    assert DeskSession.objects.get().seen_at == NOON
    clock.shift(timedelta(minutes=10))
    assert client.get("/desk/").status_code == 302


# --- ending from afar ---------------------------------------------------------------------------------------------


def test_sessions_end_at_once_when_they_are_declared_void(person: Person, clock: Any) -> None:
    client = session_for(person)
    clock.shift(timedelta(minutes=1))
    Person.objects.filter(pk=person.pk).update(sessions_valid_from=timezone.now())
    assert client.get(PAGE).status_code == 302
    clock.shift(timedelta(seconds=1))
    assert session_for(person).get(PAGE).status_code == 200


def test_switching_an_account_off_ends_its_sessions_within_one_request(person: Person) -> None:
    client = session_for(person)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(PAGE).status_code == 302


# --- coming back --------------------------------------------------------------------------------------------------


def test_after_the_end_one_comes_back_to_the_page_that_was_asked_for(person: Person, clock: Any) -> None:
    secret, client = enrol(person), session_for(person)
    clock.shift(timedelta(minutes=31))
    asked = client.get("/account/sessions/?page=1")
    assert asked["Location"] == "/account/login/?next=%2Faccount%2Fsessions%2F%3Fpage%3D1"
    page = client.get(asked["Location"]).content.decode()
    assert "nothing was done for 30 minutes" in page
    (back,) = re.findall(r'name="next" value="([^"]+)"', page.partition("passkey-credential")[0])[:1]
    give = {"login": person.email, "password": "correct-horse-battery", "next": back}
    client.post("/account/login/", give)
    done = client.post(CODE, {"code": code_for(secret)})
    assert done["Location"] == "/account/sessions/?page=1"


def test_what_was_typed_is_not_sent_and_the_form_is_where_one_comes_back_to(person: Person, clock: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = session_for(person).cookies
    clock.shift(timedelta(minutes=31))
    sent = client.post("/account/feed/1/revoke/", {"label": "x"}, HTTP_REFERER="http://testserver/account/feed/?a=b")
    assert sent["Location"] == "/account/login/?next=%2Faccount%2Ffeed%2F%3Fa%3Db"
    assert "kept what you typed, in this tab" in client.get(sent["Location"]).content.decode()


@pytest.mark.parametrize("referer", ["https://evil.example/x", "//evil.example/x", "javascript:alert(1)", "", "\x00"])
def test_the_way_back_never_leads_elsewhere(person: Person, clock: Any, referer: str) -> None:
    client = session_for(person)
    clock.shift(timedelta(minutes=31))
    sent = client.post(PAGE, {}, HTTP_REFERER=referer)
    assert sent["Location"] == "/account/login/?next=%2Faccount%2Ffeed%2F"


def test_pages_for_everybody_still_open_after_the_end(person: Person, clock: Any) -> None:
    client = session_for(person)
    clock.shift(timedelta(minutes=31))
    assert client.get("/account/login/").status_code == 200
    assert client.get("/").status_code == 200


def test_a_page_tells_its_script_when_the_session_ends(person: Person, clock: Any) -> None:
    client = session_for(person)
    clock.shift(timedelta(seconds=30))
    page = client.get(PAGE).content.decode()
    assert 'data-session-left="1770"' in page
    assert 'data-session-in-all="43170"' in page
    assert 'data-session-warning="180"' in page
    assert f'data-session-url="{EXTEND}"' in page
    assert 'role="alertdialog"' in page
    assert "You are signed out after 30 minutes without use." in page
    assert "data-session-left" not in Client().get("/account/login/").content.decode()


def test_staying_signed_in_counts_from_now_and_never_past_twelve_hours(person: Person, clock: Any) -> None:
    client = session_for(person)
    clock.shift(timedelta(minutes=28))
    assert client.get(EXTEND).json()["left"] == 120
    assert client.post(EXTEND).json() == {"left": 1800, "in_all": 41_520}
    FrontSession.objects.update(begun_at=timezone.now() - timedelta(hours=11, minutes=59))
    assert client.post(EXTEND).json() == {"left": 60, "in_all": 60}
    clock.shift(timedelta(minutes=1))
    assert client.post(EXTEND).status_code == 302


def test_staying_signed_in_needs_the_forms_token(person: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = session_for(person).cookies
    assert client.post(EXTEND).status_code == 403


# --- the list of one's own ----------------------------------------------------------------------------------------


def test_one_sees_ones_own_sessions_and_no_keys(person: Person) -> None:
    enrol(person)
    phone = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="2001:db8::77")
    give_password(phone, person)
    session_for(PersonFactory())
    client = session_for(person)
    other = session_for(person)
    FrontSession.objects.filter(session_key=other.session.session_key).update(
        browser="Firefox on Windows", network="2001:db8::"
    )
    page = client.get("/account/sessions/").content.decode()
    assert page.count('<form method="post" action="/account/sessions/') == 2
    assert "Firefox on Windows" in page
    assert "this one" in page
    for row in FrontSession.objects.all():
        assert row.session_key not in page


def test_signing_in_notes_browser_and_network(person: Person) -> None:
    secret = enrol(person)
    client = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="2001:db8::77")
    give_password(client, person)
    client.post(CODE, {"code": code_for(secret)})
    row = FrontSession.objects.get(person_id=person.pk)
    assert (row.browser, row.network) == ("Firefox on Windows", "2001:db8::")
    assert row.begun_at == row.seen_at


def test_ending_one_session_ends_it_within_one_request(person: Person) -> None:
    here, there = session_for(person), session_for(person)
    row = FrontSession.objects.get(session_key=there.session.session_key)
    assert here.post(f"/account/sessions/{row.handle}/end/")["Location"] == "/account/sessions/"
    assert there.get(PAGE).status_code == 302
    assert here.get(PAGE).status_code == 200
    assert here.post(f"/account/sessions/{row.handle}/end/").status_code == 404


def test_ending_ones_own_session_signs_out(person: Person) -> None:
    here = session_for(person)
    row = FrontSession.objects.get()
    assert here.post(f"/account/sessions/{row.handle}/end/")["Location"] == "/account/login/"
    assert not is_signed_in(here)


def test_all_others_can_be_ended_at_once(person: Person) -> None:
    here, *others = [session_for(person) for _ in range(3)]
    stranger = session_for(PersonFactory())
    here.post("/account/sessions/end-others/")
    assert [client.get(PAGE).status_code for client in (here, stranger, *others)] == [200, 200, 302, 302]


def test_another_persons_session_is_not_there(person: Person) -> None:
    other = session_for(PersonFactory())
    row = FrontSession.objects.get()
    client = session_for(person)
    for handle in (row.handle, row.session_key, "x", "x" * 500, "0"):
        assert client.post(f"/account/sessions/{handle}/end/").status_code == 404
    assert other.get(PAGE).status_code == 200
    assert client.get(f"/account/sessions/{row.handle}/end/").status_code == 405
    for page in ("0", "x", "9" * 30, "\0"):
        assert client.get("/account/sessions/", {"page": page}).status_code == 404


@pytest.mark.usefixtures("desk")
def test_each_site_lists_its_own_sessions(pages: Any) -> None:
    officer = staff(StaffRole.VETTING_OFFICER)
    now = timezone.now()
    FrontSession.objects.create(
        session_key="f" * 32, expire_date=now + timedelta(hours=1), person_id=officer.pk, begun_at=now, seen_at=now
    )
    page = session_for(officer).get("/account/sessions/").content.decode()
    assert page.count('<form method="post" action="/account/sessions/') == 1


def test_the_list_asks_as_often_for_many_as_for_one(person: Person) -> None:
    client, counts = session_for(person), []
    for made in (0, 40):
        for _ in range(made):
            session_for(person)
        client.get("/account/sessions/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/account/sessions/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_is_over_is_deleted_by_tick_on_both_sites(person: Person, clock: Any) -> None:
    session_for(person)
    for table in (FrontSession, DeskSession):
        table.objects.create(session_key=f"old-{table.__name__}", expire_date=NOON)
        table.objects.create(session_key=f"new-{table.__name__}", expire_date=NOON + timedelta(days=9))
    outcomes = {outcome.name: outcome for outcome in tick.run(NOON)}
    assert outcomes["members: sessions that are over"].moved == 2
    tick.run(NOON + timedelta(hours=12))
    left = {row.session_key for table in (FrontSession, DeskSession) for row in table.objects.all()}
    assert left == {"new-FrontSession", "new-DeskSession"}


# --- browsers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/141.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_browsers_have_plain_names(header: str, name: str) -> None:
    assert browser_name(header) == name


@given(st.text(max_size=300))
def test_nothing_of_a_strangers_header_is_kept(header: str) -> None:
    assert browser_name(header) in {"", *{browser_name(f"{b} {s}") for b in MARKS for s in MARKS}}


MARKS = ["", "Edg", "OPR/", "SamsungBrowser/", "Firefox/", "CriOS/", "Safari/", "iPhone", "iPad", "Android"]
MARKS += ["Windows", "CrOS", "Macintosh", "Linux"]


def test_the_time_left_is_told_while_one_still_enrols(person: Person, clock: Any) -> None:
    client = session_for(person, with_second_factor=False)
    assert client.get("/bulletins/").status_code == 302
    assert client.get(EXTEND).json()["left"] == 1800
