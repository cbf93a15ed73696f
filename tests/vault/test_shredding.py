"""Destruction of data keys, and what is left of them afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import DatabaseError, transaction

from portal.vault import records, shredding
from portal.vault.models import CodeCopy, DeskCopy, Destruction

CODE = "AbCdEfGhIjKlMnOpQrStUv"
RECORD = "application:1"


@pytest.mark.django_db
class TestDestroying:
    """One record goes, whole; its neighbour stays."""

    @pytest.fixture(autouse=True)
    def two_records(self, desk_keys: None) -> None:
        self.key = records.new_key(RECORD, code=CODE)
        self.second = records.new_key(RECORD)
        self.neighbour = records.new_key("application:12", code=CODE)
        self.envelope = self.key.seal("phone", b"555 0100")

    def test_nothing_of_the_record_opens_again(self) -> None:
        assert records.destroy(RECORD) == 2
        with pytest.raises(records.KeyDestroyed):
            records.open_sealed(RECORD, "phone", self.envelope)
        assert records.key_by_code(RECORD, CODE) is None

    def test_the_neighbour_stays(self) -> None:
        envelope = self.neighbour.seal("phone", b"555 0199")
        records.destroy(RECORD)
        assert records.open_sealed("application:12", "phone", envelope) == b"555 0199"
        assert records.key_by_code("application:12", CODE) is not None

    def test_the_journal_says_what_when_and_by_whom(self) -> None:
        with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
            records.destroy(RECORD, by="custodian")
        rows = Destruction.objects.all()
        assert {row.data_key for row in rows} == {self.key.id, self.second.id}
        assert {(row.record, row.by, row.at.isoformat()) for row in rows} == {
            (RECORD, "custodian", "2026-03-01T12:00:00+00:00")
        }

    def test_doing_it_again_changes_nothing(self) -> None:
        records.destroy(RECORD, by="custodian")
        assert records.destroy(RECORD, by="somebody else") == 0
        assert set(Destruction.objects.values_list("by", flat=True)) == {"custodian"}
        assert records.destroy("application:never") == 0

    def test_it_does_not_run_inside_the_contents_transaction(self) -> None:
        with transaction.atomic(), pytest.raises(RuntimeError):
            records.destroy(RECORD)
        assert DeskCopy.objects.filter(record=RECORD).count() == 2

    def test_a_crash_leaves_what_the_journal_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def crash(keys: object) -> None:
            raise DatabaseError

        with monkeypatch.context() as patch, pytest.raises(DatabaseError):
            patch.setattr(shredding, "_remove", crash)
            records.destroy(RECORD)
        assert Destruction.objects.count() == 2
        assert shredding.replay() == 2
        with pytest.raises(records.KeyDestroyed):
            records.open_sealed(RECORD, "phone", self.envelope)

    def test_a_restore_is_followed_by_the_journal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shredding, "BATCH", 2)
        backup = list(DeskCopy.objects.all()), list(CodeCopy.objects.all())
        records.destroy(RECORD)
        DeskCopy.objects.all().delete()
        CodeCopy.objects.all().delete()
        DeskCopy.objects.bulk_create(backup[0])
        CodeCopy.objects.bulk_create(backup[1])
        assert shredding.replay() == 2
        assert shredding.replay() == 0
        assert DeskCopy.objects.get().id == CodeCopy.objects.get().data_key == self.neighbour.id

    def test_a_code_copy_that_came_back_alone_goes_too(self) -> None:
        rows = list(CodeCopy.objects.filter(record=RECORD))
        records.destroy(RECORD)
        CodeCopy.objects.bulk_create(rows)
        assert shredding.replay() == 1
        assert records.key_by_code(RECORD, CODE) is None

    def test_a_code_copy_that_names_anothers_key_destroys_nothing_of_it(self) -> None:
        """Front may insert copies for codes, and reads the ids of data keys in the headers of envelopes."""
        envelope = self.neighbour.seal("phone", b"555 0199")
        CodeCopy.objects.create(data_key=self.neighbour.id, record=RECORD, lookup="forged", sealed=b"x")
        assert records.destroy(RECORD) == 2
        assert not Destruction.objects.filter(data_key=self.neighbour.id).exists()
        assert records.open_sealed("application:12", "phone", envelope) == b"555 0199"
        assert records.key_by_code("application:12", CODE) is not None
        assert not CodeCopy.objects.filter(record=RECORD).exists()

    def test_the_journal_destroys_a_copy_only_under_the_record_that_it_names(self) -> None:
        Destruction.objects.create(data_key=self.neighbour.id, record=RECORD)
        assert list(shredding.returned_keys()) == []
        assert shredding.replay() == 0
        assert records.key_by_code("application:12", CODE) is not None
        assert DeskCopy.objects.filter(id=self.neighbour.id).exists()

    def test_the_log_tells_neither_record_nor_key(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("INFO")
        records.destroy(RECORD)
        assert "destroyed 2 data keys" in caplog.text
        assert RECORD not in caplog.text
        assert str(self.key.id) not in caplog.text


ON_DISK = """
import json, pathlib, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connections
from portal.vault import records, shredding
from portal.vault.models import CodeCopy, DeskCopy
call_command("migrate", "vault", database="vault", verbosity=0)
for app in ("vault", "audit"):
    call_command("migrate", app, database="default", verbosity=0)
folder = pathlib.Path(sys.argv[1])
for number in range(100):
    records.new_key(f"application:{number}", code="AbCdEfGhIjKlMnOpQrStUv")
sealed = [bytes(row.sealed) for model in (DeskCopy, CodeCopy) for row in model.objects.all()]
def found():
    content = b"".join(path.read_bytes() for path in folder.glob("vault.sqlite3*"))
    # A part from the middle of each: long rows are spread over pages.
    return sum(copy[40:80] in content for copy in sealed)
before = found()
if sys.argv[2] == "keep the log":
    shredding.empty_log = lambda: None
for number in range(100):
    records.destroy(f"application:{number}")
tables = {alias: connections[alias].introspection.table_names() for alias in ("default", "vault")}
print(json.dumps([before, found(), tables]))
"""


def on_disk(folder: Path, mode: str) -> tuple[int, int, dict[str, list[str]]]:
    """Store and destroy 100 records in SQLite files; how many sealed copies the files hold before and after."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_", "DESK_"))},
        "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
        "PYTHONPATH": str(django_settings.BASE_DIR),
        "PORTAL_SITE": "desk",
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "VAULT_DATABASE_URL": f"sqlite:///{folder / 'vault.sqlite3'}",
        "DESK_JOBS_DATABASE_URL": f"sqlite:///{folder / 'jobs.sqlite3'}",
        "PORTAL_KEYRING": str(Path(django_settings.PORTAL_KEYRING).parent / "desk"),
        "PORTAL_LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-c", ON_DISK, str(folder), mode]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    before, after, tables = json.loads(done.stdout)
    return before, after, tables


def test_destroyed_keys_are_gone_from_the_files(tmp_path: Path) -> None:
    before, after, tables = on_disk(tmp_path, "empty the log")
    assert (before, after) == (200, 0)
    assert {"vault_deskcopy", "vault_codecopy"} <= set(tables["vault"])
    assert "vault_destruction" not in tables["vault"]
    assert "vault_destruction" in tables["default"]
    assert not {"vault_deskcopy", "vault_codecopy"} & set(tables["default"])


def test_without_emptying_the_log_they_would_stay(tmp_path: Path) -> None:
    before, after, _tables = on_disk(tmp_path, "keep the log")
    assert before == 200
    assert after > 0
