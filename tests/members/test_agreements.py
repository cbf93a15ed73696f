"""Reading, accepting and refusing agreements, and what follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from portal.core import outbox, tick
from portal.members.enums import AgreementKind, EndReason, StaffRole, Standing
from portal.members.models import Agreement, AgreementAnswer, Person, StandingChange
from tests.conftest import session_for
from tests.factories import PersonFactory, staff

PAGE = "/account/agreements/"


def version(kind: str = "tlp", number: int = 1, **fields: Any) -> Agreement:
    facts = {"title": f"Title of {kind} {number}", "text": f"<p>Words of {kind} {number}.</p>"}
    made: Agreement = Agreement.objects.create(
        kind=kind, number=number, **{**facts, "in_force_from": timezone.now() - timedelta(hours=1), **fields}
    )
    return made


@pytest.fixture
def member(pages: Any) -> Person:
    made: Person = PersonFactory()
    return made


@pytest.fixture
def client(member: Person) -> Client:
    return session_for(member)


def fields_of(page: Any) -> dict[str, str]:
    """What the browser would send with nothing ticked."""
    form = BeautifulSoup(page.content, "html.parser").select_one(f'form[action="{PAGE}"]')
    assert form
    return {str(tag["name"]): str(tag.get("value", "")) for tag in form.select("input[type=hidden]")}


def accept(client: Client, *rows: Agreement, page: Any = None, **more: Any) -> Any:
    sent = fields_of(page or client.get(PAGE)) | {f"accept_{row.pk}": "on" for row in rows} | {"verb": "accept"}
    return client.post(PAGE, {**sent, **more}, REMOTE_ADDR="192.0.2.7")


def refuse(client: Client, page: Any = None) -> Any:
    return client.post(PAGE, {**fields_of(page or client.get(PAGE)), "verb": "refuse"})


def standing(person: Person) -> Standing:
    return Person.objects.get(pk=person.pk).standing_now()


def run_tick() -> None:
    assert not [outcome.name for outcome in tick.run(timezone.now()) if outcome.failed]


def test_each_owed_agreement_is_shown_in_full_with_what_changed(client: Client) -> None:
    version("tlp", 2, what_changed="A label was added.")
    version("privacy")
    text = client.get(PAGE).content.decode()
    assert "Words of tlp 2." in text
    assert "A label was added." in text
    assert "Words of privacy 1." in text


def test_accepting_stores_version_words_time_and_address(client: Client, member: Person) -> None:
    one, two = version("tlp"), version("privacy")
    assert accept(client, one, two).status_code == 302
    answers = list(AgreementAnswer.objects.order_by("agreement_id"))
    assert [(row.agreement, row.is_accepted, row.text_hash) for row in answers] == [
        (one, True, one.text_hash),
        (two, True, two.text_hash),
    ]
    assert {row.address for row in answers} == {"192.0.2.7"}
    assert timezone.now() - answers[0].answered_at < timedelta(minutes=1)
    assert standing(member) is Standing.ACTIVE


def test_every_agreement_needs_its_own_tick(client: Client, member: Person) -> None:
    one, two = version("tlp"), version("privacy")
    page = accept(client, one)
    assert page.status_code == 200
    assert not AgreementAnswer.objects.exists()
    assert f'id="id_accept_{two.pk}_error"' in page.content.decode()


def test_words_that_changed_while_they_were_read_are_not_accepted(client: Client, member: Person) -> None:
    one = version("tlp")
    page = client.get(PAGE)
    Agreement.objects.filter(pk=one.pk).update(text="<p>Other words.</p>")
    answer = accept(client, one, page=page)
    assert answer["Location"] == PAGE
    assert "changed while you read it" in client.get(PAGE).content.decode()
    assert not AgreementAnswer.objects.exists()


def test_a_version_that_was_replaced_while_it_was_read_is_not_accepted(client: Client, member: Person) -> None:
    one = version("tlp")
    page = client.get(PAGE)
    version("tlp", 2)
    assert accept(client, one, page=page)["Location"] == PAGE
    assert refuse(client, page=page)["Location"] == PAGE
    assert not AgreementAnswer.objects.exists()


def test_two_windows_may_both_accept(client: Client, member: Person) -> None:
    one = version("tlp")
    page = client.get(PAGE)
    assert accept(client, one, page=page)["Location"] == "/"
    assert accept(client, one, page=page)["Location"] == "/"
    assert AgreementAnswer.objects.count() == 1


def test_after_accepting_one_goes_on_to_the_page_one_wanted(client: Client) -> None:
    one = version("tlp")
    led = client.get("/bulletins/?sector=dams")
    page = client.get(led["Location"])
    assert accept(client, one, page=page)["Location"] == "/bulletins/?sector=dams"


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_one_is_never_sent_to_another_site(client: Client, wanted: str) -> None:
    one = version("tlp")
    assert accept(client, one, next=wanted)["Location"] == "/"


def test_refusing_suspends_and_accepting_lifts_exactly_that(client: Client, member: Person) -> None:
    one = version("tlp")
    assert refuse(client)["Location"] == "/account/standing/"
    assert standing(member) is Standing.UNSIGNED
    run_tick()
    assert standing(member) is Standing.SUSPENDED
    assert StandingChange.objects.get().reason == EndReason.AGREEMENT
    run_tick()
    assert StandingChange.objects.count() == 1
    again = session_for(Person.objects.get(pk=member.pk))
    assert accept(again, one).status_code == 302
    run_tick()
    assert standing(member) is Standing.ACTIVE


def test_accepting_does_not_lift_another_suspension(client: Client, member: Person) -> None:
    one = version("tlp")
    refuse(client)
    run_tick()
    StandingChange.objects.create(person=member, standing=Standing.SUSPENDED, reason=EndReason.STAFF)
    accept(session_for(Person.objects.get(pk=member.pk)), one)
    run_tick()
    assert standing(member) is Standing.SUSPENDED


def test_accepting_does_not_bring_back_somebody_whose_sponsor_left(client: Client, member: Person) -> None:
    one = version("tlp")
    refuse(client)
    run_tick()
    Person.objects.filter(pk=member.pk).update(sponsor=PersonFactory(standing=Standing.CLOSED))
    accept(session_for(Person.objects.get(pk=member.pk)), one)
    run_tick()
    assert StandingChange.objects.order_by("-pk")[0].reason == EndReason.SPONSOR
    assert standing(member) is Standing.SUSPENDED


def test_a_refused_version_that_was_replaced_suspends_nobody(client: Client, member: Person) -> None:
    version("tlp")
    refuse(client)
    version("tlp", 2)
    run_tick()
    assert standing(member) is Standing.UNSIGNED


def test_what_one_accepted_stays_readable_and_nothing_else_is(client: Client, member: Person) -> None:
    one = version("tlp")
    accept(client, one)
    version("tlp", 2)
    version("privacy", in_force_from=timezone.now() + timedelta(days=1))
    assert "Words of tlp 1." in client.get(f"{PAGE}tlp/1/").content.decode()
    assert client.get(f"{PAGE}tlp/2/").status_code == 200
    for path in ("privacy/1/", "tlp/3/", "nothing/1/", "tlp/99999999999999999999/", "%00/1/"):
        assert client.get(PAGE + path).status_code == 404, path
    other = session_for(PersonFactory())
    assert other.get(f"{PAGE}tlp/1/").status_code == 404


def test_words_in_force_no_longer_change(db: None) -> None:
    with time_machine.travel(datetime(2026, 3, 4, 12, tzinfo=UTC), tick=False) as clock:
        one = version("tlp", in_force_from=timezone.now() + timedelta(seconds=1))
        one.text = "<p>Better words.</p>"
        one.save()
        clock.shift(1)
        one.text = "<p>Other words.</p>"
        with pytest.raises(ValidationError):
            one.save()


@pytest.mark.usefixtures("desk")
def test_agreements_are_written_by_the_privacy_officer_and_administrators(pages: Any) -> None:
    address, one = "/admin/snippets/members/agreement/", version("tlp")
    allowed = {
        role for role in StaffRole if session_for(signed(staff(role), one)).get(f"{address}add/").status_code == 200
    }
    assert allowed == {StaffRole.PRIVACY_OFFICER, StaffRole.ADMINISTRATOR}
    officer = session_for(signed(staff(StaffRole.PRIVACY_OFFICER), one))
    shown = BeautifulSoup(officer.get(f"{address}edit/{one.pk}/").content, "html.parser")
    assert shown.select_one("#id_title[disabled]")
    assert not shown.select_one("#id_what_changed[disabled]")
    assert officer.get(f"{address}delete/{one.pk}/").status_code == 302


def signed(person: Person, *rows: Agreement) -> Person:
    for row in rows:
        AgreementAnswer.objects.create(person=person, agreement=row, is_accepted=True, text_hash=row.text_hash)
    return person


def test_the_groups_hold_the_right_to_write_and_not_to_delete(db: None) -> None:
    for role in (StaffRole.PRIVACY_OFFICER, StaffRole.ADMINISTRATOR):
        rights = Group.objects.get(name=role.value).permissions.filter(content_type__model="agreement")
        assert set(rights.values_list("codename", flat=True)) == {"add_agreement", "change_agreement", "view_agreement"}


def test_front_does_not_start_without_agreements_in_force(db: None, settings: Any) -> None:
    def found() -> list[str]:
        return [message.msg for message in run_checks(databases=["default"]) if message.id == "members.E004"]

    assert len(found()) == len(AgreementKind)
    settings.PORTAL_SITE_KIND = "desk"
    assert not found()
    settings.PORTAL_SITE_KIND = "front"
    call_command("prepare_agreements", stdout=StringIO())
    assert not found()
    call_command("prepare_agreements", stdout=StringIO())
    assert Agreement.objects.count() == len(AgreementKind)


def test_the_mail_of_a_suspension_says_why_and_how_to_come_back(
    client: Client, member: Person, mailoutbox: Any
) -> None:
    version("tlp")
    refuse(client)
    run_tick()
    outbox.send_waiting(all_sites=True)
    assert [mail.to for mail in mailoutbox] == [[member.email]]
    assert "did not accept an agreement" in mailoutbox[0].body
