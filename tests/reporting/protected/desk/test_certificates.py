"""The certificate: what it says, that one altered byte shows, and that no restore brings back what it says is gone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings as hypothesis_settings, strategies as st

from portal.audit import keys
from portal.audit.notes import NoteRefused
from portal.members.models import Person
from portal.reporting.models import Disposal, Holding, Report
from portal.reporting.protected import certificates, disposing, ticks
from portal.reporting.protected.enums import Stage
from portal.vault import records, shredding
from portal.vault.models import CodeCopy, DeskCopy
from portal.vault.storage import sealed_files
from scripts import verify_certificate
from tests.conftest import become
from tests.reporting.protected.desk.working import DIAGRAM, anew, close, destroy_it, disposal_of, dispose

pytestmark = pytest.mark.django_db


@pytest.fixture
def going(kept: Holding, signatory: Person, analyst: Person, custodian: Person) -> Holding:
    """The second person has approved it; what follows is the worker's."""
    close(kept, signatory)
    destroy_it(anew(kept), analyst)
    dispose(anew(kept), custodian)
    return anew(kept)


@pytest.fixture
def gone(going: Holding) -> Disposal:
    disposing.finish_begun(None)
    return disposal_of(going)


def run(certificate: bytes, *more: str, tmp_path: Path) -> tuple[int, str]:
    path = tmp_path / "certificate.txt"
    path.write_bytes(certificate)
    key = certificates.public_keys()[0]
    script = Path(verify_certificate.__file__)
    done = subprocess.run(
        [sys.executable, "-I", script, path, "--key", key, *more], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


class TestOffline:
    def test_the_script_says_what_the_certificate_says_and_names_the_file(self, gone: Disposal, tmp_path: Path) -> None:
        own, other = tmp_path / "own.jpg", tmp_path / "other.jpg"
        own.write_bytes(DIAGRAM.content)
        other.write_bytes(b"another file")
        code, said = run(gone.certificate.encode(), "--file", str(own), tmp_path=tmp_path)
        assert (code, gone.holding.report.number in said) == (0, True)
        code, said = run(gone.certificate.encode(), "--file", str(other), tmp_path=tmp_path)
        assert (code, "does not name the file other.jpg" in said) == (1, True)

    def test_with_a_key_that_did_not_sign_it_does_not_hold(self, gone: Disposal, tmp_path: Path) -> None:
        stranger = keys.write_new(tmp_path / "keys", name="somebody.example/trail")
        path = tmp_path / "certificate.txt"
        path.write_text(gone.certificate)
        assert verify_certificate.main([str(path), "--key", stranger.as_text()]) == 1


def altered(whole: bytes, at: int, to: int) -> bytes:
    place = at % len(whole)
    value = to if whole[place] != to else to ^ 1
    return whole[:place] + bytes([value]) + whole[place + 1 :]


def test_one_altered_byte_is_seen_by_script_and_page_alike(gone: Disposal, tmp_path: Path) -> None:
    whole, path = gone.certificate.encode(), tmp_path / "certificate.txt"
    key = certificates.public_keys()[0]

    @given(at=st.integers(0, 10_000), to=st.integers(0, 255))
    @hypothesis_settings(max_examples=60)
    def holds(at: int, to: int) -> None:
        spoiled = altered(whole, at, to)
        path.write_bytes(spoiled)
        assert verify_certificate.main([str(path), "--key", key]) == 1
        try:
            certificates.check(spoiled.decode())
        except (NoteRefused, UnicodeDecodeError):
            return
        pytest.fail("the portal takes an altered certificate for its own")

    holds()


class TestPage:
    @pytest.fixture(autouse=True)
    def on_front(self, gone: Disposal, settings: Any) -> None:
        """The page is of Front, where nobody need sign in for it."""
        become(settings, "front")

    def post(self, content: bytes, **headers: str) -> Any:
        file = SimpleUploadedFile("certificate.txt", content, content_type="text/plain")
        return Client().post(reverse("certificate_check"), {"certificate": file}, headers=headers)

    def test_anybody_can_have_one_checked(self, gone: Disposal) -> None:
        answer = self.post(gone.certificate.encode())
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "This certificate is real" in text
        assert gone.holding.report.number in text

    def test_one_that_was_changed_is_not_confirmed(self, gone: Disposal) -> None:
        answer = self.post(gone.certificate.replace("files: 1", "files: 0").encode())
        assert answer.status_code == 422
        assert "Not confirmed" in answer.content.decode()

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\n\n", b"a\n\n\xe2\x80\x94 b c\n"])
    def test_rubbish_is_no_certificate(self, gone: Disposal, content: bytes) -> None:
        assert self.post(content).status_code == 422

    def test_a_large_file_is_not_read_at_all(self, gone: Disposal) -> None:
        assert self.post(b"x" * 200_000).status_code == 413
        assert Client().post(reverse("certificate_check")).status_code == 422

    def test_without_the_token_against_forgery_nothing_is_read(self, gone: Disposal) -> None:
        file = SimpleUploadedFile("certificate.txt", gone.certificate.encode())
        answer = Client(enforce_csrf_checks=True).post(reverse("certificate_check"), {"certificate": file})
        assert answer.status_code == 403


class TestDestruction:
    def test_a_certificate_is_signed_only_when_everything_is_gone(self, going: Holding) -> None:
        assert disposal_of(going).certificate == ""
        assert going.stage == Stage.DESTROYED
        disposing.finish_begun(None)
        assert not DeskCopy.objects.filter(record=going.report.record).exists()
        assert disposal_of(going).certificate
        assert disposing.finish_begun(None) == 0

    def test_without_a_signing_key_it_is_destroyed_now_and_signed_later(
        self, going: Holding, settings: Any, tmp_path: Path
    ) -> None:
        place, settings.PORTAL_TRAIL_KEYS = settings.PORTAL_TRAIL_KEYS, tmp_path / "nothing"
        assert disposing.finish_begun(None) == 0
        assert not DeskCopy.objects.filter(record=going.report.record).exists()
        assert disposal_of(going).done_at is not None
        settings.PORTAL_TRAIL_KEYS = place
        assert disposing.finish_begun(None) == 1
        assert certificates.check(disposal_of(going).certificate).lines

    def test_where_the_key_is_not_held_nothing_is_said_to_have_failed(
        self,
        kept: Holding,
        signatory: Person,
        analyst: Person,
        custodian: Person,
        settings: Any,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        close(kept, signatory)
        destroy_it(anew(kept), analyst)
        settings.PORTAL_TRAIL_KEYS = tmp_path / "nothing"
        with django_capture_on_commit_callbacks(execute=True):
            dispose(anew(kept), custodian)
        assert disposal_of(kept).done_at is not None
        assert not [record for record in caplog.records if record.levelname == "ERROR"]

    def test_the_key_is_shown_before_the_first_certificate(self, desk: None) -> None:
        assert certificates.public_keys() == []
        ticks.finish_disposals(timezone.now())
        assert certificates.public_keys() == [keys.signer().verifier.as_text()]

    def test_its_sealed_files_are_deleted_and_a_backup_of_them_opens_nothing(
        self, kept: Holding, signatory: Person, analyst: Person, custodian: Person, tmp_path: Path
    ) -> None:
        row = kept.evidence.select_related("attachment").get().attachment
        backup = tmp_path / "backup"
        with sealed_files().open(row.place) as source, backup.open("wb") as out:
            shutil.copyfileobj(source, out)
        close(kept, signatory)
        destroy_it(anew(kept), analyst)
        dispose(anew(kept), custodian)
        disposing.finish_begun(None)
        assert not sealed_files().exists(row.place)
        with backup.open("rb") as source, pytest.raises(records.KeyDestroyed):
            b"".join(records.open_file(row.record, row.file, source))

    def test_a_vault_that_is_restored_replays_the_destruction(
        self, kept: Holding, signatory: Person, analyst: Person, custodian: Person
    ) -> None:
        part = kept.report.parts.get(name="matter")
        sealed = (kept.report.record, part.field, bytes(part.envelope))
        backup = list(DeskCopy.objects.all()), list(CodeCopy.objects.all())
        close(kept, signatory)
        destroy_it(anew(kept), analyst)
        dispose(anew(kept), custodian)
        disposing.finish_begun(None)
        DeskCopy.objects.bulk_create(backup[0], ignore_conflicts=True)
        CodeCopy.objects.bulk_create(backup[1], ignore_conflicts=True)
        assert DeskCopy.objects.filter(record=kept.report.record).exists()  # the restore alone brought it back
        with pytest.raises(records.KeyDestroyed):
            records.open_many([sealed])
        assert not DeskCopy.objects.filter(record=kept.report.record).exists()
        assert shredding.replay() == 0

    def test_nothing_that_was_sealed_on_the_desk_is_left_either(self, gone: Disposal) -> None:
        kept = gone.holding
        assert not [entry for entry in kept.entries.all() if bytes(entry.details)]
        assert (kept.sector, kept.county, kept.regimes) == (None, None, [])
        report = Report.objects.get(pk=kept.pk)
        assert report.submitter is not None  # they read the certificate
        assert not report.parts.exists()

    def test_lines_of_ones_own_cannot_be_smuggled_in(
        self, kept: Holding, signatory: Person, analyst: Person, custodian: Person
    ) -> None:
        Report.objects.filter(pk=kept.pk).update(number="PRO-1\nfiles: 9")
        close(kept, signatory)
        destroy_it(anew(kept), analyst)
        dispose(anew(kept), custodian)
        disposing.finish_begun(None)
        said = certificates.check(disposal_of(kept).certificate).lines
        assert [value for name, value in said if name == "files"] == ["1"]
        assert dict(said)["number"] == "PRO-1files9"
