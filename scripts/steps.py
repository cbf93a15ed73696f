"""One line of progress for each long step: what is being done, and how many seconds it took."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from scripts.paths import ROOT

WIDTH = 60


class StepFailed(Exception):
    """A program that a step ran did not succeed; carries what it said."""


class Ticker(threading.Thread):
    """Counts the seconds at the end of the line while a step runs, where a person is watching."""

    def __init__(self, label: str) -> None:
        super().__init__(daemon=True)
        self.label = label
        self.started = time.monotonic()
        self.finished = threading.Event()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def run(self) -> None:
        while not self.finished.wait(0.5):
            print(f"\r  {self.label:<{WIDTH}} {self.seconds:6.0f} s", end="", flush=True)


@contextmanager
def step(label: str) -> Iterator[None]:
    """Say what is being done, and at the end how long it took; a failure is marked and passed on.

    The body prints nothing of its own: the line stays open until it is done.
    """
    watched = sys.stdout.isatty()
    print(f"  {label:<{WIDTH}}", end="", flush=True)
    ticker = Ticker(label)
    if watched:
        ticker.start()
    outcome = "  failed"
    try:
        yield
        outcome = ""
    finally:
        ticker.finished.set()
        again = f"\r  {label:<{WIDTH}}" if watched else ""
        print(f"{again} {ticker.seconds:6.1f} s{outcome}", flush=True)


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> str:
    """Run a program that says nothing unless it fails; return what it printed.

    Raises `StepFailed` with the program's own words.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StepFailed(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout
