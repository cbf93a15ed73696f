"""Signed heads of the trail, and the places that they are taken to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from portal.audit import checkpoints, deliveries, keys, notes, sealing
from portal.audit.checks import only_desk_signs, the_witness_is_on_the_web
from portal.audit.management.commands import audit_seal
from portal.audit.merkle import root_of
from portal.audit.models import Checkpoint, Delivery, Event, Seal
from portal.audit.ticks import take_outside
from tests.audit.conftest import NOW

Happen = Callable[[int], list[Event]]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("trail_keys", "clock")]


def sealed(happen: Happen, count: int) -> None:
    happen(count)
    sealing.seal(now=NOW)


def test_a_checkpoint_states_number_head_and_link_and_is_signed(happen: Happen, trail_keys: keys.Verifier) -> None:
    sealed(happen, 5)
    made = checkpoints.make(now=NOW)
    head = notes.read_head(notes.open_note(made.note, {trail_keys.hash: trail_keys.key}))
    leaves = [bytes(leaf) for leaf in Seal.objects.order_by("sequence").values_list("leaf", flat=True)]
    assert (head.size, head.root) == (5, root_of(leaves))
    assert head.link == bytes(Seal.objects.get(sequence=5).link)
    assert head.time == "2026-11-20T15:00:00.000000Z"


def test_the_next_head_is_over_everything(happen: Happen) -> None:
    for count in (3, 4, 1):
        sealed(happen, count)
        made = checkpoints.make(now=NOW)
    leaves = [bytes(leaf) for leaf in Seal.objects.order_by("sequence").values_list("leaf", flat=True)]
    assert bytes(made.root) == root_of(leaves)


def test_one_is_due_after_so_many_events_or_so_long(happen: Happen, settings: Any) -> None:
    settings.PORTAL_TRAIL_CHECKPOINT_EVENTS = 3
    assert not checkpoints.is_due(now=NOW)
    sealed(happen, 1)
    assert checkpoints.make_if_due(now=NOW)
    sealed(happen, 2)
    assert not checkpoints.is_due(now=NOW)
    assert checkpoints.is_due(now=NOW + settings.PORTAL_TRAIL_CHECKPOINT_EVERY)
    sealed(happen, 1)
    assert checkpoints.is_due(now=NOW)


def test_the_first_of_a_new_month_closes_the_one_before(happen: Happen) -> None:
    sealed(happen, 1)
    assert checkpoints.make(now=NOW).closes_month is None
    sealed(happen, 1)
    closing = checkpoints.make_if_due(now=NOW + timedelta(days=11))
    assert closing is not None
    assert str(closing.closes_month) == "2026-11-01"


def test_a_checkpoint_is_written_to_a_file_that_is_never_replaced(happen: Happen, settings: Any) -> None:
    sealed(happen, 2)
    made = checkpoints.make(now=NOW)
    assert deliveries.deliver_waiting(now=NOW) == 1
    path = Path(settings.PORTAL_TRAIL_FOLDER) / "checkpoints" / "000000000000002.note"
    assert path.read_text(encoding="utf-8") == made.note
    Delivery.objects.update(delivered_at=None)
    path.write_text("kept as it is")
    deliveries.deliver_waiting(now=NOW)
    assert path.read_text() == "kept as it is"


def test_the_first_of_a_day_goes_out_by_mail(
    happen: Happen, settings: Any, django_capture_on_commit_callbacks: Any, desk_keys: None
) -> None:
    settings.PORTAL_TRAIL_WITNESS_MAIL = "witness@auditor.example"
    for _ in range(2):
        sealed(happen, 1)
        checkpoints.make(now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        deliveries.deliver_waiting(now=NOW)
    (message,) = mail.outbox
    assert message.to == ["witness@auditor.example"]
    assert Checkpoint.objects.get(size=1).note.strip() in message.body


class Witness(BaseHTTPRequestHandler):
    taken: list[str] = []
    answer: int | bytes = 200

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        Witness.taken.append(self.rfile.read(length).decode())
        if isinstance(Witness.answer, bytes):
            self.wfile.write(Witness.answer)
            return
        self.send_response(Witness.answer)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def witness(settings: Any) -> Iterator[type[Witness]]:
    server = HTTPServer(("127.0.0.1", 0), Witness)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.PORTAL_TRAIL_WITNESS_URL = f"http://127.0.0.1:{server.server_port}/"
    Witness.taken, Witness.answer = [], 200
    yield Witness
    server.shutdown()
    server.server_close()


def test_a_witness_gets_each_one_and_a_refusal_is_tried_again(happen: Happen, witness: type[Witness]) -> None:
    witness.answer = 503
    sealed(happen, 1)
    made = checkpoints.make(now=NOW)
    deliveries.deliver_waiting(now=NOW)
    row = made.deliveries.get(place="web")
    assert (row.delivered_at, row.attempts, row.problem) == (None, 1, "NotTaken")
    witness.answer = 200
    assert deliveries.deliver_waiting(now=NOW) == 1
    assert witness.taken == [made.note, made.note]


@pytest.mark.parametrize(
    "answer",
    [
        b"nothing of HTTP\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n" + b"X-More: 1\r\n" * 200 + b"\r\n",
        b"",
        302,
        307,
        400,
    ],
    ids=["garbage", "headers without end", "nothing", "302", "307", "400"],
)
def test_what_a_witness_answers_is_a_failure_at_most_and_is_followed_nowhere(
    happen: Happen, witness: type[Witness], answer: Any
) -> None:
    witness.answer = answer
    sealed(happen, 1)
    made = checkpoints.make(now=NOW)
    assert deliveries.deliver_waiting(now=NOW) == 1  # to the folder
    row = made.deliveries.get(place="web")
    assert (row.delivered_at, row.attempts) == (None, 1)
    assert witness.taken == [made.note]


def test_a_place_that_fails_is_left_until_next_time_and_keeps_no_other_waiting(
    happen: Happen, witness: type[Witness], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "MOST_AT_ONCE", 3)
    witness.answer = 503
    for _ in range(4):
        sealed(happen, 1)
        checkpoints.make(now=NOW)
    assert [deliveries.deliver_waiting(now=NOW) for _ in range(2)] == [3, 1]
    assert len(witness.taken) == 2
    assert Delivery.objects.filter(place="file", delivered_at=None).count() == 0
    assert list(Delivery.objects.filter(place="web").order_by("pk").values_list("attempts", flat=True)) == [1, 1, 0, 0]
    witness.answer = 200
    deliveries.deliver_waiting(now=NOW)
    deliveries.deliver_waiting(now=NOW)
    assert not Delivery.objects.filter(delivered_at=None).exists()


def test_the_sealers_own_process_waits_for_no_witness(
    happen: Happen, witness: type[Witness], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_seal, "close_old_connections", lambda: None)  # a test has one, and needs it
    happen(1)
    audit_seal.Command()._turn()
    assert Checkpoint.objects.count() == 1
    assert witness.taken == []
    take_outside(NOW)
    assert len(witness.taken) == 1


NO_ADDRESSES = (
    "https://witness..office.example/",
    "https://wit ness.example/",
    "https://[::1/",
    f"https://{'a' * 70}.example/",
    "https://127.0.0.1:99999/",
    "https:///checkpoints",
)


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_an_address_that_is_none_keeps_no_other_place_waiting(happen: Happen, settings: Any, address: str) -> None:
    settings.PORTAL_TRAIL_WITNESS_URL, settings.PORTAL_TRAIL_WITNESS_MAIL = address, "witness@auditor.example"
    sealed(happen, 1)
    made = checkpoints.make(now=NOW)
    assert deliveries.deliver_waiting(now=NOW) == 2
    assert {row.place: row.delivered_at is not None for row in made.deliveries.all()} == {
        "file": True,
        "web": False,
        "mail": True,
    }


def test_a_witness_that_drips_is_left_after_so_many_seconds_in_all(
    happen: Happen, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes in time, and the answer never ends until the test does."""
    over = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connected, _address = server.accept()
        with connected, suppress(OSError):
            connected.recv(65_536)
            connected.sendall(b"HTTP/1.1 200 OK\r\nX-More: ")
            while not over.wait(0.02):
                connected.sendall(b"a")

    dripping = threading.Thread(target=drip, daemon=True)
    dripping.start()
    monkeypatch.setattr(deliveries, "PATIENCE", 0.3)
    settings.PORTAL_TRAIL_WITNESS_URL = f"http://127.0.0.1:{server.getsockname()[1]}/"
    sealed(happen, 1)
    made = checkpoints.make(now=NOW)
    try:
        assert deliveries.deliver_waiting(now=NOW) == 1
        assert not over.is_set()
    finally:
        over.set()
        dripping.join()
        server.close()
        for thread in threading.enumerate():
            if isinstance(thread, deliveries._Sending):
                thread.join()
    assert made.deliveries.get(place="web").problem == "NotTaken"


