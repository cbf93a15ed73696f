"""Sweeps take what nothing names and is old enough, nothing else, and nothing at all after a restore."""

from __future__ import annotations

import os
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail as sent
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.core import outbox
from portal.core.models import OutgoingMail
from portal.members.enums import AlarmKind, StaffRole
from portal.members.models import Alarm
from portal.reporting import mail, orphans, redress, retention_ticks
from portal.reporting.enums import RedressKind
from portal.reporting.models import Attachment, Draft, Report, SweepGeneration
from portal.vault import generations, records
from portal.vault.models import DeskCopy, Generation
from portal.vault.storage import sealed_files
from tests.conftest import session_for
from tests.factories import PersonFactory, staff
from tests.reporting.making import Sent, attach, make_report, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]
LATER = timedelta(hours=49)
ORPHAN = "report:00000000-0000-4000-8000-000000000001"


def killed(**kwargs: Any) -> Any:
    raise SystemExit


def later() -> Any:
    return timezone.now() + LATER


def files_in(sealed: Path) -> int:
    return sum(path.is_file() for path in sealed.rglob("*"))


def has_key(record: str) -> bool:
    return bool(DeskCopy.objects.filter(record=record).exists())


def stray(report: Report, sealed: Path) -> Path:
    """A file without a row, as an upload that was killed leaves it."""
    place = sealed / str(report.uuid) / "00000000-0000-4000-8000-00000000000f"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"half a file")
    return place


class TestKeys:
    def test_a_key_that_nothing_names_goes_once_it_is_old_enough(self) -> None:
        records.new_key(ORPHAN)
        orphans.sweep(timezone.now() + timedelta(hours=47))
        assert has_key(ORPHAN)
        assert orphans.sweep(later()).records == 1
        assert not has_key(ORPHAN)

    def test_keys_of_drafts_reports_and_redress_stay(self) -> None:
        report = make_report()
        draft = Draft.objects.create(owner=PersonFactory())
        records.new_key(draft.record)
        redress.receive(RedressKind.COMPLAINT, {"words": "x"}, once="")
        assert orphans.sweep(later()).records == 0
        assert has_key(report.record)
        assert has_key(draft.record)
        draft.delete()
        assert orphans.sweep(later()).records == 1
        assert has_key(report.record)

    def test_keys_of_other_rooms_are_none_of_its_business(self) -> None:
        records.new_key("application:1")
        records.new_key("person:1")
        assert orphans.sweep(later()).records == 0

    def test_a_young_key_keeps_the_older_ones_of_its_record(self) -> None:
        old = records.new_key(ORPHAN)
        DeskCopy.objects.filter(pk=old.id).update(made_at=timezone.now() - timedelta(days=9))
        records.new_key(ORPHAN)
        assert orphans.sweep(timezone.now()).records == 0

    def test_a_key_that_came_for_a_purged_report_goes(self) -> None:
        case = take_in(make_report())
        type(case).objects.update(purged_at=timezone.now(), stage="purged")
        assert orphans.sweep(later()).records == 1


class TestFiles:
    def test_a_half_written_file_of_a_report_goes_and_its_files_stay(self, sealed: Path) -> None:
        report = make_report(files=[Sent()])
        take_in(report)
        place = stray(report, sealed)
        assert orphans.sweep(timezone.now()).files == 0
        assert orphans.sweep(later()).files == 1
        assert not place.exists()
        assert files_in(sealed) == 1

    def test_everything_of_a_draft_that_is_gone_goes(self, sealed: Path) -> None:
        report = make_report(files=[Sent(), Sent(name="b.jpg")])
        report.parts.all().delete()
        report.delete()
        assert orphans.sweep(later()) == orphans.Swept(records=1, files=2)
        assert list(sealed.iterdir()) == []
        assert not Attachment.objects.exists()

    def test_what_front_says_was_taken_out_stays_when_the_sealed_list_names_it(self, sealed: Path) -> None:
        report = make_report(files=[Sent()])
        Attachment.objects.update(removed_at=timezone.now() - timedelta(days=9))
        orphans.sweep(later())
        assert files_in(sealed) == 1
        take_in(report)
        orphans.sweep(later())
        assert files_in(sealed) == 1

    def test_what_was_taken_out_before_sending_goes(self, sealed: Path) -> None:
        report = make_report(files=[Sent()])
        row = attach(report, records.new_key(report.record), Sent(name="not this one.jpg"))
        Attachment.objects.filter(pk=row.pk).update(removed_at=timezone.now() - timedelta(days=9))
        take_in(report)
        assert orphans.sweep(later()).files == 1
        assert not sealed_files().exists(row.place)

    def test_a_name_that_is_no_report_is_left_alone(self, sealed: Path) -> None:
        (sealed / "lost+found").mkdir(parents=True)
        (sealed / "lost+found" / "x").write_bytes(b"x")
        assert orphans.sweep(later()).files == 0
        assert files_in(sealed) == 1

    def test_a_young_file_keeps_its_folder(self, sealed: Path) -> None:
        report = make_report(files=[Sent()])
        report.parts.all().delete()
        report.delete()
        place = stray(report, sealed)
        ahead = (timezone.now() + timedelta(days=9)).timestamp()
        os.utime(place, (ahead, ahead))
        orphans.sweep(later())
        assert place.exists()


