"""Which real servers the tests can use, and how to start those that are missing."""

import os
import shlex
import shutil
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from scripts.paths import VAR

STARTED = VAR / "services" / "env"
START = "start it with `make services`"


@dataclass(frozen=True)
class Server:
    """A server, the variable that names it, and how to come by it."""

    name: str
    variable: str
    advice: str

    @property
    def address(self) -> str:
        return os.environ.get(self.variable, "")

    @property
    def is_there(self) -> bool:
        return bool(self.address) and (os.path.exists(self.address) or accepts(self.address))


SERVERS = (
    Server("PostgreSQL", "PORTAL_TEST_POSTGRES_URL", START),
    Server("Elasticsearch", "PORTAL_TEST_ELASTICSEARCH_URL", START),
    Server("ClamAV", "PORTAL_TEST_CLAMD_ADDRESS", START),
    Server("Chromium", "PORTAL_TEST_CHROMIUM", "install it (on Debian: apt-get install chromium)"),
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def adopt() -> None:
    """Put what `make services` started, and the machine's browser, into the environment; what is set there wins."""
    for name, value in started().items():
        os.environ.setdefault(name, value)
    browser = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if browser:
        os.environ.setdefault("PORTAL_TEST_CHROMIUM", browser)


def started() -> dict[str, str]:
    """The variables in the file that `make services` writes: lines of `export NAME=value`."""
    if not STARTED.exists():
        return {}
    words = (word for line in STARTED.read_text().splitlines() for word in shlex.split(line) if "=" in word)
    return dict(word.split("=", 1) for word in words)


def accepts(address: str) -> bool:
    """Whether something listens at `scheme://host:port/…` or `host:port`."""
    parts = urlsplit(address if "//" in address else f"//{address}")
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 0), timeout=2):
            return True
    except (OSError, ValueError):
        return False
