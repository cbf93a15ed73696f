"""The whole portal in a folder of its own, started as `make run` starts it and stopped by its own process ids."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SITES = ("front", "desk")
START_LIMIT = 60.0  # seconds
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")
PREPARED = "PORTAL_TEST_PREPARED"  # a folder in which the prepared data is kept for other workers and runs


class NotStarted(Exception):
    """The portal did not come up; the message carries what its process said."""


@dataclass
class WebSite:
    """Front or Desk: its listening socket, its log and, once started, its process."""

    name: str
    log: Path
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=64))
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        # Kept apart: the socket itself is handed over to the web server.
        self.port = int(self.listener.getsockname()[1])

    @property
    def url(self) -> str:
        # A name and no number: a passkey belongs to a host name (WebAuthn, section 5.1.2).
        return f"http://localhost:{self.port}"

    def start(self, root: Path, environment: dict[str, str]) -> None:
        """The web server takes over a socket that already listens, so that no other program can take its port."""
        handed_over = self.listener.fileno()
        options = ["--bind", f"fd://{handed_over}", "--worker-class", "gthread", "--workers", "1", "--threads", "8"]
        options += ["--graceful-timeout", "3", "--log-level", "warning", "--no-control-socket"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *options, "portal.wsgi:application"],
                cwd=root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[handed_over],
            )
        self.listener.close()

    def wait_until_ready(self) -> None:
        """Ask once: the socket listens already, so the answer comes when the server is up, or an error if it fell."""
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=START_LIMIT) as answer:  # noqa: S310  (our own)
                json.load(answer)
        except (urllib.error.URLError, OSError, ValueError) as problem:
            raise NotStarted(f"{self.name} did not become ready ({problem}).\n{self.tail()}") from None

    def stop(self) -> None:
        self.listener.close()
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=10)

    def said_since(self, offset: int) -> str:
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")

    def tail(self, lines: int = 60, *, width: int | None = None) -> str:
        return "\n".join(line[:width] for line in self.said_since(0).splitlines()[-lines:])


class RunningPortal:
    """Both sites over one database, with the demonstration in it."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.data = folder / "data"
        self.mail = folder / "mail"
        logs = folder / "logs"
        for made in (self.mail, logs):
            made.mkdir(parents=True)
        for name in SITES:
            (logs / f"{name}.log").touch()
        self.sites = {name: WebSite(name, logs / f"{name}.log") for name in SITES}

    @property
    def front(self) -> WebSite:
        return self.sites["front"]

    @property
    def desk(self) -> WebSite:
        return self.sites["desk"]

    def environment(self, site: str) -> dict[str, str]:
        """What one process gets: nothing of the developer's own, and secrets that are the same in each run."""
        data = self.data
        of_desk = {
            "PORTAL_DESK_LINK_KEY": "desk-link-key-of-the-browser-tests-desk",
            "PORTAL_TRAIL_KEYS": str(data / "trail-keys"),
            "PORTAL_TRAIL_FOLDER": str(data / "trail"),
        }
        return {
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
            "PYTHONPATH": str(self.root),
            "PORTAL_SITE": site,
            "PORTAL_SECRET_KEY": f"{site}-secret-key-of-the-browser-tests-" * 2,
            "PORTAL_LINK_KEY": "link-key-of-the-browser-tests-link-key",
            **(of_desk if site == "desk" else {}),
            "PORTAL_MFA_KEY": "mfa-key-of-the-browser-tests-mfa-key",
            "DATABASE_URL": f"sqlite:///{data / 'portal.sqlite3'}",
            "DESK_JOBS_DATABASE_URL": f"sqlite:///{data / 'desk-jobs.sqlite3'}",
            "VAULT_DATABASE_URL": f"sqlite:///{data / 'vault.sqlite3'}",
            "PORTAL_KEYRING": str(data / "keyring" / site),
            "PORTAL_MEDIA_ROOT": str(data / "media"),
            "PORTAL_SEALED_ROOT": str(data / "sealed"),
            "PORTAL_STATIC_ROOT": str(data / "static"),
            "PORTAL_FRONT_URL": self.front.url,
            "PORTAL_DESK_URL": self.desk.url,
            "PORTAL_ALLOWED_HOSTS": "localhost",
            "PORTAL_LOG_LEVEL": "WARNING",
            "CLAMD_ADDRESS": os.environ.get("PORTAL_TEST_CLAMD_ADDRESS", ""),
            "PORTAL_TEST_MAIL_FOLDER": str(self.mail),
        }

    def start(self) -> None:
        self.prepare()
        for site in self.sites.values():
            site.start(self.root, self.environment(site.name))
        for site in self.sites.values():
            site.wait_until_ready()

    def stop(self) -> None:
        for site in self.sites.values():
            site.stop()

    def prepare(self) -> None:
        """Tables, demonstration and stylesheets; where a folder is named for them, made there once and copied."""
        kept = os.environ.get(PREPARED)
        if not kept:
            self._make()
            return
        with Path(f"{kept}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not Path(kept).exists():
                self._make()
                shutil.copytree(self.data, f"{kept}.part")
                Path(f"{kept}.part").rename(kept)
                return
        shutil.copytree(kept, self.data)

    def _make(self) -> None:
        self.data.mkdir(parents=True)
        # Stylesheets need no table: a second core collects them meanwhile.
        with self._begin("manage.py", "collectstatic", "--noinput", "--verbosity", "0") as collecting:
            self.manage("vault_newkey", "--front", str(self.data / "keyring" / "front"))
            self.manage("audit_newkey")
            self.manage("migrate_all", "--verbosity", "0")
            self.manage("seed_demo")
            self._finish(collecting)

    def manage(self, *arguments: str) -> str:
        """Run a management command against the running portal; give what it said."""
        return self._finish(self._begin("manage.py", *arguments))

    def run(self, *arguments: str) -> str:
        """Run a module of the tests as a process of Desk; give what it said."""
        return self._finish(self._begin(*arguments))

    def facts(self) -> dict[str, Any]:
        """What is in the database, for tests that must know it (`tests.e2e.facts`)."""
        found: dict[str, Any] = json.loads(self._finish(self._begin("-m", "tests.e2e.facts")))
        return found

    def _begin(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.environment("desk"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def _finish(process: subprocess.Popen[str]) -> str:
        said, complained = process.communicate(timeout=300)
        if process.returncode:
            command = " ".join(_words(process.args))
            raise NotStarted(f"{command} failed:\n{said}\n{complained}")
        return said


def _words(args: Any) -> Sequence[str]:
    return [str(word) for word in args]


def keep() -> None:
    """Make ahead what the tests start from, so that of several workers none waits for it."""
    with tempfile.TemporaryDirectory() as folder:
        portal = RunningPortal(Path(__file__).resolve().parent.parent.parent, Path(folder))
        try:
            portal.prepare()
        finally:
            portal.stop()


if __name__ == "__main__":
    keep()
