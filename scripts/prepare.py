"""What stands between an environment and a running portal: tables, stylesheets and the demonstration.

Each is done when what it is made from has changed since last time, so that a later start takes seconds.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts.paths import REQUIREMENTS, ROOT, VAR, VENV_PYTHON
from scripts.steps import StepFailed, run, step

PREPARED = VAR / "prepared"
DATABASE_FILES = ("portal.sqlite3", "desk-jobs.sqlite3", "vault.sqlite3")
OWN_ONLY = 0o077  # what no file made here grants to others: databases, keys and mail are this account's alone


@dataclass(frozen=True)
class Preparation:
    """One thing to prepare: the files that it is made from, where it goes, and how it is done."""

    name: str
    sources: Callable[[], Iterable[Path]]
    target: Callable[[], str]
    prepare: Callable[[], None]

    @property
    def marker(self) -> Path:
        return PREPARED / self.name

    def is_due(self) -> bool:
        return not self.marker.exists() or self.marker.read_text() != self.fingerprint()

    def do(self) -> None:
        self.prepare()
        # Taken afterwards: a database that was not there before has now an identity of its own.
        self.marker.write_text(self.fingerprint())

    def fingerprint(self) -> str:
        digest = hashlib.sha256(self.target().encode())
        for path in sorted(path for path in self.sources() if path.is_file()):
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()


def ensure_prepared() -> None:
    """Bring databases, stylesheets and demonstration up to date. Raises `StepFailed`."""
    PREPARED.mkdir(parents=True, exist_ok=True)
    close_databases()
    with ThreadPoolExecutor(max_workers=1) as beside:
        # Stylesheets need no table: a second core collects them meanwhile.
        collected = beside.submit(STATIC.do) if STATIC.is_due() else None
        if TABLES.is_due():
            with step("Creating or updating the tables"):
                TABLES.do()
        if collected:
            with step("Collecting stylesheets, scripts and pictures"):
                collected.result()
    if DEMONSTRATION.is_due():
        DEMONSTRATION.do()


def close_databases() -> None:
    """Take from others what databases of an earlier start still grant them; SQLite's log files follow by themselves."""
    for path in VAR.glob("*.sqlite3*"):
        path.chmod(path.stat().st_mode & ~OWN_ONLY)


def development_environment(site: str) -> dict[str, str]:
    """The environment of one process of `make run`; the settings fill in what is left."""
    return {**os.environ, "PORTAL_SITE": site, "DJANGO_SETTINGS_MODULE": "portal.settings.dev"}


def manage(*arguments: str) -> None:
    # Desk knows every database; Front and its worker only their own.
    run([VENV_PYTHON, "manage.py", *arguments], env=development_environment("desk"))


def migrate() -> None:
    manage("migrate_all", "--verbosity", "0")


def collect_static() -> None:
    manage("collectstatic", "--noinput", "--verbosity", "0")


def seed() -> None:
    """The demonstration says itself how far it is."""
    print("  Filling the demonstration", flush=True)
    command = [str(VENV_PYTHON), "manage.py", "seed_demo"]
    if subprocess.run(command, cwd=ROOT, env=development_environment("desk"), check=False).returncode:
        raise StepFailed("The demonstration could not be filled; what it said is above.")


def migration_sources() -> Iterable[Path]:
    return [REQUIREMENTS / "run.txt", *ROOT.glob("portal/**/migrations/*.py"), *ROOT.glob("search/migrations/*.py")]


def static_sources() -> Iterable[Path]:
    return [REQUIREMENTS / "run.txt", *ROOT.glob("portal/static/**/*"), *ROOT.glob("portal/*/static/**/*")]


def demo_sources() -> Iterable[Path]:
    return [*ROOT.glob("demo/**/*"), *ROOT.glob("portal/**/demo*.py"), *ROOT.glob("portal/*/demo*/**/*.py")]


def databases() -> str:
    """Which databases these are; a SQLite file by its inode, since a new one has nothing in it."""
    addresses = [os.environ.get(name, "") for name in ("DATABASE_URL", "DESK_JOBS_DATABASE_URL", "VAULT_DATABASE_URL")]
    files = [str(path.stat().st_ino) if path.exists() else "" for path in (VAR / name for name in DATABASE_FILES)]
    return json.dumps([addresses, files])


def static_folder() -> str:
    return f"{(VAR / 'static' / 'staticfiles.json').exists()}"


TABLES = Preparation("tables", migration_sources, databases, migrate)
STATIC = Preparation("static", static_sources, static_folder, collect_static)
DEMONSTRATION = Preparation("demonstration", demo_sources, databases, seed)
