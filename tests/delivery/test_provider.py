"""What a provider of mail reports by its signed calls, and what comes back by mail."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.audit import Verb
from portal.audit.models import Event
from portal.delivery import provider as calls, reports
from portal.delivery.enums import Mode, State
from portal.delivery.envelopes import message_id
from portal.delivery.models import Choice, Delivery, ProviderReport
from portal.delivery.urls import provider_urls
from portal.members import bounces
from portal.members.models import Bounce, Person
from tests.delivery.making import energy, member, turn
from tests.factories import PersonFactory, bulletin

pytestmark = pytest.mark.django_db
SIGNING = "signing-key-of-the-provider"
MAILGUN, MAILERSEND = "/-/mail/mailgun/", "/-/mail/mailersend/"
urlpatterns = [
    path(MAILGUN[1:], calls.view_of("mailgun"), name="mailgun"),
    path(MAILERSEND[1:], calls.view_of("mailersend"), name="mailersend"),
    path("", include(django_settings.ROOT_URLCONF)),
]
MESSAGE = "5ee0b166b251345e407c9207"
Post = Callable[..., int]


@pytest.fixture
def front(settings: Any) -> None:
    """Front with both providers."""
    settings.PORTAL_ANYMAIL_PROVIDER, settings.PORTAL_ANYMAIL_SIGNING_KEY = "mailgun", SIGNING
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING, "MAILERSEND_SIGNING_SECRET": SIGNING}
    settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []


def mailgun(event: str, message: str, *, key: str = SIGNING, token: str = "", age: int = 0, **facts: Any) -> bytes:
    """A call as Mailgun makes it: it signs a time and a token, and nothing of what it says."""
    stamp, token = str(int(timezone.now().timestamp()) - age), token or hashlib.sha256(message.encode()).hexdigest()
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    said = {
        "event": event,
        "timestamp": float(stamp),
        "id": "x",
        "recipient": "a@partner.example",
        "message": {"headers": {"message-id": message.strip("<>")}},
        **facts,
    }
    return json.dumps(
        {"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": said}
    ).encode()


def mailersend(event: str, why: str) -> dict[str, Any]:
    """What MailerSend says; it signs all of it."""
    return {
        "type": f"activity.{event}",
        "data": {
            "id": "62f114f8165fe0d8db0288e5",
            "type": event,
            "created_at": timezone.now().isoformat(),
            "email": {"message": {"id": MESSAGE}, "recipient": {"email": "a@partner.example"}},
            "morph": {"object": why, "reason": "x"},
        },
    }


def signed(said: dict[str, Any]) -> tuple[bytes, str]:
    content = json.dumps(said).encode()
    return content, hmac.new(SIGNING.encode(), content, hashlib.sha256).hexdigest()


def post(content: bytes, *, address: str = MAILGUN, **headers: Any) -> int:
    answer = Client(enforce_csrf_checks=True).post(address, content, content_type="application/json", headers=headers)
    return int(answer.status_code)


def told(person: Person, clock: Any) -> Delivery:
    """A critical bulletin, told to this member, and the row of it."""
    clock.shift(timedelta(minutes=1))
    bulletin(severity="critical", tlp=Label.GREEN, reach=Reach.MEMBERS, sectors=[energy()[0]])
    turn()
    row: Delivery = Delivery.objects.get(person=person)
    return row


def is_asked_anew(person: Person) -> bool:
    person.refresh_from_db()
    return person.validated_until is not None and person.validated_until <= timezone.now() + timedelta(days=30)


def test_the_address_is_there_only_with_a_provider_and_its_key_and_on_front_alone(settings: Any) -> None:
    settings.PORTAL_ANYMAIL_PROVIDER, settings.PORTAL_ANYMAIL_SIGNING_KEY = "mailgun", SIGNING
    settings.PORTAL_SITE_KIND = "front"
    assert [(str(route.pattern), getattr(route, "name", "")) for route in provider_urls()] == [
        ("-/mail/mailgun/", "mail_provider")
    ]
    settings.PORTAL_SITE_KIND = "desk"
    assert provider_urls() == []
    settings.PORTAL_SITE_KIND, settings.PORTAL_ANYMAIL_SIGNING_KEY = "front", ""
    assert provider_urls() == []


@pytest.mark.parametrize(
    "content",
    [
        mailgun("failed", "<x@y>", key="wrong"),
        json.dumps({"event-data": {"event": "failed"}}).encode(),
        b"",
        b"[]",
        b"7",
        b"\xff\xfe",
        b"{" * 50_000,
        json.dumps({"signature": "x"}).encode(),
        json.dumps({"signature": {"timestamp": "\u2028", "token": "\u00e9", "signature": "\u00e9"}}).encode(),
    ],
)
def test_what_is_not_signed_or_cannot_be_read_is_refused(front: None, content: bytes) -> None:
    assert post(content) == 400
    assert post(content, address=MAILERSEND) == 400
    assert not ProviderReport.objects.exists()


def test_what_is_signed_and_makes_no_sense_is_refused(front: None) -> None:
    assert post(mailgun("failed", "<x@y>", timestamp="never")) == 400
    signed = b"[1]"
    signature = hmac.new(SIGNING.encode(), signed, hashlib.sha256).hexdigest()
    assert post(signed, address=MAILERSEND, Signature=signature) == 400
    assert post(b"x" * (calls.LONGEST + 1)) == 413
    assert not ProviderReport.objects.exists()


def test_delivered_and_came_back(clock: Any, front: None) -> None:
    one, gone = member(), member()
    kept, lost = told(one, clock), Delivery.objects.get(person=gone)
    assert post(mailgun("delivered", message_id(kept.key))) == 200
    assert post(mailgun("failed", message_id(lost.key), severity="permanent", reason="bounce")) == 200
    assert post(mailgun("opened", message_id(kept.key))) == 200, "and that is nobody's business here"
    assert reports.handle(timezone.now()) == 2
    kept.refresh_from_db()
    lost.refresh_from_db()
    assert (kept.state, lost.state) == (State.DELIVERED, State.BOUNCED)
    assert Bounce.objects.get().person == gone
    assert is_asked_anew(gone) and not is_asked_anew(one)
    assert reports.handle(timezone.now()) == reports.count_refused(timezone.now()) == 0
    assert reports.mark_bounced(timezone.now()) == 0 and Bounce.objects.count() == 1


def test_who_reports_a_mail_as_unwanted_gets_no_more_of_them(clock: Any, front: None) -> None:
    tired, other = member(), member()
    row = told(tired, clock)
    for token in ("a" * 50, "b" * 50):  # of two messages, or twice of one
        assert post(mailgun("complained", message_id(row.key), token=token)) == 200
    assert reports.handle(timezone.now()) == 2
    assert not Bounce.objects.exists() and not is_asked_anew(tired)
    chosen = {choice.person: choice.mode for choice in Choice.objects.all()}
    assert chosen == {tired: Mode.NOTHING}
    assert {event.about for event in Event.objects.filter(verb=Verb.NEWS_UNWANTED)} == {f"members.person:{tired.pk}"}
    clock.shift(timedelta(minutes=1))
    bulletin(severity="critical", tlp=Label.GREEN, reach=Reach.MEMBERS, sectors=[energy()[0]])
    turn()
    assert Delivery.objects.filter(person=tired, state=State.SENT).count() == 1
    assert Delivery.objects.filter(person=other, state=State.SENT).count() == 2


def test_what_arrived_may_still_come_back(clock: Any, front: None) -> None:
    row = told(member(), clock)
    for event, token in (("delivered", "1"), ("failed", "2")):
        assert post(mailgun(event, message_id(row.key), token=token, reason="bounce", severity="permanent")) == 200
    reports.handle(timezone.now())
    row.refresh_from_db()
    assert row.state == State.BOUNCED and Bounce.objects.count() == 1


def test_what_may_go_well_another_time_is_no_bounce(clock: Any, front: None) -> None:
    row = told(member(), clock)
    assert post(mailgun("failed", message_id(row.key), severity="temporary")) == 200
    assert post(mailgun("failed", message_id(row.key), severity="permanent", reason="generic")) == 200
    assert not ProviderReport.objects.exists()


def test_a_call_counts_once_whatever_it_says_the_second_time(clock: Any, front: None) -> None:
    row, token = told(member(), clock), "t" * 50
    assert post(mailgun("delivered", message_id(row.key), token=token)) == 200
    assert post(mailgun("delivered", message_id(row.key), token=token)) == 200
    assert post(mailgun("failed", message_id(row.key), token=token, severity="permanent", reason="bounce")) == 200
    assert ProviderReport.objects.count() == 1
    reports.handle(timezone.now())
    assert not Bounce.objects.exists()


def test_a_call_that_somebody_kept_for_days_is_not_believed(clock: Any, front: None) -> None:
    row = told(member(), clock)
    age = int(timedelta(days=3).total_seconds())
    assert post(mailgun("failed", message_id(row.key), age=age, severity="permanent", reason="bounce")) == 200
    assert not ProviderReport.objects.exists()


def test_a_provider_that_signs_the_whole_call(clock: Any, front: None) -> None:
    person = member()
    row = told(person, clock)
    Delivery.objects.filter(pk=row.pk).update(provider_id=MESSAGE)
    said = mailersend("hard_bounced", "recipient_bounce")
    content, signature = signed(said)
    assert post(content + b" ", address=MAILERSEND, Signature=signature) == 400
    for _twice in range(2):
        assert post(content, address=MAILERSEND, Signature=signature) == 200
    assert reports.handle(timezone.now()) == 1
    row.refresh_from_db()
    assert row.state == State.BOUNCED and is_asked_anew(person)


def test_a_refusal_for_a_reader_who_wants_no_mail_is_a_complaint_and_no_bounce(clock: Any, front: None) -> None:
    person = member()
    row = told(person, clock)
    Delivery.objects.filter(pk=row.pk).update(provider_id=MESSAGE)
    content, signature = signed(mailersend("hard_bounced", "spam_complaint"))
    assert post(content, address=MAILERSEND, Signature=signature) == 200
    assert reports.handle(timezone.now()) == 1
    assert Choice.objects.get().mode == Mode.NOTHING
    assert not Bounce.objects.exists() and not is_asked_anew(person)


def test_a_message_that_we_did_not_send_counts_against_nobody_and_keeps_no_other_waiting(
    clock: Any, monkeypatch: pytest.MonkeyPatch, front: None
) -> None:
    row = told(member(), clock)
    monkeypatch.setattr(reports, "MOST_AT_ONCE", 3)
    for number in range(7):
        ProviderReport.objects.create(call=str(number), message=f"guess{number}@localhost", event="bounced")
    assert post(mailgun("delivered", message_id(row.key))) == 200
    assert reports.handle(timezone.now()) == 1
    row.refresh_from_db()
    assert row.state == State.DELIVERED
    clock.shift(timedelta(hours=2))
    assert reports.handle(timezone.now()) == 7
    assert not Bounce.objects.exists()


def test_a_report_that_is_quicker_than_our_own_book_waits_for_it(clock: Any, front: None) -> None:
    row = told(member(), clock)
    Delivery.objects.filter(pk=row.pk).update(state=State.QUEUED, provider_id="")
    assert post(mailgun("delivered", message_id(row.key))) == 200
    assert reports.handle(timezone.now()) == 0
    Delivery.objects.filter(pk=row.pk).update(state=State.SENT, provider_id=message_id(row.key))
    assert reports.handle(timezone.now()) == 1


REPORT = """Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It came back.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.partner.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
--b--
"""


class TestTheMailbox:
    def test_a_bounce_marks_the_last_message_once_and_has_its_person_validated_anew(self, clock: Any) -> None:
        person = member()
        row = told(person, clock)
        clock.shift(timedelta(minutes=5))
        failures = bounces.failures_in(REPORT.format(address=person.email).encode())
        assert bounces.record(failures) == 1
        assert reports.mark_bounced(timezone.now()) == 1
        row.refresh_from_db()
        assert (row.state, row.problem) == (State.BOUNCED, "came back 5.1.1")
        assert is_asked_anew(person)
        assert reports.mark_bounced(timezone.now()) == reports.count_refused(timezone.now()) == 0
        assert Bounce.objects.count() == 1

    def test_it_need_not_be_news_that_came_back(self, clock: Any) -> None:
        person = PersonFactory()
        Bounce.objects.create(person=person, status="5.1.1")
        assert reports.mark_bounced(timezone.now()) == 0
        assert is_asked_anew(person)

    def test_who_was_validated_since_is_not_asked_again_for_the_same_bounce(self, clock: Any) -> None:
        person = PersonFactory()
        Bounce.objects.create(person=person, status="5.1.1")
        reports.mark_bounced(timezone.now())
        until = timezone.now() + timedelta(days=365)
        clock.shift(timedelta(hours=1))
        Bounce.objects.create(person=PersonFactory(), status="5.1.1")
        reports.mark_bounced(timezone.now())
        Person.objects.filter(pk=person.pk).update(validated_until=until)
        clock.shift(timedelta(minutes=1))
        reports.mark_bounced(timezone.now())
        person.refresh_from_db()
        assert person.validated_until == until
