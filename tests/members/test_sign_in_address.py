"""Changing the address that one signs in with, and passwords by mail: who is told what, and what tells nothing."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.hashers import BasePasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.core import outbox
from portal.core.models import OutgoingMail
from portal.members.enums import StaffRole, Standing
from portal.members.mail import sign_in as sign_in_mail
from portal.members.models import FeedToken, FormerAddress, Person
from tests.conftest import become, enrol, session_for
from tests.factories import PASSWORD, PersonFactory, staff
from tests.members.test_passkeys import signed_in_anew
from tests.members.test_sign_in import CODE, LOGIN, give_password

PAGE, RESET = "/account/email/", "/account/password/reset/"
NEW = "new.name@partner.example"


@pytest.fixture
def person(pages: Any) -> Person:
    made: Person = PersonFactory()
    enrol(made)
    return made


def sent(mailoutbox: list[Any]) -> list[Any]:
    mailoutbox.clear()
    outbox.send_waiting()
    return mailoutbox


def link_in(mail: Any, part: str) -> str:
    found = re.search(rf"https?://[^/\s]+(/account/{part}/\S+)", mail.body)
    assert found, mail.body
    return found.group(1)


def ask_to_change(person: Person, email: str = NEW) -> Any:
    return signed_in_anew(person).post(PAGE, {"email": email})


# --- changing the address -----------------------------------------------------------------------------------------


def test_a_new_address_holds_once_it_is_confirmed_and_the_old_one_is_told(
    person: Person, mailoutbox: list[Any]
) -> None:
    old = person.email
    FeedToken.issue(person=person, label="reader")
    assert ask_to_change(person)["Location"] == PAGE
    mail, warning = sent(mailoutbox)
    assert (mail.to, warning.to) == ([NEW], [old])
    assert NEW not in warning.body and "asked for another e-mail address" in warning.body
    assert NEW not in link_in(mail, "confirm-email")
    assert give_password(Client(), person)["Location"] == CODE  # nothing changed yet
    assert Client().post(LOGIN, {"login": NEW, "password": PASSWORD}).status_code == 200
    browser = Client()
    assert NEW in browser.get(link_in(mail, "confirm-email")).content.decode()
    browser.post(link_in(mail, "confirm-email"))
    person.refresh_from_db()
    assert person.email == NEW
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(NEW, True, True)]
    (told,) = sent(mailoutbox)
    assert told.to == [old]
    assert NEW not in told.body
    assert not FeedToken.objects.usable().exists()
    assert FormerAddress.objects.get().email == old
    assert Client().post(LOGIN, {"login": old, "password": PASSWORD}).status_code == 200
    assert Client().post(LOGIN, {"login": NEW.upper(), "password": PASSWORD})["Location"] == CODE


def test_changing_it_asks_whether_it_is_still_you(person: Person) -> None:
    client = session_for(person)
    assert client.get(PAGE)["Location"].startswith("/account/reauthenticate/")
    assert client.post(PAGE, {"email": NEW})["Location"].startswith("/account/reauthenticate/")
    assert not EmailAddress.objects.filter(email=NEW).exists()


def test_whether_the_new_address_is_taken_is_not_said(person: Person, mailoutbox: list[Any]) -> None:
    other = PersonFactory()
    enrol(other)
    answers = []
    for email in (NEW, other.email):
        client = signed_in_anew(person)
        client.post(PAGE, {"email": email})
        cache.clear()
        page = client.get(PAGE).content.decode().replace(email, "")
        answers.append(re.sub(r'(value|data-[a-z-]+)="[^"]*"', "", page))
    assert answers[0] == answers[1]
    (mail,) = [mail for mail in sent(mailoutbox) if mail.to == [other.email]]
    assert mail.subject == "Somebody gave your address"
    assert "/account/confirm-email/" not in mail.body


def test_a_link_is_void_once_used_once_old_and_once_the_address_is_taken(person: Person, mailoutbox: list[Any]) -> None:
    ask_to_change(person)
    link = link_in(sent(mailoutbox)[0], "confirm-email")
    with time_machine.travel(timezone.now() + timedelta(days=3, seconds=5), tick=True):
        assert Client().post(link).status_code == 404
    other = PersonFactory(email=NEW)
    Client().post(link)
    person.refresh_from_db()
    assert person.email != NEW
    Person.objects.filter(pk=other.pk).update(email="elsewhere@partner.example")
    Client().post(link)
    person.refresh_from_db()
    assert person.email == NEW
    assert Client().post(link).status_code == 404
    assert "no longer works" in Client().get(link).content.decode()


def test_a_later_wish_replaces_the_one_before(person: Person, mailoutbox: list[Any]) -> None:
    ask_to_change(person)
    first = link_in(sent(mailoutbox)[0], "confirm-email")
    cache.clear()
    ask_to_change(person, "other.name@partner.example")
    assert Client().post(first).status_code == 404
    assert EmailAddress.objects.filter(user=person).count() == 2


@pytest.mark.parametrize(
    "email", ["", "x", "x" * 300 + "@b.example", "a\0b@c.example", "a\x07@c.example", "@c.example"]
)
def test_what_is_no_address_is_refused(person: Person, email: str) -> None:
    assert ask_to_change(person, email).status_code == 200
    assert EmailAddress.objects.filter(user=person).count() == 1


def test_other_verbs_of_the_page_do_nothing(person: Person) -> None:
    client = signed_in_anew(person)
    for action in ("action_remove", "action_primary", "action_send"):
        client.post(PAGE, {"email": person.email, action: ""})
    assert EmailAddress.objects.get(user=person).email == person.email
    for key in ("x", "1:2:3", "a" * 2000):
        assert Client().get(f"/account/confirm-email/{key}/").status_code == 200
        assert Client().post(f"/account/confirm-email/{key}/").status_code == 404


def test_a_changed_password_ends_feed_tokens_and_is_told(person: Person, mailoutbox: list[Any]) -> None:
    FeedToken.issue(person=person, label="reader")
    new = {"password1": "a new long passphrase", "password2": "a new long passphrase"}
    session_for(person).post("/account/password/change/", {"oldpassword": PASSWORD, **new})
    assert not FeedToken.objects.usable().exists()
    assert [mail.subject for mail in sent(mailoutbox)] == ["Your password was changed"]


# --- what a row holds ---------------------------------------------------------------------------------------------


def test_rows_of_mail_hold_no_address_and_no_secret(person: Person, mailoutbox: list[Any]) -> None:
    ask_to_change(person)
    Client().post(RESET, {"email": person.email})
    Client().post(RESET, {"email": "nobody@partner.example"})
    abouts = list(OutgoingMail.objects.values_list("about", flat=True))
    assert len(abouts) == 4
    for about in abouts:
        assert re.fullmatch(r"\d+(:[a-z_]+)?", about), about
    (confirm, warning, reset) = sent(mailoutbox)
    assert confirm.to == [NEW]
    assert warning.to == reset.to == [person.email]


def test_a_worker_with_another_secret_key_writes_links_that_hold(
    person: Person, mailoutbox: list[Any], settings: Any
) -> None:
    Client().post(RESET, {"email": person.email})
    own = settings.SECRET_KEY
    settings.SECRET_KEY = "the worker's own secret key, the worker's own secret key"
    link = link_in(sent(mailoutbox)[0], "password/reset/key")
    settings.SECRET_KEY = own
    client = Client()
    form = client.get(client.get(link)["Location"])
    assert form.context["form"] is not None
    settings.PORTAL_LINK_KEY = "another link key, another link key, another"
    assert "no longer works" in Client().get(link).content.decode()


# --- Front's key opens nothing on Desk, and nothing for staff -----------------------------------------------------


def made_with_fronts_key(person: Person) -> str:
    """A reset link as somebody in the Front process can make it."""
    from portal.members import links  # allauth has to be ready first

    uid, token = user_pk_to_url_str(person), links.PasswordResetTokens(site="front").make_token(person)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})


@pytest.mark.usefixtures("desk")
def test_a_password_link_signed_with_fronts_key_is_refused_on_desk(pages: Any) -> None:
    from portal.members import links

    officer = staff(StaffRole.VETTING_OFFICER)
    for person in (officer, PersonFactory()):
        refused = Client().get(made_with_fronts_key(person))
        assert (refused.status_code, "no longer works" in refused.content.decode()) == (200, True)
    own = urlsplit(links.password_reset_url(officer, site="desk")).path
    assert Client().get(own).status_code == 302


def test_no_link_sets_the_password_of_staff_on_front(person: Person) -> None:
    officer = staff(StaffRole.VETTING_OFFICER)
    assert "no longer works" in Client().get(made_with_fronts_key(officer)).content.decode()
    assert Client().get(made_with_fronts_key(person)).status_code == 302


def test_front_makes_no_link_to_desk(person: Person) -> None:
    from portal.members import links

    with pytest.raises(links.MadeOnDesk):
        links.password_reset_url(person, site="desk")
    with pytest.raises(links.MadeOnDesk):
        links.confirm_url(EmailAddress.objects.get(user=person), site="desk")


@pytest.mark.parametrize("built_on", ["front", "desk"])
@pytest.mark.parametrize("asked_on", ["front", "desk"])
def test_staff_get_a_link_only_if_desk_was_asked_and_desk_writes_it(
    pages: Any, settings: Any, asked_on: str, built_on: str
) -> None:
    """Desk's worker sends the rows of both sites; a row that Front made may say anything."""
    officer, member = staff(StaffRole.VETTING_OFFICER), PersonFactory()
    enrol(officer)
    EmailAddress.objects.update(verified=False)
    address = EmailAddress.objects.get(user=officer)
    become(settings, built_on)
    reset = sign_in_mail.password_reset(str(officer.pk), site=asked_on)
    confirm = sign_in_mail.confirm_address(str(address.pk), site=asked_on)
    of_member = sign_in_mail.password_reset(str(member.pk), site=asked_on)
    assert reset and confirm and of_member
    is_desk = asked_on == built_on == "desk"
    assert (reset.template, confirm.template) == (
        ("password_reset", "confirm_address") if is_desk else ("password_on_desk", "confirm_on_desk")
    )
    for letter in (reset, confirm, of_member):
        link = letter.facts.get("link", "")
        assert link.startswith(settings.PORTAL_DESK_URL) is is_desk
        assert link or not is_desk
    assert of_member.facts["link"]


