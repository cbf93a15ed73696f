"""Signing in: password, then a code; what a session without a code may reach; who gets locked."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.cache import cache
from django.core.checks import run_checks
from django.test import Client
from django.test.utils import override_settings

from portal.core import outbox
from portal.members.enums import StaffRole
from portal.members.models import DeskSession, FrontSession, Person
from tests.conftest import SignIn, enrol, session_for
from tests.factories import PASSWORD, PersonFactory, bulletin, staff

LOGIN = "/account/login/"
CODE = "/account/code/"


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def give_password(client: Client, person: Person, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"login": person.email, "password": password}, **extra)


@pytest.fixture
def person(pages: Any) -> Person:
    made: Person = PersonFactory()
    return made


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_password_and_code_open_a_session(person: Person) -> None:
    secret, client = enrol(person), Client()
    asked = give_password(client, person)
    assert asked.status_code == 302
    assert asked["Location"] == CODE
    assert not is_signed_in(client)
    done = client.post(CODE, {"code": code_for(secret)})
    assert done.status_code == 302
    assert is_signed_in(client)
    assert client.get("/account/").status_code == 200


def test_a_password_alone_opens_nothing(person: Person) -> None:
    enrol(person)
    client = Client()
    give_password(client, person)
    assert not is_signed_in(client)
    assert client.get("/account/").status_code == 302


def test_a_wrong_code_opens_nothing(person: Person) -> None:
    enrol(person)
    client = Client()
    give_password(client, person)
    again = client.post(CODE, {"code": "000000"})
    assert again.status_code == 200
    assert not is_signed_in(client)


def test_a_code_works_once(person: Person) -> None:
    secret, code = enrol(person), ""
    code = code_for(secret)
    first, second = Client(), Client()
    for client in (first, second):
        give_password(client, person)
        client.post(CODE, {"code": code})
    assert is_signed_in(first)
    assert not is_signed_in(second)


def test_a_code_does_not_work_again_while_it_could_still_be_accepted(person: Person) -> None:
    secret = enrol(person)
    with time_machine.travel(datetime(2026, 3, 4, 12, 0, 1, tzinfo=UTC), tick=False) as clock:
        code, opened = code_for(secret), []
        for seconds in (0, 5, 29, 25, 5):
            clock.shift(seconds)
            client = Client()
            give_password(client, person)
            client.post(CODE, {"code": code})
            opened.append(is_signed_in(client))
    assert opened == [True, False, False, False, False]


def test_a_code_used_on_one_site_is_used_on_the_other(person: Person) -> None:
    code = code_for(enrol(person))
    client = Client()
    give_password(client, person)
    client.post(CODE, {"code": code})
    cache.clear()  # each site has a cache of its own
    other = Client()
    give_password(other, person)
    other.post(CODE, {"code": code})
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)


def test_the_address_is_read_in_any_case(person: Person) -> None:
    enrol(person)
    answer = Client().post(LOGIN, {"login": person.email.upper(), "password": PASSWORD})
    assert answer["Location"] == CODE


def test_without_a_second_factor_one_can_only_enrol(person: Person, sign_in: SignIn) -> None:
    bulletin()
    client = sign_in(person, with_second_factor=False)
    for address in ("/", "/bulletins/", "/account/", "/account/feed/", "/account/password/change/"):
        assert client.get(address)["Location"] == "/account/second-factor/app/", address


def test_a_session_that_did_not_use_its_second_factor_may_only_leave(person: Person, sign_in: SignIn) -> None:
    enrol(person)
    assert sign_in(person, with_second_factor=False).get("/bulletins/")["Location"] == "/account/logout/"


@pytest.mark.parametrize("address", ["/account/second-factor/app/", "/account/passkeys/add/"])
def test_a_password_alone_adds_no_factor_beside_one_that_was_set_up_meanwhile(
    person: Person, sign_in: SignIn, address: str
) -> None:
    client = sign_in(person, with_second_factor=False)
    assert client.get(address).headers.get("Location") != "/account/logout/"
    enrol(person)
    for answer in (client.get(address), client.post(address, {"code": "000000"})):
        assert answer["Location"] == "/account/logout/"


def test_the_secret_of_an_authenticator_app_is_not_stored_in_clear(person: Person) -> None:
    secret = enrol(person)
    stored = Authenticator.objects.get(user=person).data["secret"]
    assert secret not in stored
    with override_settings(PORTAL_MFA_KEY="another key, another key, another key"), pytest.raises(Exception):  # noqa: B017  (cryptography's InvalidTag)
        Authenticator.objects.get(user=person).wrap().validate_code(code_for(secret))


def test_locking_one_account_leaves_the_neighbour_alone(person: Person) -> None:
    neighbour = PersonFactory()
    enrol(person)
    enrol(neighbour)
    answers = [give_password(Client(), person, "wrong").status_code for _ in range(6)]
    assert answers[-1] == 429
    assert give_password(Client(), person).status_code == 429
    assert give_password(Client(), neighbour)["Location"] == CODE


def test_a_lock_holds_for_the_address_that_failed(person: Person) -> None:
    enrol(person)
    for _ in range(6):
        give_password(Client(), person, "wrong", REMOTE_ADDR="198.51.100.7")
    assert give_password(Client(), person, REMOTE_ADDR="198.51.100.8")["Location"] == CODE


def test_the_setting_that_keeps_neighbours_apart_is_guarded() -> None:
    for changed in ({"AXES_USERNAME_CALLABLE": None}, {"AXES_HANDLER": "axes.handlers.database.AxesDatabaseHandler"}):
        with override_settings(**changed):
            assert "members.E001" in {message.id for message in run_checks()}
    assert "members.E001" not in {message.id for message in run_checks()}


def test_known_and_unknown_addresses_are_answered_alike(person: Person) -> None:
    enrol(person)

    def words(email: str) -> str:
        answer = Client().post(LOGIN, {"login": email, "password": "wrong password"})
        return answer.content.decode().replace(email, "").partition("<main")[2]

    known, unknown = words(person.email), words("nobody@partner.example")
    strip = lambda text: "".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)  # noqa: E731
    assert strip(known) == strip(unknown)


def test_switching_an_account_off_ends_its_sessions_at_once(person: Person, sign_in: SignIn) -> None:
    client = sign_in(person)
    assert client.get("/account/").status_code == 200
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get("/account/").status_code == 302


def test_the_consent_notice_stands_above_the_button(person: Person) -> None:
    page = Client().get(LOGIN).content.decode()
    notice, button = page.index("restricted system"), page.index("I agree, sign in")
    assert notice < button
    assert "criminal and civil" in page


@pytest.mark.usefixtures("desk")
def test_desk_sessions_stand_in_their_own_table(person: Person) -> None:
    session_for(person)
    assert (FrontSession.objects.count(), DeskSession.objects.count()) == (0, 1)


def test_front_sessions_stand_in_their_own_table(person: Person) -> None:
    session_for(person)
    assert (FrontSession.objects.count(), DeskSession.objects.count()) == (1, 0)
    assert settings.SESSION_COOKIE_NAME == "front-session"


def test_setting_up_an_app_counts_as_using_it_and_tells_the_owner(
    person: Person, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client = Client()
    give_password(client, person)
    assert is_signed_in(client)
    assert client.get("/bulletins/")["Location"] == "/account/second-factor/app/"
    client.get("/account/second-factor/app/")
    # A test's transaction never commits; what waits for that happens at once.
    monkeypatch.setattr("django.db.transaction.on_commit", lambda wanted, **_options: wanted())
    client.post("/account/second-factor/app/", {"code": code_for(decrypt(client.session["mfa.totp.secret"]))})
    assert client.get("/bulletins/").status_code == 200
    outbox.send_waiting()
    assert [mail.subject for mail in mailoutbox] == ["An authenticator app was set up"]


def test_a_mail_for_a_new_password_says_what_it_is(person: Person, mailoutbox: list[Any]) -> None:
    enrol(person)
    Client().post("/account/password/reset/", {"email": person.email})
    Client().post("/account/password/reset/", {"email": "nobody@partner.example"})
    outbox.send_waiting()
    (known,) = mailoutbox
    assert known.to == [person.email]
    assert "/account/password/reset/key/" in known.body
    assert "testserver!" not in known.body
    link = next(word for word in known.body.split() if "/key/" in word)
    client = Client()
    form = client.get(client.get(link)["Location"])
    client.post(form.request["PATH_INFO"], {"password1": "a new long passphrase", "password2": "a new long passphrase"})
    assert not is_signed_in(client)
    assert give_password(Client(), person, "a new long passphrase")["Location"] == CODE


@pytest.mark.usefixtures("desk")
def test_staff_without_the_editor_are_not_sent_round_in_circles(pages: Any) -> None:
    auditor = session_for(staff(StaffRole.AUDITOR))
    assert auditor.get("/desk/").status_code == 200
    assert auditor.get("/admin/").status_code == 404


@pytest.mark.usefixtures("desk")
def test_authors_can_add_documents(pages: Any) -> None:
    author = session_for(staff(StaffRole.MIAC_AUTHOR))
    assert author.get("/admin/documents/").status_code == 200
    assert author.get("/admin/documents/add/").status_code == 200
