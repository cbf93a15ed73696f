"""Reading documents for search: which wait, what was read in them, and what became of those that cannot be read.

A row says what is due, and the desk-worker finds it there; a job that is lost, late or repeated does no harm. Front
never writes here.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from portal.files import reading
from portal.files.enums import Trouble
from portal.files.reading import NotRead, Reading
from portal.library import finding
from portal.library.enums import ReadingState
from portal.library.models import DocumentPage, DocumentReading, PortalDocument

logger = logging.getLogger(__name__)
MOST_TRIES = 3
MOST_AT_ONCE = 50
PASSING = {Trouble.MEMORY, Trouble.TIME, Trouble.CRASH}  # what may go better the next time
_CHUNK = 256 * 1024
_PAGES_AT_ONCE = 200
_EMPTY: dict[str, Any] = {
    "trouble": "",
    "file_hash": "",
    "page_count": 0,
    "has_pages": False,
    "from_pictures": 0,
    "is_cut_short": False,
    "language": "",
    "suggested_title": "",
    "suggested_date": None,
    "findings": [],
    "picture": "",
    "read_at": None,
    "tries": 0,
}


class _Away(Exception):
    """The storage did not answer, or the reading program did not start: no fault of the file, and no try of it."""


def ask(document: PortalDocument, *, again: bool = False) -> None:
    """Have a document's file read unless that was done, or waits; `again` whatever was done.

    What was read in a file that was replaced since is gone at once: nobody finds words that are no longer there.
    """
    with transaction.atomic():
        row, is_new = DocumentReading.objects.select_for_update().get_or_create(document=document)
        if not (is_new or again or _is_replaced(row, document)):
            return
        if not is_new:
            _begin_anew(row)
        _put_job()


def ask_for_all() -> int:
    """Ask for documents without a reading, and for those whose file is another by now. Returns how many."""
    is_done = Q(reading__state__in=[ReadingState.READ, ReadingState.REFUSED])
    replaced = is_done & ~Q(reading__file_hash=F("file_hash")) & ~Q(file_hash="") & ~Q(reading__file_hash="")
    due = PortalDocument.objects.filter(Q(reading=None) | replaced).exclude(file="").order_by("pk")[:MOST_AT_ONCE]
    for document in due:
        ask(document)
    return len(due)


def waiting() -> Any:
    """The readings that wait, in the order in which they were asked for."""
    return DocumentReading.objects.filter(state=ReadingState.WAITING).order_by("tries", "pk")


def read_waiting(most: int = MOST_AT_ONCE) -> int:
    """Read what waits, one document a transaction; returns how many are done with.

    Whatever goes wrong over one document, the others have their turn.
    """
    keys = list(waiting().values_list("document_id", flat=True)[:most])
    return sum(_is_done(key) for key in keys)


def read_one(pk: int) -> bool:
    """Read one document that waits. False if it goes on waiting, or did not wait."""
    row = _claim(pk)
    if row is None:
        return False
    document = row.document
    if row.tries > MOST_TRIES:  # a file that ended the worker itself, again and again
        trouble = Trouble(row.trouble) if row.trouble else Trouble.CRASH
        return _note(row, document, NotRead(trouble), document.file_hash)
    try:
        outcome, read_hash = _outcome(document)
    except _Away:
        _give_back(row)
        return False
    return _note(row, document, outcome, read_hash)


def drop_picture(name: str) -> None:
    """Take a first page's picture out of the storage once the transaction is through."""
    transaction.on_commit(partial(_pictures().delete, name), robust=True)


def _pictures() -> Any:
    """Where pictures of first pages are stored."""
    column: Any = DocumentReading._meta.get_field("picture")
    return column.storage


def _put_job() -> None:
    """The job is Desk's; from elsewhere, and should it be lost, the clock puts it."""
    from portal.library.tasks import read_waiting_documents

    if settings.PORTAL_SITE_KIND == "desk":
        transaction.on_commit(read_waiting_documents.enqueue, robust=True)


def _is_replaced(row: DocumentReading, document: PortalDocument) -> bool:
    """Whether another file was read than the document has now. What waits will be read as it is by then."""
    has_both = bool(document.file_hash and row.file_hash)
    return row.state != ReadingState.WAITING and has_both and row.file_hash != document.file_hash


def _begin_anew(row: DocumentReading) -> None:
    if row.picture:
        drop_picture(str(row.picture.name))
    DocumentPage.objects.filter(document=row.document_id).delete()
    DocumentReading.objects.filter(pk=row.pk).update(state=ReadingState.WAITING, **_EMPTY)
    finding.changed(row.document)


def _is_done(pk: int) -> bool:
    try:
        return read_one(pk)
    except Exception as problem:  # noqa: BLE001  [its class alone, since its words may quote the file]
        logger.error("a document waits to be read", extra={"document": pk, "problem": type(problem).__name__})
        return False


