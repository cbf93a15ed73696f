"""Files from outside: scanned and sealed as they come in, in one pass, with flat memory, and never in clear on disk.

The handler is the only one on the one address that takes files (`views/files.py`). What it wrote counts only when
`keep` has made its row; everything else is thrown away.
"""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.storage import Storage
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.db import transaction
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

    def keep(self, writing: Writing) -> Attachment:
        """Make the file part of the draft, unless that was sent meanwhile. Keeps nothing if it raises `FileRefused`."""
        received = self.received
        if received is None:
            raise FileRefused(self.problem or _("No file came in. Choose one and send it again."))
        if received.identified.verdict is Verdict.REFUSED:
            raise FileRefused(received.identified.sentence)
        kind = received.identified.kind
        facts = {"name": received.name, "declared": received.declared, "sha256": received.sha256}
        row = self.row
        row.owner_id, row.length, row.state = writing.draft.owner_id, received.length, received.state
        row.kind = kind.value if kind is not None else ""
        row.facts = self._key.seal(row.facts_field, json.dumps(facts).encode())
        self._insert(row, writing)
        return row

    def _insert(self, row: Attachment, writing: Writing) -> None:
        with transaction.atomic():
            if writing.held() is None:
                raise FileRefused(
                    _("The report was sent while this file was on its way. It was not kept; report anew.")
                )
            if (
                Attachment.objects.filter(report_uuid=row.report_uuid, removed_at=None).count()
                >= settings.PORTAL_FILES_A_REPORT
            ):
                raise FileRefused(too_many())
            row.save(force_insert=True)
            audit.record(Verb.UPLOAD, row, facts={"kind": row.kind, "bytes": row.length, "state": row.state})
        self._is_kept = True

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
