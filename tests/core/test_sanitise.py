import re
from html.parser import HTMLParser
from itertools import product

import pytest
from django.utils.safestring import SafeString
from hypothesis import example, given, settings, strategies as st

from portal.core import sanitise
from portal.core.sanitise import ALLOWED_TAGS, contains_markup, plain_text, sanitise_html, text_to_html
from tests.effort import MUCH, plain, times_as_much

ANY_TEXT = st.text(alphabet=st.characters(), max_size=300)  # st.characters() includes NUL and lone surrogates

SHARDS = """
    <script> </script> <style> <svg/onload=alert(1)> <math><mtext></form><mglyph> <img/src=x/onerror=alert(1)> <iframe
    <p> </p> <b> </b> <i> <a </a> href= "javascript:alert(1)" 'https://example.org/?a=1&b=2' > < / = " ' ` &lt; &gt;
    &amp; &#0; &#1; &#x6a; &colon; <!-- --> <!doctype <![CDATA[ ]]> <template> <noscript> <table> <td> <tr> <select>
    <option> <textarea> <title> <plaintext> <ul><li> <blockquote> <pre> </pre> <code> <h2> <br/> http://example.net
    https://example.org/x). \\x00 \\ud800 onclick=alert(1) style=x <o:p> <V9.40 <a\thref=//x> <form> <body <frameset>
"""
MARKUP = st.lists(st.one_of(st.sampled_from(SHARDS.split()), ANY_TEXT.map(lambda text: text[:4]), st.just(" "))).map(
    "".join
)


