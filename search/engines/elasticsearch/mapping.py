"""The shape of the index: what is kept of an entry, and how its words are compared.

`elasticsearch.dsl` is what the package elasticsearch-dsl became. Nothing that an entry does not have can be written
(dynamic: strict). Moments that decide who may read are whole microseconds, as the database keeps them: the server's own
dates are coarser, and would open a window too early.
"""

from __future__ import annotations

from typing import Any

from elasticsearch.dsl import (
    Boolean,
    Document,
    Integer,
    Keyword,
    Long,
    MetaField,
    Nested,
    Text,
    analyzer,
    char_filter,
    token_filter,
)

from search.questions import DEEPEST

MOST_PAGES = 20_000  # of one thing
LONGEST_VALUE = 300  # characters of what is compared as a whole
# `44.045` and `example.com` are compared part by part, as the database's index does.
PARTS = char_filter("parts", "mapping", mappings=[". => \\u0020", "_ => \\u0020"])
POSSESSIVE = token_filter("possessive", "stemmer", language="possessive_english")
STEM = token_filter("stem", "stemmer", language="english")


def _analyzer(name: str, *filters: Any) -> Any:
    # No stop words are taken out: phrases hold them.
    return analyzer(
        name, tokenizer="standard", char_filter=[PARTS], filter=["lowercase", "asciifolding", POSSESSIVE, *filters]
    )


ENGLISH = _analyzer("english_words", STEM)
PLAIN = _analyzer("plain_words")


def _words(**given: Any) -> Text:
    """Words by their stem; and as they are spelled, for those that were mistyped."""
    return Text(analyzer=ENGLISH, fields={"plain": Text(analyzer=PLAIN, norms=False, index_options="freqs")}, **given)


def _page() -> dict[str, Any]:
    """A page. Where its words stand is kept, so that marking them does not take the text apart again."""
    return {"number": Integer(), "part": Integer(), "head": _words(), "text": _words(index_options="offsets")}


class EntryDocument(Document):
    """One entry, and its pages as objects of their own.

    Each page carries what the entry says of itself as well (`head`): words are looked for on one page, and the title
    belongs to every page.
    """

    entry = Long()
    content_type = Integer()
    key = Long()
    # Who may read
    tokens = Keyword()
    caveats = Keyword()
    caveat_count = Integer()
    visible_from = Long()
    expires_at = Long()
    recalled_at = Long()
    # What is said
    title = _words()
    summary = _words()
    identifiers = Keyword()
    numbers = Text(analyzer=ENGLISH)
    words = Keyword()
    pages = Nested(dynamic="strict", properties=_page())
    # What is counted and ranked by
    kind = Keyword()
    publisher = Keyword()
    sectors = Keyword()
    hazards = Keyword()
    label = Keyword()
    year = Keyword()
    dated = Long()
    is_superseded = Boolean()
    entered_at = Long()

    class Meta:
        dynamic = MetaField("strict")


def body(*, replicas: int = 0) -> dict[str, Any]:
    """What an index is made with."""
    mapping = EntryDocument._doc_type.mapping
    settings = {
        "number_of_shards": 1,  # counts of facets are exact on one
        "number_of_replicas": replicas,
        "refresh_interval": "1s",
        "max_result_window": DEEPEST,
        # How long a deletion is remembered, so that a late job does not bring the thing back.
        "gc_deletes": "1h",
        "mapping.nested_objects.limit": MOST_PAGES,
        "analysis": mapping._collect_analysis(),
    }
    return {"settings": {"index": settings}, "mappings": mapping.to_dict()}