def test_a_row_that_front_put_makes_desks_worker_write_no_link_to_desk(
    pages: Any, settings: Any, mailoutbox: list[Any]
) -> None:
    officer = staff(StaffRole.VETTING_OFFICER)
    become(settings, "desk")
    for about in (str(officer.pk), f"{officer.pk}:desk"):
        OutgoingMail.objects.create(kind="password_reset", about=about, site="front")
    outbox.send_waiting(all_sites=True)
    assert [f"{settings.PORTAL_DESK_URL}/account/password/reset/key" in mail.body for mail in mailoutbox] == [False]


def test_front_tells_staff_of_no_change_and_nobody_of_what_desk_alone_does(
    pages: Any, settings: Any, mailoutbox: list[Any]
) -> None:
    officer, member = staff(StaffRole.VETTING_OFFICER), PersonFactory()
    become(settings, "desk")
    for pk, change in ((officer.pk, "password_changed"), (member.pk, "factor_recovered")):
        for site in ("front", "desk"):
            OutgoingMail.objects.create(kind="account_change", about=f"{pk}:{change}", site=site)
    outbox.send_waiting(all_sites=True)
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([officer.email, member.email])


def test_a_sign_in_voids_no_link_of_desk_and_ending_all_sessions_does(pages: Any, settings: Any) -> None:
    """Front writes the last sign-in of staff, who read there: it must not keep them from a new password."""
    from portal.members import links

    officer = staff(StaffRole.VETTING_OFFICER)
    become(settings, "desk")
    token = links.PasswordResetTokens(site="desk").make_token(officer)
    officer.last_login = timezone.now()
    assert links.PasswordResetTokens(site="desk").check_token(officer, token)
    officer.sessions_valid_from = timezone.now()
    assert not links.PasswordResetTokens(site="desk").check_token(officer, token)
    become(settings, "front")
    member = PersonFactory()
    token = links.PasswordResetTokens(site="front").make_token(member)
    member.last_login = timezone.now()
    assert not links.PasswordResetTokens(site="front").check_token(member, token)


