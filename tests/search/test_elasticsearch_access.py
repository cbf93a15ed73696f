"""The three forms of the access rule are one: on an object, on rows, and on the real index."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch.dsl import Q
from hypothesis import given, settings as hypothesis_settings, strategies as st

from portal.access import tokens
from portal.access.enums import Caveat, Label, Reach
from portal.access.rule import Audience, Marking, may_read
from portal.access.viewer import ANONYMOUS, Viewer
from search import indexing, outbox
from search.engines.elasticsearch import access
from search.engines.elasticsearch.client import alias, client
from search.engines.elasticsearch.documents import document, name_of
from search.models import Change, Entry
from search.questions import SearchUnavailable
from search.registry import Projection
from tests.search.asking import SOURCE, Thing, find, put

pytestmark = [pytest.mark.django_db, pytest.mark.services]
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
STEPS = [timedelta(0), *(sign * step for sign in (-1, 1) for step in (timedelta(microseconds=1), timedelta(hours=1)))]

keys = st.frozensets(st.integers(1, 2), max_size=2)
moments = st.none() | st.sampled_from([NOON + step for step in STEPS])
caveats = st.frozensets(st.sampled_from(list(Caveat)))


@st.composite
def markings(draw: st.DrawFn) -> Marking:
    """Any marking; mostly one that fits the table of labels, since of others nobody reads anything."""
    label, reach = draw(st.sampled_from(list(Label))), draw(st.sampled_from(list(Reach)))
    audience = draw(st.builds(Audience, communities=keys, organisations=keys, people=keys))
    if draw(st.integers(0, 3)):
        named = {
            Label.CLEAR: Audience(),
            Label.AMBER_STRICT: Audience(organisations=frozenset({1})),
            Label.RED: Audience(people=frozenset({1})),
        }
        audience = named.get(label, Audience() if reach is Reach.MEMBERS else audience)
    held = frozenset() if label is Label.CLEAR and draw(st.integers(0, 3)) else draw(caveats)
    window = {name: draw(moments) for name in ("visible_from", "expires_at", "recalled_at")}
    return Marking(label, reach, audience, held, **window, is_published=draw(st.integers(0, 5)) > 0)


def of_person(communities: Iterable[int], organisations: Iterable[int], person: int, held: frozenset[Caveat]) -> Viewer:
    named = {tokens.community(pk) for pk in communities} | {tokens.organisation(pk) for pk in organisations}
    held_tokens = frozenset({tokens.EVERYONE, tokens.MEMBERS, tokens.person(person), *named})
    return Viewer(tokens=held_tokens, clearances=held, person=person)


viewers = st.just(ANONYMOUS) | st.builds(of_person, keys, keys, st.integers(1, 3), caveats)


def found_by_index(viewer: Viewer, at: datetime) -> set[int]:
    body = {"query": Q("bool", filter=[access.readable_by(viewer, at)]).to_dict(), "size": 100}
    return {row["_source"]["key"] for row in client().search(index=alias(), body=body)["hits"]["hits"]}


@hypothesis_settings(max_examples=100)
@given(
    marked=st.lists(markings(), min_size=1, max_size=12),
    looking=st.lists(viewers, min_size=1, max_size=4),
    at=st.sampled_from([NOON + step for step in STEPS]),
)
def test_object_rows_and_index_agree(elastic: str, marked: list[Marking], looking: list[Viewer], at: datetime) -> None:
    things = [Thing(key, Projection("bulletin", f"Thing {key}"), marking) for key, marking in enumerate(marked, 1)]
    for key in Entry.objects.values_list("object_id", flat=True):
        indexing.take_out(SOURCE.model, key)
    for thing in things:
        indexing.enter(SOURCE, thing)
    outbox.send_waiting()
    assert not Change.objects.filter(is_confirmed=False).exists()
    for viewer in looking:
        by_object = {thing.pk for thing in things if may_read(viewer, thing, at=at)}
        by_rows = set(Entry.objects.readable_by(viewer, at=at).values_list("object_id", flat=True))
        assert by_object == by_rows == found_by_index(viewer, at)


def test_what_waits_is_left_out_whatever_the_index_says(elastic: str) -> None:
    entry = put(1, "Zebra")
    outbox.send_waiting()
    assert found_by_index(ANONYMOUS, NOON) == {1}
    Change.objects.update(is_confirmed=False)
    assert access.waiting() == [name_of(entry.content_type_id, 1)]
    assert found_by_index(ANONYMOUS, NOON) == set()


def test_too_much_that_waits_is_no_answer(elastic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "MOST_WAITING", 1)
    put(1)
    assert find("").total == 0
    put(2)
    with pytest.raises(SearchUnavailable, match="caught up"):
        find("")


@pytest.mark.parametrize("missing", ["tokens", "caveat_count"])
def test_a_document_that_lacks_a_field_of_the_rule_is_nobodys(elastic: str, missing: str) -> None:
    said = document(put(1, "Zebra"))
    outbox.send_waiting()
    assert found_by_index(ANONYMOUS, NOON) == {1}
    del said[missing]
    client().index(index=alias(), id=name_of(said["content_type"], said["key"]), document=said, refresh=True)
    assert found_by_index(ANONYMOUS, NOON) == set()


def test_a_caveat_that_this_release_does_not_know_is_not_covered(elastic: str) -> None:
    said = document(put(1, "Zebra"))
    outbox.send_waiting()
    said |= {"caveats": ["of another release"], "caveat_count": 1}
    client().index(index=alias(), id=name_of(said["content_type"], said["key"]), document=said, refresh=True)
    assert found_by_index(Viewer(clearances=frozenset(Caveat)), NOON) == set()


def test_every_question_goes_through_the_one_filter(elastic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from search.engines import engine
    from search.engines.elasticsearch import query, words

    def nobody(viewer: Viewer, at: datetime) -> Any:
        return Q("match_none")

    put(1, "Generators")
    outbox.send_waiting()
    monkeypatch.setattr(query, "readable_by", nobody)
    monkeypatch.setattr(words, "readable_by", nobody)
    found = find("genertors")
    assert (list(found.hits), found.total, found.did_you_mean, any(found.facets.values())) == ([], 0, "", False)
    assert engine().complete(ANONYMOUS, "gen", at=NOON) == []
