"""`make test`: the whole suite, on SQLite and, where there is a server, on PostgreSQL too.

What needs a server that is not there is skipped, with its reason and how to start it;
with PORTAL_TEST_SERVICES=required it is a failure instead.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from scripts import servers
from scripts.paths import ROOT, VAR, VENV_PYTHON

NO_TESTS = 5  # pytest's exit code when nothing was selected


@dataclass(frozen=True)
class Pass:
    """One run of pytest over a part of the suite."""

    name: str
    selection: str
    options: Sequence[str] = ()
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, extra: Sequence[str]) -> int:
        print(f"\n== {self.name} ==", flush=True)
        command = [str(VENV_PYTHON), "-m", "pytest", "-m", self.selection, *self.options, *extra]
        examples = {"HYPOTHESIS_STORAGE_DIRECTORY": str(VAR / "cache" / "hypothesis")}
        environment = {**os.environ, **examples, **self.environment}
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def passes() -> list[Pass]:
    """SQLite first: it is what everybody has. The browser runs two files at a time, each on a portal of its own."""
    found = [Pass("SQLite", "not e2e and not bench", ["-n", "2"], {"PORTAL_TEST_DATABASE_URL": ""})]
    chromium, postgres = by_name("Chromium"), by_name("PostgreSQL")
    if chromium.is_there:
        # Playwright's own loop makes Django believe that it is inside an event loop.
        asynchronous = {"DJANGO_ALLOW_ASYNC_UNSAFE": "true", "PORTAL_TEST_DATABASE_URL": ""}
        found.append(Pass("Browser, on SQLite", "e2e", ["-n", "2", "--dist", "loadfile"], asynchronous))
    if postgres.is_there:
        address = {"PORTAL_TEST_DATABASE_URL": postgres.address}
        # What asks no database, or walks every page with queries that others ask here, has passed on SQLite already.
        found.append(Pass("PostgreSQL", "django_db and not once and not e2e and not bench", ["-n", "2"], address))
    return found


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


def main() -> int:
    (VAR / "cache").mkdir(parents=True, exist_ok=True)
    servers.adopt()
    missing = report_servers()
    if missing and os.environ.get("PORTAL_TEST_SERVICES") == "required":
        print(f"PORTAL_TEST_SERVICES=required, but missing: {', '.join(missing)}.", file=sys.stderr)
        return 1
    outcomes = {part.name: part.run(sys.argv[1:]) for part in passes()}
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
