"""The leak matrix: every surface of Front × every marking × every kind of viewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.test.utils import override_settings
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.audit.enums import Outcome, Verb
from portal.audit.models import Event
from portal.bulletins import site_tree
from portal.core import outbox
from portal.members.models import Person
from search import saved
from search.models import Entry, SavedSearch
from tests.access.leaks import surfaces
from tests.access.leaks.items import Item, make_hub, make_items
from tests.access.leaks.viewers import ACTIVE, EVERYBODY, Visitor, make_circles, make_visitors
from tests.conftest import rolled_back


@dataclass(frozen=True)
class World:
    items: list[Item]
    visitors: list[Visitor]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Any:
    """All things and all viewers, made once for this file and rolled back after it."""
    media = str(tmp_path_factory.mktemp("media"))
    storages = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": media}}}
    with django_db_blocker.unblock(), override_settings(STORAGES={**_storages(), **storages}), rolled_back():
        site_tree.prepare()
        circles = make_circles()
        items = make_items(circles)
        make_hub(items)
        yield World(items, make_visitors(circles))


def _storages() -> dict[str, Any]:
    from django.conf import settings

    return dict(settings.STORAGES)


pytestmark = pytest.mark.django_db


def test_every_kind_of_viewer_is_there(world: World) -> None:
    assert {visitor.kind for visitor in world.visitors} == EVERYBODY


def test_lists_show_each_thing_to_its_readers_and_to_nobody_else(world: World, capsys: Any) -> None:
    cells = 0
    for visitor in world.visitors:
        for address, shown in surfaces.LISTS.items():
            answer = surfaces.ask(visitor, address)
            for item in world.items:
                found = item.secret in answer.body
                is_reader = visitor.kind in item.case.readers
                cells += 1
                assert is_reader or not found, f"{address} shows {item.name} to {visitor.kind}"
                if is_reader and item.kind in shown and answer.status == 200:
                    assert found, f"{address} hides {item.name} from {visitor.kind}"
    _tell(capsys, "lists", cells)


def test_counts_count_what_this_viewer_can_read(world: World, capsys: Any) -> None:
    cells = 0
    for visitor in world.visitors:
        answer = surfaces.ask(visitor, "/bulletins/")
        if answer.status != 200:
            continue
        readable = sum(item.kind == "bulletin" and visitor.kind in item.case.readers for item in world.items)
        cells += len(world.items)
        assert surfaces.count_on(answer.body) == readable + 1, visitor.kind  # and the hub
    _tell(capsys, "counts", cells)


def test_the_feed_carries_each_thing_to_its_readers_and_to_nobody_else(world: World, capsys: Any) -> None:
    cells = 0
    for visitor in world.visitors:
        answer = surfaces.ask(visitor, surfaces.FEED)
        for item in world.items:
            found = item.secret in answer.body
            by_token = {"without a second factor"}  # a feed reader signs in by its token
            is_reader = visitor.kind in item.case.readers
            cells += 1
            if visitor.kind in by_token:
                continue
            assert is_reader or not found, f"the feed shows {item.name} to {visitor.kind}"
            if is_reader and item.kind == "bulletin" and answer.status == 200:
                assert found, f"the feed hides {item.name} from {visitor.kind}"
            if found and item.case.fields["tlp"] not in {Label.CLEAR, Label.GREEN}:
                assert f"{item.secret} title" not in answer.body and f"{item.secret} summary" not in answer.body
    _tell(capsys, "feed", cells)


def test_search_finds_each_thing_for_its_readers_and_tells_nobody_else_that_there_is_one(
    world: World, capsys: Any
) -> None:
    """Hits, count, facets and 'did you mean' of a search for its secret word are those of a word that nothing has."""
    cells = 0
    for visitor in world.visitors:
        nothing = surfaces.search_for(visitor, surfaces.NO_SUCH_WORD)
        for item in (item for item in world.items if item.kind in surfaces.FOUND):
            found = surfaces.search_for(visitor, item.secret)
            offers = surfaces.completed(visitor, item.secret[:-1])
            cells += 2
            if visitor.kind in item.case.readers and found.status == HTTPStatus.OK:
                assert "<mark>WORD</mark> title" in found.body, f"search hides {item.name} from {visitor.kind}"
                assert "1 result for" in found.body and item.secret in offers, item.name
                continue
            assert not surfaces.difference(found, nothing), f"search tells {visitor.kind} of {item.name}"
            assert offers == [], f"the search box offers {item.name} to {visitor.kind}"
    _tell(capsys, "search", cells)


def test_mail_of_saved_searches_tells_owners_of_what_they_may_read_and_by_safe_titles(
    world: World, capsys: Any
) -> None:
    long_ago, cells = timezone.now() - timedelta(days=3), 0
    owners = {visitor.person.email: visitor for visitor in world.visitors if visitor.person is not None}
    for email in owners:
        for kind in surfaces.FOUND:
            facts = {"name": kind, "address": f"q=title&kind={kind}", "alerts": "daily", "told_until": long_ago}
            SavedSearch.objects.create(person=Person.objects.get(email=email), **facts)
    Entry.objects.update(entered_at=long_ago + timedelta(days=1))
    saved.ask_for_mail(timezone.now())
    mail.outbox.clear()
    outbox.send_waiting(all_sites=True)
    for message in mail.outbox:
        kind = owners[message.to[0]].kind
        # A second factor belongs to a session; mail is for whoever could use one.
        reader = "inside" if kind == "without a second factor" else kind
        for item in (item for item in world.items if item.kind in surfaces.FOUND):
            cells += 1
            told = any(address in message.body for address in item.addresses.values()) or item.secret in message.body
            assert reader in item.case.readers or not told, f"mail tells {kind} of {item.name}"
            if item.case.fields["tlp"] not in {Label.CLEAR, Label.GREEN}:
                assert f"{item.secret} title" not in message.body and f"s-{item.secret}" not in message.body
    assert {owners[message.to[0]].kind for message in mail.outbox} == ACTIVE | {"without a second factor"}
    _tell(capsys, "mail of saved searches", cells)


def test_what_is_not_for_one_answers_like_what_does_not_exist(world: World, capsys: Any) -> None:
    cells = 0
    for visitor in world.visitors:
        absent: dict[tuple[str, bool], surfaces.Answer] = {}
        for item in world.items:
            for name, address in item.addresses.items():
                post = name == "bulletin_useful"
                answer = surfaces.ask(visitor, address, post=post)
                cells += 1
                if visitor.kind in item.case.readers and (name not in surfaces.FOR_MEMBERS or visitor.kind in ACTIVE):
                    assert answer.status in {200, 302}, (
                        f"{address} ({item.name}) answers {answer.status} to {visitor.kind}"
                    )
                    continue
                if visitor.kind in item.case.told:
                    assert answer.status in {302, 404, 410} and f"{item.secret} in the text" not in answer.body
                    continue
                missing = surfaces.absent(address)
                if (missing, post) not in absent:
                    absent[missing, post] = surfaces.ask(visitor, missing, post=post)
                assert not surfaces.difference(answer, absent[missing, post]), f"{address}: {item.name}, {visitor.kind}"
                assert item.secret not in answer.body
    _tell(capsys, "addresses", cells)


def test_what_is_shown_and_what_is_refused_stands_in_the_trail(world: World, capsys: Any) -> None:
    """Every thing above TLP:CLEAR that is shown, every download, and every refusal of something that is there."""
    cells = 0
    for visitor in (visitor for visitor in world.visitors if visitor.kind in WATCHED):
        for item in world.items:
            if item.case.name == "AMBER, never released":
                continue  # for Wagtail there is no such page yet, so the rule is not asked
            for name in OPENED.keys() & item.addresses.keys():
                before = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
                answer = surfaces.ask(visitor, item.addresses[name])
                events = set(Event.objects.filter(pk__gt=before).values_list("verb", "outcome"))
                cells += 1
                assert events == _expected(name, item, answer.status), f"{name} of {item.name} for {visitor.kind}"
    _tell(capsys, "trail", cells)


WATCHED = {"anonymous", "elsewhere", "inside", "inside, cleared", "named"}
OPENED = {
    "page": Verb.READ,
    "library_download": Verb.DOWNLOAD,
    "library_image": Verb.READ,
    "liability_provision": Verb.READ,
}


def _expected(name: str, item: Item, status: int) -> set[tuple[str, str]]:
    if status != HTTPStatus.OK:
        return {(Verb.READ, Outcome.REFUSED)}
    is_kept = item.case.fields["tlp"] is not Label.CLEAR or name == "library_download"
    return {(OPENED[name], Outcome.DONE)} if is_kept else set()


@pytest.mark.once
def test_wrong_methods_and_rubbish_tell_nobody_anything(world: World, capsys: Any) -> None:
    cells = 0
    for visitor in world.visitors:
        for item in world.items:
            if visitor.kind in item.case.readers | item.case.told:
                continue
            address = item.addresses.get("page")
            if address is None:
                continue
            for method in ("head", "options", "post"):
                response = getattr(visitor.client, method)(address)
                other = getattr(visitor.client, method)(surfaces.absent(address))
                cells += 1
                assert response.status_code == other.status_code, f"{method} {address} tells {visitor.kind}"
    _tell(capsys, "methods", cells)


def test_no_mail_went_out_with_more_than_a_safe_title(world: World) -> None:
    for message in mail.outbox:
        for item in world.items:
            if item.case.fields["tlp"] not in {Label.CLEAR, Label.GREEN}:
                assert f"{item.secret} title" not in f"{message.subject} {message.body}"


def test_every_address_of_front_is_in_the_matrix() -> None:
    """A new surface that is not named in surfaces.py fails here."""
    unknown = {
        name
        for name in _names(get_resolver().url_patterns)
        if name not in surfaces.OF_ONE | surfaces.OTHERWISE_COVERED | surfaces.NOTHING_MARKED_NAMES
        and not name.startswith(surfaces.NOTHING_MARKED)
    }
    assert not unknown, f"name these in tests/access/leaks/surfaces.py: {sorted(unknown)}"


def test_the_matrix_can_fail(world: World) -> None:
    """Were one item marked for all, the matrix would say so."""
    anybody = Visitor("elsewhere", Client())
    shown = surfaces.ask(anybody, "/bulletins/").body
    public = next(item for item in world.items if item.case.readers == EVERYBODY and item.kind == "bulletin")
    assert public.secret in shown
    assert Reach.MEMBERS in {item.case.fields.get("reach") for item in world.items}


def _names(patterns: Any) -> set[str]:
    found: set[str] = set()
    for entry in patterns:
        if isinstance(entry, URLResolver):
            found |= _names(entry.url_patterns)
        elif isinstance(entry, URLPattern):
            found.add(entry.name or str(entry.pattern))
    return found


def _tell(capsys: Any, surface: str, cells: int) -> None:
    with capsys.disabled():
        print(f"\nleak matrix, {surface}: {cells} cells", end="")  # noqa: T201  (the count is asked for)