def test_another_file_in_the_place_of_a_checkpoint_is_not_taken_for_it(happen: Happen, settings: Any) -> None:
    sealed(happen, 1)
    made = checkpoints.make(now=NOW)
    folder = Path(settings.PORTAL_TRAIL_FOLDER) / "checkpoints"
    folder.mkdir(parents=True)
    path = folder / f"{made.size:015d}.note"
    path.write_text("rubbish")
    assert deliveries.deliver_waiting(now=NOW) == 0
    row = made.deliveries.get(place="file")
    assert (row.delivered_at, row.attempts, row.problem) == (None, 1, "NotTaken")
    assert path.read_text() == "rubbish"
    path.write_text(made.note)
    assert deliveries.deliver_waiting(now=NOW) == 1


@pytest.mark.parametrize(
    ("address", "is_fine"),
    [
        ("", True),
        ("https://witness.example/", True),
        ("http://127.0.0.1:9/", True),
        ("http://witness.example/", False),
        *((address, False) for address in NO_ADDRESSES),
    ],
)
def test_checkpoints_leave_by_https_alone(settings: Any, address: str, is_fine: bool) -> None:
    settings.PORTAL_TRAIL_WITNESS_URL = address
    assert (the_witness_is_on_the_web(None) == []) is is_fine


def test_the_worker_of_the_desk_does_not_start_without_a_key(settings: Any, tmp_path: Path) -> None:
    settings.PORTAL_SITE, settings.PORTAL_TRAIL_KEYS = "desk-worker", tmp_path / "nothing"
    (error,) = only_desk_signs(None)
    assert error.id == "audit.E002"
    keys.write_new(tmp_path / "nothing", name="portal.example/trail")
    assert only_desk_signs(None) == []


def test_a_key_that_others_can_read_is_not_used(settings: Any, trail_keys: keys.Verifier) -> None:
    (path,) = Path(settings.PORTAL_TRAIL_KEYS).glob("*.private.pem")
    path.chmod(0o640)
    with pytest.raises(keys.TrailKeyProblem, match="mode must be 600"):
        keys.signer()
