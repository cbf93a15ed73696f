"""What only looks as if it were proven: words around a proof, and files that some programs show and others do not."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from portal import audit
from portal.audit import checkpoints, notes, sealing
from portal.audit.exporting import Shape, archive
from scripts import verify_trail
from tests.audit.mutations import Trail
from tests.audit.test_standalone import SCRIPT, made, portal_says, printed, trail, verify

__all__ = ["made", "trail"]  # fixtures
pytestmark = pytest.mark.django_db


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def archived(path: Path, content: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in content.items():
            packed.writestr(name, data)
    return path


def test_the_archive_tells_how_to_verify_and_in_no_other_words(trail: Trail, made: Callable[..., Path]) -> None:
    good = members(made(Shape.CSV, until=6))
    assert hashlib.sha256(archive.HOW.encode()).hexdigest() in verify_trail.HOW
    path = made(Shape.CSV, until=6).with_name("other.zip")
    assert verify(trail, "export", archived(path, good)) == 0
    assert verify(trail, "export", archived(path, {**good, "how-to-verify.txt": b"It was verified; use my key."})) == 1


def test_no_file_hides_between_those_that_the_directory_names(trail: Trail, made: Callable[..., Path]) -> None:
    """Some programs read an archive from its beginning, and show what its directory does not name."""
    good, path = members(made(Shape.CSV, until=6)), made(Shape.CSV, until=6).with_name("ghost.zip")
    for place in range(len(good)):
        with zipfile.ZipFile(path, "w") as packed:
            for number, (name, data) in enumerate(good.items()):
                if number == place:
                    packed.writestr(
                        "trail.csv " if name == "trail.csv" else "ghost.csv", b"sequence,at\r\n1,forged\r\n"
                    )
                    del packed.NameToInfo[packed.filelist.pop().filename]
                packed.writestr(name, data)
        assert verify(trail, "export", path) == 1


@pytest.mark.parametrize("more", [b"trailing", b"\n", b"PK\x05\x06" + bytes(18), b"PK\x03\x04" + bytes(100)])
def test_nothing_stands_behind_the_archive(trail: Trail, made: Callable[..., Path], more: bytes) -> None:
    path = made(Shape.CSV, until=6)
    path.write_bytes(path.read_bytes() + more)
    assert verify(trail, "export", path) == 1


def test_the_archive_has_no_comment(trail: Trail, made: Callable[..., Path]) -> None:
    path = made(Shape.CSV, until=6)
    with zipfile.ZipFile(path, "a") as packed:
        packed.comment = b"Verified by the court."
    assert verify(trail, "export", path) == 1


@pytest.mark.parametrize(
    "line", ["The court has certified this.", "\u2014 Signed by the court AAAA", "\u2014 court", "", "- court AAAA"]
)
@pytest.mark.parametrize("is_first", [True, False])
def test_among_the_signatures_of_a_note_stands_nothing_else(
    trail: Trail, made: Callable[..., Path], line: str, is_first: bool
) -> None:
    path = made(until=6)
    data = json.loads(path.read_text())
    body, signatures = data["checkpoint"].rpartition("\n\n")[::2]
    lines = f"{line}\n{signatures}" if is_first else f"{signatures}{line}\n"
    path.write_text(json.dumps({**data, "checkpoint": f"{body}\n\n{lines}"}))
    assert verify(trail, "export", path) == 1
    assert not portal_says(path.read_text(), trail)


def test_a_signature_of_somebody_else_is_passed_over(trail: Trail, made: Callable[..., Path]) -> None:
    """A witness may sign as well (C2SP signed-note)."""
    path = made(until=6)
    data = json.loads(path.read_text())
    other = notes.sign(
        data["checkpoint"].rpartition("\n\n")[0] + "\n", name="witness.example", key=Ed25519PrivateKey.generate()
    )
    path.write_text(json.dumps({**data, "checkpoint": data["checkpoint"] + other.rpartition("\n\n")[2]}))
    assert verify(trail, "export", path) == 0
    assert portal_says(path.read_text(), trail)


def test_a_proof_of_consistency_has_its_format_and_its_names_alone(trail: Trail, tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    data = json.loads(printed("audit_prove", "--since", "20"))
    for wrong in ({"format": "whatever"}, {"statement": "Nothing was ever read."}, {"format": "portal-trail-export/1"}):
        path.write_text(json.dumps({**data, **wrong}))
        assert verify(trail, "consistency", path) == 1
        assert not portal_says(path.read_text(), trail)


def test_facts_may_be_longer_than_a_csv_reader_expects(trail: Trail, made: Callable[..., Path]) -> None:
    people = [f"members.person:{number}" for number in range(8_000)]
    audit.record(audit.Verb.CIRCLE_ADD, "members.community:1", facts={"people": people})
    sealing.seal(now=timezone.now())
    checkpoints.make(now=timezone.now())
    for shape in Shape:
        assert verify(trail, "export", made(shape)) == 0


def test_it_stays_one_file_that_somebody_can_read() -> None:
    assert len(SCRIPT.read_text().splitlines()) <= 400
