"""`make test`: the whole suite, on SQLite and, where there is a server, on PostgreSQL too.

What needs a server that is not there is skipped, with its reason and how to start it;
with PORTAL_TEST_SERVICES=required it is a failure instead.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from scripts import servers
from scripts.paths import ROOT, VAR, VENV_PYTHON
from scripts.steps import StepFailed, run, step

NO_TESTS = 5  # pytest's exit code when nothing was selected
WORKERS = min(max(os.cpu_count() or 2, 2), 4)
# What a browser waited for in vain or lost (a key press, a tab) is tried once more, and named at the end. All else
# fails at once.
IN_VAIN = ("^TimeoutError: .*Timeout [0-9]+ms exceeded", "^AssertionError: (Locator|Page( URL| title)?) expected")
LOST = (*IN_VAIN, "^TargetClosedError: ")
ONCE_MORE = ["--reruns", "1", *(f"--only-rerun={words}" for words in LOST), "-r", "aR"]


@dataclass(frozen=True)
class Pass:
    """One run of pytest over a part of the suite."""

    name: str
    selection: str
    copied: str  # the module that makes what its workers copy
    options: Sequence[str] = ()
    environment: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make ahead what the workers copy. Raises `StepFailed`."""
        run([VENV_PYTHON, "-m", self.copied], env=self._environment())

    def run(self, extra: Sequence[str]) -> int:
        print(f"\n== {self.name} ==", flush=True)
        command = [str(VENV_PYTHON), "-m", "pytest", "-m", self.selection, "-n", str(WORKERS), *self.options, *extra]
        return subprocess.run(command, cwd=ROOT, env=self._environment(), check=False).returncode

    def _environment(self) -> dict[str, str]:
        common = {
            "DJANGO_SETTINGS_MODULE": "portal.settings.test",
            "HYPOTHESIS_STORAGE_DIRECTORY": str(VAR / "cache" / "hypothesis"),
        }
        return {**os.environ, **common, **self.environment}


def passes(folder: Path) -> list[Pass]:
    """SQLite first: it is what everybody has. The browser runs two files at a time, each on a portal of its own.

    Where every server has to be there, what PostgreSQL is asked in any case is asked of SQLite only where they differ.
    """
    on_sqlite = {"PORTAL_TEST_DATABASE_URL": ""}
    chromium, postgres = by_name("Chromium"), by_name("PostgreSQL")
    whole = "not e2e and not bench"
    selection = f"{whole} and (both or once or not django_db)" if postgres.is_there and is_required() else whole
    found = [Pass("SQLite", selection, "tests.schema", environment=on_sqlite)]
    if chromium.is_there:
        prepared = os.environ.get("PORTAL_TEST_PREPARED") or str(folder / "portal")
        # Playwright's own loop makes Django believe that it is inside an event loop.
        browser = {**on_sqlite, "DJANGO_ALLOW_ASYNC_UNSAFE": "true", "PORTAL_TEST_PREPARED": prepared}
        options = ["--dist", "loadfile", *ONCE_MORE]
        found.append(Pass("Browser, on SQLite", "e2e", "tests.e2e.running", options, browser))
    if postgres.is_there:
        address = {"PORTAL_TEST_DATABASE_URL": postgres.address}
        # What asks no database, or walks every page with queries that others ask here, has passed on SQLite already.
        selection = "django_db and not once and not e2e and not bench"
        found.append(Pass("PostgreSQL", selection, "tests.schema", environment=address))
    return found


def prepare(parts: Sequence[Pass]) -> None:
    """Side by side, since each takes one processor: in a pass, one worker would do it and the others would wait."""
    with step("Tables, and a portal for the browser"), ThreadPoolExecutor(max_workers=WORKERS) as side_by_side:
        for done in [side_by_side.submit(part.prepare) for part in parts]:
            done.result()


def by_name(name: str) -> servers.Server:
    return next(server for server in servers.SERVERS if server.name == name)


def report_servers() -> list[str]:
    """Say of each server whether it is there; return the names of those that are not."""
    missing = []
    for server in servers.SERVERS:
        if server.is_there:
            print(f"{server.name}: there ({server.variable})")
            continue
        missing.append(server.name)
        reason = f"nothing answers at {server.variable}" if server.address else f"{server.variable} is not set"
        print(f"{server.name}: its tests are skipped, {reason}; {server.advice}")
    return missing


def is_required() -> bool:
    return os.environ.get("PORTAL_TEST_SERVICES") == "required"


def main() -> int:
    (VAR / "cache").mkdir(parents=True, exist_ok=True)
    servers.adopt()
    missing = report_servers()
    if missing and is_required():
        print(f"PORTAL_TEST_SERVICES=required, but missing: {', '.join(missing)}.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        outcomes = run_all(passes(Path(folder)), sys.argv[1:])
    return judge(outcomes)


def run_all(parts: Sequence[Pass], extra: Sequence[str]) -> dict[str, int]:
    """Each pass's exit code. A part of the suite makes for itself what it needs; the whole needs everything."""
    if not extra:
        try:
            prepare(parts)
        except StepFailed as problem:
            print(problem, file=sys.stderr)
            return {"the preparation": 1}
    return {part.name: part.run(extra) for part in parts}


def judge(outcomes: dict[str, int]) -> int:
    failed = [name for name, code in outcomes.items() if code not in (0, NO_TESTS)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}.", file=sys.stderr)
        return 1
    if set(outcomes.values()) == {NO_TESTS}:
        print("\nNo test was selected.", file=sys.stderr)
        return NO_TESTS
    # Nothing after this: the last line is pytest's own.
    return 0


if __name__ == "__main__":
    sys.exit(main())
