"""`make check`: everything that can be said about the code without running its tests, one line for each step."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.paths import ROOT, VAR, VENV

BIN = VENV / "bin"
PYTHON = str(BIN / "python")
MANAGE = [PYTHON, "manage.py"]
CODE = ("manage.py", "portal", "search", "scripts", "tests")


@dataclass(frozen=True)
class Check:
    """One program whose exit code is the answer."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def passes(self) -> bool:
        begun = time.monotonic()
        environment = {**os.environ, **self.environment}
        done = subprocess.run(
            self.command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        print(f"{self.name:<44} {'ok' if not done.returncode else 'FAILED':<7}", end="")
        print(f"{time.monotonic() - begun:5.1f} s", flush=True)
        if done.returncode:
            print(done.stdout, flush=True)
        return not done.returncode


def checks(folder: Path) -> Iterator[Check]:
    code = [name for name in CODE if (ROOT / name).exists()]
    templates = [str(path.relative_to(ROOT)) for path in (ROOT / "templates", *ROOT.glob("portal/**/templates"))]
    development = {"DJANGO_SETTINGS_MODULE": "portal.settings.test"}
    yield Check("locks: hashes, and no addresses", [PYTHON, "-m", "scripts.check_locks"])
    yield Check("ruff: rules", [str(BIN / "ruff"), "check", *code])
    yield Check("ruff: format", [str(BIN / "ruff"), "format", "--check", *code])
    yield Check("templates: indentation", [str(BIN / "djhtml"), "--check", "--tabwidth", "2", *templates])
    yield Check("templates: nothing inline", [PYTHON, "-m", "scripts.check_templates"])
    yield Check("browser tests: no hasty looks", [PYTHON, "-m", "scripts.check_browser_tests"])
    yield Check("migrations: none missing", [*MANAGE, "makemigrations", "--check", "--dry-run"], development)
    yield Check("types: mypy", [str(BIN / "mypy"), *code])
    yield from checks_with_tables(folder)


def checks_with_tables(folder: Path) -> Iterator[Check]:
    """What needs tables: they are made under production's settings, which are strict, in a folder that goes away."""
    keys = ["vault_newkey", "--front", str(folder / "keyring" / "front")]
    yield Check("vault: a pair of keys", [*MANAGE, *keys], production("desk", folder))
    yield Check("trail: a pair of keys", [*MANAGE, "audit_newkey"], production("desk-worker", folder))
    yield Check("tables, under production settings", [*MANAGE, "migrate_all", "-v", "0"], production("desk", folder))
    yield Check("agreements to begin with", [*MANAGE, "prepare_agreements"], production("desk", folder))
    yield Check("migrations: safe to apply", [PYTHON, "-m", "scripts.check_migrations"], production("desk", folder))
    for site in ("front", "desk"):
        arguments = ["check", "--deploy", "--database", "default", "--fail-level", "WARNING"]
        yield Check(f"system checks, as {site} in production", [*MANAGE, *arguments], production(site, folder))


def production(site: str, folder: Path) -> dict[str, str]:
    """What production must set, with invented values that pass for real ones."""
    is_desk = site.startswith("desk")
    of_desk = {
        "PORTAL_DESK_LINK_KEY": "desk-link-invented-for-the-checks-0123456789-abcdef",
        "PORTAL_TRAIL_KEYS": str(folder / "trail-keys"),
        "PORTAL_TRAIL_FOLDER": str(folder / "trail"),
    }
    return {
        **(of_desk if is_desk else {}),
        "DJANGO_SETTINGS_MODULE": "portal.settings.base",
        "PORTAL_SITE": site,
        "PORTAL_SECRET_KEY": f"{site}-invented-for-the-checks-0123456789-abcdefghijklmnopqrstuvwxyz",
        "PORTAL_LINK_KEY": "link-invented-for-the-checks-0123456789-abcdefghijkl",
        "PORTAL_MFA_KEY": "mfa-invented-for-the-checks-0123456789-abcdefghijklm",
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "DESK_JOBS_DATABASE_URL": f"sqlite:///{folder / 'jobs.sqlite3'}",
        "VAULT_DATABASE_URL": f"sqlite:///{folder / 'vault.sqlite3'}",
        "PORTAL_KEYRING": str(folder / "keyring" / ("desk" if is_desk else "front")),
        "CACHE_URL": "rediscache://127.0.0.1:6379/0",
        "EMAIL_URL": "smtp+tls://portal:invented@mail.example.org:587",
        "PORTAL_MAIL_FROM": "portal@example.org",
        "PORTAL_FRONT_URL": "https://portal.example.org",
        "PORTAL_DESK_URL": "https://desk.example.org",
        "PORTAL_ALLOWED_HOSTS": f"{'desk' if is_desk else 'portal'}.example.org",
        "PORTAL_PROXY_DEPTH": "1",
        "PORTAL_MEDIA_ROOT": str(folder / "media"),
        "PORTAL_SEALED_ROOT": str(folder / "sealed"),
        "PORTAL_STATIC_ROOT": str(folder / "static"),
        "PORTAL_LOG_LEVEL": "WARNING",
    }


def main() -> int:
    (VAR / "cache").mkdir(parents=True, exist_ok=True)
    only = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        chosen = [check for check in checks(Path(folder)) if not only or any(word in check.name for word in only)]
        results = [(check.name, check.passes()) for check in chosen]
    failed = [name for name, passed in results if not passed]
    print(f"{len(results) - len(failed)} of {len(results)} checks passed.")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