def test_staff_who_ask_on_front_are_told_to_ask_on_desk(pages: Any, mailoutbox: list[Any], settings: Any) -> None:
    officer = staff(StaffRole.VETTING_OFFICER)
    Client().post(RESET, {"email": officer.email})
    (mail,) = sent(mailoutbox)
    assert mail.to == [officer.email]
    assert f"{settings.PORTAL_DESK_URL}{RESET}\n" in mail.body
    assert "/key/" not in mail.body


def test_an_address_is_confirmed_with_the_key_of_the_site(pages: Any, settings: Any) -> None:
    from portal.members import links

    officer = staff(StaffRole.VETTING_OFFICER)
    enrol(officer)
    EmailAddress.objects.update(verified=False)
    address = EmailAddress.objects.get(user=officer)
    of_front = links.confirm_key(address, site="front")
    assert links.address_to_confirm(of_front) is None  # staff confirm nothing on Front
    become(settings, "desk")
    assert links.address_to_confirm(of_front) is None
    assert links.address_to_confirm(links.confirm_key(address, site="desk")) == address


# --- only active members take another address ---------------------------------------------------------------------


def test_whoever_is_suspended_asks_for_no_other_address(person: Person, mailoutbox: list[Any]) -> None:
    Person.objects.filter(pk=person.pk).update(standing=Standing.SUSPENDED)
    assert ask_to_change(person)["Location"] == "/account/"
    assert signed_in_anew(person).get(PAGE)["Location"] == "/account/"
    assert sent(mailoutbox) == []
    assert not EmailAddress.objects.filter(email=NEW).exists()


