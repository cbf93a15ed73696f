"""What `make run` makes for the vault."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portal.settings.development import key_ring
from portal.vault import keyring
from scripts import prepare


def test_the_ring_is_made_once_and_front_gets_the_public_half(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "keyring"
    desk, front = key_ring(folder, "desk"), key_ring(folder, "worker")
    assert (desk, front) == (folder / "desk", folder / "front")
    ring = keyring.load(desk, with_private=True)
    assert len(ring.keys) == 1
    assert ring.holds(ring.current.id)
    assert keyring.load(front, with_private=False).current.id == ring.current.id
    key_ring(folder, "front")
    assert keyring.load(desk, with_private=True).keys.keys() == ring.keys.keys()


def test_processes_that_start_together_agree_on_one_ring(tmp_path: Path) -> None:
    with ThreadPoolExecutor(max_workers=4) as together:
        list(together.map(lambda site: key_ring(tmp_path / "keyring", site), ["front", "desk"] * 4))
    assert len(keyring.load(tmp_path / "keyring" / "desk", with_private=True).keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keyring"]


def test_the_ring_is_closed_to_others(tmp_path: Path) -> None:
    key_ring(tmp_path / "keyring", "desk")
    assert (tmp_path / "keyring").stat().st_mode & 0o077 == 0


def test_databases_of_an_earlier_start_are_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "VAR", tmp_path)
    for name in ("portal.sqlite3", "vault.sqlite3-wal"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    prepare.close_databases()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
