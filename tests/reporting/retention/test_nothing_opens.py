"""After destruction nothing opens, of no kind of record: not from a restored content, not from a restored vault.

Three proofs for each kind: a backup of the content opens nothing; the vault's own file holds no trace of the key; an
older vault that was restored follows the journal of destructions before it opens anything.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core import serializers
from django.db import connections

from portal.members.enums import StaffRole
from portal.reporting import batches, contents, disposals, redress
from portal.reporting.actions.batches import ApproveBatch
from portal.reporting.enums import EntryKind
from portal.reporting.models import Attachment, Disposal, ReportPart
from portal.vault import records
from portal.vault.models import CodeCopy, DeskCopy, Destruction
from portal.vault.storage import sealed_files
from tests.factories import staff
from tests.reporting.making import Sent, attach, make_report
from tests.reporting.protected.desk.test_disposals import report, request_for_redress, submission

pytestmark = [pytest.mark.django_db, pytest.mark.both]
Sealed = list[tuple[str, str, bytes]]
KINDS = ("report", "submission", "redress")
# A part from the middle of a sealed copy: long rows are spread over pages.
MIDDLE = slice(40, 80)


@pytest.fixture(autouse=True)
def on_a_thursday(desk: None, sealed: Path) -> Iterator[None]:
    with time_machine.travel(datetime(2026, 3, 5, 18, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture(params=KINDS)
def going(request: Any) -> Disposal:
    """One record of each kind, proposed and not approved."""
    supervisor = staff(StaffRole.MIAC_SUPERVISOR)
    if request.param == "redress":
        return request_for_redress(supervisor)
    if request.param == "submission":
        return submission(staff(StaffRole.CLOSURE_SIGNATORY), staff(StaffRole.MIAC_ANALYST))
    made = report(supervisor)
    key = records.desk_key(made.report.record, of=bytes(made.report.parts.all()[0].envelope))
    attach(made.report, key, Sent())
    contents.add_entry(made.report.case, EntryKind.NOTE, by=supervisor, details={"words": "A note"})
    contents.add_message(made.report, "A message", by=supervisor)
    return made


def destroy(row: Disposal) -> None:
    """Approved by the second person, and carried out to the end."""
    ApproveBatch(rows=(row,), by=staff(StaffRole.RECORDS_CUSTODIAN)).execute()
    batches.work()
    disposals.finish_begun()
    row.refresh_from_db()
    assert row.done_at is not None and row.certificate


def sealed_of(row: Disposal) -> Sealed:
    """Everything that is sealed in rows under the record's key, as it stands in the content now."""
    if row.redress_id:
        asked, words = row.redress, ((redress.WORDS, "words"), (redress.ANSWER, "answer"))
        return [(asked.record, field, bytes(getattr(asked, name))) for field, name in words]
    found = row.report
    kept = found.holding if hasattr(found, "holding") else found.case
    rows = [(part.field, part.envelope) for part in found.parts.all()]
    rows += [(message.field, message.envelope) for message in found.messages.all()]
    rows += [(entry.field, entry.details) for entry in kept.entries.all() if bytes(entry.details)]
    rows += [(file.facts_field, file.facts) for file in _files(row)]
    return [(found.record, field, bytes(envelope)) for field, envelope in rows]


def _files(row: Disposal) -> list[Attachment]:
    return list(Attachment.objects.filter(report_uuid=row.report.uuid)) if row.report_id else []


def opens(sealed: Sealed) -> list[bytes]:
    return [records.open_sealed(*one) for one in sealed]


def nothing_opens(sealed: Sealed) -> bool:
    """Each by itself, since the first that does not open would hide the others."""
    for one in sealed:
        with pytest.raises(records.VaultProblem):
            records.open_sealed(*one)
    return bool(sealed)


def content_backup() -> str:
    """All rows of reporting, as a backup holds them."""
    models = [model for model in apps.get_app_config("reporting").get_models() if model._meta.managed]
    return str(serializers.serialize("json", (row for model in models for row in model._base_manager.all())))


def restore_content(backup: str) -> None:
    for row in serializers.deserialize("json", backup):
        row.save()


def vault_image() -> bytes:
    """Every page of the vault's file, the free ones included."""
    image: bytes = connections["vault"].connection.serialize()
    return image