def test_a_link_that_was_asked_for_before_is_void_once_its_owner_is_suspended(
    person: Person, mailoutbox: list[Any]
) -> None:
    old = person.email
    ask_to_change(person)
    link = link_in(sent(mailoutbox)[0], "confirm-email")
    Person.objects.filter(pk=person.pk).update(standing=Standing.SUSPENDED)
    assert Client().post(link).status_code == 404
    person.refresh_from_db()
    assert person.email == old
    Person.objects.filter(pk=person.pk).update(standing=Standing.ACTIVE)
    Client().post(link)
    person.refresh_from_db()
    assert person.email == NEW


def test_no_link_goes_to_an_account_that_may_not_sign_in(person: Person, mailoutbox: list[Any]) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)
    Client().post(RESET, {"email": person.email})
    assert sent(mailoutbox) == []


@pytest.mark.parametrize("email", ["", "x", "x" * 300 + "@b.example", "a\0b@c.example", "a\x07@c.example"])
def test_rubbish_asks_for_no_link(pages: Any, email: str) -> None:
    assert Client().post(RESET, {"email": email}).status_code == 200
    assert not OutgoingMail.objects.exists()


# --- known and unknown take alike ---------------------------------------------------------------------------------


class CountingHasher(BasePasswordHasher):
    """Takes a few milliseconds, and counts how often it was asked."""

    algorithm = "counting"
    calls = 0

    def salt(self) -> str:
        return "salt"

    def encode(self, password: str, salt: str) -> str:
        type(self).calls += 1
        return f"counting${_work(password)}"

    def verify(self, password: str, encoded: str) -> bool:
        return self.encode(password, "") == encoded

    def decode(self, encoded: str) -> dict[str, Any]:
        return {"algorithm": self.algorithm, "salt": "salt", "hash": encoded}

    def must_update(self, encoded: str) -> bool:
        return False


def _work(password: str) -> str:
    from hashlib import pbkdf2_hmac

    return pbkdf2_hmac("sha256", password.encode(), b"salt", 20_000).hex()


@pytest.fixture
def counting(settings: Any, person: Person) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    person.set_password(PASSWORD)
    person.save()


def measured(ask: Callable[[], Any]) -> tuple[int, int, int]:
    """Calls of the hasher, queries, and rows of mail."""
    cache.clear()
    before, rows = CountingHasher.calls, OutgoingMail.objects.count()
    with CaptureQueriesContext(connection) as queries:
        ask()
    return CountingHasher.calls - before, len(queries), OutgoingMail.objects.count() - rows


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """In production a worker sends mail, not the request."""
    monkeypatch.setattr("portal.core.outbox.send_waiting", lambda **_options: 0)


@pytest.mark.usefixtures("counting", "no_worker")
def test_signing_in_costs_the_same_for_known_and_unknown(person: Person) -> None:
    def attempt(email: str) -> Callable[[], Any]:
        return lambda: Client().post(LOGIN, {"login": email, "password": "wrong password"})

    measured(attempt(person.email))
    known, unknown = measured(attempt(person.email)), measured(attempt("nobody@partner.example"))
    assert known == unknown
    assert known[0] == 1


@pytest.mark.usefixtures("counting", "no_worker")
def test_asking_for_a_link_costs_the_same_for_known_and_unknown(person: Person) -> None:
    def attempt(email: str) -> Callable[[], Any]:
        return lambda: Client().post(RESET, {"email": email})

    measured(attempt(person.email))
    known, unknown = measured(attempt(person.email)), measured(attempt("nobody@partner.example"))
    assert known == unknown
    assert known[0] == 0
    assert known[2] == 1


@pytest.mark.usefixtures("counting", "no_worker")
@pytest.mark.parametrize(("address", "field"), [(LOGIN, "login"), (RESET, "email")])
def test_the_time_tells_nothing(person: Person, address: str, field: str) -> None:
    """Medians of the same run, taken in turns; twice as long would be seen, a busy machine is not."""
    times: dict[str, list[float]] = {person.email: [], "nobody@partner.example": []}
    for _ in range(15):
        for email, taken in times.items():
            cache.clear()
            begun = time.perf_counter()
            Client().post(address, {field: email, "password": "wrong password"}, REMOTE_ADDR=f"198.51.100.{len(taken)}")
            taken.append(time.perf_counter() - begun)
    slow, fast = sorted((statistics.median(taken) for taken in times.values()), reverse=True)
    assert slow / fast < 1.6
