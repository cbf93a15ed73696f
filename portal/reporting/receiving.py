"""Files from outside: scanned and sealed as they come in, in one pass, with flat memory, and never in clear on disk.

The handler is the only one on the two addresses that take files (`views/files.py`): for a draft, and for a report that
was sent. What it wrote counts only when `keep` has made its row; everything else is thrown away.
"""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from django.conf import settings
from django.core.files.storage import Storage
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.audit import Verb
from portal.core.clamd import Outcome, Scanner, Stream, Verdict as Scanned
from portal.files import identify, names
from portal.files.enums import Verdict
from portal.files.identify import Identified
from portal.reporting.drafting import Writing
from portal.reporting.enums import FileState
from portal.reporting.models import Attachment
from portal.vault import records, streams
from portal.vault.storage import sealed_files

logger = logging.getLogger(__name__)
PIECE = 64 * 1024


class FileRefused(Exception):
    """A file is not taken. The message is one sentence for the person; nothing of the file was kept."""


class Destination(Protocol):
    """What a file is sent to: a draft, or a report that was sent before."""

    @property
    def record(self) -> uuid.UUID:
        """The id of the report that it is, or becomes."""

    @property
    def owner(self) -> int:
        """The key of the person who sends."""

    def insist_on_open(self) -> None:
        """Raises `FileRefused` where nothing more is taken: it was sent, is closed or full."""

    def data_key(self) -> records.DataKey:
        """Raises `VaultProblem`."""

    def insert(self, row: Attachment, *, name: str) -> None:
        """Make the file part of it. Raises `FileRefused`; nothing was stored then."""


@dataclass(frozen=True)
class IntoDraft:
    """A file for a draft: the list of files is sealed when that is sent."""

    writing: Writing

    @property
    def record(self) -> uuid.UUID:
        return self.writing.draft.uuid

    @property
    def owner(self) -> int:
        return int(self.writing.draft.owner_id)

    def insist_on_open(self) -> None:
        if self.writing.draft.sent_at is not None:
            raise FileRefused(no_report())
        if is_full(self.record):
            raise FileRefused(too_many())

    def data_key(self) -> records.DataKey:
        return self.writing.data_key()

    def insert(self, row: Attachment, *, name: str) -> None:
        with transaction.atomic():
            if self.writing.held() is None:
                raise FileRefused(
                    _("The report was sent while this file was on its way. It was not kept; add it to the report.")
                )
            if is_full(row.report_uuid):
                raise FileRefused(too_many())
            store(row)


def is_full(record: uuid.UUID) -> bool:
    """Whether a report has as many files as it can."""
    return bool(number_of_files(record) >= settings.PORTAL_FILES_A_REPORT)


def number_of_files(record: uuid.UUID) -> int:
    """How many came in and were not taken out again."""
    return int(Attachment.objects.filter(report_uuid=record, removed_at=None).count())


def store(row: Attachment) -> None:
    """Write down that a file came in. Inside the transaction that makes it part of something."""
    row.save(force_insert=True)
    audit.record(Verb.UPLOAD, row, facts={"kind": row.kind, "bytes": row.length, "state": row.state})


@dataclass(frozen=True)
class Received:
    """A file that was sealed, and what is known of it."""

    name: str
    declared: str
    sha256: str
    length: int
    identified: Identified
    scanned: Scanned

    @property
    def state(self) -> FileState:
        """Only what the scanner called clean, and is what it says it is, is clean."""
        if self.scanned.outcome is Outcome.INFECTED or self.identified.verdict is Verdict.HELD:
            return FileState.HELD
        return FileState.CLEAN if self.scanned.outcome is Outcome.CLEAN else FileState.WAITING


