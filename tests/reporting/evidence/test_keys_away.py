"""While the desk's keys are away, and over what never opens: nothing is refused for good, and no file stops another."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.files import identify
from portal.files.enums import Trouble
from portal.files.running import NoCopy
from portal.members.enums import StaffRole
from portal.reporting import contents, evidence, safe_copies
from portal.reporting.enums import CopyState, FileState, Section
from portal.reporting.models import Attachment, Case, Evidence, Report
from portal.vault import envelopes, keyring, records
from portal.vault.models import DeskCopy, Destruction
from tests.conftest import desk_keyring
from tests.factories import staff
from tests.reporting.desk.working import address, opened
from tests.reporting.evidence.conftest import AnsweringScanner
from tests.reporting.evidence.test_scanning import PICTURE
from tests.reporting.making import Sent, add_words, attach, make_report, seal_part, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk_keys")]
Away = Callable[[], Any]


@pytest.fixture(params=["no private keys", "no folder", "one pair is missing"])
def away(request: Any, monkeypatch: pytest.MonkeyPatch) -> Away:
    """Takes the desk's keys away for a while, in one of the ways in which that happens."""

    @contextmanager
    def one_missing() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(records, "open_copy", not_held)
            yield

    folder = {"no private keys": "front", "no folder": "nowhere"}.get(request.param)
    ring = desk_keyring().parent
    return one_missing if folder is None else lambda: override_settings(PORTAL_KEYRING=ring / folder)


def not_held(*given: Any) -> Any:
    raise records.KeyNotHeld


def taken_in(*files: Sent) -> Case:
    return take_in(make_report(files=files or [PICTURE]))


def add_file(report: Report, *, listed_under: records.DataKey | None = None) -> Attachment:
    """One more file, sealed under a key of its own as Front does it for what is added; and the list that names it."""
    key = records.new_key(report.record)
    later = attach(report, key, Sent(name="later.jpg", content=PICTURE.content))
    words = {"words": "One more", "files": json.dumps([{"uuid": str(later.uuid)}])}
    seal_part(report, Section.ADDED, json.dumps(words).encode(), key=listed_under or key)
    return later


# --- scanning ------------------------------------------------------------------------------------


def test_a_file_that_waits_is_not_refused_and_is_scanned_when_the_keys_are_back(
    scanner: AnsweringScanner, away: Away
) -> None:
    case, now = taken_in(), timezone.now()
    with away():
        assert evidence.look_at_waiting(now) == 0
    row = case.evidence.get()
    assert (row.state, row.copy_state, row.tries) == (FileState.WAITING, CopyState.WAITING, 0)
    assert "tries again" in row.why
    assert evidence.look_at_waiting(now + timedelta(minutes=1)) == 1
    assert case.evidence.get().state == FileState.CLEAN


