"""One exchange with the child process: start it, feed it, listen to it, and end it, whatever it does.

Nothing of this process goes along but the two pipes: no environment, no descriptors, no terminal. Whatever happens, the
child and all that it started are gone when this returns.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from portal.files import wire
from portal.files.enums import Trouble

ROOT = Path(__file__).resolve().parents[2]
MAKER = "portal.files.child:main"
_BEGIN = """
import sys
from importlib import import_module
sys.path.insert(0, sys.argv[1])
module, _, function = sys.argv[2].partition(":")
getattr(import_module(module), function)()
"""
# Few arenas: each would reserve address space, of which the child has little.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
_PIPE_BYTES = 256 * 1024
# The limit of processor time sends the one; the kernel, short of memory, the other.
_LEFT_BY: dict[int, Trouble] = {signal.SIGXCPU: Trouble.TIME, signal.SIGKILL: Trouble.MEMORY}
_MOST_HEARD = wire.MOST_BYTES + wire.MOST_FRAMES * wire.FRAME.size


class Broken(Exception):
    """The child did not come to its end as it should."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class Patience:
    """Seconds: for handing over the file, for the answer after that, for leaving after the answer."""

    feeding: float = 300.0
    answering: float = 90.0
    leaving: float = 5.0


@dataclass
class Conversation:
    """Use as a context; on leaving it the child is ended.

    `entry` is the child's function, as `module:function`. Raises `Broken` when it cannot be started.
    """

    entry: str = MAKER
    patience: Patience = field(default_factory=Patience)

    def __enter__(self) -> Self:
        try:
            self._process = subprocess.Popen(  # noqa: S603  [our own interpreter, and a constant program]
                [sys.executable, "-I", "-B", "-c", _BEGIN, str(ROOT), self.entry],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                bufsize=0,
                close_fds=True,
                start_new_session=True,
            )
        except OSError:
            raise Broken(Trouble.NOT_STARTED) from None
        for pipe in (self._to, self._from):
            os.set_blocking(pipe.fileno(), False)
        self._heard = bytearray()
        self._has_ended = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError, PermissionError):
            # What it started is in its group. The number is not another's yet: the kernel goes round all numbers first.
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._to, self._from):
            with suppress(OSError):
                pipe.close()

    def hold(self, request: bytes, chunks: Iterator[bytes]) -> bytes:
        """Hand over the request and the file; return what the child said until it closed the pipe.

        Raises `Broken`, and whatever `chunks` raises.
        """
        until = time.monotonic() + self.patience.feeding
        self._feed(request, until)
        for chunk in chunks:
            if not self._feed(chunk, until):
                break
        self._to.close()
        until = time.monotonic() + self.patience.answering
        while not self._has_ended:
            self._attend(until, writing=False)
        self._left()
        return bytes(self._heard)

    def _feed(self, data: bytes, until: float) -> bool:
        """Hand over some bytes while listening. False once the child takes no more."""
        rest = memoryview(data)
        while rest:
            if not self._attend(until, writing=True):
                continue
            try:
                rest = rest[os.write(self._to.fileno(), rest[:_PIPE_BYTES]) :]
            except BlockingIOError:
                continue
            except OSError:
                return False
        return True

    def _attend(self, until: float, *, writing: bool) -> bool:
        """Wait for either pipe, take in what was said; whether the child now takes more. Raises `Broken`."""
        left = until - time.monotonic()
        if left <= 0:
            raise Broken(Trouble.TIME)
        with selectors.DefaultSelector() as selector:
            if not self._has_ended:
                selector.register(self._from, selectors.EVENT_READ)
            if writing:
                selector.register(self._to, selectors.EVENT_WRITE)
            ready = {key.fileobj for key, _events in selector.select(left)}
        if self._from in ready:
            self._listen()
        return self._to in ready

    def _listen(self) -> None:
        try:
            part = os.read(self._from.fileno(), _PIPE_BYTES)
        except BlockingIOError:
            return
        self._has_ended = not part
        self._heard += part
        if len(self._heard) > _MOST_HEARD:
            raise Broken(Trouble.NONSENSE)

    def _left(self) -> None:
        """Wait until it has left by itself. Raises `Broken` unless it left in order."""
        try:
            code = self._process.wait(self.patience.leaving)
        except subprocess.TimeoutExpired:
            raise Broken(Trouble.TIME) from None
        if code:
            raise Broken(_LEFT_BY.get(-code, Trouble.CRASH))

    @property
    def _to(self) -> IO[bytes]:
        assert self._process.stdin is not None  # noqa: S101  [asked for above]
        return self._process.stdin

    @property
    def _from(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101  [asked for above]
        return self._process.stdout
