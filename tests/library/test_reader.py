"""The reader: one page's text, its neighbours, and the words that were looked for."""

from __future__ import annotations

from typing import Any

from django.test import Client
from hypothesis import given, strategies as st

from portal.access.enums import Label
from portal.library import inside
from portal.library.reader import paragraphs
from portal.library.templatetags.library import found
from tests.factories import CommunityFactory, PersonFactory
from tests.library.making import document, read

WORDS = st.lists(st.sampled_from(["pump", "a.b", "x", "und"]), max_size=3, unique=True).map(tuple)


def shown(address: str, **query: str) -> str:
    answer = Client().get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_page_shows_its_text_its_number_and_its_neighbours(pages: Any) -> None:
    row = document(title="Guide", pages=["one", "First paragraph.\n\nSecond & last.", "three"])
    text = shown(row.get_page_url(2))
    assert "Page 2 of 3" in text
    assert "<p>First paragraph.</p><p>Second &amp; last.</p>" in text.replace("\n", "").replace("      ", "")
    assert f'rel="prev" href="{row.get_page_url(1)}"' in text
    assert f'rel="next" href="{row.get_page_url(3)}"' in text
    assert 'rel="prev"' not in shown(row.get_page_url(1))
    assert 'lang="en"' in text
    assert row.download_url in text


def test_pages_that_are_not_there_are_not_found(pages: Any) -> None:
    row = document(pages={1: "one", 4: "four"})
    assert Client().get(row.get_page_url(2)).status_code == 404
    assert f'rel="next" href="{row.get_page_url(4)}"' in shown(row.get_page_url(1))
    assert Client().get(document().get_page_url(1)).status_code == 404
    for number in ("99999999999999999999999", "-1", "x"):
        assert Client().get(f"{row.get_absolute_url()}pages/{number}/").status_code == 404


def test_sheets_and_parts_are_called_what_they_are(pages: Any) -> None:
    row = document()
    read(row, pages={0: "all of it"}, has_pages=False)
    assert "The whole text" in shown(row.get_page_url(0))
    assert "The whole text" in shown(row.get_absolute_url())
    read(row, pages=["a", "b"], has_pages=False)
    assert "Part 2 of 2" in shown(row.get_page_url(2))
    row.pages.filter(number=2).update(name="Budget <2026>", is_from_picture=True)
    text = shown(row.get_page_url(2))
    assert "Budget &lt;2026&gt;" in text
    assert "read from a picture" in text


def test_words_are_marked_and_lead_from_page_to_page(pages: Any) -> None:
    row = document(pages=["The pump <b>", "nothing", "A Pump again"])
    text = shown(row.get_page_url(1), q="pump b")
    assert "The <mark>pump</mark> &lt;<mark>b</mark>&gt;" in text
    text = shown(row.get_page_url(1), q="pump")
    assert f'href="{row.get_page_url(3)}?q=pump"' in text
    assert f'href="{row.get_page_url(2)}?q=pump"' in text


def test_an_empty_page_says_that_the_file_shows_it(pages: Any) -> None:
    assert "There is no text on this page" in shown(document(pages=["", "b"]).get_page_url(1))


def test_a_page_takes_the_same_queries_in_a_short_document_and_in_a_long_one(
    pages: Any, django_assert_max_num_queries: Any
) -> None:
    short, long = document(pages=["a"] * 3), document(pages=["a"] * 60)
    shown(short.get_page_url(2))
    with django_assert_max_num_queries(40) as few:
        shown(short.get_page_url(2), q="a")
    with django_assert_max_num_queries(40) as many:
        shown(long.get_page_url(30), q="a")
    assert len(few) == len(many)


LONG = "When the water rises above the second mark of the gauge by the"