class Tags(HTMLParser):
    """What a second, independent parser finds."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_decl(self, decl):
        raise AssertionError(decl)

    handle_comment = handle_pi = unknown_decl = handle_decl


def assert_harmless(result: str) -> None:
    found = Tags(result)
    assert found.tags <= ALLOWED_TAGS
    links = [name for _, name, _ in found.attributes]
    assert links.count("href") <= links.count("rel")
    for tag, name, value in found.attributes:
        assert (tag, name) in {("a", "href"), ("a", "rel")}
        if name == "href":
            assert re.match(r"(?i)\s*(?:https?|mailto):", value), value
        else:
            assert value == "noopener noreferrer nofollow"
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", result)


@given(st.one_of(ANY_TEXT, MARKUP))
@example("<a href='&#106;avascript:alert(1)'>x</a>")
@example("<a href='java\tscript:alert(1)'>x</a>")
@example("<svg><style><img src=x onerror=alert(1)></style></svg>")
@example("<noscript><p title='</noscript><img src=x onerror=alert(1)>'>")
@example("&#1;&#55296;\ud800\x00")
@settings(max_examples=300, deadline=None)
def test_whatever_comes_in_only_the_allowed_tags_come_out(source):
    result = sanitise_html(source)

    assert isinstance(result, SafeString)
    assert_harmless(result)


@given(st.one_of(ANY_TEXT, MARKUP))
@settings(max_examples=300, deadline=None)
def test_sanitising_twice_is_sanitising_once(source):
    once = sanitise_html(source)

    assert sanitise_html(once) == once


@given(st.one_of(ANY_TEXT, MARKUP))
@settings(max_examples=200, deadline=None)
def test_text_becomes_harmless_paragraphs(source):
    result = text_to_html(source)

    assert_harmless(result)
    assert sanitise_html(result) == result


@given(st.one_of(ANY_TEXT, MARKUP), st.integers(0, 80))
@settings(max_examples=300, deadline=None)
def test_plain_text_is_one_printable_line_within_its_limit(source, limit):
    result = plain_text(source, limit=limit)

    assert len(result) <= limit
    assert result == " ".join(result.split())
    result.encode("utf-8")


@given(st.one_of(ANY_TEXT, MARKUP))
@settings(max_examples=100, deadline=None)
def test_text_too_long_to_be_read_as_markup_still_sanitises_twice_as_once(source):
    long = (source + " <b>x</b> &amp; https://example.org/ ") * (sanitise.LONGEST_MARKUP // 30)

    once = sanitise_html(long)

    assert_harmless(once[:5_000])
    assert sanitise_html(once) == once


@pytest.mark.parametrize(
    "tag", ["div", "ul", "blockquote", "b", "a", "table", "svg", "p", "font", "template", "select"]
)
@pytest.mark.parametrize("count", [60, 20_000])
def test_nesting_without_end_comes_back_as_text(tag, count):
    hostile = f"<{tag}>" * count + "the text"

    result, line, paragraphs = sanitise_html(hostile), plain_text(hostile, limit=50), text_to_html(hostile)

    assert tag in {"template", "select", "svg"} or "the text" in result
    assert sanitise._depth(result) <= sanitise.DEEPEST_NESTING
    assert len(line) <= 50
    assert f"&lt;{tag}&gt;" in paragraphs


def reopened(beginning):
    """Formatting that is left open, and blocks in each of which a parser opens all of it again."""
    for many, block in product((20, 400, 1_900), ("dir", "p")):
        start = f"<{block}>" + "".join(beginning.format(number) for number in range(many))[:70_000] + f"</{block}>"
        yield start + f"<{block}>x</{block}>" * ((99_000 - len(start)) // len(f"<{block}>x</{block}>"))


@pytest.mark.parametrize(
    "hostile",
    [
        "<" * 49_000, "&" * 49_000, "a-" * 24_000, "a." * 24_000, "http://" * 7_000, "http://" + "." * 49_000,
        "<!--" * 12_000, "<a/" * 16_000, "<a " + "on" * 24_000, "<b><i></b>" * 4_900, "<a><p>" * 8_000, "<td>" * 12_000,
        "(" * 49_000, "https://a.example/" + ")" * 49_000, "x <b>y</b> " * 200_000,
        "<div>" * 20_000, "<ul>" * 20_000, "<div>" * 1_900, "<div></b>" * 10_000, "</b>" * 9_000 + "<ul>" * 12_000,
        "<b><div></b>" * 8_000, "<DIV>" * 19_000, "<a-b></a>" * 11_000,
        "".join(f"<a{number}>" for number in range(14_000)), "<hr-x>" * 8_000 + "</q>" * 12_000,
        "<svg>" + "<col>" * 9_000 + "</q>" * 13_000, *reopened("<b a{}>"), *reopened('<b a{}="<">'),
        *reopened("<i/a{}>"), *reopened("<b a{}'>"), *reopened("<b><i><u><s><tt><em><big><code><font>"),
    ],
    ids=lambda text: text[:24],
)  # fmt: skip
def test_text_made_to_be_slow_is_not(hostile):
    assert times_as_much(lambda: in_all_three_ways(hostile), lambda: in_all_three_ways(plain(len(hostile)))) < MUCH


def in_all_three_ways(text):
    sanitise_html(text)
    plain_text(text, limit=200)
    text_to_html(text)


def test_a_bare_address_becomes_a_link_that_gives_nothing_away():
    assert sanitise_html("<p>See https://www.example.org/a?b=1&amp;c=2.</p>") == (
        '<p>See <a href="https://www.example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">'
        "https://www.example.org/a?b=1&amp;c=2</a>.</p>"
    )


@pytest.mark.parametrize(
    "text", ["setup.py", "example.org/page", "someone@example.org", "ftp://example.org", "README.md"]
)
def test_what_does_not_name_a_web_scheme_stays_text(text):
    assert sanitise_html(f"<p>{text}</p>") == f"<p>{text}</p>"


def test_an_address_ends_where_an_escaped_bracket_begins():
    assert 'href="https://example.org/a"' in text_to_html("Find it at <https://example.org/a>.")


@pytest.mark.parametrize("tag", ["pre", "code", "p", "td", "a"])
def test_what_is_escaped_stays_escaped_once(tag):
    assert "if a &lt; b &amp;&amp; c" in sanitise_html(f"<{tag}>if a &lt; b &amp;&amp; c</{tag}>")


@pytest.mark.parametrize("href", ["/sign-out", "//example.org", "#top", "javascript:alert(1)", "data:text/html,x", "x"])
def test_a_link_that_is_not_a_whole_address_loses_it(href):
    assert sanitise_html(f'<a href="{href}">x</a>') == '<a rel="noopener noreferrer nofollow">x</a>'


def test_a_mail_address_stays_a_link():
    assert 'href="mailto:a@example.org"' in sanitise_html('<a href="mailto:a@example.org">write</a>')


def test_the_words_of_a_script_go_and_those_of_a_section_stay():
    assert sanitise_html("<section>kept<script>gone()</script></section>") == "kept"


def test_a_version_in_angle_brackets_is_text():
    assert "&lt;V9.40 &amp; later" in sanitise_html("before <V9.40 & later")
    assert text_to_html("before <V9.40") == "<p>before &lt;V9.40</p>"
    assert plain_text("before <V9.40 & later", limit=99) == "before <V9.40 & later"
    assert plain_text("<p>before <V9.40 &amp; later</p>", limit=99) == "before <V9.40 & later"


def test_lines_become_paragraphs_and_lists():
    assert text_to_html("Do this:\n* one\n* two\r\n\r\n1. first\n2. second\n\nAnd\nthat") == (
        "<p>Do this:</p><ul><li>one</li><li>two</li></ul><ol><li>first</li><li>second</li></ol><p>And<br>that</p>"
    )


def test_numbers_that_do_not_count_from_one_are_kept():
    assert text_to_html("5. fifth\n7. seventh") == "<p>5. fifth<br>7. seventh</p>"


def test_entities_that_the_sender_escaped_are_read_once():
    assert text_to_html("&lt;If true&gt; &amp;amp;") == "<p>&lt;If true&gt; &amp;amp;</p>"


def test_plain_text_keeps_words_of_neighbouring_blocks_apart():
    assert (
        plain_text("<h2>Title</h2><p>One</p><p>Two<br>three</p><script>x</script>", limit=99) == "Title One Two three"
    )


def test_plain_text_is_cut_at_a_word():
    assert plain_text("one two three four", limit=12) == "one two…"
    assert plain_text("x" * 30, limit=10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script>alert(1)</script>", True),
        ("<SCRIPT SRC=x", True),
        ("<svg/onload=alert(1)>", True),
        ("<xss onpointerenter=alert(1)>", True),
        ("&lt;img src=x onerror=alert(1)&gt;", True),
        ("<!-- x -->", True),
        ("</title>", True),
        ("Siemens Solid Edge <V9.40", False),
        ("curl <v8.1.0, a < b > c", False),
        ("Access to <filename>", False),
        ("AT&T & Co", False),
        ("<-- <= << >>", False),
    ],
)
def test_markup_is_told_from_brackets(text, expected):
    assert contains_markup(text) is expected