class SealingHandler(FileUploadHandler):
    """Takes one file, and sends every piece to the scanner and into the sealed stream."""

    chunk_size = PIECE

    def __init__(self, key: records.DataKey, *, record: uuid.UUID) -> None:
        super().__init__()
        self.row = Attachment(uuid=uuid.uuid4(), report_uuid=record)
        self.received: Received | None = None
        self.problem = ""
        self._key = key
        self._begun = self._is_kept = False
        self._out: BinaryIO | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._begun:
            self._stop(_("Send one file at a time. Nothing of this one was kept."))
        self._begun = True
        self._hash, self._length = hashlib.sha256(), 0
        self._head, self._tail = bytearray(), bytearray()
        self._scan: Stream = Scanner(settings.PORTAL_CLAMD_ADDRESS).stream()
        try:
            out: Any = self._storage.open(self.row.place, "wb")
            self._out = out
            self._writer: streams.Writer = self._key.writer(self.row.file, out)
        except OSError:
            self._stop_for_disk()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self._length += len(raw_data)
        if self._length > settings.PORTAL_FILE_LARGEST:
            self._stop(too_large())
        self._hash.update(raw_data)
        self._scan.feed(raw_data)
        self._look(raw_data)
        try:
            self._writer.write(raw_data)
        except OSError:
            self._stop_for_disk()
        return None

    def _look(self, data: bytes) -> None:
        if len(self._head) < identify.HEAD_BYTES:
            self._head += data[: identify.HEAD_BYTES - len(self._head)]
        self._tail += data
        del self._tail[: -identify.TAIL_BYTES]

    def file_complete(self, file_size: int) -> Any:
        try:
            self._writer.close()
            self._close()
        except OSError:
            self._stop_for_disk()
        declared = (self.content_type or "")[:200]
        name = names.clean(self.file_name or "")
        identified = identify.identify(
            name, declared, head=bytes(self._head), tail=bytes(self._tail), length=self._length
        )
        with self._scan as scan:
            scanned = scan.verdict()
        self.received = Received(name, declared, self._hash.hexdigest(), self._length, identified, scanned)
        return None

    def upload_interrupted(self) -> None:
        self.discard()

    def keep(self, destination: Destination) -> Attachment:
        """Make the file part of a draft or report. Keeps nothing if it raises, as it does with `FileRefused`."""
        received = self.received
        if received is None:
            raise FileRefused(self.problem or _("No file came in. Choose one and send it again."))
        if received.identified.verdict is Verdict.REFUSED:
            raise FileRefused(received.identified.sentence)
        kind = received.identified.kind
        facts = {"name": received.name, "declared": received.declared, "sha256": received.sha256}
        row = self.row
        row.owner_id, row.length, row.state = destination.owner, received.length, received.state
        row.stored_at = timezone.now()  # it may have been on its way for long
        row.kind = kind.value if kind is not None else ""
        row.facts = self._key.seal(row.facts_field, json.dumps(facts).encode())
        destination.insert(row, name=received.name)
        self._is_kept = True
        return row

    def discard(self) -> None:
        """Throw away what was stored, unless it was kept."""
        if self._is_kept or not self._begun:
            return
        self._scan.close()
        with suppress(OSError):
            self._close()  # a full disk refuses what is still to be written
        with suppress(OSError):
            self._storage.delete(self.row.place)

    @property
    def _storage(self) -> Storage:
        return sealed_files()

    def _close(self) -> None:
        if self._out is not None:
            out, self._out = self._out, None
            out.close()

    def _stop(self, sentence: str) -> None:
        """Take no more of this request. Nothing is kept of the file that was coming in."""
        self.problem, self.received = sentence, None
        raise StopUpload(connection_reset=True)

    def _stop_for_disk(self) -> None:
        logger.error("a file could not be stored: the folder of sealed files cannot be written to")
        self._stop(
            _("The portal cannot store files at the moment. Nothing of this one was kept; your report is. Try later.")
        )


def no_report() -> str:
    return _("There is no report under way in this browser. Nothing of the file was kept.")


def too_large() -> str:
    most = settings.PORTAL_FILE_LARGEST // 1024**2
    return _(
        "This file is larger than %(most)d MB. Nothing of it was kept; the rest of your report is. "
        "Send a shorter recording, or tell the desk in the report that you have it."
    ) % {"most": most}


def too_many() -> str:
    most = settings.PORTAL_FILES_A_REPORT
    return _(
        "A report has at most %(most)d files. This one was not kept; take another out first, "
        "or tell the desk in the report that you have more."
    ) % {"most": most}
