"""From entries to what the index keeps of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from search.engines.elasticsearch.mapping import LONGEST_VALUE, MOST_PAGES
from search.models import Entry
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
    while batch := list(rows.filter(pk__gt=last).with_parts().order_by("pk")[:AT_ONCE]):
        yield from batch
        last = batch[-1].pk


def document(entry: Entry) -> dict[str, Any]:
    """What the index keeps of an entry, whose parts have been fetched."""
    pages = sorted(entry.pages.all(), key=lambda page: (page.number, page.part))
    return {
        "entry": entry.pk,
        "content_type": entry.content_type_id,
        "key": entry.object_id,
        **_who_may_read(entry),
        "title": _plain(entry.title),
        "summary": _plain(entry.summary),
        "identifiers": [number[:LONGEST_VALUE] for number in entry.identifiers],
        "numbers": pages[0].identifiers if pages else "",
        "words": [row.word for row in entry.words.all()],
        "pages": list(_pages(pages)),
        **_counted(entry),
    }


def _who_may_read(entry: Entry) -> dict[str, Any]:
    caveats = sorted({value for value in entry.caveats.split("|") if value})
    return {
        "tokens": sorted(row.token for row in entry.tokens.all()),
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
        "entered_at": micros(entry.entered_at),
    }


def _pages(pages: Iterable[Any]) -> Iterator[dict[str, Any]]:
    room = MOST_TEXT
    for page in list(pages)[:MOST_PAGES]:
        text = _plain(page.text[:room])
        room -= len(text)
        if text:
            yield {"number": page.number, "part": page.part, "text": text}


def _plain(text: str) -> str:
    """Without the signs that mark what was found, should a text carry them."""
    return text.translate(WITHOUT_MARKS)
