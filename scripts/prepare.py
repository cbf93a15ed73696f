"""What stands between an environment and a running portal: tables, stylesheets and the demonstration.

Each is done when what it is made from has changed since last time, so that a later start takes seconds.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.paths import REQUIREMENTS, ROOT, VAR, VENV_PYTHON
from scripts.steps import StepFailed, run, step

PREPARED = VAR / "prepared.json"
DATABASE_FILES = ("portal.sqlite3", "desk-jobs.sqlite3")


def development_environment(site: str) -> dict[str, str]:
    """The environment of one process of `make run`; the settings fill in what is left."""
    return {**os.environ, "PORTAL_SITE": site, "DJANGO_SETTINGS_MODULE": "portal.settings.dev"}


@dataclass(frozen=True)
class Preparation:
    """One thing to prepare: the files that it is made from, where it goes, and how it is done."""

    name: str
    sources: Callable[[], Iterable[Path]]
    target: Callable[[], str]
    prepare: Callable[[], None]

    def fingerprint(self) -> str:
        digest = hashlib.sha256(self.target().encode())
        for path in sorted(path for path in self.sources() if path.is_file()):
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()


def ensure_prepared() -> None:
    """Bring databases, stylesheets and demonstration up to date. Raises `StepFailed`."""
    VAR.mkdir(exist_ok=True)
    for preparation in PREPARATIONS:
        if read_prepared().get(preparation.name) != preparation.fingerprint():
            preparation.prepare()
            # Taken again: a database that was not there before has now an identity of its own.
            remember(preparation.name, preparation.fingerprint())


def migrate() -> None:
    with step("Creating or updating the tables"):
        manage("migrate_all", "--verbosity", "0")


def collect_static() -> None:
    with step("Collecting stylesheets, scripts and pictures"):
        manage("collectstatic", "--noinput", "--verbosity", "0")


def seed() -> None:
    """The demonstration says itself how far it is."""
    print("  Filling the demonstration", flush=True)
    command = [str(VENV_PYTHON), "manage.py", "seed_demo"]
    if subprocess.run(command, cwd=ROOT, env=development_environment("desk"), check=False).returncode:
        raise StepFailed("The demonstration could not be filled; what it said is above.")


def manage(*arguments: str) -> None:
    # Desk knows every database; Front and its worker only their own.
    run([VENV_PYTHON, "manage.py", *arguments], env=development_environment("desk"))


def migration_sources() -> Iterable[Path]:
    return [REQUIREMENTS / "run.txt", *ROOT.glob("portal/**/migrations/*.py"), *ROOT.glob("search/migrations/*.py")]


def static_sources() -> Iterable[Path]:
    return [REQUIREMENTS / "run.txt", *ROOT.glob("portal/static/**/*"), *ROOT.glob("portal/*/static/**/*")]


def demo_sources() -> Iterable[Path]:
    return [*ROOT.glob("demo/**/*"), *ROOT.glob("portal/*/demo.py"), *ROOT.glob("portal/*/demo/*.py")]


def databases() -> str:
    """Which databases these are; a SQLite file by its inode, since a new one has nothing in it."""
    addresses = [os.environ.get(name, "") for name in ("DATABASE_URL", "DESK_JOBS_DATABASE_URL", "VAULT_DATABASE_URL")]
    files = [str(path.stat().st_ino) if path.exists() else "" for path in (VAR / name for name in DATABASE_FILES)]
    return json.dumps([addresses, files])


def static_folder() -> str:
    return f"{(VAR / 'static' / 'staticfiles.json').exists()}"


PREPARATIONS = (
    Preparation("tables", migration_sources, databases, migrate),
    Preparation("static", static_sources, static_folder, collect_static),
    Preparation("demonstration", demo_sources, databases, seed),
)


def read_prepared() -> dict[str, str]:
    try:
        found = json.loads(PREPARED.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(name: str, wanted: str) -> None:
    PREPARED.write_text(json.dumps(read_prepared() | {name: wanted}))
