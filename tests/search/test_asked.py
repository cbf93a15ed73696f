"""Addresses of the search page: the short way to many of them gives the same as the long one."""

from __future__ import annotations

from django.http import QueryDict
from hypothesis import given, strategies as st

from search.asked import Asked, read
from search.questions import FACETS

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
filters = st.dictionaries(
    st.sampled_from(FACETS), st.lists(words.filter(str.strip), min_size=1, max_size=3, unique=True)
)


@given(typed=words, chosen=filters, name=st.sampled_from(FACETS), value=words)
def test_choosing_gives_the_address_of_the_same_question_with_one_more_value(
    typed: str, chosen: dict[str, list[str]], name: str, value: str
) -> None:
    asked = Asked(typed, {one: tuple(chosen[one]) for one in FACETS if one in chosen}, page=3)
    assert asked.choosing(name)(value) == asked.with_value(name, value).address


@given(typed=words, chosen=filters)
def test_an_address_is_read_as_the_question_that_it_was_made_of(typed: str, chosen: dict[str, list[str]]) -> None:
    query = QueryDict(mutable=True)
    query["q"] = typed
    for name, values in chosen.items():
        query.setlist(name, values)
    asked = read(query)
    assert read(QueryDict(asked.address[1:])) == asked
