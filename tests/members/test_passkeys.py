"""Passkeys: adding, using and removing them, with an authenticator in software; and what a browser may send instead."""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from django.test import Client
from fido2 import cbor
from fido2.utils import websafe_encode
from hypothesis import given, settings as hypothesis_settings, strategies as st

from portal.core import outbox
from portal.members.models import Person
from portal.members.second_factor import SESSION_KEY
from tests.conftest import enrol, session_for
from tests.factories import PersonFactory, bulletin
from tests.members.test_locks import HERE, fail
from tests.members.test_sign_in import CODE, LOGIN, code_for, give_password, is_signed_in

FRONT = "https://portal.example"
ADD, SIGN_IN, LIST = "/account/passkeys/add/", "/account/passkeys/sign-in/", "/account/passkeys/"
PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


class SoftPasskey:
    """An authenticator as in WebAuthn Level 2, section 6: one ES256 key, made for one host."""

    def __init__(self, host: str = "portal.example", origin: str = FRONT) -> None:
        self.host, self.origin = host, origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.user_handle = b""

    def create(self, options: dict[str, Any], *, verified: bool = True) -> dict[str, Any]:
        self.user_handle = from_base64url(options["publicKey"]["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor.encode(public)
        data = self.data(verified=verified, flags=WITH_KEY) + attested
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self.client_data("webauthn.create", options)
        return self.credential(client_data, attestationObject=websafe_encode(attestation))

    def get(self, options: dict[str, Any], *, verified: bool = True) -> dict[str, Any]:
        client_data = self.client_data("webauthn.get", options)
        data = self.data(verified=verified)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return self.credential(
            client_data,
            authenticatorData=websafe_encode(data),
            signature=websafe_encode(signature),
            userHandle=websafe_encode(self.user_handle),
        )

    def data(self, *, verified: bool, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if verified else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + (7).to_bytes(4, "big")

    def client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["publicKey"]["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def credential(self, client_data: bytes, **parts: str) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": {"clientDataJSON": websafe_encode(client_data), **parts},
            "clientExtensionResults": {"credProps": {"rk": True}},
        }


def from_base64url(text: str) -> bytes:
    from fido2.utils import websafe_decode

    return websafe_decode(text)


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    settings.PORTAL_FRONT_URL = FRONT


@pytest.fixture
def person(pages: Any) -> Person:
    made: Person = PersonFactory()
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def creation_options(client: Client) -> dict[str, Any]:
    page = client.get(ADD)
    assert page.status_code == 200, page.get("Location")
    options: dict[str, Any] = json.loads(json.dumps(dict(page.context["js_data"]["creation_options"]), default=dict))
    return options


def sign_in_options(client: Client) -> dict[str, Any]:
    options: dict[str, Any] = client.get(SIGN_IN, headers={"accept": "application/json"}).json()["request_options"]
    return options


def signed_in_anew(person: Person) -> Client:
    """A browser in which one has just given password and code again."""
    import time

    client = session_for(person)
    session = client.session
    now = time.time()
    session[SESSION_KEY] = [
        {"method": "password", "at": now},
        {"method": "mfa", "type": "totp", "at": now, "reauthenticated": True},
    ]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client


def add(client: Client, key: SoftPasskey, *, name: str = "my laptop", verified: bool = True) -> Any:
    made = key.create(creation_options(client), verified=verified)
    return client.post(ADD, {"name": name, "credential": json.dumps(made)})


def use(client: Client, key: SoftPasskey, *, verified: bool = True, **extra: Any) -> Any:
    made = key.get(sign_in_options(client), verified=verified)
    return client.post(SIGN_IN, {"credential": json.dumps(made), **extra})


def with_passkey(person: Person) -> SoftPasskey:
    key = SoftPasskey()
    add(signed_in_anew(person), key)
    assert Authenticator.objects.filter(user=person, type="webauthn").exists()
    return key


# --- the first factor ---------------------------------------------------------------------------------------------


def test_a_passkey_can_be_the_first_second_factor(person: Person, mailoutbox: list[Any]) -> None:
    client, key = Client(), SoftPasskey()
    give_password(client, person)
    assert client.get("/bulletins/")["Location"] == "/account/second-factor/app/"
    assert ADD in client.get("/account/second-factor/app/").content.decode()
    done = add(client, key)  # nothing is asked again: the password was just given
    assert done["Location"] == "/account/recovery-codes/"
    shown = client.get("/account/recovery-codes/").content.decode()
    assert shown.count("<li>") >= 10
    assert client.get("/bulletins/").status_code == 200
    outbox.send_waiting()
    assert [mail.subject for mail in mailoutbox] == ["A passkey was added"]
    bulletin()
    again = Client()
    assert use(again, key)["Location"] == "/"
    assert is_signed_in(again)
    assert again.get("/account/").status_code == 200


def test_a_passkey_signs_in_to_the_page_that_was_asked_for(person: Person) -> None:
    key = with_passkey(person)
    assert use(Client(), key, next="/account/sessions/")["Location"] == "/account/sessions/"
    assert use(Client(), key, next="https://evil.example/")["Location"] == "/"


def test_a_passkey_stands_in_for_the_code_after_the_password(person: Person) -> None:
    key, client = with_passkey(person), Client()
    assert give_password(client, person)["Location"] == CODE
    page = client.get(CODE)
    options = json.loads(json.dumps(dict(page.context["js_data"]["request_options"]), default=dict))
    client.post(CODE, {"credential": json.dumps(key.get(options))})
    assert is_signed_in(client)


def test_a_lock_does_not_close_passkeys(person: Person) -> None:
    enrol(person)
    key, client = with_passkey(person), Client(REMOTE_ADDR=HERE)
    assert fail(person.email)[-1] == 429
    assert give_password(client, person).status_code == 429
    use(client, key)
    assert is_signed_in(client)
    assert give_password(Client(REMOTE_ADDR=HERE), person).status_code == 429


def test_a_suspended_account_cannot_sign_in_with_a_passkey(person: Person) -> None:
    key, client = with_passkey(person), Client()
    Person.objects.filter(pk=person.pk).update(is_active=False)
    use(client, key)
    assert not is_signed_in(client)


# --- what the server checks -----------------------------------------------------------------------------------------


def test_a_passkey_that_did_not_verify_its_user_is_neither_added_nor_believed(person: Person) -> None:
    enrol(person)
    client = signed_in_anew(person)
    assert add(client, SoftPasskey(), verified=False).status_code == 200
    assert not Authenticator.objects.filter(type="webauthn").exists()
    key = with_passkey(person)
    use(client := Client(), key, verified=False)
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example", "https://evil.example"),
        ("portal.example", "https://evil.portal.example"),
        ("portal.example", "http://portal.example"),
        ("portal.example", "https://portal.example:8443"),
        ("desk.example", FRONT),
    ],
)
def test_a_passkey_of_another_host_is_refused(person: Person, host: str, origin: str) -> None:
    enrol(person)
    assert add(signed_in_anew(person), SoftPasskey(host, origin)).status_code == 200
    key = with_passkey(person)
    key.host, key.origin = host, origin
    use(client := Client(), key)
    assert not is_signed_in(client)


def test_the_host_of_the_request_does_not_decide_what_a_passkey_binds_to(person: Person) -> None:
    enrol(person)
    client = signed_in_anew(person)
    page = client.get(ADD, headers={"host": "localhost"})
    assert page.context["js_data"]["creation_options"]["publicKey"]["rp"]["id"] == "portal.example"


def test_an_answer_cannot_be_replayed(person: Person) -> None:
    key, client = with_passkey(person), Client()
    answer = json.dumps(key.get(sign_in_options(client)))
    client.post(SIGN_IN, {"credential": answer})
    client.post("/account/logout/")
    client.post(SIGN_IN, {"credential": answer})
    assert not is_signed_in(client)
    client.post(SIGN_IN, {"credential": answer})
    other = Client()
    sign_in_options(other)
    other.post(SIGN_IN, {"credential": answer})
    assert not is_signed_in(other)


def test_a_challenge_is_good_for_one_try(person: Person) -> None:
    key, client = with_passkey(person), Client()
    options = sign_in_options(client)
    client.post(SIGN_IN, {"credential": json.dumps(SoftPasskey().get(options))})
    client.post(SIGN_IN, {"credential": json.dumps(key.get(options))})
    assert not is_signed_in(client)


def test_another_key_or_another_person_is_refused(person: Person) -> None:
    key, stranger = with_passkey(person), PersonFactory()
    forged = SoftPasskey()
    forged.id, forged.user_handle = key.id, key.user_handle
    use(client := Client(), forged)
    assert not is_signed_in(client)
    key.user_handle = str(stranger.pk).encode()
    use(client := Client(), key)
    assert not is_signed_in(client)


RUBBISH: list[Any] = [
    "",
    "{",
    "null",
    "[]",
    '"text"',
    "7",
    "{}",
    "[" * 5000,
    '{"id": 1}',
    '{"id": "\\u0000", "type": "public-key", "response": {}}',
    '{"id": "AA", "type": "public-key", "response": []}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA"}}',
    "x" * 30_000,
    "a\0b",
]


@pytest.mark.parametrize("credential", RUBBISH)
def test_rubbish_in_place_of_a_passkey_is_refused_with_a_sentence(person: Person, credential: str) -> None:
    enrol(person)
    client, fresh = signed_in_anew(person), Client()
    creation_options(client)
    assert client.post(ADD, {"name": "x", "credential": credential}).status_code == 200
    assert client.post(ADD, {}).status_code == 200
    sign_in_options(fresh)
    assert fresh.post(SIGN_IN, {"credential": credential})["Location"] == LOGIN
    assert fresh.post(SIGN_IN, {})["Location"] == LOGIN
    give_password(fresh, person)
    assert fresh.post(CODE, {"credential": credential}).status_code == 200
    assert not Authenticator.objects.filter(type="webauthn").exists()


@hypothesis_settings(max_examples=60)
@given(st.data())
def test_one_changed_part_of_an_answer_opens_nothing(db: Any, data: st.DataObject) -> None:
    from portal.bulletins import site_tree

    cache.clear()
    site_tree.prepare()
    person = PersonFactory()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    key, client = with_passkey(person), Client()
    answer = key.get(sign_in_options(client))
    part = data.draw(st.sampled_from([*answer["response"], "id", "rawId", "type"]))
    holder = answer["response"] if part in answer["response"] else answer
    holder[part] = data.draw(st.text(alphabet="AZaz09-_", max_size=60).filter(lambda text: text != holder[part]))
    cache.clear()  # the limit of requests is not what refuses here
    assert client.post(SIGN_IN, {"credential": json.dumps(answer)}).status_code == 302
    assert not is_signed_in(client)


# --- keeping them ---------------------------------------------------------------------------------------------------


def test_adding_and_removing_ask_whether_it_is_still_you(person: Person) -> None:
    enrol(person)
    with_passkey(person)
    passkey = Authenticator.objects.get(type="webauthn")
    client = session_for(person)
    for address in (ADD, f"/account/passkeys/{passkey.pk}/remove/", f"/account/passkeys/{passkey.pk}/rename/"):
        assert client.get(address)["Location"].startswith("/account/reauthenticate/"), address
        assert client.post(address)["Location"].startswith("/account/reauthenticate/"), address
    assert client.get("/account/second-factor/app/remove/")["Location"].startswith("/account/reauthenticate/")


def test_a_passkey_is_renamed_and_removed(person: Person, mailoutbox: list[Any]) -> None:
    enrol(person)
    with_passkey(person)
    passkey, client = Authenticator.objects.get(type="webauthn"), signed_in_anew(person)
    client.post(f"/account/passkeys/{passkey.pk}/rename/", {"name": "the desk's key"})
    assert "the desk&#x27;s key" in client.get(LIST).content.decode()
    for name in ("", "x" * 61, "a\0b", "a\x07b", "\u202eb"):
        assert client.post(f"/account/passkeys/{passkey.pk}/rename/", {"name": name}).status_code == 200
    assert client.get(f"/account/passkeys/{passkey.pk}/remove/").status_code == 200
    assert client.post(f"/account/passkeys/{passkey.pk}/remove/")["Location"] == "/account/second-factor/"
    assert client.post(f"/account/passkeys/{passkey.pk}/remove/").status_code == 404
    outbox.send_waiting()
    assert "A passkey was removed" in [mail.subject for mail in mailoutbox]


def test_another_persons_passkey_is_not_there(person: Person) -> None:
    with_passkey(person)
    passkey = Authenticator.objects.get(type="webauthn")
    stranger = PersonFactory()
    enrol(stranger)
    client = signed_in_anew(stranger)
    for verb in ("rename", "remove"):
        assert client.post(f"/account/passkeys/{passkey.pk}/{verb}/", {"name": "mine"}).status_code == 404
    assert client.post("/account/passkeys/99999999999999999999/remove/").status_code == 404


def test_the_last_factor_stays(person: Person) -> None:
    enrol(person)
    with_passkey(person)
    passkey, client = Authenticator.objects.get(type="webauthn"), signed_in_anew(person)
    assert client.post("/account/second-factor/app/remove/")["Location"] == "/account/second-factor/"
    assert not Authenticator.objects.filter(user=person, type="totp").exists()
    assert "it stays" in client.get(f"/account/passkeys/{passkey.pk}/remove/").content.decode()
    client.post(f"/account/passkeys/{passkey.pk}/remove/")
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_a_passkey_of_the_other_site_does_not_make_the_app_removable(person: Person, settings: Any) -> None:
    enrol(person)
    with_passkey(person)
    settings.PORTAL_FRONT_URL = "https://elsewhere.example"
    signed_in_anew(person).post("/account/second-factor/app/remove/")
    assert Authenticator.objects.filter(user=person, type="totp").exists()


def test_recovery_codes_are_shown_once(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    # A test's transaction never commits; what waits for that happens at once.
    monkeypatch.setattr("django.db.transaction.on_commit", lambda wanted, **_options: wanted())
    client = Client()
    give_password(client, person)
    client.get("/account/second-factor/app/")
    secret = decrypt(client.session["mfa.totp.secret"])
    client.post("/account/second-factor/app/", {"code": code_for(secret)})
    codes = Authenticator.objects.get(user=person, type="recovery_codes").wrap().get_unused_codes()
    first = client.get("/account/recovery-codes/").content.decode()
    assert all(code in first for code in codes)
    second = signed_in_anew(person).get("/account/recovery-codes/").content.decode()
    assert not any(code in second for code in codes)
    assert "10 of 10 codes are left" in second
    assert client.get("/account/recovery-codes/download/").status_code == 404
    assert session_for(person).get("/account/recovery-codes/new/")["Location"].startswith("/account/reauthenticate/")


def test_the_secret_of_an_app_is_not_in_clear_in_the_session(person: Person) -> None:
    client = Client()
    give_password(client, person)
    shown = client.get("/account/second-factor/app/")
    secret = shown.context["form"].secret
    assert secret not in json.dumps(dict(client.session.items()), default=str)
    wrong = client.post("/account/second-factor/app/", {"code": "000000"})
    assert wrong.context["form"].secret == secret
    session = client.session
    session["mfa.totp.secret"] = "changed"
    session.save()
    assert client.post("/account/second-factor/app/", {"code": code_for(secret)}).status_code == 200
    assert not Authenticator.objects.filter(user=person).exists()