def test_lines_that_a_page_was_too_narrow_for_are_joined() -> None:
    assert paragraphs(f"{LONG}\nbridge, close it.\nThen call.", has_broken_lines=True) == [
        f"{LONG} bridge, close it.\nThen call."
    ]
    assert paragraphs(f"{LONG}\nState Guard", has_broken_lines=True) == [f"{LONG} State Guard"]
    assert paragraphs(f"{LONG}\nbridge", has_broken_lines=False) == [f"{LONG}\nbridge"]
    for kept in (f"{LONG} | b\nc | d", f"{LONG}\n• a point", f"{LONG}.\nHeading", "short\nline"):
        assert paragraphs(kept, has_broken_lines=True) == [kept]


@given(text=st.text(alphabet="abcdefgh ABC.,\n|•", max_size=400), broken=st.booleans())
def test_paragraphs_lose_no_word(text: str, broken: bool) -> None:
    assert " ".join(paragraphs(text, has_broken_lines=broken)).split() == text.split()


# --- what changed --------------------------------------------------------------------------------


def test_changes_are_shown_with_pages_on_both_sides(pages: Any) -> None:
    old = document(title="Plan", version="Rev. 4", pages=["Test the pump. Keep a log.", "Call the <state>."])
    new = document(
        title="Plan", version="Rev. 5", supersedes=old, pages=["Test the pump. Keep a log.", "Call the region."]
    )
    assert f"{new.get_absolute_url()}changes/" in shown(new.get_absolute_url())
    text = shown(f"{new.get_absolute_url()}changes/")
    assert "Call the <del>&lt;state&gt;.</del>" in text
    assert "Call the <ins>region.</ins>" in text
    assert old.get_page_url(2) in text
    assert new.get_page_url(2) in text
    assert Client().get(f"{old.get_absolute_url()}changes/").status_code == 404


def test_the_same_text_and_texts_that_were_not_read_are_told_apart(pages: Any) -> None:
    old = document(pages=["The same."])
    new = document(supersedes=old)
    address = f"{new.get_absolute_url()}changes/"
    assert "Nothing to compare yet" in shown(address)
    read(new, pages=["The same."])
    assert "The text is the same" in shown(address)
    assert Client().get(address, {"page": "2"}).status_code == 404


def test_changes_from_what_one_may_not_read_are_not_shown(pages: Any, sign_in: Any) -> None:
    circle = CommunityFactory()
    old = document(tlp=Label.AMBER, audience_communities=[circle], pages=["Secret words."])
    new = document(supersedes=old, pages=["Open words."])
    address = f"{new.get_absolute_url()}changes/"
    assert Client().get(address).status_code == 404
    assert "changes/" not in shown(new.get_absolute_url())
    answer = sign_in(PersonFactory(communities=[circle])).get(address)
    assert "<del>Secret </del>" in answer.content.decode()
    assert "tlp-amber" in answer.content.decode()  # the page carries the stricter of the two labels


# --- words ---------------------------------------------------------------------------------------


@given(text=st.text(alphabet="pumandx.b <>&\n", max_size=60), words=WORDS)
def test_marking_changes_nothing_of_the_text(text: str, words: tuple[str, ...]) -> None:
    assert "".join(piece for piece, _is_found in inside.pieces(text, words)) == text
    for piece, is_found in inside.pieces(text, words):
        assert is_found == (piece.casefold() in words)
    assert "<b" not in found(text, words).replace("<mark>", "")


@given(typed=st.text(max_size=300))
def test_what_is_typed_becomes_a_few_plain_words(typed: str) -> None:
    words = inside.words_in(typed)
    assert len(words) <= inside.MOST_WORDS
    assert all(inside.WORD.fullmatch(word) or not word.isascii() for word in words)


@given(text=st.text(max_size=2000), words=WORDS)
def test_a_piece_around_a_word_is_short(text: str, words: tuple[str, ...]) -> None:
    assert len(inside.around(text, words)) <= 2 * inside.AROUND + 4


def test_the_piece_shown_of_a_page_is_where_most_of_the_words_stand() -> None:
    head, rest = "Plan for levees. ", "The emergency plan is kept dry."
    text = head + "Nothing of it. " * 40 + rest + " And so on." * 40
    assert "emergency plan is kept" in inside.around(text, ("emergency", "plan"))
    assert inside.around(text, ("turbine",)).startswith(head.strip())
