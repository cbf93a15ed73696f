"""Keeping entries in step with things, in the transaction that changes the thing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.utils import timezone

from portal.access.rule import Marking
from search import registry
from search.models import LONGEST_PAGE, Change, Entry, EntryPage, EntryToken, EntryWord
from search.queries import STOP_WORDS, as_identifier, words_of
from search.querysets import bars
from search.registry import Projection, Source, Text

MOST_WORDS = 60
SHORTEST = 3  # letters of a word that completion offers
LOCKS = 0x5EA00000  # where our pairs begin among PostgreSQL's advisory locks
HELD_AT_ONCE = 50  # rows of a source that are locked while they are entered


def refresh(model: type[models.Model], key: int, *, is_forced: bool = False) -> bool:
    """Make the entry of one thing what the thing now says, or take it out. Returns whether anything was changed.

    `is_forced` writes it anew where it seems to say so already.
    """
    source = registry.source_of(model)
    if source is None:
        return False
    with transaction.atomic():
        hold(source.model, [key])
        thing = source.model._default_manager.filter(pk=key).first()
        return enter(source, thing, is_forced=is_forced) if thing is not None else take_out(model, key)


def hold(model: type[models.Model], keys: Iterable[int]) -> None:
    """Let nobody else enter these things before this transaction ends.

    To be called before they are read: of two changes at the same moment the later one then sees the earlier, and its
    entry says both. SQLite has one writer at a time anyway.
    """
    if connection.vendor != "postgresql":
        return
    kind = _type(model).pk
    with connection.cursor() as cursor:
        for key in sorted(keys):  # in one order, so that no two wait for one another
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS + kind, key % 2**31])


def enter(source: Source, thing: Any, *, is_forced: bool = False) -> bool:
    """Enter a thing as it is in hand, which is as it is stored. Returns whether anything was changed."""
    marking: Marking = thing.marking()
    projection = _projection(source, thing, marking)
    if projection is None:
        return take_out(source.model, thing.pk)
    digest = _digest(projection, marking)
    with transaction.atomic():
        rows = Entry.objects.select_for_update().filter(content_type=_type(source.model), object_id=thing.pk)
        if not is_forced and rows.filter(digest=digest).exists():
            return False
        _write(rows, source.model, thing.pk, projection, marking, digest)
    return True


def expected(source: Source, thing: Any) -> tuple[str, frozenset[str]] | None:
    """Digest and tokens of the entry that a thing calls for; None where it is not to be found."""
    marking: Marking = thing.marking()
    projection = _projection(source, thing, marking)
    return None if projection is None else (_digest(projection, marking), marking.tokens())


def _projection(source: Source, thing: Any, marking: Marking) -> Projection | None:
    return source.project(thing) if marking.is_published and marking.tokens() else None


def take_out(model: type[models.Model], key: int) -> bool:
    """Take the entry of a thing out. Returns whether there was one."""
    with transaction.atomic():
        hold(model, [key])
        gone, _by_table = Entry.objects.filter(content_type=_type(model), object_id=key).delete()
        if gone:
            _version(model, key)
    return bool(gone)


def forget(content_type: int, key: int) -> None:
    """Take the entry of something out whose model may be gone as well."""
    with transaction.atomic():
        Entry.objects.filter(content_type=content_type, object_id=key).delete()
        tell_again(content_type, key)


def _write(
    rows: models.QuerySet[Entry],
    model: type[models.Model],
    key: int,
    projection: Projection,
    marking: Marking,
    digest: str,
) -> None:
    fields = {**_fields(projection, marking), "digest": digest, "version": _version(model, key)}
    if rows.update(**fields):
        entry = rows.get()
        for part in (EntryToken, EntryWord, EntryPage):
            part._default_manager.filter(entry=entry).delete()
    else:
        entry = Entry.objects.create(content_type=_type(model), object_id=key, **fields)
    _date_by_showing(entry, marking)
    EntryToken.objects.bulk_create([EntryToken(entry=entry, token=token) for token in sorted(marking.tokens())])
    EntryWord.objects.bulk_create([EntryWord(entry=entry, word=word) for word in _words(projection)])
    EntryPage.objects.bulk_create(_pages(entry, projection))


def _date_by_showing(entry: Entry, marking: Marking) -> None:
    """What shows only later is new only then: whoever follows a search is told of it on that day, and not never."""
    now = timezone.now()
    shows = max(marking.visible_from or now, now)
    if shows > now or entry.entered_at > now:
        Entry.objects.filter(pk=entry.pk).update(entered_at=shows)


def _fields(projection: Projection, marking: Marking) -> dict[str, Any]:
    return {
        "kind": projection.kind,
        "title": projection.title[:300],
        "summary": projection.summary,
        "identifiers": [as_identifier(text) for text in projection.identifiers],
        "publisher": projection.publisher[:160],
        "sectors": list(projection.sectors),
        "hazards": list(projection.hazards),
        "dated": projection.dated,
        "is_superseded": projection.is_superseded,
        "label": marking.label,
        "caveats": bars([caveat.value for caveat in marking.enforced_caveats()]),
        "visible_from": marking.visible_from,
        "expires_at": marking.expires_at,
        "recalled_at": marking.recalled_at,
    }


def _pages(entry: Entry, projection: Projection) -> list[EntryPage]:
    """One row for each page, or part of a long one; one row at least, since the head is found by it as well."""
    head = {"title": entry.title, "summary": entry.summary, "identifiers": " ".join(projection.identifiers)}
    texts = projection.texts or [Text(0, "")]
    return [
        EntryPage(entry=entry, number=page.number, part=part, text=piece, **head)
        for page in texts
        for part, piece in enumerate(_pieces(page.text))
    ]


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces that a row can hold. NUL, which PostgreSQL cannot store, becomes a blank."""
    plain = text.replace("\0", " ").encode("utf-8", "ignore").decode()
    for start in range(0, len(plain) or 1, LONGEST_PAGE):
        yield plain[start : start + LONGEST_PAGE]


