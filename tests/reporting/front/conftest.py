"""A member at the form of Front, with a scanner of the test's own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.members.models import Person
from tests.conftest import desk_keyring, session_for
from tests.core.test_clamd import hear
from tests.factories import PersonFactory

ORIGIN = "http://testserver"
PAGES: dict[str, dict[str, str]] = {
    "activity": {
        "behaviour": "PHOTO",
        "what": "A man photographed the intake twice.",
        "unusual": "At night, from a parked van.",
    },
    "place": {"begun": "2026-11-19T22:15", "ended": "", "where": "North gate of the plant", "county": "29051"},
    "target": {"sector": "", "target": "", "facility": "Intake 2"},
    "known": {"how": "seen", "source": ""},
    "contact": {"reach": "phone", "contact": "555-0199", "when": ""},
}


@dataclass
class Reporter:
    """Somebody who fills in the form, page by page, as a browser without scripts does."""

    person: Person
    browser: Client
    versions: dict[str, int] = field(default_factory=dict)

    def begin(self, *, now: str = "no") -> Any:
        return self.post("report_activity", now=now)

    def write(self, page: str, **typed: str) -> Any:
        data = {"seen": str(self.versions.get(page, 0)), **PAGES.get(page, {}), **typed}
        answer = self.browser.post(reverse("report_page", args=[page]), data)
        if answer.status_code in {302, 422}:
            self.versions[page] = self.versions.get(page, 0) + 1
        return answer

    def fill(self, *, now: str = "no") -> None:
        self.begin(now=now)
        for page in PAGES:
            assert self.write(page).status_code == 302, page

    def upload(self, name: str, content: bytes, kind: str = "image/jpeg", **headers: str) -> Any:
        return self._upload(reverse("report_upload"), SimpleUploadedFile(name, content, kind), headers)

    def add_file(self, number: str, name: str, content: bytes, kind: str = "image/jpeg", **headers: str) -> Any:
        """A file for a report that was sent."""
        address = reverse("report_add_file", args=[number])
        return self._upload(address, SimpleUploadedFile(name, content, kind), headers)

    def _upload(self, address: str, file: SimpleUploadedFile, headers: dict[str, str]) -> Any:
        sent = {"Origin": ORIGIN, "Accept": "application/json", **headers}
        return self.browser.post(address, {"file": file}, headers=sent)

    def send(self, **typed: str) -> Any:
        return self.post("report_check", **typed)

    def post(self, name: str, *args: Any, **typed: str) -> Any:
        return self.browser.post(reverse(name, args=args), typed)

    def get(self, name: str, *args: Any) -> Any:
        return self.browser.get(reverse(name, args=args))


@pytest.fixture(autouse=True)
def sealed_root(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A folder of sealed files for this test alone."""
    folder = tmp_path / "sealed"
    sealed = {**settings.STORAGES["sealed"], "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "sealed": sealed}
    yield folder


class FakeScanner:
    """Hears every stream to its end and answers what the test says."""

    def __init__(self) -> None:
        self.answer = b"stream: OK\0"
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self._server.accept()
                with connection, suppress(OSError):
                    hear(connection)
                    connection.sendall(self.answer)

    def stop(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(timeout=5)


@pytest.fixture
def scanner(settings: Any) -> Iterator[FakeScanner]:
    """A scanner that calls everything clean, unless the test says otherwise."""
    made = FakeScanner()
    settings.PORTAL_CLAMD_ADDRESS = made.address
    yield made
    made.stop()


@pytest.fixture
def go_to_desk(settings: Any) -> Callable[[], None]:
    """Give this process the desk's private keys from now on."""

    def go() -> None:
        settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "desk"
        settings.PORTAL_KEYRING = desk_keyring()

    return go


@pytest.fixture
def reporter(pages: Any) -> Reporter:
    person = PersonFactory()
    return Reporter(person, session_for(person))
