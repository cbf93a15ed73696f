"""From entries to what the index keeps of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from search.engines.elasticsearch.mapping import LONGEST_VALUE, MOST_PAGES
from search.models import Entry, Page, Parts
from search.querysets import EntryQuerySet
from search.questions import MARK, UNMARK

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MOST_TEXT = 20_000_000  # characters of one thing; a request to the server may have a hundred megabytes
AT_ONCE = 100
WITHOUT_MARKS = str.maketrans("", "", MARK + UNMARK)


def micros(moment: datetime | None) -> int | None:
    """Whole microseconds since 1970: exact, where the server's dates are not."""
    return None if moment is None else (moment - EPOCH) // MICROSECOND


def name_of(content_type: int, key: int) -> str:
    """The name of a thing's document."""
    return f"{content_type}-{key}"


def thing_of(name: str) -> tuple[int, int]:
    """Content type and key in the name of a document. Raises `ValueError` where it is none of ours."""
    content_type, key = name.split("-")
    return int(content_type), int(key)


def stream(rows: EntryQuerySet) -> Iterator[Entry]:
    """Entries with their parts, a few at a time and read anew each time: no long transaction, and little memory."""
    last = 0
    while batch := rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE].with_parts():
        yield from batch
        last = batch[-1].pk


def document(entry: Entry) -> dict[str, Any]:
    """What the index keeps of an entry."""
    parts = entry.parts or _parts_of(entry)
    return {
        "entry": entry.pk,
        "content_type": entry.content_type_id,
        "key": entry.object_id,
        **_who_may_read(entry, parts.tokens),
        "title": _plain(entry.title),
        "summary": _plain(entry.summary),
        "identifiers": [number[:LONGEST_VALUE] for number in entry.identifiers],
        "numbers": parts.pages[0].identifiers if parts.pages else "",
        "words": parts.words,
        "pages": list(_pages(parts.pages)),
        **_counted(entry),
    }


def _parts_of(entry: Entry) -> Parts:
    (same,) = Entry.objects.filter(pk=entry.pk).with_parts()
    return same.parts or Parts([], [], [])


def _who_may_read(entry: Entry, tokens: list[str]) -> dict[str, Any]:
    caveats = sorted({value for value in entry.caveats.split("|") if value})
    return {
        "tokens": sorted(tokens),
        "caveats": caveats,
        "caveat_count": len(caveats),
        "visible_from": micros(entry.visible_from),
        "expires_at": micros(entry.expires_at),
        "recalled_at": micros(entry.recalled_at),
    }


def _counted(entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "publisher": entry.publisher or None,
        "sectors": entry.sectors,
        "hazards": entry.hazards,
        "label": entry.label,
        "year": str(timezone.localtime(entry.dated).year) if entry.dated else None,
        "dated": micros(entry.dated),
        "is_superseded": entry.is_superseded,
        "entered_at": micros(entry.entered_at),
    }


def _pages(pages: Sequence[Page]) -> Iterator[dict[str, Any]]:
    """Each page with the head that it shares; one without text as well, where there is no other."""
    room = MOST_TEXT
    for page in pages[:MOST_PAGES]:
        head, text = (
            [_plain(said) for said in (page.title, page.identifiers, page.summary) if said],
            _plain(page.text[:room]),
        )
        room -= len(text)
        if text or page is pages[0]:
            yield {"number": page.number, "part": page.part, "head": head, "text": text}


def _plain(text: str) -> str:
    """Without the signs that mark what was found, should a text carry them."""
    return text.translate(WITHOUT_MARKS)