def _claim(pk: int) -> DocumentReading | None:
    """Count the try before the file is touched: what ends the worker itself is not tried for ever."""
    with transaction.atomic():
        rows = DocumentReading.objects.select_for_update().filter(document=pk, state=ReadingState.WAITING)
        row: DocumentReading | None = rows.first()
        if row is None:
            return None
        row.tries += 1
        row.save(update_fields=["tries"])
    return row


def _give_back(row: DocumentReading) -> None:
    rows = DocumentReading.objects.filter(pk=row.pk, state=ReadingState.WAITING, tries__gt=0)
    rows.update(tries=F("tries") - 1)


def _outcome(document: PortalDocument) -> tuple[Reading | NotRead, str]:
    """What was read, and the hash of the bytes it was read in, which is Wagtail's (SHA-1). Raises `_Away`."""
    hashed = hashlib.sha1(usedforsecurity=False)
    try:
        with document.file.storage.open(document.file.name) as file:
            form = reading.form_of(document.filename, file.read(_CHUNK))
            file.seek(0)
            chunks = _chunks(cast(BinaryIO, file), hashed)
            outcome = reading.read(form, chunks, length=file.size) if form else NotRead(Trouble.KIND)
            for _rest in chunks:  # so that the hash is of the whole file
                pass
    except FileNotFoundError:
        return NotRead(Trouble.NOTHING), document.file_hash
    except OSError as problem:
        raise _Away from problem
    if isinstance(outcome, NotRead) and outcome.reason is Trouble.NOT_STARTED:
        logger.error("documents are not read: the program that reads them does not start")
        raise _Away
    return outcome, hashed.hexdigest()


def _chunks(file: BinaryIO, hashed: Any) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        hashed.update(chunk)
        yield chunk


def _note(row: DocumentReading, document: PortalDocument, outcome: Reading | NotRead, read_hash: str) -> bool:
    """Write what was read, and have search enter it; False if it is to be read again, or somebody else was faster."""
    picture = _stored(outcome.picture) if isinstance(outcome, Reading) and outcome.picture else ""
    is_done = False
    try:
        with transaction.atomic():
            is_done = _is_still_due(row, document, read_hash) and _ended(row, outcome, read_hash, picture)
    finally:
        if picture and not is_done:
            _pictures().delete(picture)
    return is_done


def _is_still_due(row: DocumentReading, document: PortalDocument, read_hash: str) -> bool:
    """Whether the row still waits, and the document still has the file that was read."""
    rows = DocumentReading.objects.select_for_update().filter(pk=row.pk, state=ReadingState.WAITING)
    stored = PortalDocument.objects.filter(pk=document.pk).first()
    if stored is None or not rows.exists():
        return False
    is_same = stored.file.name == document.file.name and stored.file_hash in {"", read_hash}
    if not is_same and rows.update(tries=0):
        return False
    if not stored.file_hash:
        PortalDocument.objects.filter(pk=stored.pk).update(file_hash=read_hash)
    return True


def _ended(row: DocumentReading, outcome: Reading | NotRead, read_hash: str, picture: str) -> bool:
    rows = DocumentReading.objects.filter(pk=row.pk)
    known = {"file_hash": read_hash, "read_at": timezone.now()}
    if isinstance(outcome, Reading):
        rows.update(state=ReadingState.READ, picture=picture, **known, **_facts(outcome))
        _write_pages(row.document, outcome)
        finding.changed(row.document)
        return True
    if outcome.reason in PASSING and row.tries < MOST_TRIES:
        rows.update(trouble=outcome.reason.value)
        return False
    rows.update(state=ReadingState.REFUSED, trouble=outcome.reason.value, **known)
    return True


def _facts(found: Reading) -> dict[str, Any]:
    return {
        "trouble": "",
        "page_count": found.page_count,
        "has_pages": found.has_pages,
        "from_pictures": found.from_pictures,
        "is_cut_short": found.is_cut_short,
        "language": found.language,
        "suggested_title": found.title,
        "suggested_date": found.dated,
        "findings": sorted(one.value for one in found.findings),
    }


def _write_pages(document: PortalDocument, found: Reading) -> None:
    DocumentPage.objects.filter(document=document).delete()
    DocumentPage.objects.bulk_create(
        [
            DocumentPage(
                document=document,
                number=page.number,
                name=page.name,
                text=page.text,
                is_from_picture=page.is_from_picture,
            )
            for page in found.pages
        ],
        batch_size=_PAGES_AT_ONCE,
    )


def _stored(picture: bytes) -> str:
    """The picture under a name that says nothing of the document."""
    return str(_pictures().save(f"first-pages/{uuid.uuid4().hex}.png", ContentFile(picture)))
