"""Who is led where, and what those read who are no active members."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.members.enums import EndReason, StaffRole, Standing
from portal.members.gate import is_led_staff
from portal.members.models import Agreement, FeedToken, Person, StandingChange, Visit
from tests.conftest import session_for
from tests.factories import PersonFactory, bulletin, staff

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
AGREEMENTS, BACK, STANDING = "/account/agreements/", "/account/back/", "/account/standing/"
PAGES = ["/", "/bulletins/", "/guidance/", "/sectors/", "/account/", "/account/feed/", "/account/validation/", "/no/"]
OPEN = ["/account/logout/", "/account/password/change/", "/account/second-factor/", "/-/live", "/-/ready", STANDING]


def owes(pages: Any) -> Person:
    Agreement.objects.create(kind="tlp", number=1, title="TLP", text="<p>Words.</p>", in_force_from=timezone.now())
    made: Person = PersonFactory()
    return made


def is_away(pages: Any) -> Person:
    made: Person = PersonFactory()
    Visit.objects.filter(person=made).update(active_at=timezone.now() - timedelta(days=90))
    return made


def path_of(response: Any) -> str:
    return str(response["Location"]).partition("?")[0]


@pytest.mark.parametrize(("make", "target"), [(owes, AGREEMENTS), (is_away, BACK)])
def test_they_are_led_from_every_page_and_from_nowhere_else(pages: Any, make: Any, target: str) -> None:
    client = session_for(make(pages))
    assert client.get(target).status_code == 200
    for path in PAGES:
        assert path_of(client.get(path)) == target, path
    for path in OPEN:
        response = client.get(path)
        assert response.status_code == 200 or path_of(response) not in {AGREEMENTS, BACK}, path


@pytest.mark.parametrize(("make", "target"), [(owes, AGREEMENTS), (is_away, BACK)])
def test_what_they_send_is_not_dropped_in_silence(pages: Any, make: Any, target: str) -> None:
    client = session_for(make(pages))
    sent = client.post("/account/feed/", {"label": "my reader"})
    assert path_of(sent) == target
    assert "was not taken yet" in client.get(target).content.decode()
    assert not FeedToken.objects.exists()


def test_a_dormant_member_who_owes_an_agreement_comes_through_both_pages(pages: Any) -> None:
    person = owes(pages)
    Visit.objects.filter(person=person).update(active_at=timezone.now() - timedelta(days=91))
    client = session_for(person)
    seen = [client.get("/")]
    assert path_of(seen[0]) == BACK
    client.post(BACK, {"still_there": "on"})
    assert path_of(client.get("/")) == AGREEMENTS
    assert path_of(client.get(BACK)) == "/"


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.CLOSED, Standing.APPLIED, Standing.EXPIRED])
def test_others_read_what_the_public_reads_with_a_notice(pages: Any, standing: Standing) -> None:
    public, marked = bulletin(tlp=Label.CLEAR), bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS)
    is_lapsed = standing is Standing.EXPIRED
    until = timezone.now() + timedelta(days=-1 if is_lapsed else 1)
    person = PersonFactory(standing=Standing.ACTIVE if is_lapsed else standing, validated_until=until)
    client, member = session_for(person), session_for(PersonFactory())
    page = client.get(public.url)
    assert page.status_code == 200
    assert _notice(page)
    assert not _notice(member.get(public.url))
    assert (client.get(marked.url).status_code, member.get(marked.url).status_code) == (404, 200)


def _notice(page: Any) -> bool:
    """Whether the notice on top of the page leads to where one stands; the account menu does so for everybody."""
    notices = re.findall(r'<section aria-label="Notice">.*?</section>', page.content.decode(), re.DOTALL)
    return any(f'href="{STANDING}"' in notice for notice in notices)


@pytest.mark.parametrize("reason", list(EndReason))
def test_every_reason_is_told_with_the_way_back(pages: Any, reason: EndReason) -> None:
    person = PersonFactory(standing=Standing.SUSPENDED)
    StandingChange.objects.create(
        person=person, standing=Standing.SUSPENDED, reason=reason, words="Words of the officer."
    )
    text = session_for(person).get(STANDING).content.decode()
    from portal.members.ways_back import BY_REASON

    said = BY_REASON[reason]
    assert all(str(part).replace("'", "&#x27;") in text for part in (said.why, said.way_back))
    assert "Words of the officer." in text


@pytest.mark.parametrize("standing", [Standing.APPLIED, Standing.SUSPENDED, Standing.CLOSED])
def test_a_standing_without_a_reason_on_record_is_told_as_well(pages: Any, standing: Standing) -> None:
    response = session_for(PersonFactory(standing=standing)).get(STANDING)
    assert response.status_code == 200
    assert "The way back" in response.content.decode()


def test_an_active_member_sees_how_long_it_is_confirmed(pages: Any) -> None:
    text = session_for(PersonFactory()).get(STANDING).content.decode()
    assert "active member" in text
    assert "The way back" not in text


def test_being_here_moves_the_day_on_at_most_once_an_hour(pages: Any) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        person = PersonFactory()
        client = session_for(person)

        def active_at() -> datetime:
            client.get("/account/")
            return Visit.objects.get(person=person).active_at

        assert active_at() == NOON
        clock.shift(timedelta(minutes=25))
        client.get("/account/")
        clock.shift(timedelta(minutes=25))
        assert active_at() == NOON
        clock.shift(timedelta(minutes=10))
        assert active_at() == NOON + timedelta(hours=1)


def test_public_reading_by_the_suspended_does_not_count_as_being_here(pages: Any) -> None:
    person = PersonFactory(standing=Standing.SUSPENDED)
    Visit.objects.update(active_at=NOON)
    session_for(person).get("/")
    assert Visit.objects.get(person=person).active_at == NOON


def test_a_page_costs_no_more_queries_for_agreements_and_reports(pages: Any) -> None:
    page = bulletin()

    def cost(client: Client) -> int:
        client.get(page.url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(page.url).status_code == 200
        return len(queries)

    client = session_for(PersonFactory())
    before = cost(client)
    person = Person.objects.get()
    agreement = Agreement.objects.create(
        kind="tlp", number=1, title="TLP", text="<p>Words.</p>", in_force_from=timezone.now()
    )
    person.agreement_answers.create(agreement=agreement, is_accepted=True, text_hash=agreement.text_hash)
    assert cost(client) == before
    suspended = session_for(PersonFactory(standing=Standing.SUSPENDED))
    assert cost(suspended) <= before


def test_desk_leads_only_those_who_work_there_and_can_come_back(pages: Any) -> None:
    officer, member = staff(StaffRole.VETTING_OFFICER), PersonFactory()
    assert not is_led_staff(officer)
    Visit.objects.update(active_at=timezone.now() - timedelta(days=90))
    led = {person.pk: is_led_staff(Person.objects.get(pk=person.pk)) for person in (officer, member)}
    assert led == {officer.pk: True, member.pk: False}
    Person.objects.update(standing=Standing.SUSPENDED)
    assert not is_led_staff(Person.objects.get(pk=officer.pk))
