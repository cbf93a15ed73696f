"""Each action has a word of its own in the trail. (That each marked thing shown is recorded, tests/access/leaks holds.)

A new action without a verb fails here, and so does an event of sealed content, of a command or of the editor that is
no longer written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

import portal.urls.desk  # noqa: F401  (reaches every action that somebody can do)
from portal.audit import page, recording
from portal.audit.enums import Outcome, Verb
from portal.audit.models import Event
from portal.core.actions import Action, ActionRefused
from portal.members.actions.staff_roles import GiveRole
from portal.members.enums import StaffRole
from portal.vault import records
from tests.conftest import SignIn, enrol
from tests.factories import CommunityFactory, PersonFactory, bulletin, staff

pytestmark = pytest.mark.django_db


def actions(base: type[Action] = Action) -> Iterator[type[Action]]:
    """Every action of the portal that somebody can do, and not those that others only build on."""
    for action in base.__subclasses__():
        if action.__module__.startswith("portal.") and not action.__subclasses__():
            yield action
        yield from actions(action)


ACTIONS = sorted(set(actions()), key=lambda action: action.__qualname__)


def test_there_are_actions() -> None:
    assert len(ACTIONS) > 30


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__)
def test_every_action_has_a_verb_of_the_vocabulary(action: type[Action]) -> None:
    assert action.verb in Verb.values


def test_no_two_actions_share_a_verb() -> None:
    verbs = [action.verb for action in ACTIONS]
    assert len(verbs) == len(set(verbs))


def test_the_page_shows_the_vocabulary() -> None:
    text = (settings.BASE_DIR / "docs" / "trail.md").read_text()
    assert page.vocabulary() in text


def test_an_action_is_recorded_with_its_choices_and_without_its_words() -> None:
    person, by = PersonFactory(), staff(StaffRole.ADMINISTRATOR)
    enrol(person)
    GiveRole(person=person, by=by, role=StaffRole.MIAC_AUTHOR, reason="Hush, a secret").execute()
    event = Event.objects.get(verb=Verb.ROLE_GIVE)
    assert event.about == f"members.person:{person.pk}"
    assert event.facts == {"role": StaffRole.MIAC_AUTHOR.value}
    assert "Hush" not in repr(vars(event))


def test_a_refused_action_is_recorded_with_the_name_of_its_refusal() -> None:
    person, by = PersonFactory(), PersonFactory()
    with pytest.raises(ActionRefused), transaction.atomic():
        GiveRole(person=person, by=by, role=StaffRole.MIAC_AUTHOR, reason="A reason").execute()
    recording.flush()
    event = Event.objects.get(verb=Verb.ROLE_GIVE)
    assert event.outcome == Outcome.REFUSED
    assert event.why


def test_opening_what_is_sealed_is_recorded_and_destroying_its_key_as_well(
    desk_keys: None, transactional_db: None
) -> None:
    envelope = records.new_key("trial:1").seal("words", b"a secret")
    records.open_sealed("trial:1", "words", envelope)
    records.destroy("trial:1")
    found = Event.objects.filter(about="trial:1").order_by("pk").values_list("verb", flat=True)
    assert list(found) == [Verb.UNSEAL, Verb.KEY_DESTROY]


def test_a_page_that_opens_many_is_many_events_in_one_query(desk_keys: None, django_assert_num_queries: Any) -> None:
    items = [(f"trial:{n}", "words", records.new_key(f"trial:{n}").seal("words", b"x")) for n in range(20)]
    records.open_many(items[:1])
    with django_assert_num_queries(3):  # savepoint, events, release
        records.open_many(items)
    assert Event.objects.filter(verb=Verb.UNSEAL).count() == 21


def test_a_command_that_changes_something_is_recorded() -> None:
    call_command("prepare_agreements")
    assert Event.objects.get(verb=Verb.COMMAND).facts["command"] == "prepare_agreements"


def test_opening_the_editor_is_reading(desk: None, sign_in: SignIn) -> None:
    author = staff(StaffRole.MIAC_AUTHOR)
    bulletin_page = bulletin(tlp="TLP:AMBER", audience_communities=[CommunityFactory()], by=author)
    sign_in(author).get(f"/admin/pages/{bulletin_page.pk}/edit/")
    assert Event.objects.filter(verb=Verb.READ, about=f"bulletins.bulletinpage:{bulletin_page.pk}").exists()


def test_what_staff_search_for_is_recorded_with_its_words(desk: None, sign_in: SignIn) -> None:
    sign_in(staff(StaffRole.VETTING_OFFICER)).get("/desk/organisations/?q=Ozark\x00 Power")
    assert Event.objects.get(verb=Verb.SEARCH).facts == {"page": "desk_organisations", "words": "Ozark Power"}


def test_looking_somebody_up_names_whom_and_keeps_no_address(desk: None, sign_in: SignIn) -> None:
    person = PersonFactory()
    client = sign_in(staff(StaffRole.VETTING_OFFICER))
    client.post("/desk/people/", {"email": person.email})
    client.post("/desk/people/", {"email": "nobody@partner.example"})
    found, missed = Event.objects.filter(verb=Verb.SEARCH).order_by("pk")
    assert (found.about, found.facts) == (f"members.person:{person.pk}", {"found": True})
    assert (missed.about, missed.facts) == ("", {"found": False})
