"""Files from outside: scanned and sealed as they come in, in one pass, with flat memory, and never in clear on disk.

The handler is the only one on the two addresses that take files (`views/files.py`): for a draft, and for a report that
was sent. What it wrote counts only when `keep` has made its row; everything else is thrown away.
"""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Mapping
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
from portal.files.markings import banners, rule, running as markings
from portal.reporting.drafting import Writing
from portal.reporting.enums import FileState
from portal.reporting.models import Attachment
from portal.vault import records, streams
from portal.vault.storage import sealed_files

logger = logging.getLogger(__name__)
PIECE = 64 * 1024


class FileRefused(Exception):
    """A file is not taken. The message is one sentence for the person; nothing of the file was kept."""


class MarkedAsPcii(FileRefused):
    """It carries the PCII marking. The page that says how to submit it to CISA goes with the sentence."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This file is marked as PCII, and a portal of the state may not hold that. Nothing of it was kept; the "
                "rest is. Submit it to CISA yourself: the page 'Submit to CISA yourself' helps you with that."
            )
        )


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
                    _("It was sent while this file was on its way. The file was not kept; add it to what you sent.")
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
    marked: markings.Outcome

    @property
    def state(self) -> FileState:
        """Only what the scanner called clean, and is what it says it is, is clean."""
        if self.scanned.outcome is Outcome.INFECTED or self.identified.verdict is Verdict.HELD:
            return FileState.HELD
        return FileState.CLEAN if self.scanned.outcome is Outcome.CLEAN else FileState.WAITING


class SealingHandler(FileUploadHandler):
    """Takes one file: every piece goes to the scanner, into the sealed stream, and to a look for markings."""

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
        self._looking = markings.Looking(self.file_name or "")
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
        self._looking.feed(raw_data)
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
        sha256, marked = self._hash.hexdigest(), self._looking.outcome()
        self.received = Received(name, declared, sha256, self._length, identified, scanned, marked)
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
        if received.marked.is_pcii and not settings.PORTAL_PCII_ACCREDITED:
            raise MarkedAsPcii
        kind = received.identified.kind
        facts: dict[str, Any] = {"name": received.name, "declared": received.declared, "sha256": received.sha256}
        facts |= {"banners": received.marked.found.banners}
        row = self.row
        row.owner_id, row.length, row.state = destination.owner, received.length, received.state
        row.stored_at = timezone.now()  # it may have been on its way for long
        row.kind = kind.value if kind is not None else ""
        row.facts = self._key.seal(row.facts_field, json.dumps(facts).encode())
        destination.insert(row, name=received.name)
        self._is_kept = True
        return row

    @property
    def banners(self) -> tuple[str, ...]:
        """The CUI banners of the file that came in."""
        return self.received.marked.found.banners if self.received else ()

    def discard(self) -> None:
        """Throw away what was stored, unless it was kept."""
        if not self._begun:
            return
        self._scan.close()
        self._looking.close()
        if self._is_kept:
            return
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
            _("The portal cannot store files just now. Nothing of this one was kept; what you wrote is. Try later.")
        )


def banners_in(facts: Mapping[str, Any]) -> list[str]:
    """The CUI banners that were sealed with a file, as they came; what is none is left out."""
    found = facts.get("banners", [])
    lines = found[: rule.MOST_BANNERS] if isinstance(found, list) else []
    return [line for line in lines if isinstance(line, str) and line and banners.read(line) == line]


def no_report() -> str:
    return _("Nothing is under way in this browser. Nothing of the file was kept; begin anew and send it then.")


def too_large() -> str:
    most = settings.PORTAL_FILE_LARGEST // 1024**2
    return _(
        "This file is larger than %(most)d MB. Nothing of it was kept; the rest is. "
        "Send a shorter recording, or tell the desk in words that you have it."
    ) % {"most": most}


def too_many() -> str:
    most = settings.PORTAL_FILES_A_REPORT
    return _(
        "There can be at most %(most)d files. This one was not kept; take another out first, "
        "or tell the desk in words that you have more."
    ) % {"most": most}
