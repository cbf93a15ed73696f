"""The public and the media get notices by mail without an account, when members do, and stop them with one click."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.access.enums import Label
from portal.core import outbox
from portal.core.logging import without_links
from portal.core.models import OutgoingMail
from portal.meetings import mail as notices_mail, subscribing
from portal.meetings.actions import AmendNotice, CancelMeeting, Item
from portal.meetings.enums import Openness
from portal.meetings.models import ClosureException, Meeting, Notice, Subscriber
from portal.members.enums import StaffRole
from tests.factories import staff
from tests.meetings.making import draft, post, prepared

pytestmark = pytest.mark.django_db
ADDRESS = "desk@paper.example"


@pytest.fixture
def editor() -> Any:
    return staff(StaffRole.MOP3_EDITOR)


@pytest.fixture
def on_desk(settings: Any) -> None:
    settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "desk"


def ask(email: str = ADDRESS, **fields: Any) -> Any:
    return Client().post("/meetings/subscribe/", {"email": email, **fields}, follow=True)


def subscriber(email: str = ADDRESS) -> Subscriber:
    row: Subscriber = Subscriber.objects.create(email=email, confirmed_at=timezone.now())
    return row


def tell() -> list[Any]:
    """What the clock and the worker do; gives the mails."""
    mail.outbox.clear()
    notices_mail.tell_subscribers(timezone.now())
    outbox.send_waiting(all_sites=True)
    return list(mail.outbox)


def link_in(message: Any) -> str:
    found = re.search(r"http://testserver(/meetings/subscription/\S+)", message.body)
    assert found
    return found.group(1)


class TestAsking:
    def test_the_address_counts_once_its_owner_has_confirmed_it(self) -> None:
        assert "We sent a mail to this address" in ask(is_media="on").content.decode()
        row = Subscriber.objects.get()
        assert row.is_media and row.confirmed_at is None and not subscribing.current().exists()
        outbox.send_waiting()
        (message,) = mail.outbox
        assert message.to == [ADDRESS] and "within three days" in message.body
        link = link_in(message)
        assert "Press the button" in Client().get(link).content.decode()
        assert not subscribing.current().exists(), "looking confirms nothing"
        assert "will come to your address" in Client().post(link).content.decode()
        assert subscribing.current().get() == row

    def test_no_account_and_no_session_is_needed(self) -> None:
        client = Client(enforce_csrf_checks=True)
        row = subscriber()
        assert client.post(urlsplit(subscribing.link(row, "end")).path).status_code == 200
        assert not client.cookies.get("front_session")

    def test_the_answer_is_the_same_for_an_address_that_is_there(self) -> None:
        first = ask("new@paper.example").content.decode()
        subscriber("old@paper.example")
        second = ask("old@paper.example").content.decode()
        plain = [re.sub(r'(nonce|value)="[^"]*"', "", text) for text in (first, second)]
        assert plain[0] == plain[1]

    def test_nobody_is_mailed_often_because_somebody_types_their_address(self) -> None:
        for _turn in range(5):
            ask()
            ask(ADDRESS.upper())
        assert Subscriber.objects.count() == 1
        assert OutgoingMail.objects.filter(kind="notice_subscribe").count() == 1
        with time_machine.travel(timezone.now() + timedelta(hours=1, minutes=1)):
            ask()
        assert OutgoingMail.objects.filter(kind="notice_subscribe").count() == 2

    def test_one_network_asks_for_a_few_addresses_an_hour(self) -> None:
        for number in range(subscribing.ASKED_PER_HOUR):
            ask(f"a{number}@paper.example")
        response = ask("more@paper.example")
        assert response.status_code == 422 and "Nothing was sent" in response.content.decode()
        assert "more@paper.example" in response.content.decode(), "what was typed stays"
        assert Subscriber.objects.count() == subscribing.ASKED_PER_HOUR

    @pytest.mark.parametrize(
        "email", ["", "x", "a@b", "a b@c.example", "a@b.example\r\nBcc: x@y.example", "a\0@b.example"]
    )
    def test_rubbish_is_refused_beside_the_field(self, email: str) -> None:
        assert ask(email).status_code == 422
        assert not Subscriber.objects.exists()


class TestLinks:
    @pytest.mark.parametrize("act", ["confirm", "end"])
    def test_a_link_that_is_not_ours_is_not_there(self, act: str) -> None:
        link = urlsplit(subscribing.link(subscriber(), act)).path
        head, _slash, _end = link.rstrip("/").rpartition(":")
        for wrong in (f"{head}:{'a' * 43}/", "/meetings/subscription/x/", "/meetings/subscription/confirm:1:2:3/"):
            for method in ("get", "post"):
                assert getattr(Client(), method)(wrong).status_code == 404

    def test_a_link_to_confirm_cannot_be_turned_into_one_to_end(self) -> None:
        link = urlsplit(subscribing.link(subscriber(), "confirm")).path
        assert Client().post(link.replace("confirm:", "end:")).status_code == 404

    def test_a_link_to_confirm_ends_after_three_days_and_one_to_end_never(self) -> None:
        row = subscriber()
        confirm, end = (urlsplit(subscribing.link(row, act)).path for act in ("confirm", "end"))
        with time_machine.travel(timezone.now() + timedelta(days=3, seconds=1)):
            assert Client().get(confirm).status_code == 404
        with time_machine.travel(timezone.now() + timedelta(days=3000)):
            assert Client().post(end).status_code == 200
        assert not subscribing.current().exists()

    def test_the_link_of_an_old_mail_is_answered_though_the_address_was_deleted(self) -> None:
        row = subscriber()
        end = urlsplit(subscribing.link(row, "end")).path
        row.delete()
        assert "No more notices" in Client().post(end).content.decode()

    def test_links_do_not_stand_in_logs(self) -> None:
        path = urlsplit(subscribing.link(subscriber(), "end")).path
        assert without_links(f"Not Found: {path}") == "Not Found: /meetings/subscription/[link]"


class TestMail:
    def test_each_gets_the_whole_notice_and_its_permanent_address_once(self, editor: Any, on_desk: None) -> None:
        subscriber()
        Subscriber.objects.create(email="never-confirmed@paper.example")
        exception = ClosureException.objects.first()
        agenda = [Item("Report of the co-chairs"), Item("Protection of one site", is_closed=True)]
        meeting, notice = post(by=editor, openness=Openness.PART, agenda=agenda, exceptions=[exception])
        (message,) = tell()
        assert (message.to, message.subject) == ([ADDRESS], "Meeting: Quarterly meeting")
        for words in (
            "State office building, room 310",
            "Report of the co-chairs",
            "closed in part",
            str(exception),
            "573-555-0100",
            f"http://testserver{meeting.get_absolute_url()}notices/1/",
            notice.digest,
        ):
            assert words in message.body, words
        assert "None" not in message.body
        assert tell() == []

    def test_a_notice_at_short_notice_says_why(self, editor: Any, on_desk: None) -> None:
        subscriber()
        post(by=editor, starts_at=timezone.now() + timedelta(hours=1), grounds="A levee is failing.")
        (message,) = tell()
        assert "A levee is failing." in message.body

    def test_it_ends_with_one_click_as_mail_programs_do_it(self, editor: Any, on_desk: None, settings: Any) -> None:
        subscriber()
        post(by=editor)
        (message,) = tell()
        parsed = message_from_bytes(message.message().as_bytes(), policy=policy.default)
        assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        address = re.sub(r"\s", "", parsed["List-Unsubscribe"])
        assert address == f"<http://testserver{link_in(message)}>"
        settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "front"
        path = urlsplit(address.strip("<>")).path
        answer = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "desk"
        post(by=editor)
        assert tell() == []

    def test_an_amendment_and_a_cancellation_are_told_as_such(self, editor: Any, on_desk: None) -> None:
        subscriber()
        meeting, _first = post(by=editor)
        tell()
        AmendNotice(
            meeting, editor, prepared=prepared(starts_at=meeting.starts_at, place="City hall"), seen=1
        ).execute()
        (message,) = tell()
        assert message.subject == "Amended: Quarterly meeting" and "City hall" in message.body
        CancelMeeting(meeting, editor).execute()
        (message,) = tell()
        assert message.subject == "Called off: Quarterly meeting"

    def test_of_two_notices_in_a_minute_the_one_that_counts_is_told(self, editor: Any, on_desk: None) -> None:
        subscriber()
        meeting, _first = post(by=editor)
        AmendNotice(
            meeting, editor, prepared=prepared(starts_at=meeting.starts_at, place="City hall"), seen=1
        ).execute()
        assert [message.subject for message in tell()] == ["Amended: Quarterly meeting"]

    def test_who_ended_it_between_asking_and_sending_gets_nothing(self, editor: Any, on_desk: None) -> None:
        row = subscriber()
        post(by=editor)
        notices_mail.tell_subscribers(timezone.now())
        Subscriber.objects.filter(pk=row.pk).update(ended_at=timezone.now())
        outbox.send_waiting(all_sites=True)
        assert mail.outbox == []

    def test_what_is_not_public_is_told_to_nobody(self, editor: Any, on_desk: None) -> None:
        subscriber()
        draft(by=editor)
        meeting, _notice = post(by=editor)
        meeting.tlp = Label.AMBER
        meeting.save()
        assert tell() == []

    def test_what_was_restricted_between_asking_and_sending_is_told_to_nobody(self, editor: Any, on_desk: None) -> None:
        subscriber()
        meeting, _notice = post(by=editor)
        notices_mail.tell_subscribers(timezone.now())
        meeting.tlp = Label.AMBER
        meeting.save()
        outbox.send_waiting(all_sites=True)
        assert mail.outbox == []

    def test_front_cannot_have_notices_mailed(self, editor: Any) -> None:
        row, (_meeting, notice) = subscriber(), post(by=editor)
        outbox.put("notice_posted", f"{notice.pk}:{row.pk}")
        assert notices_mail.tell_subscribers(timezone.now()) == 0
        outbox.send_waiting()
        assert mail.outbox == []

    def test_a_title_begins_no_header(self, editor: Any, on_desk: None) -> None:
        subscriber()
        meeting, notice = post(by=editor)
        title = "Meeting\r\nBcc: thief@evil.example\r\n\r\nHello"
        Meeting.objects.filter(pk=meeting.pk).update(title=title)
        Notice.objects.filter(pk=notice.pk).update(facts={**notice.facts, "title": title})
        (message,) = tell()
        parsed = message_from_bytes(message.message().as_bytes(), policy=policy.default)
        assert parsed["Bcc"] is None and message.recipients() == [ADDRESS]


class TestEnd:
    def test_addresses_that_nobody_confirmed_or_that_want_no_more_are_deleted(self, on_desk: None) -> None:
        now = timezone.now()
        keeps = subscriber("keeps@paper.example")
        Subscriber.objects.create(email="new@paper.example", asked_at=now)
        Subscriber.objects.create(email="never@paper.example", asked_at=now - timedelta(days=4))
        Subscriber.objects.create(
            email="ended@paper.example", confirmed_at=now, asked_at=now, ended_at=now - timedelta(hours=2)
        )
        assert subscribing.delete_old(now) == 2
        assert set(Subscriber.objects.values_list("email", flat=True)) == {keeps.email, "new@paper.example"}
