"""An address that somebody asked for in another's account does not outlive what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from portal.core import outbox
from portal.members.actions.ends import Close, Lift, Reopen, Suspend
from portal.members.actions.recovery import GrantRecovery, RecordCallBack
from portal.members.enums import EndReason, StaffRole
from portal.members.models import FormerAddress, Person
from portal.members.refusals import Incomplete, NotNow
from tests.conftest import become, enrol, session_for
from tests.factories import PersonFactory, staff
from tests.members.test_sign_in_address import NEW, RESET, ask_to_change, link_in, sent

CHANGED = {"password1": "the-owners-own-password", "password2": "the-owners-own-password"}


@pytest.fixture
def officer(pages: Any) -> Person:
    return staff(StaffRole.VETTING_OFFICER)


@pytest.fixture
def victim(pages: Any) -> Person:
    made: Person = PersonFactory()
    enrol(made)
    return made


def fresh(person: Person) -> Person:
    found: Person = Person.objects.get(pk=person.pk)
    return found


def link_for_intruder(victim: Person, mailoutbox: list[Any]) -> str:
    ask_to_change(victim)
    return link_in(next(mail for mail in sent(mailoutbox) if mail.to == [NEW]), "confirm-email")


def take_over_ends(victim: Person, officer: Person) -> None:
    Suspend(fresh(victim), officer, reason=EndReason.TAKEN_OVER, words="Called.").execute()
    Lift(fresh(victim), officer, words="Theirs again.").execute()


def closed_and_opened(victim: Person, officer: Person) -> None:
    Close(fresh(victim), officer, reason=EndReason.OWN_WISH, words="Why.").execute()
    Reopen(fresh(victim), officer, words="Why.").execute()


def factor_recovered(victim: Person, officer: Person) -> None:
    call = {"number": "573 555 0100", "found_where": "directory", "spoken_to": "them"}
    row = RecordCallBack(fresh(victim), officer, **call).execute()
    GrantRecovery(row, staff(StaffRole.VETTING_OFFICER)).execute()


@pytest.mark.parametrize("done", [take_over_ends, closed_and_opened, factor_recovered])
def test_a_link_of_before_opens_nothing_afterwards(
    victim: Person, officer: Person, mailoutbox: list[Any], settings: Any, done: Callable[[Person, Person], None]
) -> None:
    old, link = victim.email, link_for_intruder(victim, mailoutbox)
    asked = EmailAddress.objects.get(user=victim, email=NEW)
    become(settings, "desk")
    done(victim, officer)
    become(settings, "front")
    assert not EmailAddress.objects.filter(user=victim, email=NEW).exists()
    asked.save(force_insert=True)  # put back by somebody who holds Front: the link is void all the same
    assert Client().post(link).status_code == 404
    assert fresh(victim).email == old


def test_whoever_sets_a_new_password_takes_back_what_another_asked_for(victim: Person, mailoutbox: list[Any]) -> None:
    old, link = victim.email, link_for_intruder(victim, mailoutbox)
    browser = Client()
    browser.post(RESET, {"email": old})
    form = browser.get(link_in(sent(mailoutbox)[-1], "password/reset/key"))["Location"]
    assert browser.post(form, CHANGED).status_code == 302
    assert fresh(victim).check_password(CHANGED["password1"])
    assert Client().post(link).status_code == 404
    assert fresh(victim).email == old


def test_an_officer_whose_account_was_taken_over_keeps_the_desk(
    officer: Person, mailoutbox: list[Any], settings: Any
) -> None:
    """The whole way of an intruder: a new address, a new password there, a factor of their own, and a role."""
    become(settings, "desk")
    victim = staff(StaffRole.MIAC_SUPERVISOR)
    enrol(victim)
    link = link_for_intruder(victim, mailoutbox)
    take_over_ends(victim, officer)
    assert Client().post(link).status_code == 404
    cache.clear()
    Client().post(RESET, {"email": NEW})
    assert not [mail for mail in sent(mailoutbox) if mail.to == [NEW]]


def test_the_present_address_hears_of_it_when_another_is_asked_for(victim: Person, mailoutbox: list[Any]) -> None:
    ask_to_change(victim)
    (warning,) = [mail for mail in sent(mailoutbox) if mail.to == [victim.email]]
    assert "asked for another e-mail address" in warning.body
    assert NEW not in warning.body


# --- the address was changed before anybody noticed ---------------------------------------------------------------


@pytest.fixture
def moved(victim: Person, officer: Person, mailoutbox: list[Any], settings: Any) -> Person:
    """Taken over, and at the intruder's address by now."""
    Client().post(link_for_intruder(victim, mailoutbox))
    become(settings, "desk")
    assert fresh(victim).email == NEW
    Suspend(fresh(victim), officer, reason=EndReason.TAKEN_OVER, words="Called.").execute()
    return fresh(victim)


def test_whoever_lifts_says_which_address_is_theirs(victim: Person, officer: Person, moved: Person) -> None:
    outbox.send_waiting()
    with pytest.raises(Incomplete):
        Lift(moved, officer, words="Called back.").execute()
    with pytest.raises(NotNow):
        Lift(moved, officer, email="elsewhere@partner.example").execute()
    Lift(moved, officer, email=victim.email).execute()
    now = fresh(victim)
    assert (now.email, now.is_vetted) == (victim.email, True)
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(victim.email, True, True)]
    assert FormerAddress.objects.filter(person=victim, email=NEW).exists()


def test_the_way_back_in_goes_to_the_address_that_is_theirs(
    victim: Person, officer: Person, moved: Person, mailoutbox: list[Any]
) -> None:
    Lift(moved, officer, email=victim.email).execute()
    assert [mail.to for mail in sent(mailoutbox) if "/account/welcome/" in mail.body] == [[victim.email]]


def test_an_address_that_another_account_has_by_now_is_not_given_back(
    victim: Person, officer: Person, moved: Person
) -> None:
    PersonFactory(email=victim.email)
    with pytest.raises(NotNow, match="Another account"):
        Lift(moved, officer, email=victim.email).execute()


def test_the_page_of_the_person_shows_it_and_asks(victim: Person, officer: Person, moved: Person) -> None:
    client, address = session_for(officer), f"/desk/people/{moved.pk}/"
    page = client.get(address).content.decode()
    assert "Addresses before" in page and f'value="{victim.email}"' in page
    assert client.post(f"{address}lift/", {"words": "Called back."}).status_code == 422
    assert client.post(f"{address}lift/", {"words": "Called back.", "email": victim.email}).status_code == 302
    assert fresh(victim).email == victim.email


def test_where_nothing_was_changed_nothing_is_asked(victim: Person, officer: Person, settings: Any) -> None:
    become(settings, "desk")
    Suspend(victim, officer, reason=EndReason.TAKEN_OVER, words="Called.").execute()
    assert "Which address" not in session_for(officer).get(f"/desk/people/{victim.pk}/").content.decode()
    Lift(fresh(victim), officer).execute()
    assert fresh(victim).is_vetted
