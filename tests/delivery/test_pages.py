"""Choosing, stopping with one click, what a provider reports, texts, Desk, and the end of old rows."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.core import tick
from portal.delivery import stopping, ticks
from portal.delivery.channels import Text
from portal.delivery.enums import Channel, Mode, State, Why
from portal.delivery.fates import Fate, Outcome
from portal.delivery.models import Choice, Delivery, DigestRound, News, ProviderReport, Wish
from portal.members.enums import StaffRole
from tests.conftest import session_for
from tests.delivery.making import choose, energy, member, turn
from tests.factories import CommunityFactory, PersonFactory, bulletin, staff

pytestmark = pytest.mark.django_db
PAGE = "/account/news/"


def sent_to(person: Any, clock: Any, **fields: Any) -> Any:
    """A critical bulletin, told to this member."""
    clock.shift(timedelta(minutes=1))
    page = bulletin(
        **{"severity": "critical", "tlp": Label.GREEN, "reach": Reach.MEMBERS, "sectors": [energy()[0]], **fields}
    )
    turn()
    return page


def form(**changes: Any) -> dict[str, Any]:
    facts = {"mode": "mine", "critical_at_once": "on", "floor": "", "digest_hour": "7"}
    return {**facts, **changes}


class TestChoosing:
    def test_the_first_choice_is_there_before_anybody_chose(self, pages: Any) -> None:
        page = session_for(member()).get(PAGE).content.decode()
        assert "My sectors and counties: critical at once, the rest once a week" in page
        assert page.index('value="mine"') < page.index("checked") < page.index('value="matrix"')

    def test_the_matrix_is_kept_and_shown_again(self, pages: Any) -> None:
        person, sector = member(), energy()[0]
        client = session_for(person)
        said = form(mode="matrix", floor="high", quiet_from="22:00", quiet_until="06:00", digest_hour="18")
        said |= {f"topic-sector:{sector.pk}": "daily", "topic-kind:bulletin.alert": "none"}
        said |= {"counties-at_once": ["2"], "counties-weekly": ["1", "2"]}
        assert client.post(PAGE, said).status_code == 302
        row = Choice.objects.get(person=person)
        assert (row.mode, row.floor, row.digest_hour, row.quiet_from) == (Mode.MATRIX, "high", 18, time(22))
        wishes = dict(Wish.objects.filter(person=person).values_list("topic", "rhythm"))
        assert wishes[f"sector:{sector.pk}"] == "daily" and wishes["kind:bulletin.alert"] == "none"
        assert (wishes["county:1"], wishes["county:2"]) == ("weekly", "at once")
        again = client.get(PAGE).content.decode()
        assert '<option value="18" selected>' in again and 'value="22:00"' in again
        client.post(PAGE, form(mode="matrix", **{"counties-daily": ["2"]}))
        assert list(Wish.objects.filter(person=person, topic__startswith="county:").values_list("topic", "rhythm")) == [
            ("county:2", "daily")
        ]
        assert Event.objects.filter(verb=Verb.NEWS_CHOOSE).count() == 2

    def test_half_of_quiet_hours_is_refused_and_what_was_typed_stays(self, pages: Any) -> None:
        answer = session_for(member()).post(PAGE, form(quiet_from="22:00"))
        assert answer.status_code == 422 and 'value="22:00"' in answer.content.decode()
        assert not Choice.objects.exists()

    def test_it_is_for_active_members(self, pages: Any) -> None:
        assert Client().get(PAGE).status_code == 302
        assert session_for(PersonFactory(applicant=True)).get(PAGE).status_code == 404
        assert session_for(PersonFactory(applicant=True)).post(PAGE, form()).status_code == 404

    def test_a_confidential_committee_that_one_is_not_in_is_not_offered(self, pages: Any) -> None:
        CommunityFactory(name="Hidden committee", kind="committee", is_confidential=True)
        assert "Hidden committee" not in session_for(member()).get(PAGE).content.decode()


class TestStopping:
    def link(self, message: Any) -> str:
        return str(message.extra_headers["List-Unsubscribe"]).strip("<>").removeprefix("http://testserver")

    def test_looking_stops_nothing_and_one_post_without_signing_in_does(self, clock: Any, settings: Any) -> None:
        person = member()
        sent_to(person, clock)
        settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "front"
        link = self.link(mail.outbox[0])
        client = Client(enforce_csrf_checks=True)
        for _look in range(2):
            page = client.get(link)
            assert page.status_code == 200 and b"Stop this mail" in page.content
            assert person.name not in page.content.decode() and person.email not in page.content.decode()
        assert not Wish.objects.exists()
        assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert Wish.objects.get().topic == "kind:bulletin.advisory"
        assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200, "twice is the same"
        sent_to(person, clock)
        assert len(mail.outbox) == 1
        sent_to(person, clock, kind="alert")
        assert len(mail.outbox) == 2, "other kinds still come"

    def test_all_of_it_can_be_stopped_there_as_well(self, clock: Any, settings: Any) -> None:
        person = member()
        sent_to(person, clock)
        settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "front"
        assert Client().post(self.link(mail.outbox[0]), {"what": "all"}).status_code == 200
        assert Choice.objects.get(person=person).mode == Mode.NOTHING

    @pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: "x" + token, lambda _token: "x:y"])
    def test_a_link_that_is_not_ours_is_not_there(self, pages: Any, change: Any) -> None:
        token = stopping.token(member().pk, "all")
        address = reverse("news_stop", args=[change(token)])
        assert Client().post(address).status_code == Client().get(address).status_code == 404
        assert not Choice.objects.exists()

    def test_above_green_no_link_says_of_what_kind_it_is_and_it_stops_that_kind(
        self, clock: Any, settings: Any
    ) -> None:
        person = member()
        sent_to(person, clock, tlp=Label.AMBER, reach=Reach.NAMED, audience_communities=[energy()[1]])
        settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "front"
        (message,) = mail.outbox
        link, raw = self.link(message), message.message().as_string()
        payload = link.rstrip("/").rpartition("/")[2].partition(":")[0]
        said = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
        for words in (raw, said, Client().get(link).content.decode()):
            assert "advisory" not in words.lower() and "kind:" not in words
        assert Client().post(link).status_code == 200
        assert Wish.objects.get(person=person).topic == "kind:bulletin.advisory"
        other = stopping.veiled(member().pk, "kind:bulletin.advisory")
        assert other not in said, "nobody learns from their own link what another's is about"

    def test_a_digest_has_its_own(self, pages: Any) -> None:
        person = member()
        Client().post(reverse("news_stop", args=[stopping.token(person.pk, "digest:weekly")]))
        assert Wish.objects.get(person=person).topic == "digest:weekly"


class TestTexts:
    def test_there_are_none_unless_an_installation_has_them_and_a_member_wants_them(
        self, clock: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        noted: list[Any] = []
        monkeypatch.setattr(Text, "send", lambda _self, note: sent(noted, note))
        monkeypatch.setattr("portal.delivery.channels.phone_of", lambda person: "573-555-0100")
        person, other = member(), member()
        choose(person, Mode.MINE, wants_texts=True)
        sent_to(person, clock)
        assert noted == [] and Delivery.objects.get(channel=Channel.TEXT).why == Why.ADDRESS
        settings.PORTAL_TEXT_URL = "json://localhost/{number}"
        circle = energy()[1]
        page = sent_to(
            person,
            clock,
            title="Secret",
            safe_title="A notice",
            tlp=Label.AMBER,
            reach=Reach.NAMED,
            audience_communities=[circle],
        )
        (note,) = noted
        assert (
            note.url.endswith("/5735550100") and note.words == f"TLP:AMBER A notice http://testserver{page.permalink}"
        )
        green = sent_to(person, clock, title="Words", safe_title="Another notice")
        assert noted[1].words == f"TLP:GREEN Words http://testserver{green.permalink}"
        assert not Delivery.objects.filter(channel=Channel.TEXT, person=other).exists()

    def test_who_wants_none_any_more_when_it_is_sent_gets_none(
        self, clock: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.PORTAL_TEXT_URL = "json://localhost/{number}"
        monkeypatch.setattr("portal.delivery.channels.phone_of", lambda person: "573-555-0100")
        person = member()
        choose(person, Mode.MINE, wants_texts=True)
        clock.shift(timedelta(minutes=1))
        bulletin(severity="critical", tlp=Label.GREEN, reach=Reach.MEMBERS, sectors=[energy()[0]])
        turn(send=False)
        choose(person, Mode.MINE, wants_texts=False)
        assert turn() == 1
        assert Delivery.objects.get(channel=Channel.TEXT).why == Why.CHOICE

    @pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise, on Python 3.11 and 3.12
    def test_apprise_hands_it_to_a_server_and_what_that_refuses_waits(
        self, clock: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.delivery.channels.phone_of", lambda person: "573-555-0100")
        person = member()
        choose(person, Mode.MINE, wants_texts=True)
        with listening(status=500) as (port, taken):
            settings.PORTAL_TEXT_URL = f"json://127.0.0.1:{port}/to/{{number}}"
            sent_to(person, clock, title="A notice")
            row = Delivery.objects.get(channel=Channel.TEXT)
            assert (row.state, row.attempts, row.problem) == (State.QUEUED, 1, "apprise")
        with listening(port=port) as (_port, taken):
            clock.shift(timedelta(minutes=2))
            assert turn() == 1
        ((address, said),) = taken
        assert address == "/to/5735550100" and said["message"].startswith("TLP:GREEN A notice http://testserver/")
        assert Delivery.objects.get(channel=Channel.TEXT).state == State.SENT


@contextmanager
def listening(*, port: int = 0, status: int = 200) -> Iterator[tuple[int, list[tuple[str, Any]]]]:
    """A server that takes text messages; gives its port, and what it was told at which address."""
    taken: list[tuple[str, Any]] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append((self.path.rstrip("/"), json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """It says nothing."""

    server = HTTPServer(("127.0.0.1", port), Taking)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sent(noted: list[Any], note: Any) -> Outcome:
    noted.append(note)
    return Outcome(Fate.SENT)


class TestDesk:
    def test_it_counts_and_names_nobody(self, clock: Any, desk: None) -> None:
        person = member()
        sent_to(person, clock)
        page = session_for(staff(StaffRole.MOP3_EDITOR)).get("/desk/delivery/?state=sent").content.decode()
        assert "sent: 1 message" in page.lower() and person.email not in page and person.name not in page

    def test_what_failed_is_tried_again(self, clock: Any, desk: None) -> None:
        person = member()
        sent_to(person, clock)
        Delivery.objects.update(state=State.FAILED, attempts=16)
        client = session_for(staff(StaffRole.ADMINISTRATOR))
        assert "Try 1 failed message again" in client.get("/desk/delivery/").content.decode()
        assert client.post("/desk/delivery/retry/").status_code == 302
        row = Delivery.objects.get()
        assert (row.state, row.attempts) == (State.QUEUED, 0)
        assert Event.objects.filter(verb=Verb.NEWS_RETRY).count() == 1

    def test_the_list_has_the_same_number_of_queries_for_one_and_for_fifty(self, clock: Any, desk: None) -> None:
        client = session_for(staff(StaffRole.ADMINISTRATOR))
        counts = []
        for many in (1, 49):
            person = PersonFactory()
            Delivery.objects.bulk_create(
                Delivery(key=f"{many}:{at}", person=person, kind="news", about="1", state=State.FAILED)
                for at in range(many)
            )
            client.get("/desk/delivery/")
            with CaptureQueriesContext(connection) as asked:
                assert client.get("/desk/delivery/").status_code == 200
            counts.append(len(asked))
        assert counts[0] == counts[1]


class TestTheEndOfRows:
    def test_old_rows_go_and_what_waits_stays(self, clock: Any, settings: Any) -> None:
        person = member()
        sent_to(person, clock)
        Delivery.objects.create(key="waits", person=person, kind="news", about="1", due_at=timezone.now())
        ProviderReport.objects.create(call="1", message="x", event="delivered", handled_at=timezone.now())
        clock.shift(settings.PORTAL_NEWS_KEPT + timedelta(days=1))
        ticks.forget(timezone.now())
        assert list(Delivery.objects.values_list("key", flat=True)) == ["waits"]
        assert not News.objects.exists() and not ProviderReport.objects.exists() and not DigestRound.objects.exists()

    def test_nothing_runs_on_front(self, pages: Any) -> None:
        member()
        outcomes = [outcome for outcome in tick.run(timezone.now()) if outcome.name.startswith("delivery:")]
        assert len(outcomes) == 5 and not any(outcome.moved or outcome.failed for outcome in outcomes)
