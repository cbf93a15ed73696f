"""A folder in memory for the one program that cannot do without files. It is gone afterwards, whatever happens."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NAMED = "portal-pages-"
_PLACES = ("/dev/shm", tempfile.gettempdir())  # noqa: S108  [only where it is memory]
_IN_MEMORY = {"tmpfs", "ramfs"}
_NOBODY = 65534
_TIMES = 20  # what was killed may still write for a moment


class NoFolder(Exception):
    """There is no place in memory, or too little room in it. Plaintext is not put on a disk."""


@contextmanager
def in_memory(room: int) -> Iterator[Path]:
    """A folder of our own with `room` bytes free, for whoever a child of this process becomes. Raises `NoFolder`.

    As long as it is in use its lock is held; the kernel drops the lock of a process that was killed, and the next one
    to come here, or `clear_away`, removes its folder.
    """
    clear_away()
    folder, lock = _made(_roomiest(room))
    try:
        if os.geteuid() == 0:  # the child will be nobody
            os.chown(folder, _NOBODY, _NOBODY)
        yield folder
    finally:
        _remove(folder)
        os.close(lock)


def clear_away() -> None:
    """What earlier processes had to leave."""
    for folder in [found for place in _places() for found in place.glob(f"{_NAMED}*")]:
        with suppress(OSError):
            lock = _locked(folder)
            _remove(folder)
            os.close(lock)


def _made(place: Path) -> tuple[Path, int]:
    """A folder and the descriptor that holds its lock. Whoever clears away may be faster than the lock."""
    for _time in range(_TIMES):
        with suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix=_NAMED, dir=place))
            return folder, _locked(folder)
    raise NoFolder


def _roomiest(room: int) -> Path:
    most, place = max(((_room(place), place) for place in _places()), default=(0, Path()))
    if most < room:
        raise NoFolder
    return place


def _places() -> list[Path]:
    found = [Path(place) for place in dict.fromkeys(_PLACES)]
    return [place for place in found if os.access(place, os.W_OK | os.X_OK) and _is_in_memory(place)]


def _room(place: Path) -> int:
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize


def _is_in_memory(place: Path) -> bool:
    """By the machine's list of what is mounted where; the last line that fits counts."""
    try:
        lines = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    except OSError:
        return False
    real = place.resolve()
    around = [(len(line[1]), number, line[2]) for number, line in enumerate(lines) if real.is_relative_to(line[1])]
    return bool(around) and max(around)[2] in _IN_MEMORY


def _locked(folder: Path) -> int:
    """A descriptor that holds the folder's lock. Raises `OSError` if somebody has it, or the folder is gone."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.stat(folder)
    except OSError:
        os.close(opened)
        raise
    return opened


def _remove(folder: Path) -> None:
    for _time in range(_TIMES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
