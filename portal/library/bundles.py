"""Where an import takes its files from: a folder, or one zip. Nothing in either is believed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Protocol

from django.utils.translation import gettext as _

from portal.files import identify, zips
from portal.files.enums import Reason
from portal.library import manifest

DIRECTORY_BYTES = 8 * 1024 * 1024  # of a zip's end, in which its whole directory stands
CHUNK = 256 * 1024


class NotABundle(Exception):
    """There is nothing to import here; the message says why."""


class Missing(Exception):
    """The bundle has no such file, or it cannot be taken out; the message says which."""


class Bundle(Protocol):
    """A manifest, and the files that it names."""

    def manifest(self) -> bytes: ...

    def open(self, name: str) -> AbstractContextManager[BinaryIO]: ...

    def close(self) -> None: ...


class Folder:
    """Files in a folder. Links that lead out of it lead nowhere."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        if not (self._root / manifest.NAME).is_file():
            raise NotABundle(_("There is no %(name)s in it.") % {"name": manifest.NAME})

    def manifest(self) -> bytes:
        with self.open(manifest.NAME) as file:
            return file.read(manifest.LARGEST + 1)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Raises `Missing`."""
        place = (self._root / name).resolve()
        if not place.is_relative_to(self._root) or not place.is_file():
            raise Missing(_("The file is not there."))
        try:
            file = place.open("rb")
        except OSError:
            raise Missing(_("The file cannot be read.")) from None
        with file:
            yield file

    def close(self) -> None:
        return None


class Zip:
    """Files in a zip. Its directory is judged as one at the door is, before anything is taken out."""

    def __init__(self, file: BinaryIO) -> None:
        _judge(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise NotABundle(_("It is damaged, or no zip.")) from None
        self._base = self._find_manifest()

    def manifest(self) -> bytes:
        with self.open(manifest.NAME) as file:
            return file.read(manifest.LARGEST + 1)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Take one file out, up to the portal's limit. Raises `Missing`."""
        try:
            entry = self._zip.getinfo(self._base + name)
        except KeyError:
            raise Missing(_("The file is not in the zip.")) from None
        if entry.is_dir() or entry.file_size > identify.LARGEST:
            raise Missing(_("It is no file, or larger than the portal takes."))
        with TemporaryFile() as taken:
            try:
                self._take(entry, taken)
            except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, RuntimeError, ValueError, _Damaged):
                raise Missing(_("It is damaged inside the zip.")) from None
            taken.seek(0)
            yield taken

    def close(self) -> None:
        self._zip.close()

    def _take(self, entry: zipfile.ZipInfo, taken: BinaryIO) -> None:
        with self._zip.open(entry) as packed:
            left = entry.file_size
            while chunk := packed.read(min(CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise _Damaged
                taken.write(chunk)

    def _find_manifest(self) -> str:
        """The folder inside the zip in which the manifest stands; the outermost, where there are several."""
        names = [name for name in self._zip.namelist() if name.split("/")[-1] == manifest.NAME]
        if not names:
            raise NotABundle(_("There is no %(name)s in it.") % {"name": manifest.NAME})
        return min(names, key=lambda name: (name.count("/"), name)).removesuffix(manifest.NAME)


class _OwnZip(Zip):
    """A zip whose file was opened for it."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._file = file

    def close(self) -> None:
        super().close()
        self._file.close()


class _Damaged(Exception):
    """A file in a zip has more in it than its directory says."""


def open_path(path: Path) -> Bundle:
    """The bundle at a place on disk. Raises `NotABundle`."""
    if path.is_dir():
        return Folder(path)
    if not path.is_file():
        raise NotABundle(_("There is nothing there."))
    file = path.open("rb")
    try:
        return _OwnZip(file)
    except NotABundle:
        file.close()
        raise


def _judge(file: BinaryIO) -> None:
    length = file.seek(0, 2)
    file.seek(max(0, length - DIRECTORY_BYTES))
    tail = file.read(DIRECTORY_BYTES)
    file.seek(0)
    try:
        directory = zips.read(tail, length=length)
    except (zips.NotADirectory, zips.OddDirectory):
        raise NotABundle(_("It is damaged, or no plain zip. Pack the folder again.")) from None
    reason = zips.judged(directory)
    if reason is Reason.LOCKED:
        raise NotABundle(_("It is locked with a password."))
    if reason is Reason.BOMB:
        raise NotABundle(_("It would grow to an enormous size, or has too many files in it. Split it."))
    if reason is Reason.ODD_CONTAINER:
        raise NotABundle(_("There are names in it that lead elsewhere, or it is oddly built. Pack the folder again."))
