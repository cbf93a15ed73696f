"""A lost second factor: two officers, a call back, one code, and then a new factor before anything else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.test import Client

from portal.core import outbox
from portal.core.actions import ActionRefused
from portal.members.actions import recovery
from portal.members.enums import StaffRole
from portal.members.models import FactorRecovery, Person
from portal.members.recovery import waiting
from tests.conftest import enrol, session_for
from tests.factories import PersonFactory, staff
from tests.members.test_sign_in import CODE, code_for, give_password, is_signed_in

PAGE = "/desk/recoveries/"
SAID = {"number": "573 555 0100", "found_where": "the county's own site", "spoken_to": "the switchboard, then her"}
APP = "/account/second-factor/app/"


@pytest.fixture
def officer(pages: Any) -> Person:
    return staff(StaffRole.VETTING_OFFICER)


@pytest.fixture
def second(pages: Any) -> Person:
    return staff(StaffRole.VETTING_OFFICER)


@pytest.fixture
def person(pages: Any) -> Person:
    made: Person = PersonFactory()
    enrol(made)
    return made


def recorded(person: Person, by: Person) -> FactorRecovery:
    row: FactorRecovery = recovery.RecordCallBack(person=person, by=by, **SAID).execute()
    return row


def granted(person: Person, by: Person, second: Person) -> str:
    code: str = recovery.GrantRecovery(recovery=recorded(person, by), by=second).execute()
    return code


@pytest.mark.usefixtures("desk")
def test_two_officers_let_somebody_back_in(
    officer: Person, second: Person, person: Person, mailoutbox: list[Any]
) -> None:
    one, other = session_for(officer), session_for(second)
    assert one.post(PAGE, {"email": person.email.upper(), **SAID})["Location"] == PAGE
    row = FactorRecovery.objects.get()
    for words in SAID.values():
        assert words.encode() not in bytes(row.details)
    shown = other.get(f"{PAGE}{row.pk}/").content.decode()
    assert "573 555 0100" in shown
    assert "You made this call back" in one.get(f"{PAGE}{row.pk}/").content.decode()
    answer = other.post(f"{PAGE}{row.pk}/", {"decision": "grant"})
    codes = Authenticator.objects.get(user=person).wrap().get_unused_codes()
    assert len(codes) == 1
    assert codes[0] in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    outbox.send_waiting()
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [([person.email], "Your second factor was replaced")]
    assert codes[0] not in mailoutbox[0].body
    # Replayed: no second code.
    assert other.post(f"{PAGE}{row.pk}/", {"decision": "grant"})["Location"] == PAGE
    assert codes[0] not in other.get(f"{PAGE}{row.pk}/").content.decode()
    row.refresh_from_db()
    assert (row.called_by, row.granted_by) == (officer, second)


@pytest.mark.usefixtures("desk_keys")
def test_the_code_leads_to_a_new_factor_and_to_nothing_else_before(
    officer: Person, second: Person, person: Person, front_keys: Any, django_capture_on_commit_callbacks: Any
) -> None:
    code, client = granted(person, officer, second), Client()
    assert give_password(client, person)["Location"] == CODE
    assert not is_signed_in(client)
    client.post(CODE, {"code": code})
    assert is_signed_in(client)
    for address in (
        "/",
        "/bulletins/",
        "/account/",
        "/account/recovery-codes/",
        "/account/email/",
        "/account/sessions/",
    ):
        assert client.get(address)["Location"] == APP, address
    assert not client.get(APP).context["viewer"].is_member
    secret = decrypt(client.session["mfa.totp.secret"])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(APP, {"code": code_for(secret)})
    assert client.get("/bulletins/").status_code == 200
    assert code not in client.get("/account/recovery-codes/").content.decode()
    assert len(Authenticator.objects.get(user=person, type="recovery_codes").wrap().get_unused_codes()) == 10


@pytest.mark.usefixtures("desk_keys")
def test_granting_ends_every_session_and_the_old_factors(
    officer: Person, second: Person, person: Person, front_keys: Any
) -> None:
    client = session_for(person)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=5), tick=True):
        granted(person, officer, second)
        assert client.get("/account/").status_code == 302
        assert not is_signed_in(client)
        assert {row.type for row in Authenticator.objects.filter(user=person)} == {"recovery_codes"}


@pytest.mark.usefixtures("desk_keys")
def test_a_password_alone_opens_nothing_after_a_recovery(officer: Person, second: Person, person: Person) -> None:
    granted(person, officer, second)
    client = Client()
    give_password(client, person)
    client.post(CODE, {"code": "00000000"})
    assert not is_signed_in(client)


@pytest.mark.usefixtures("desk_keys")
def test_the_code_is_good_for_a_day(officer: Person, second: Person, person: Person) -> None:
    code = granted(person, officer, second)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=24, minutes=1), tick=True):
        client = Client()
        give_password(client, person)
        assert client.post(CODE, {"code": code}).status_code == 200
        assert not is_signed_in(client)


@pytest.mark.usefixtures("desk_keys")
def test_it_takes_two_and_neither_is_the_person(officer: Person, second: Person, person: Person) -> None:
    row = recorded(person, officer)
    refused = [
        recovery.GrantRecovery(recovery=row, by=officer),
        recovery.RefuseRecovery(recovery=row, by=officer),
        recovery.GrantRecovery(recovery=row, by=staff(StaffRole.ADMINISTRATOR)),
        recovery.GrantRecovery(recovery=row, by=person),
        recovery.RecordCallBack(person=officer, by=officer, **SAID),
        recovery.GrantRecovery(recovery=recorded(second, officer), by=second),
        recovery.RecordCallBack(person=PersonFactory(is_active=False), by=officer, **SAID),
    ]
    for action in refused:
        with pytest.raises(ActionRefused):
            action.execute()
    assert Authenticator.objects.filter(user=person, type="totp").exists()
    assert recovery.GrantRecovery(recovery=row, by=second).execute()


@pytest.mark.usefixtures("desk_keys")
def test_a_call_back_is_decided_once_and_within_a_day(officer: Person, second: Person, person: Person) -> None:
    row = recorded(person, officer)
    recovery.RefuseRecovery(recovery=row, by=second).execute()
    late = recorded(person, officer)
    with pytest.raises(recovery.NoLongerOpen):
        recovery.GrantRecovery(recovery=row, by=second).execute()
    with time_machine.travel(late.called_at + timedelta(hours=24), tick=False):
        assert not waiting().exists()
        with pytest.raises(recovery.NoLongerOpen):
            recovery.GrantRecovery(recovery=late, by=second).execute()


@pytest.mark.usefixtures("desk")
def test_only_vetting_officers_find_the_page(person: Person, officer: Person) -> None:
    row = recorded(person, officer)
    for role in StaffRole:
        client = session_for(staff(role))
        may = role is StaffRole.VETTING_OFFICER
        assert client.get(PAGE).status_code == (200 if may else 404), role
        assert client.get(f"{PAGE}{row.pk}/").status_code == (200 if may else 404), role
        if not may:
            assert client.post(f"{PAGE}{row.pk}/", {"decision": "grant"}).status_code == 404, role
            assert client.post(PAGE, {"email": person.email, **SAID}).status_code == 404, role
    assert FactorRecovery.objects.count() == 1


def test_front_has_no_such_page(officer: Person) -> None:
    assert session_for(officer).get(PAGE).status_code == 404


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("field", ["email", *SAID])
@pytest.mark.parametrize("wrong", ["", "x" * 500, "a\0b", "a\x07b", "123-45-6789"])
def test_a_call_back_with_something_wrong_is_not_recorded(
    officer: Person, person: Person, field: str, wrong: str
) -> None:
    answer = session_for(officer).post(PAGE, {"email": person.email, **SAID, field: wrong})
    assert answer.status_code == 200
    assert not FactorRecovery.objects.exists()


@pytest.mark.usefixtures("desk")
def test_rubbish_as_a_decision_decides_nothing(officer: Person, second: Person, person: Person) -> None:
    row, client = recorded(person, officer), session_for(second)
    for decision in ("", "GRANT", "x\0", "grant refuse"):
        client.post(f"{PAGE}{row.pk}/", {"decision": decision})
    assert client.get(f"{PAGE}999999999999999999999/").status_code == 404
    row.refresh_from_db()
    assert row.granted_at is None
    assert row.refused_at is None
