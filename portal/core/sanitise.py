"""HTML and text from outside, made fit to show.

Everything that people elsewhere wrote (advisories, converted documents, mail) passes one of the three functions here
before it reaches a page. docs/decisions/html-from-outside-passes-one-function.md says why there are two libraries.

All three take any string at all and never raise: a page must not fail because a stranger wrote something odd.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from itertools import groupby
from typing import Any, Final

import bleach
import nh3
from django.utils.safestring import SafeString, mark_safe

_TEXT_TAGS: Final = "p br ul ol li strong em b i code pre blockquote h2 h3 h4 a"
_TABLE_TAGS: Final = "table caption thead tbody tfoot tr th td"
ALLOWED_TAGS: Final = frozenset([*_TEXT_TAGS.split(), *_TABLE_TAGS.split()])
ALLOWED_ATTRIBUTES: Final = {"a": {"href"}}
ALLOWED_SCHEMES: Final = frozenset({"http", "https", "mailto"})
LINK_REL: Final = "noopener noreferrer nofollow"

# Longer or deeper than this is shown as its text, without formatting. The time that both parsers take grows with the
# square of the nesting, so that these bounds are what keeps a hostile text to some times the work of an honest one.
LONGEST_MARKUP: Final = 100_000
DEEPEST_NESTING: Final = 50
# Before a parser has closed what is left open, paragraphs and list items without an end count as nested.
MOST_LEFT_OPEN: Final = 2_000
# A parser opens formatting that is left open again in every block that follows (HTML, 13.2.4.3): at most three times
# the same, but any number that differ in their attributes.
MOST_REOPENED: Final = 300_000

# What plain_text() looks at: far more than any line it returns.
LONGEST_PREVIEW_SOURCE: Final = 100_000

# Only addresses that name their scheme become links: 'setup.py' and 'notes.md' are valid domains too. The pattern is
# our own because the one of bleach takes quadratic time on 'a-a-a-a...'. It reads escaped text, where an address goes
# on after '&amp;' and ends before '&lt;', '&gt;' and '&nbsp;'.
_WEB_ADDRESS: Final = re.compile(
    r"(?<![\w@.])https?://(?:&amp;|[^\s<>\"'`&]){0,2000}(?:&amp;|[^\s<>\"'`&.,;:!?])", re.IGNORECASE
)

# Control characters but tab and line breaks, and halves of surrogate pairs: no browser or database wants them.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Characters that show nothing, or turn the reading direction of what follows.
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")

_TAG_NAME: Final = re.compile(r"<(/?)([a-z][^\s/<>]*)")
_ENDLESS: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
# Elements in SVG and MathML have an end, whatever they are called.
_FOREIGN: Final = re.compile(r"<(?:svg|math)[\s/>]", re.IGNORECASE)
# Of all elements that stay, links alone keep an attribute.
_WITH_ATTRIBUTES: Final = re.compile(r"""<(?![aA][\s/])([a-zA-Z][^\s/<>"']*)[\s/](?:[^<>"']|"[^"<]*"|'[^'<]*')*>""")
_FORMATTING_THAT_DIFFERS: Final = re.compile(
    r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/]", re.IGNORECASE
)
_ANYTHING_LIKE_A_TAG: Final = re.compile(r"<[a-zA-Z/!?][^<>]*>?")
_WHOLE_TAG: Final = re.compile(r"<(?:/?[a-zA-Z][\w:-]*(?:[\s/][^<>]*)?|[!?/][^<>]*)>")
_ELEMENTS: Final = (
    "a abbr address applet area article aside audio b base bdi bdo blink blockquote body br button canvas caption "
    "center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption "
    "figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins "
    "isindex kbd keygen label legend li link listing main map mark marquee math menu meta meter nav nobr noembed "
    "noframes noscript object ol optgroup option output p param picture plaintext pre progress q rp rt ruby s samp "
    "script search section select slot small source span strike strong style sub summary sup svg table tbody td "
    "template textarea tfoot th thead time title tr track tt u ul var video wbr xmp"
)
# A known element, a comment, or anything with an event handler. '<V9.40' and '<filename>' are text: advisories are
# full of them.
_MARKUP: Final = re.compile(
    rf"<(?:/?(?:{'|'.join(sorted(_ELEMENTS.split(), key=len, reverse=True))})(?=[\s/>]|$)|!--|!doctype\b|\?xml\b"
    r"|[a-z][^<>]{0,200}?[\s/\"']on[a-z]+\s*=)",
    re.IGNORECASE,
)
_BLOCK_START: Final = re.compile(r"(?=</?(?:p|div|br|li|ul|ol|tr|td|th|h[1-6]|pre|blockquote|table|hr|dd|dt)\b)", re.I)

_BULLET: Final = re.compile(r"\s*[*•·▪–-]\s+(?=\S)")
_NUMBER: Final = re.compile(r"\s*\d{1,3}[.)]\s+(?=\S)")

Attributes = MutableMapping[Any, str]


def sanitise_html(source: str) -> SafeString:
    """Markup from outside with nothing left in it but the few harmless tags of `ALLOWED_TAGS`.

    Bare web addresses become links. Applying it twice gives the same as once. What is longer than `LONGEST_MARKUP` or
    nested deeper than `DEEPEST_NESTING` comes back as its text alone, escaped: nothing is lost but the formatting.
    """
    source = _ANYTHING_LIKE_A_TAG.sub(_escaped_unless_tag, _printable(source))
    formatted = _formatted(source)
    if formatted is None:
        bare = _bare_text(source)
        formatted = _formatted(bare) or bare
    return mark_safe(formatted)  # noqa: S308 - this is the one place that has the right to say so


def text_to_html(text: str) -> SafeString:
    """Plain text of several lines as paragraphs and lists.

    A blank line ends a paragraph, other line ends are kept, and lines that begin with a bullet or a number become a
    list. Angle brackets in it are text, never markup. Entities that the sender escaped are read once ('&lt;' is '<').
    """
    lines = _printable(html.unescape(text)).expandtabs(4).splitlines()
    return sanitise_html("".join(_blocks(lines)))


def plain_text(source: str, *, limit: int) -> str:
    """At most `limit` characters of plain text on one line, from markup or from text; cut at a word with '…'.

    It is text: whoever shows it must escape it, as templates do.
    """
    source = _printable(source[:LONGEST_PREVIEW_SOURCE])
    if contains_markup(source):
        source = _BLOCK_START.sub(" ", _ANYTHING_LIKE_A_TAG.sub(_escaped_unless_tag, source))
        source = _WITH_ATTRIBUTES.sub(r"<\1>", source)
        bare = _is_a_burden(source)
        source = _ANYTHING_LIKE_A_TAG.sub(" ", source) if bare else nh3.clean(source, tags=set(), attributes={})
    text = _printable(_INVISIBLE.sub("", html.unescape(source)))
    return _shortened(" ".join(text.split()), limit)


def contains_markup(text: str) -> bool:
    """Whether a browser could take part of this text for HTML, also after reading its entities once."""
    return bool(_MARKUP.search(text) or _MARKUP.search(html.unescape(text)))


def clean_text(text: str) -> str:
    """Text of several lines with one kind of line end and without characters that cannot be seen."""
    text = _INVISIBLE.sub("", _printable(text.replace("\r\n", "\n").replace("\r", "\n")))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def clean_line(text: str) -> str:
    """Text as `clean_text` leaves it, on one line."""
    return " ".join(clean_text(text).split())


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text)


def _formatted(source: str) -> str | None:
    """Both libraries, nh3 last; None where the text is too long or too deep for it."""
    source = _WITH_ATTRIBUTES.sub(r"<\1>", source)
    if len(source) > LONGEST_MARKUP or _is_a_burden(source):
        return None
    # The first pass is there for bleach's sake: it then only ever reads well-formed markup of a known depth.
    cleaned = _cleaned(source)
    if len(cleaned) > LONGEST_MARKUP or _depth(cleaned) > DEEPEST_NESTING:
        return None
    finished = _cleaned(_linker().linkify(cleaned))
    return finished if len(finished) <= LONGEST_MARKUP else None


def _cleaned(source: str) -> str:
    cleaned = nh3.clean(
        source,
        tags=set(ALLOWED_TAGS),
        attributes={tag: set(names) for tag, names in ALLOWED_ATTRIBUTES.items()},
        attribute_filter=_only_whole_addresses,
        url_schemes=set(ALLOWED_SCHEMES),
        link_rel=LINK_REL,
    )
    return _printable(cleaned)


def _only_whole_addresses(_tag: str, attribute: str, value: str) -> str | None:
    """Drop relative links: a stranger cannot know our paths, and '/sign-out' is none of theirs."""
    return value if attribute != "href" or value.partition(":")[0].strip().lower() in ALLOWED_SCHEMES else None


def _linker() -> bleach.linkifier.Linker:
    # A parser of its own for each call: html5lib keeps state, and requests run side by side. No `skip_tags`: inside
    # those bleach escapes what is escaped already, so that '&lt;' in code would read '&amp;lt;'.
    return bleach.linkifier.Linker(
        callbacks=[_keep_as_found],
        url_re=_WEB_ADDRESS,
        recognized_tags=set(ALLOWED_TAGS),
    )


def _keep_as_found(attributes: Attributes, new: bool = False) -> Attributes:
    """No attribute is added here: nh3 sets `rel` on every link, old or new."""
    return attributes


def _is_a_burden(markup: str) -> bool:
    """Whether a parser would take much longer for it than for ordinary markup of its length."""
    reopened = len(_FORMATTING_THAT_DIFFERS.findall(markup)) * markup.count("<")
    return reopened > MOST_REOPENED or _depth(markup) > MOST_LEFT_OPEN


def _depth(markup: str) -> int:
    """How many elements stand open at once at most, as they are written. An end without a beginning closes nothing."""
    deepest = depth = 0
    left_open: Counter[str] = Counter()
    endless = frozenset() if _FOREIGN.search(markup) else _ENDLESS
    for closing, name in _TAG_NAME.findall(markup.lower()):
        if name in endless or (closing and not left_open[name]):
            continue
        step = -1 if closing else 1
        left_open[name] += step
        depth += step
        deepest = max(deepest, depth)
    return deepest


def _bare_text(source: str) -> str:
    text = _printable(html.unescape(_ANYTHING_LIKE_A_TAG.sub(" ", source)))
    return html.escape(text, quote=False)


def _escaped_unless_tag(match: re.Match[str]) -> str:
    """Save 'curl <8.1' and 'before <V9.40' from being swallowed as tags that never close."""
    tag = match.group()
    return tag if _WHOLE_TAG.fullmatch(tag) or _MARKUP.match(tag) else "&lt;" + tag[1:]


def _blocks(lines: Iterable[str]) -> Iterator[str]:
    for kind, group in groupby(lines, key=_kind):
        if kind is not None:
            yield kind(list(group))


def _kind(line: str) -> Callable[[list[str]], str] | None:
    if not line.strip():
        return None
    if _BULLET.match(line):
        return _bullets
    return _numbers if _NUMBER.match(line) else _paragraph


def _paragraph(lines: list[str]) -> str:
    return f"<p>{'<br>'.join(_escaped(line) for line in lines)}</p>"


def _bullets(lines: list[str]) -> str:
    return f"<ul>{_items(lines, _BULLET)}</ul>"


def _numbers(lines: list[str]) -> str:
    """A list only where it counts from one: otherwise the numbers say something that a list would lose."""
    said = [int(re.findall(r"\d+", line)[0]) for line in lines]
    if said != list(range(1, len(lines) + 1)):
        return _paragraph(lines)
    return f"<ol>{_items(lines, _NUMBER)}</ol>"


def _items(lines: list[str], marker: re.Pattern[str]) -> str:
    return "".join(f"<li>{_escaped(marker.sub('', line, count=1))}</li>" for line in lines)


def _escaped(line: str) -> str:
    return html.escape(line.strip(), quote=False)


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    if limit <= 1:
        return text[: max(limit, 0)]
    cut = text[:limit].rfind(" ")
    # A text without spaces is cut where it stands rather than to nothing.
    return text[: cut if cut > limit // 2 else limit - 1].rstrip(" ,;:") + "…"
