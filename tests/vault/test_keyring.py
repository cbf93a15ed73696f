"""The folder of key files, and what keeps a process from starting."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from portal.vault import checks, keyring
from portal.vault.errors import KeyRingProblem
from portal.vault.suites import PrivateKey

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def folders(tmp_path: Path, settings: Any) -> tuple[Path, Path]:
    """Desk's and Front's folder with one pair; this process is Desk."""
    desk, front = tmp_path / "desk", tmp_path / "front"
    pair(desk, front)
    settings.PORTAL_SITE_KIND = "desk"
    settings.PORTAL_KEYRING = desk
    return desk, front


def pair(desk: Path, *others: Path, after_days: int = 0) -> str:
    created = START + timedelta(days=after_days)
    return keyring.write_pair(
        PrivateKey.generate(), created=created, private_folder=desk, public_folders=[desk, *others]
    )


def found_ids() -> list[str]:
    messages = [
        *checks.front_has_no_private_key(None),
        *checks.key_ring_can_be_used(None),
        *checks.vault_has_a_database_of_its_own(None),
    ]
    return [str(message.id) for message in messages]


def change(path: Path, **values: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def only(folder: Path, ending: str) -> Path:
    (path,) = folder.glob(f"*{ending}")
    return path


def test_a_good_ring_is_said_to_be_good(folders: tuple[Path, Path], settings: Any) -> None:
    assert found_ids() == []
    settings.PORTAL_SITE_KIND, settings.PORTAL_KEYRING = "front", folders[1]
    assert found_ids() == []
    assert not keyring.ring().holds_private_keys


def test_files_are_written_with_their_modes(folders: tuple[Path, Path]) -> None:
    desk, front = folders
    assert only(desk, keyring.PRIVATE).stat().st_mode & 0o777 == 0o600
    assert not list(front.glob(f"*{keyring.PRIVATE}"))
    assert len(list(desk.iterdir())) == 2


def test_the_newest_active_key_is_sealed_to(folders: tuple[Path, Path]) -> None:
    desk, _front = folders
    first = keyring.ring().current.id
    second = pair(desk, after_days=1)
    pair(desk, after_days=-1)
    assert keyring.ring().current.id == second
    keyring.retire(desk, keyring.ring().keys[second])
    assert keyring.ring().current.id == first
    assert keyring.ring().holds(second)


def test_the_private_half_alone_still_opens(folders: tuple[Path, Path]) -> None:
    desk, _front = folders
    old = keyring.ring().current.id
    only(desk, keyring.PUBLIC).unlink()
    new = pair(desk)
    assert keyring.ring().holds(old)
    assert keyring.ring().current.id == new


def test_a_private_key_on_front_is_refused(folders: tuple[Path, Path], settings: Any) -> None:
    settings.PORTAL_SITE_KIND = "front"
    assert found_ids() == ["vault.E001"]
    with pytest.raises(KeyRingProblem, match="must have none"):
        keyring.ring()


def test_a_private_key_under_another_name_is_noticed_too(folders: tuple[Path, Path], settings: Any) -> None:
    desk, front = folders
    settings.PORTAL_SITE_KIND, settings.PORTAL_KEYRING = "front", front
    (front / "old.bak").write_bytes(only(desk, keyring.PRIVATE).read_bytes())
    assert found_ids() == ["vault.E001"]


def test_without_an_active_key_nothing_starts(folders: tuple[Path, Path]) -> None:
    keyring.retire(folders[0], keyring.ring().current)
    assert found_ids() == ["vault.E002"]


def test_an_empty_or_missing_folder_is_named(tmp_path: Path, settings: Any) -> None:
    settings.PORTAL_KEYRING = tmp_path
    assert found_ids() == ["vault.E002"]
    settings.PORTAL_KEYRING = tmp_path / "nowhere"
    assert found_ids() == ["vault.E003"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_private_key_that_others_can_read_is_refused(folders: tuple[Path, Path], mode: int) -> None:
    only(folders[0], keyring.PRIVATE).chmod(mode)
    with pytest.raises(KeyRingProblem, match="mode must be 600"):
        keyring.ring()
    assert found_ids() == ["vault.E003"]


def test_the_desk_needs_the_private_half_of_what_is_sealed_to(folders: tuple[Path, Path]) -> None:
    only(folders[0], keyring.PRIVATE).unlink()
    assert found_ids() == ["vault.E004"]


@pytest.mark.parametrize("ending", [keyring.PUBLIC, keyring.PRIVATE])
def test_a_swapped_file_is_noticed(folders: tuple[Path, Path], tmp_path: Path, ending: str) -> None:
    pair(tmp_path / "other")
    only(folders[0], ending).write_bytes(only(tmp_path / "other", ending).read_bytes())
    with pytest.raises(KeyRingProblem, match="another key than its name says"):
        keyring.ring()


@pytest.mark.parametrize(
    "values",
    [
        {"mlkem768": "AAAA"},
        {"mlkem768": "?"},
        {"x25519": None},
        {"state": "lost"},
        {"created": "soon"},
        {"created": "2026-03-01T12:00:00"},
        {"format": 2},
        {"suite": 2},
    ],
    ids=str,
)
def test_a_damaged_public_file_is_refused(folders: tuple[Path, Path], values: dict[str, Any]) -> None:
    path = only(folders[0], keyring.PUBLIC)
    change(path, **values)
    with pytest.raises(KeyRingProblem, match=path.name):
        keyring.ring()


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "{}"])
def test_a_file_that_is_no_key_file_is_refused_without_showing_it(folders: tuple[Path, Path], text: str) -> None:
    only(folders[0], keyring.PRIVATE).write_text(text)
    with pytest.raises(KeyRingProblem) as caught:
        keyring.ring()
    assert caught.value.__cause__ is None


def test_no_file_is_written_over(folders: tuple[Path, Path]) -> None:
    desk, _front = folders
    private = keyring.ring().private(keyring.ring().current.id)
    with pytest.raises(KeyRingProblem, match="could not be written"):
        keyring.write_pair(private, created=START, private_folder=desk, public_folders=[desk])
    assert len(list(desk.iterdir())) == 2


def test_the_vault_may_not_share_the_contents_database(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found_ids() == []
    monkeypatch.setitem(settings.DATABASES["vault"], "NAME", settings.DATABASES["default"]["NAME"])
    assert found_ids() == ["vault.E005"]


@pytest.mark.django_db
def test_the_command_gives_front_the_public_half_alone(folders: tuple[Path, Path], capsys: Any) -> None:
    _desk, front = folders
    call_command("vault_newkey", front=front)
    current = keyring.ring().current
    assert current.private
    assert keyring.load(front, with_private=False).current.id == current.id
    assert current.id in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["front", "desk"])
def test_wrong_use_of_the_command_is_refused(folders: tuple[Path, Path], settings: Any, kind: str) -> None:
    desk, front = folders
    settings.PORTAL_SITE_KIND = kind
    with pytest.raises(CommandError) as caught:
        call_command("vault_newkey", front=desk if kind == "desk" else front)
    assert caught.value.returncode == 2
    assert len(list(desk.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_said(folders: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError) as caught:
        call_command("vault_newkey", folder=tmp_path / "file")
    assert caught.value.returncode == 1


def start(folder: Path, site: str, keys: Path) -> subprocess.CompletedProcess[str]:
    """Import what gunicorn serves, as one process on databases of its own."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_", "DESK_"))},
        "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
        "PORTAL_SITE": site,
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "VAULT_DATABASE_URL": f"sqlite:///{folder / 'vault.sqlite3'}",
        "DESK_JOBS_DATABASE_URL": f"sqlite:///{folder / 'jobs.sqlite3'}",
        "PORTAL_KEYRING": str(keys),
    }
    command = [sys.executable, "manage.py", "check"]
    root = django_settings.BASE_DIR
    return subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False, timeout=120)


def test_front_does_not_start_beside_a_private_key(folders: tuple[Path, Path], tmp_path: Path) -> None:
    desk, front = folders
    refused = start(tmp_path, "worker", desk)
    assert refused.returncode == 1
    assert "vault.E001" in refused.stderr
    assert start(tmp_path, "worker", front).returncode == 0
