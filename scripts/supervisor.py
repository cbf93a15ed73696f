"""Keeps child processes running in one terminal: marks their lines, starts the fallen again, stops all together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from scripts.paths import ROOT

PATIENCE = 8.0  # seconds that a process has to stop by itself
STEADY = 60.0  # seconds after which an earlier fall no longer counts
LONGEST_PAUSE = 30.0
COLOURS = (36, 35, 32, 33, 34)
_terminal = threading.Lock()


def say(name: str, line: str, colour: int | None = None) -> None:
    """Print one whole line, marked with who says it; lines of several processes never mix."""
    mark = f"{name:<11}|"
    if colour and sys.stdout.isatty():
        mark = f"\033[{colour}m{mark}\033[0m"
    with _terminal:
        print(f"{mark} {line}", flush=True)


@dataclass
class Child:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    colour: int = 0
    process: subprocess.Popen[str] | None = None
    relay: threading.Thread | None = None
    started: float = 0.0
    falls: int = 0
    due: float = field(default=0.0)  # when to start it (again)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # A group of its own: Ctrl-C reaches only us, and we tell each process once.
            start_new_session=True,
        )
        self.relay = threading.Thread(target=self._relay, args=(self.process.stdout,), daemon=True)
        self.relay.start()

    def _relay(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                say(self.name, line.rstrip("\n"), self.colour)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def note_fall(self, now: float) -> None:
        """Plan the next start: after a second, and twice as long with each fall in a row."""
        self.signal(signal.SIGKILL)  # what it left behind may still hold its port
        self.falls = 1 if now - self.started > STEADY else self.falls + 1
        pause = min(2.0 ** (self.falls - 1), LONGEST_PAUSE)
        self.due = now + pause
        code = self.process.returncode if self.process else "?"
        self.process = None
        say(self.name, f"ended with {code}; starting it again in {pause:.0f} s", self.colour)

    def collect(self) -> None:
        """Wait for the process, which is ending, and for its last lines."""
        if self.process is None or self.relay is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self.relay.join(timeout=1)

    def signal(self, number: int) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


class Supervisor:
    """Runs the children until it is told to stop."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.stopping = threading.Event()
        for colour, child in zip(COLOURS * len(children), children, strict=False):
            child.colour = colour

    def listen(self) -> None:
        """Take Ctrl-C, a kill and a closed terminal as the wish to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())

    def start(self) -> None:
        for child in self.children:
            child.start()

    def revive(self) -> None:
        """Start again whatever has fallen and has waited long enough."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and not child.is_running:
                child.note_fall(now)
            elif child.process is None and now >= child.due:
                child.start()

    def fallen(self) -> Child | None:
        return next((child for child in self.children if not child.is_running), None)

    def stop(self) -> None:
        """Ask all to stop, and after a while end those that did not."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while any(child.is_running for child in self.children) and time.monotonic() < deadline:
            time.sleep(0.05)
        for child in self.children:
            if child.is_running:
                say(child.name, "did not stop by itself; ended", child.colour)
            # The group, even when its leader is gone: a server's workers must not outlive it.
            child.signal(signal.SIGKILL)
            child.collect()
