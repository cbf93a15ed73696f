"""Files on their way through: sealed as they come in, read back once, and gone with the request.

They wait in files without a name, which the system takes away with the process, under a key that is nowhere but in
this request's memory. They are not scanned: nobody but who sent them gets them, and the scanner writes what it reads.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.utils.translation import gettext as _

from portal.files import names
from portal.files.markings import running as markings
from portal.vault import streams
from portal.vault.secret import Secret

logger = logging.getLogger(__name__)
PIECE = 64 * 1024
ROW = "file_"  # the fields of files: file_0, file_1, …


@dataclass
class Spooled:
    """One file that came in: in which row of the form, and what stands of it in the list."""

    row: int
    name: str
    sealed: BinaryIO = field(repr=False)
    length: int = 0
    sha256: str = ""


class Spool:
    """The files of one request. `problems` says of a row why its file was not taken."""

    def __init__(self) -> None:
        self.files: list[Spooled] = []
        self.problems: dict[int, str] = {}
        self._key, self._id = Secret.random(), uuid.uuid4()
        self._open: list[BinaryIO] = []

    def __repr__(self) -> str:
        return f"<Spool of {len(self.files)} files>"

    def begin(self, row: int, name: str) -> tuple[Spooled, streams.Writer]:
        """Raises `OSError` where there is no room."""
        out = cast(BinaryIO, tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR))  # noqa: SIM115  (see `close`)
        self._open.append(out)
        sealing = streams.Writer(self._key, key=self._id, record=self._record, file=f"file:{row}", out=out)
        return Spooled(row=row, name=name, sealed=out), sealing

    def pieces(self, file: Spooled) -> Iterator[bytes]:
        """The file as it came in. Raises `EnvelopeRefused` if what lay on the disk was touched."""
        file.sealed.seek(0)
        return streams.read(self._key, key=self._id, record=self._record, file=f"file:{file.row}", source=file.sealed)

    def close(self) -> None:
        """Let go of everything. May be called again."""
        while self._open:
            with suppress(OSError):
                self._open.pop().close()
        self.files.clear()

    @property
    def _record(self) -> str:
        return f"handoff:{self._id}"


class SpoolingHandler(FileUploadHandler):
    """Takes the files of the form, sealing each as it comes. A file that is not taken leaves the rest as it is."""

    chunk_size = PIECE

    def __init__(self, spool: Spool) -> None:
        super().__init__()
        self._spool = spool
        self._current: Spooled | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        row = _row_of(self.field_name or "")
        if row is None or row in self._spool.problems or any(file.row == row for file in self._spool.files):
            raise SkipFile
        try:
            self._current, self._sealing = self._spool.begin(row, names.clean(self.file_name or ""))
        except OSError:
            self._skip_for_disk(row)
        self._hash, self._looking = hashlib.sha256(), markings.Looking(self.file_name or "")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        current = cast(Spooled, self._current)
        current.length += len(raw_data)
        if current.length > settings.PORTAL_FILE_LARGEST:
            self._skip(current.row, too_large())
        self._hash.update(raw_data)
        self._looking.feed(raw_data)
        try:
            self._sealing.write(raw_data)
        except OSError:
            self._skip_for_disk(current.row)
        return None

    def file_complete(self, file_size: int) -> Any:
        current, self._current = cast(Spooled, self._current), None
        try:
            self._sealing.close()
            current.sealed.flush()
        except OSError:
            self._spool.problems[current.row] = no_room()
            return None
        if self._looking.outcome().is_pcii and not settings.PORTAL_PCII_ACCREDITED:
            self._spool.problems[current.row] = is_marked()
            return None
        current.sha256 = self._hash.hexdigest()
        self._spool.files.append(current)
        return None

    def upload_interrupted(self) -> None:
        self.let_go()
        self._spool.close()

    def _skip_for_disk(self, row: int) -> None:
        logger.error("a file of a hand-off could not wait: the temporary folder cannot be written to")
        self._skip(row, no_room())

    def _skip(self, row: int, sentence: str) -> None:
        """The rest of this file is read and thrown away, so that what was typed after it still comes in."""
        self._spool.problems[row] = sentence
        self.let_go()
        raise SkipFile

    def let_go(self) -> None:
        """Let go of the file that was coming in, if one was. May be called again."""
        if self._current is not None:
            self._looking.close()
            with suppress(OSError):
                self._current.sealed.close()
            self._current = None


def _row_of(name: str) -> int | None:
    """Which row of the form a file belongs to; None for what is none of it."""
    number = name.removeprefix(ROW)
    is_row = name.startswith(ROW) and number.isascii() and number.isdecimal() and len(number) < len("1000")
    return int(number) if is_row and int(number) < settings.PORTAL_FILES_A_REPORT else None


def is_marked() -> str:
    return _("This file is marked as PCII: CISA has it already. It may not pass through this portal; nothing was kept.")


def too_large() -> str:
    most = settings.PORTAL_FILE_LARGEST // 1024**2
    return _("This file is larger than %(most)d MB. Send it to CISA beside the package, and name it there.") % {
        "most": most
    }


def no_room() -> str:
    return _("The portal has no room to pack this file at the moment. Nothing of it was kept; try again later.")
