"""The script that verifies on another machine: it needs nothing of ours, and says what the portal says."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given, settings as hypothesis_settings, strategies as st

from portal.audit import exporting, keys, notes
from portal.audit.encoding import FIELDS
from portal.audit.exporting import Shape
from portal.audit.verifying import Kind, bundles, heads
from scripts import verify_trail
from tests.audit import mutations
from tests.audit.mutations import SIZES, Trail, tampering

pytestmark = pytest.mark.django_db
SCRIPT = Path(verify_trail.__file__)
PAGE = SCRIPT.parent.parent / "docs" / "trail-format.md"
OLDEST = (3, 9)


@pytest.fixture
def trail(trail_keys: keys.Verifier, clock: Any, settings: Any) -> Trail:
    settings.PORTAL_SITE = "desk"
    return mutations.recorded(trail_keys, clock)


@pytest.fixture
def made(trail: Trail, tmp_path: Path) -> Callable[..., Path]:
    """An export as a file."""

    def make(shape: Shape = Shape.JSON, *, with_people: bool = True, **chosen: Any) -> Path:
        events = exporting.select(**chosen)
        export = exporting.begin(events, shape=shape, now=timezone.now(), with_people=with_people)
        path = tmp_path / export.name
        path.write_bytes(b"".join(export.pieces))
        return path

    return make


def verify(trail: Trail, what: str, *paths: Path, kept: list[Path] | None = None) -> int:
    own = [word for path in kept or [] for word in ("--checkpoint", str(path))]
    return verify_trail.main([what, *map(str, paths), "--key", trail.verifier.as_text(), *own])


def portal_says(text: str, trail: Trail, trusted: heads.Keys | None = None) -> bool:
    try:
        bundles.check(text, keys=trusted or trail.keys)
    except bundles.BundleRefused:
        return False
    return True


def test_it_runs_without_the_portal_and_without_what_is_installed(
    trail: Trail, made: Callable[..., Path], tmp_path: Path
) -> None:
    path, key = made(), tmp_path / "key.txt"
    key.write_text(trail.verifier.as_text() + "\n")
    copy = tmp_path / "elsewhere" / "verify_trail.py"
    copy.parent.mkdir()
    copy.write_bytes(SCRIPT.read_bytes())
    command = [sys.executable, "-I", "-S", str(copy), "export", str(path), "--key", str(key)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"All {SIZES[-1]} events were in the trail when checkpoint {SIZES[-1]} was signed")


def test_it_is_written_for_python_3_9_and_imports_the_standard_library_alone() -> None:
    tree = ast.parse(SCRIPT.read_text(), feature_version=OLDEST)
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= set(sys.stdlib_module_names)
    newer = ("strict=", "bit_count", "UTC", "StrEnum", "match ")  # zip's, of 3.10, and others that no grammar knows
    assert not [word for word in newer if word in SCRIPT.read_text()]


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("with_people", [True, False])
def test_an_export_holds(trail: Trail, made: Callable[..., Path], shape: Shape, with_people: bool) -> None:
    assert verify(trail, "export", made(shape, with_people=with_people)) == 0


def test_an_export_that_somebody_laid_out_anew_holds(trail: Trail, made: Callable[..., Path]) -> None:
    path = made()
    path.write_text(json.dumps(json.loads(path.read_text()), indent=2))
    assert verify(trail, "export", path) == 0


@hypothesis_settings(max_examples=40)
@given(data=st.data())
def test_both_verifiers_say_the_same_of_an_export_that_was_changed_anywhere(
    trail: Trail, made: Callable[..., Path], data: st.DataObject
) -> None:
    path = made(until=6)
    text = path.read_text()
    at = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.sampled_from(["", "0", "1", "a", '"', "}", ",", "é"]))
    changed = text[:at] + put + text[at + 1 :]
    path.write_text(changed)
    is_fine = verify(trail, "export", path) == 0
    if changed == text:
        assert is_fine
    assert is_fine == portal_says(changed, trail)


@pytest.mark.parametrize("place", ["event", "sequence", "path", "people"])
def test_what_belongs_to_another_event_proves_nothing(
    trail: Trail, made: Callable[..., Path], capsys: Any, place: str
) -> None:
    path = made(until=6)
    data = json.loads(path.read_text())
    data["events"][3][place] = data["events"][4][place]
    path.write_text(json.dumps(data))
    assert verify(trail, "export", path) == 1
    assert capsys.readouterr().out.startswith("WRONG: Event")
    assert not portal_says(path.read_text(), trail)


def test_a_table_that_says_another_thing_than_the_event_is_found(
    trail: Trail, made: Callable[..., Path], capsys: Any
) -> None:
    path = made(Shape.CSV, until=6)
    for change in (lambda table: table.replace(b"bulletin:3", b"bulletin:4"), lambda table: table[:-40]):
        changed = repacked(path, change)
        assert verify(trail, "export", changed) == 1
        assert "The table does not tell of event" in capsys.readouterr().out


def test_a_table_with_more_than_the_events_is_found(trail: Trail, made: Callable[..., Path], capsys: Any) -> None:
    path = made(Shape.CSV, until=6)
    forged = b"\r\n7,2026-11-20T15:00:00.000000Z,desk\r\n"
    assert verify(trail, "export", repacked(path, lambda table: table + forged)) == 1
    assert "not as many events" in capsys.readouterr().out
    assert verify(trail, "export", repacked(path, lambda table: without(table, "outcome", "why"))) == 1
    assert "does not have the columns" in capsys.readouterr().out


def test_an_archive_with_more_than_the_three_files_is_found(trail: Trail, made: Callable[..., Path]) -> None:
    path = made(Shape.CSV, until=6)
    whole, twice = path.read_bytes(), path.with_name("twice.zip")
    with zipfile.ZipFile(path) as packed, zipfile.ZipFile(twice, "w") as more:
        for name in [*packed.namelist(), "trail.csv"]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that the name is there already
                more.writestr(name, packed.read(name))
    assert verify(trail, "export", twice) == 1
    forged = made(until=6).read_bytes().replace(b'"verb":"read"', b'"verb":"key.destroy"')
    for begin in (forged, whole):  # a forged file that people open, and a good one that programs find behind it
        path.write_bytes(begin + whole)
        assert verify(trail, "export", path) == 1


def test_nothing_may_stand_behind_the_end(trail: Trail, made: Callable[..., Path]) -> None:
    path = made(until=6)
    text = path.read_text()
    for more in (text.partition("\n")[2], "\n", "x"):
        path.write_text(text + more)
        assert verify(trail, "export", path) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.update(verdict="fine"),
        lambda data: data["events"][0].update(person_name="Somebody Else"),
        lambda data: data["events"][0].update(sequence=True),
        lambda data: data["events"][0]["event"].pop("v"),
        lambda data: data["events"][0]["event"].update(more=1),
        lambda data: data["events"][0]["people"].update(role=data["events"][0]["people"]["who"]),
        lambda data: data["events"][0]["people"]["who"].update(name="Somebody Else"),
    ],
)
def test_both_refuse_names_that_no_proof_covers(
    trail: Trail, made: Callable[..., Path], spoil: Callable[[Any], Any]
) -> None:
    path = made(until=6)
    data = json.loads(path.read_text())
    spoil(data)
    path.write_text(json.dumps(data))
    assert verify(trail, "export", path) == 1
    assert not portal_says(path.read_text(), trail)


def test_an_export_that_was_cut_short_is_found(trail: Trail, made: Callable[..., Path]) -> None:
    path = made()
    whole = path.read_bytes()
    for length in (len(whole) - 4, len(whole) // 2, 40, 0):
        path.write_bytes(whole[:length])
        assert verify(trail, "export", path) == 1


def test_ones_own_checkpoint_is_held_against_the_exports(
    trail: Trail, made: Callable[..., Path], tmp_path: Path, capsys: Any
) -> None:
    own, older = tmp_path / "own.note", tmp_path / "older.note"
    own.write_text(trail.outside[3].note)
    older.write_text(trail.outside[1].note)
    assert verify(trail, "export", made(), kept=[own, older]) == 0
    assert verify(trail, "export", made(), kept=[older]) == 0
    assert "ask for a proof of consistency" in capsys.readouterr().out
    with tampering():
        mutations.edit(30, "about")
        mutations.seal_anew(after=0)
        mutations.sign_anew()
        forged = made()
    assert verify(trail, "export", forged) == 0
    assert verify(trail, "export", forged, kept=[own]) == 1
    assert "the trail was rewritten" in capsys.readouterr().out


@pytest.mark.parametrize("size", SIZES)
def test_one_checkpoint_is_the_beginning_of_another(trail: Trail, tmp_path: Path, size: int) -> None:
    path = tmp_path / "proof.json"
    path.write_text(printed("audit_prove", "--since", str(size)))
    assert verify(trail, "consistency", path) == 0
    data = json.loads(path.read_text())
    for wrong in ({**data, "path": data["path"][:-1]}, {**data, "path": [*data["path"], "00" * 32]}):
        path.write_text(json.dumps(wrong))
        is_fine = verify(trail, "consistency", path) == 0
        assert is_fine == portal_says(json.dumps(wrong), trail) == (wrong["path"] == data["path"])


def test_a_proof_of_consistency_over_what_was_rewritten_does_not_hold(
    trail: Trail, tmp_path: Path, capsys: Any
) -> None:
    path, own = tmp_path / "proof.json", tmp_path / "own.note"
    own.write_text(trail.outside[1].note)
    with tampering():
        mutations.edit(5, "about")
        mutations.seal_anew(after=0)
        mutations.sign_anew()
        path.write_text(printed("audit_prove", "--since", "20"))
    assert verify(trail, "consistency", path) == 0  # among what was signed again all agrees
    assert verify(trail, "consistency", path, kept=[own]) == 1
    assert "Your own checkpoint of 20 events has another head" in capsys.readouterr().out


def test_a_proof_that_leaves_ones_own_checkpoint_out_is_none(trail: Trail, tmp_path: Path, capsys: Any) -> None:
    """Rewritten behind 20 and signed again, a proof from 20 holds: what the auditor has is of 37."""
    path, own = tmp_path / "proof.json", tmp_path / "own.note"
    own.write_text(trail.outside[2].note)
    path.write_text(printed("audit_prove", "--since", "20"))
    assert verify(trail, "consistency", path, kept=[own]) == 1
    assert "37 events is neither of the two" in capsys.readouterr().out


def test_a_key_of_another_trail_does_not_speak_for_this_one(
    trail: Trail, made: Callable[..., Path], tmp_path: Path
) -> None:
    other = keys.write_new(tmp_path / "other", name="test.example/trail")
    secret = serialization.load_pem_private_key(next((tmp_path / "other").glob("*.pem")).read_bytes(), None)
    assert isinstance(secret, Ed25519PrivateKey)
    data = json.loads(made(until=6).read_text())
    body = data["checkpoint"].rpartition("\n\n")[0] + "\n"
    both = {**trail.keys, other.hash: other}
    for name, note in (("theirs", notes.sign(body, name=other.name, key=secret)), ("ours", data["checkpoint"])):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({**data, "checkpoint": note}))
        given = ["export", str(path), "--key", trail.verifier.as_text(), "--key", other.as_text()]
        assert verify_trail.main(given) == (1 if name == "theirs" else 0)
        assert portal_says(path.read_text(), trail, both) is (name == "ours")


def test_wrong_use_ends_with_2(trail: Trail, made: Callable[..., Path], tmp_path: Path) -> None:
    path = made()
    assert verify(trail, "export", tmp_path / "nowhere.json") == 2
    for words in (["export", str(path)], ["export", str(path), "--key", "no key"], ["other", str(path)], []):
        with pytest.raises(SystemExit) as ended:
            verify_trail.main(words)
        assert ended.value.code == 2


def test_what_is_no_file_of_a_trail_is_found_wrong(trail: Trail, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    for content in (b"", b"{}", b"[1]", b"\xff\xfe", b"PK\x05\x06" + bytes(18), b'{"checkpoint":"x","events":[]}'):
        path.write_bytes(content)
        assert verify(trail, "export", path) == 1
        assert verify(trail, "consistency", path) == 1


def names_in_table(heading: str) -> list[str]:
    """What stands in the first column of the first table below a heading of the page on formats."""
    below = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    return re.findall(r"^\| `([\w-]+)` \|", below.partition("\n## ")[0], flags=re.MULTILINE)


def test_the_page_on_formats_knows_every_field_and_every_finding() -> None:
    assert sorted(names_in_table("Event")) == sorted(["v", *FIELDS])
    assert names_in_table("What audit_verify says") == [kind.value for kind in Kind]


def printed(*words: str) -> str:
    from io import StringIO

    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    return out.getvalue()


def without(table: bytes, *columns: str) -> bytes:
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    kept = [place for place, column in enumerate(rows[0]) if column not in columns]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([row[place] for place in kept] for row in rows)
    return out.getvalue().encode()


def repacked(path: Path, change: Callable[[bytes], bytes]) -> Path:
    with zipfile.ZipFile(path) as packed:
        content = {name: packed.read(name) for name in packed.namelist()}
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(changed, "w") as packed:
        for name, data in content.items():
            packed.writestr(name, change(data) if name == "trail.csv" else data)
    return changed