class TestRestoredContent:
    @pytest.mark.parametrize("with_its_journal", [True, False])
    def test_it_opens_nothing(self, going: Disposal, tmp_path: Path, with_its_journal: bool, sealed: Path) -> None:
        """The journal lies beside the content, so a backup of the content has an older one."""
        backup, before = content_backup(), sealed_of(going)
        assert all(opens(before))
        shutil.copytree(sealed, tmp_path / "files") if sealed.exists() else None
        destroy(going)
        restore_content(backup)
        if not with_its_journal:
            Destruction.objects.all().delete()
        after = sealed_of(Disposal.objects.get(pk=going.pk))
        assert sorted(after) == sorted(before)  # the content is back, byte for byte
        assert nothing_opens(after)

    def test_nor_do_its_files(self, going: Disposal, tmp_path: Path) -> None:
        if not going.report_id:
            pytest.skip("a request for redress has no files")
        copies = {}
        for row in _files(going):
            with sealed_files().open(row.place) as source:
                copies[row] = source.read()
        assert copies
        destroy(going)
        for row, content in copies.items():
            assert not sealed_files().exists(row.place)
            with pytest.raises(records.KeyDestroyed):
                b"".join(records.open_file(row.record, row.file, io.BytesIO(content)))


@pytest.mark.skipif(
    "connections['vault'].vendor != 'sqlite'", reason="of PostgreSQL docs/vault.md promises no more than vacuum does"
)
class TestTheVaultsOwnFile:
    def test_it_holds_no_trace_of_the_key(self, going: Disposal) -> None:
        record = going.thing.record
        neighbour = records.new_key("report:neighbour")
        models: tuple[Any, ...] = (DeskCopy, CodeCopy)
        copies = [bytes(row.sealed)[MIDDLE] for model in models for row in model.objects.filter(record=record)]
        beside = bytes(DeskCopy.objects.get(pk=neighbour.id).sealed)[MIDDLE]
        image = vault_image()
        assert copies and all(copy in image for copy in copies)
        destroy(going)
        image = vault_image()
        assert not [copy for copy in copies if copy in image]
        assert record.encode() not in image
        assert beside in image


class TestRestoredVault:
    @pytest.fixture
    def restored(self, going: Disposal) -> Sealed:
        """Destroyed, and then the vault comes back from before; the content, too, so that there is what to open."""
        backup, sealed = content_backup(), sealed_of(going)
        copies = list(DeskCopy.objects.all()), list(CodeCopy.objects.all())
        destroy(going)
        restore_content(backup)
        DeskCopy.objects.bulk_create(copies[0], ignore_conflicts=True)
        CodeCopy.objects.bulk_create(copies[1], ignore_conflicts=True)
        assert DeskCopy.objects.filter(record=going.thing.record).exists()
        return sealed

    def test_the_journal_is_followed_before_anything_opens(self, restored: Sealed, going: Disposal) -> None:
        record, field, envelope = restored[0]
        with pytest.raises(records.KeyDestroyed):
            records.open_sealed(record, field, envelope)
        assert not DeskCopy.objects.filter(record=record).exists()
        assert not CodeCopy.objects.filter(record=record).exists()

    def test_whichever_way_it_is_opened(self, restored: Sealed, going: Disposal) -> None:
        record, _field, envelope = restored[0]
        with pytest.raises(records.KeyDestroyed):
            records.desk_key(record, of=envelope)
        assert nothing_opens(restored)

    def test_the_first_that_is_met_takes_all_others_with_it(self, restored: Sealed) -> None:
        other = make_report()
        part = other.parts.all()[0]
        copies = list(DeskCopy.objects.filter(record=other.record))
        records.destroy(other.record)
        DeskCopy.objects.bulk_create(copies)
        with pytest.raises(records.KeyDestroyed):
            opens(restored[:1])
        assert not DeskCopy.objects.filter(record=other.record).exists()
        with pytest.raises(records.KeyDestroyed):
            records.open_sealed(other.record, part.field, bytes(part.envelope))

    def test_what_was_not_destroyed_opens_on(self, restored: Sealed) -> None:
        other = make_report()
        part: ReportPart = other.parts.all()[0]
        with pytest.raises(records.KeyDestroyed):
            opens(restored[:1])
        assert records.open_sealed(other.record, part.field, bytes(part.envelope))
