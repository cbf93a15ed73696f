"""Each action has a word of its own in the trail. (That each marked thing shown is recorded, tests/access/leaks holds.)

A new action without a verb fails here, and so does an event of sealed content, of a command or of the editor that is
no longer written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch, URLResolver

import portal.urls.desk  # it reaches every action that somebody can do
from portal import audit
from portal.audit import about, context, middleware, page, recording
from portal.audit.enums import Outcome, Verb
from portal.audit.models import Event
from portal.core.actions import Action, ActionRefused
from portal.members.actions.staff_roles import GiveRole
from portal.members.enums import StaffRole
from portal.vault import records
from tests.conftest import SignIn, enrol, session_for, session_store
from tests.factories import CommunityFactory, PersonFactory, bulletin, staff

pytestmark = [pytest.mark.django_db, pytest.mark.once]


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
    with django_assert_num_queries(4):  # the journal of destructions, savepoint, events, release
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


# --- every page of Desk ---------------------------------------------------------------------------

# Addresses with a key that are about no single thing, or that record themselves which one.
ABOUT_NOTHING = {
    "desk_audit_about",
    "desk_concern_ranking",  # of a region
    "wagtail_bulk_action",
    "wagtailadmin_pages:type_use",
    "wagtailadmin_pages:type_use_results",
    "wagtailadmin_pages:choose_parent",
    "wagtailadmin_tag_model_autocomplete",
    "wagtailadmin_workflows:add_task",
    "wagtailadmin_editing_sessions:ping",
    "wagtailadmin_editing_sessions:release",
    "wagtailsettings:edit",
    "wagtailsettings:preview_on_edit",
    "wagtaildocs:create_multiple_from_uploaded_document",
    "wagtaildocs:delete_upload_multiple",
    "wagtailimages:create_multiple_from_uploaded_image",
    "wagtailimages:delete_upload_multiple",
}


def keyed(patterns: Any, *, prefix: str = "", names: tuple[str, ...] = ()) -> Iterator[ResolverMatch]:
    """A match of each address of staff's pages that carries a key."""
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*names, entry.namespace) if entry.namespace else names
            yield from keyed(entry.url_patterns, prefix=route, names=inner)
        elif route.startswith(("desk/", "admin/")) and (arguments := re.findall(r"<(?:\w+:)?(\w+)>", route)):
            yield ResolverMatch(len, (), dict.fromkeys(arguments, 1), entry.name, namespaces=list(names))
        elif route.startswith(("desk/", "admin/")) and re.search(r"\((?!\?)", route):
            yield ResolverMatch(len, (1,), {}, entry.name, namespaces=list(names))


KEYED = {match.view_name: match for match in keyed(portal.urls.desk.urlpatterns)}


def test_there_are_addresses_with_a_key() -> None:
    assert {"desk_person", "wagtailadmin_pages:edit", "wagtailadmin_pages:revisions_compare"} <= set(KEYED)
    assert set(KEYED) >= ABOUT_NOTHING


@pytest.mark.parametrize("name", sorted(set(KEYED) - ABOUT_NOTHING))
def test_what_a_page_of_desk_is_about_is_known(name: str) -> None:
    found = about.kind_and_key(KEYED[name])
    assert found is not None
    kind = found[0]
    model = apps.get_model(kind.model if isinstance(kind, about.Through) else kind)
    assert not isinstance(kind, about.Through) or model._meta.get_field(kind.field)


@pytest.fixture
def marked(desk: None, pages: Any) -> Any:
    return bulletin(tlp="TLP:AMBER", audience_communities=[CommunityFactory()])


def opened(address: str, *roles: StaffRole) -> list[tuple[str, str]]:
    """What opening it records: verbs and things. By another browser for each, as one person of these roles."""
    client = session_for(staff(*roles))
    before = Event.objects.count()
    assert client.get(address).status_code == 200, address
    return list(Event.objects.order_by("pk").values_list("verb", "about"))[before:]


@pytest.mark.parametrize(
    "path",
    [
        "edit/",
        "edit/?q=anything",
        "view_draft/",
        "history/",
        "usage/",
        "copy/",
        "revisions/compare/earliest...latest/",
    ],
)
def test_a_page_of_the_editor_about_something_marked_is_reading(marked: Any, path: str) -> None:
    found = opened(f"/admin/pages/{marked.pk}/{path}", StaffRole.MIAC_SUPERVISOR)
    assert found == [(Verb.READ, f"bulletins.bulletinpage:{marked.pk}")]


def test_who_looked_at_a_bulletins_readers_shows_in_its_story(marked: Any) -> None:
    found = opened(f"/desk/bulletins/{marked.pk}/readers/", StaffRole.MIAC_SUPERVISOR)
    assert found == [(Verb.READ, f"bulletins.bulletinpage:{marked.pk}")]


def test_who_looked_at_a_person_shows_in_their_story(desk: None) -> None:
    person = PersonFactory()
    found = opened(f"/desk/people/{person.pk}/", StaffRole.VETTING_OFFICER)
    assert found == [(Verb.OPEN_CASE, f"members.person:{person.pk}")]


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (StaffRole.VETTING_OFFICER, "/desk/people/"),
        (StaffRole.VETTING_OFFICER, "/desk/members/"),
        (StaffRole.VETTING_OFFICER, "/desk/locks/"),
        (StaffRole.ADMINISTRATOR, "/desk/staff/"),
        (StaffRole.MIAC_SUPERVISOR, "/desk/"),
        (StaffRole.MIAC_SUPERVISOR, "/desk/releases/"),
        (StaffRole.MIAC_SUPERVISOR, "/admin/api/main/pages/"),
        (StaffRole.MIAC_SUPERVISOR, "/admin/choose-page/search/?p=1"),
        (StaffRole.MIAC_SUPERVISOR, "/admin/reports/site-history/"),
    ],
)
def test_a_page_without_a_key_is_one_event(desk: None, pages: Any, role: StaffRole, address: str) -> None:
    assert opened(address, role) == [(Verb.LOOK, "")]


@pytest.mark.parametrize("address", ["/admin/sprite/", "/admin/jsi18n/", "/-/live", "/account/sessions/extend/"])
def test_what_a_page_fetches_by_itself_is_no_event(desk: None, pages: Any, address: str) -> None:
    assert opened(address, StaffRole.MIAC_SUPERVISOR) == []


def test_a_bulk_action_names_what_it_is_to_touch(marked: Any) -> None:
    client = session_for(staff(StaffRole.MIAC_SUPERVISOR))
    assert client.get(f"/admin/bulk/wagtailcore/page/delete/?id={marked.pk}").status_code == 200
    assert Event.objects.get(verb=Verb.LOOK).facts["of"] == str(marked.pk)


def test_a_form_whose_own_record_was_rolled_back_is_recorded_still(desk: None, rf: RequestFactory) -> None:
    """What was undone is no record of what was sent."""

    def view(request: Any) -> HttpResponse:
        with suppress(ZeroDivisionError), transaction.atomic():
            audit.record(Verb.RECALL, "a.b:1")
            raise ZeroDivisionError
        return HttpResponse()

    request = rf.post("/desk/")
    request.user, request.session = staff(StaffRole.MIAC_SUPERVISOR), session_store()()
    middleware.name_the_request(view)(request)
    context.end()
    assert list(Event.objects.order_by("pk").values_list("verb", flat=True)) == [Verb.SEND, Verb.LOOK]