def _words(projection: Projection) -> list[str]:
    """The words that completion offers, each once, the title's first."""
    said = words_of(f"{projection.title} {' '.join(projection.identifiers)} {projection.summary}")
    told = (word for word in said if len(word) >= SHORTEST and word not in STOP_WORDS)
    numbers = (as_identifier(text)[:40] for text in projection.identifiers)
    return list(dict.fromkeys([*numbers, *told]))[:MOST_WORDS]


def _version(model: type[models.Model], key: int) -> int:
    """The next version of a thing: larger than any before, also where it was taken out and came back."""
    Change.objects.filter(content_type=_type(model), object_id=key).delete()
    return Change.objects.create(content_type=_type(model), object_id=key).pk


def _digest(projection: Projection, marking: Marking) -> str:
    said = {**asdict(projection), **_fields(projection, marking), "tokens": sorted(marking.tokens())}
    if not projection.is_superseded:
        del said["is_superseded"]  # so that what was entered before there was such a field need not be entered anew
    return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


def _type(model: type[models.Model]) -> ContentType:
    return ContentType.objects.get_for_model(model, for_concrete_model=True)


def refresh_all(source: Source, *, is_forced: bool = False) -> Iterator[bool]:
    """Enter every row of a source anew; True for each that was changed.

    Rows are held while they are read and entered, a few at a time, so that nothing newer is overwritten. One that
    somebody is changing is left to them: their change enters it.
    """
    manager: Any = source.model._default_manager
    last = 0
    while keys := list(manager.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:HELD_AT_ONCE]):
        last = keys[-1]
        with transaction.atomic():
            hold(source.model, keys)
            rows = manager.filter(pk__in=keys).select_for_update(skip_locked=True).order_by("pk")
            changed = [enter(source, thing, is_forced=is_forced) for thing in rows.prefetch_related(*source.prefetch)]
        yield from changed


def tell_again(content_type: int, key: int) -> None:
    """Give a thing the next version, so that an index outside is told of it again, or that it is gone."""
    with transaction.atomic():
        Change.objects.filter(content_type=content_type, object_id=key).delete()
        change = Change.objects.create(content_type_id=content_type, object_id=key)
        Entry.objects.filter(content_type=content_type, object_id=key).update(version=change.pk)
