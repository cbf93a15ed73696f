"""The leak matrix: every surface of Front × every marking × every kind of viewer."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from portal.access.enums import Label, Reach
from portal.audit.enums import Outcome, Verb
from portal.audit.models import Event
from tests.access.leaks import surfaces
from tests.access.leaks.items import Item
from tests.access.leaks.viewers import ACTIVE, EVERYBODY, Visitor
from tests.access.leaks.world import World, made


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """All things and all viewers, made once for this file and rolled back after it."""
    with made(django_db_blocker, str(tmp_path_factory.mktemp("media"))) as world:
        yield world


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
    "library_document": Verb.READ,
    "library_download": Verb.DOWNLOAD,
    "library_image": Verb.READ,
    "library_page": Verb.READ,
    "library_picture": Verb.READ,
    "liability_provision": Verb.READ,
    "meeting": Verb.READ,
    "meeting_file": Verb.READ,
    "meeting_notice": Verb.READ,
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