def test_one_file_whose_key_is_away_does_not_end_the_round(
    scanner: AnsweringScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = taken_in(PICTURE, Sent(name="b.jpg", content=PICTURE.content))
    first = case.evidence.order_by("due_at", "pk")[0]
    whole = records.open_many

    def open_many(items: Any) -> Any:
        asked = list(items)
        return not_held() if any(field == first.attachment.facts_field for _of, field, _text in asked) else whole(asked)

    monkeypatch.setattr(records, "open_many", open_many)
    assert evidence.look_at_waiting(timezone.now()) == 1
    assert dict(case.evidence.values_list("pk", "state"))[first.pk] == FileState.WAITING


def test_whatever_goes_wrong_over_one_file_the_next_has_its_turn(
    scanner: AnsweringScanner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    case = taken_in(PICTURE, Sent(name="b.jpg", content=PICTURE.content))
    whole, asked = identify.identify, iter([True])

    def breaking(name: str, *given: Any, **named: Any) -> Any:
        if next(asked, False):
            raise RuntimeError("words of the file")
        return whole(name, *given, **named)

    monkeypatch.setattr(identify, "identify", breaking)
    assert evidence.look_at_waiting(timezone.now()) == 1
    assert sorted(case.evidence.values_list("state", flat=True)) == [FileState.CLEAN, FileState.WAITING]
    assert "words of the file" not in caplog.text
    assert "a file waits for its scan" in caplog.text


# --- taking in -----------------------------------------------------------------------------------


def test_a_file_that_was_added_is_not_refused_while_the_keys_are_away(away: Away) -> None:
    case = taken_in()
    later = add_file(case.report)
    with away():
        assert evidence.take_in_added() == 0
    assert not Evidence.objects.filter(pk=later.pk).exists()
    assert evidence.take_in_added() == 1
    assert Evidence.objects.get(pk=later.pk).state == FileState.WAITING


@pytest.mark.parametrize("list_opens", [False, True])
def test_nor_while_only_its_own_key_is_away(monkeypatch: pytest.MonkeyPatch, list_opens: bool) -> None:
    """The report's own key opens; the one under which the addition was sealed is of a pair that is missing."""
    case = taken_in()
    listed_under = records.new_key(case.report.record) if list_opens else None
    known = {row.pk for row in DeskCopy.objects.all()}
    later = add_file(case.report, listed_under=listed_under)
    whole = records.open_copy

    def open_copy(copy: Any, *given: Any) -> Any:
        return whole(copy, *given) if copy.pk in known else not_held()

    with monkeypatch.context() as missing:
        missing.setattr(records, "open_copy", open_copy)
        assert evidence.take_in_added() == 0
    assert not Evidence.objects.filter(pk=later.pk).exists()
    assert evidence.take_in_added() == 1


def test_one_report_over_which_taking_in_breaks_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, sound = taken_in(), taken_in()
    for case in (bad, sound):
        add_file(case.report)
    whole = contents.files_of

    def files_of(report: Report) -> Any:
        if report == bad.report:
            raise UnicodeEncodeError("utf-8", "words of the report", 0, 1, "half a character")
        return whole(report)

    monkeypatch.setattr(contents, "files_of", files_of)
    assert evidence.take_in_added() == 1
    assert sound.evidence.count() == 2
    assert "words of the report" not in caplog.text


def test_reports_that_wait_keep_no_later_one_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [taken_in() for _case in range(4)]
    for case in cases:
        add_words(case.report, "More")
    stuck = {case.report.record for case in cases[:2]}
    whole = records.desk_key
    monkeypatch.setattr(
        records, "desk_key", lambda record, **given: not_held() if record in stuck else whole(record, **given)
    )
    monkeypatch.setattr(evidence, "MOST_FILES", 2)
    evidence.take_in_added()
    assert [case.report.parts.count() == Case.objects.get(pk=case.pk).parts_seen for case in cases] == [
        False,
        False,
        True,
        True,
    ]


# --- copying -------------------------------------------------------------------------------------


def clean(case: Case) -> Evidence:
    evidence.look_at_waiting(timezone.now())
    row: Evidence = case.evidence.get()
    assert row.state == FileState.CLEAN
    return row


@pytest.mark.parametrize(("reason", "state"), [(Trouble.KIND, FileState.CLEAN), (Trouble.CRASH, FileState.HELD)])
def test_a_file_whose_report_has_no_key_any_more_ends_and_keeps_no_other_waiting(
    scanner: AnsweringScanner, monkeypatch: pytest.MonkeyPatch, reason: Trouble, state: str
) -> None:
    ended, sound = clean(taken_in()), clean(taken_in())
    monkeypatch.setattr("portal.files.running.safe_copy", lambda *given, **named: NoCopy(reason=reason))
    records.destroy(ended.case.report.record)
    assert Destruction.objects.exists()
    assert safe_copies.make_waiting(timezone.now()) == 2
    ended.refresh_from_db()
    sound.refresh_from_db()
    assert (ended.state, ended.copy_state) == (state, CopyState.NONE)
    assert ended.copy_why or ended.why
    assert not bytes(ended.metadata)
    assert sound.copy_state == CopyState.NONE
    assert bytes(sound.metadata)


def test_whatever_goes_wrong_over_one_copy_the_next_has_its_turn(
    scanner: AnsweringScanner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [clean(taken_in()), clean(taken_in())]
    asked = iter([True])

    def safe_copy(*given: Any, **named: Any) -> NoCopy:
        if next(asked, False):
            raise RuntimeError("words of the file")
        return NoCopy(reason=Trouble.KIND)

    monkeypatch.setattr("portal.files.running.safe_copy", safe_copy)
    with caplog.at_level(logging.ERROR):
        assert safe_copies.make_waiting(timezone.now()) == 1
    states = Evidence.objects.filter(pk__in=[row.pk for row in rows]).values_list("copy_state", flat=True)
    assert sorted(states) == [CopyState.NONE, CopyState.WAITING]
    assert "words of the file" not in caplog.text


# --- what pages show -----------------------------------------------------------------------------


def test_what_only_shows_is_empty_meanwhile_and_breaks_no_page(away: Away) -> None:
    case = taken_in()
    with away():
        assert not any(contents.sections_of(case.report).values())
        assert not evidence.facts_of(case.evidence.get().attachment).is_open
        with pytest.raises(contents.KEYS_AWAY):
            contents.files_of(case.report)
        with pytest.raises(contents.KEYS_AWAY):
            contents.sections_of(case.report, opening=contents.open_or_wait)
    assert evidence.facts_of(case.evidence.get().attachment).is_open


def test_of_what_is_asked_for_the_sound_part_is_shown_while_one_key_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    case = taken_in()
    hidden = seal_part(case.report, "activity", b'{"what": "x"}')
    whole, key = records.open_copy, envelopes.read_header(bytes(hidden.envelope)).key
    monkeypatch.setattr(
        records, "open_copy", lambda copy, *given: not_held() if copy.pk == key else whole(copy, *given)
    )
    parts = [*contents.sent_parts(case.report), hidden]
    opened = contents.open_all([(case.report.record, part.field, bytes(part.envelope)) for part in parts])
    assert opened[-1] == {}
    assert all(opened[:-1])


def test_the_digests_of_a_case_are_not_lost_while_the_keys_are_away(away: Away) -> None:
    from portal.reporting import seen_before

    case = taken_in()
    before = set(case.digests.values_list("digest", flat=True))
    assert before
    with away(), pytest.raises(contents.KEYS_AWAY):
        seen_before.make_anew(case)
    assert set(case.digests.values_list("digest", flat=True)) == before


def test_an_empty_ring_is_keys_away() -> None:
    case = taken_in()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyring, "ring", lambda: keyring.KeyRing({}))
        with pytest.raises(records.KeyNotHeld):
            contents.files_of(case.report)


@pytest.mark.usefixtures("desk")
def test_nothing_leaves_the_screen_half_empty(away: Away) -> None:
    case = take_in(make_report())
    client = opened(case, staff(StaffRole.MIAC_ANALYST))
    with away():
        text = client.post(address(case, "text/"), {"with_identity": ""})
        assert (text.status_code, "not at hand now" in text.content.decode()) == (422, True)
        assert client.get(address(case, "print/")).status_code == 302
    assert not Event.objects.filter(verb__in=[Verb.EXPORT, Verb.PRINT]).exists()
    assert client.get(address(case, "print/")).status_code == 200