class TestAfterARestore:
    @pytest.fixture(autouse=True)
    def swept_before(self, desk: None) -> None:
        for _ in range(3):
            orphans.sweep(timezone.now())
        assert SweepGeneration.objects.get().number == generations.number() == 3
        records.new_key(ORPHAN)

    def refused(self) -> None:
        with pytest.raises(orphans.Restored):
            orphans.sweep(later())
        assert has_key(ORPHAN)
        assert orphans.is_stopped()

    def test_of_the_content_nothing_is_swept(self) -> None:
        SweepGeneration.objects.update(number=2)
        self.refused()

    def test_of_the_content_to_before_the_first_sweep_nothing_is_swept(self) -> None:
        SweepGeneration.objects.all().delete()
        self.refused()

    def test_of_the_vault_nothing_is_swept(self) -> None:
        Generation.objects.update(number=1)
        self.refused()

    def test_of_the_vault_to_before_the_first_sweep_nothing_is_swept(self) -> None:
        Generation.objects.all().delete()
        self.refused()

    def test_it_stays_stopped_until_somebody_says_so(self) -> None:
        Generation.objects.update(number=1)
        self.refused()
        Generation.objects.update(number=3)
        self.refused()
        assert orphans.resume() == 3
        assert orphans.sweep(later()).records == 1

    @pytest.mark.parametrize("side", ["content", "vault"])
    def test_after_a_resume_both_count_on_from_the_higher_number(self, side: str) -> None:
        if side == "content":
            SweepGeneration.objects.update(number=1)
        else:
            Generation.objects.update(number=1)
        self.refused()
        assert orphans.resume() == 3
        orphans.sweep(timezone.now())
        assert SweepGeneration.objects.get().number == generations.number() == 4
        assert not orphans.is_stopped()

    def test_a_crash_between_the_two_numbers_is_no_restore(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patch, pytest.raises(SystemExit):
            patch.setattr(SweepGeneration.objects, "filter", killed)
            orphans.sweep(timezone.now())
        assert generations.number() == 4
        assert SweepGeneration.objects.get().number == 3
        orphans.sweep(timezone.now())
        assert SweepGeneration.objects.get().number == generations.number() == 5

    def test_the_tick_goes_on_and_the_desk_is_told(self) -> None:
        Generation.objects.update(number=1)
        SweepGeneration.objects.update(swept_at=None)
        assert retention_ticks.sweep_orphans(later()) == 0
        page = session_for(staff(StaffRole.ADMINISTRATOR)).get("/desk/").content.decode()
        assert "A database was restored" in page
        orphans.resume()
        page = session_for(staff(StaffRole.ADMINISTRATOR)).get("/desk/").content.decode()
        assert "A database was restored" not in page

    def test_the_duty_officer_is_told_once_for_each_time_it_stopped_and_each_day(self) -> None:
        """Each minute the desk-worker looks; the alarm is about the stop and not about the look."""
        duty = staff(StaffRole.DUTY_OFFICER)
        with time_machine.travel(timezone.now(), tick=False) as clock:
            Generation.objects.update(number=1)
            SweepGeneration.objects.update(swept_at=None)
            told = []
            for hours in (0, 0, 12, 13, 0):
                clock.shift(timedelta(hours=hours))
                retention_ticks.sweep_orphans(timezone.now())
                told.append(OutgoingMail.objects.filter(kind=mail.TROUBLE).count())
            assert told == [1, 1, 1, 2, 2]
            orphans.resume()
            retention_ticks.sweep_orphans(timezone.now())
            clock.shift(timedelta(hours=7))
            Generation.objects.update(number=1)
            retention_ticks.sweep_orphans(timezone.now())
            assert OutgoingMail.objects.filter(kind=mail.TROUBLE).count() == 3
            outbox.send_waiting()
        assert [message.to for message in sent.outbox] == [[duty.email]]
        assert "a database was restored" in sent.outbox[0].body
        assert Alarm.objects.open().get().kind == AlarmKind.SWEEP_HALTED

    def test_a_sweep_that_goes_on_alarms_nobody(self) -> None:
        staff(StaffRole.DUTY_OFFICER)
        SweepGeneration.objects.update(swept_at=None)
        retention_ticks.sweep_orphans(later())
        assert not Alarm.objects.exists()


class TestCommand:
    def run(self, *args: str) -> str:
        out = StringIO()
        call_command("vault_sweep", *args, stdout=out)
        return out.getvalue()

    def recorded(self) -> Any:
        """What the trail has of it, among events of other tests that stay where transactions are real."""
        return Event.objects.filter(verb=Verb.COMMAND, facts__command="vault_sweep")

    @pytest.fixture(autouse=True)
    def an_old_orphan(self, desk: None) -> None:
        records.new_key(ORPHAN)
        DeskCopy.objects.update(made_at=timezone.now() - LATER)

    def test_a_rehearsal_says_what_would_go_and_changes_nothing(self) -> None:
        assert "1 records" in self.run("--dry-run")
        assert has_key(ORPHAN)
        assert generations.number() == 0
        assert not self.recorded().exists()

    def test_it_destroys_and_is_recorded(self) -> None:
        assert "1 records" in self.run()
        assert not has_key(ORPHAN)
        assert self.recorded().count() == 1

    def test_after_a_restore_it_ends_with_1_until_it_is_resumed(self) -> None:
        self.run()
        Generation.objects.update(number=0)
        with pytest.raises(CommandError) as refused:
            self.run()
        assert refused.value.returncode == 1
        self.run("--resume")
        self.run()

    @pytest.mark.usefixtures("front_keys")
    def test_on_front_it_ends_with_2(self) -> None:
        with pytest.raises(CommandError) as refused:
            self.run()
        assert refused.value.returncode == 2

    def test_two_options_that_contradict_each_other_end_with_2(self) -> None:
        with pytest.raises(CommandError) as refused:
            self.run("--dry-run", "--resume")
        assert refused.value.returncode == 2
