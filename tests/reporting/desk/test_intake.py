"""Taking reports in: coded fields are what vocabularies know, whatever was sealed; nothing stops the others."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, InterfaceError, OperationalError
from django.utils import timezone
from hypothesis import given, strategies as st

from portal.core import tick
from portal.reporting import contents, intake
from portal.reporting.enums import ScheduleClass, Stage, Status
from portal.reporting.forms.activity import EARLIEST
from portal.reporting.models import Case, Report, ReportingSettings, ScheduleEntry
from portal.vault import records
from portal.vocabulary.behaviours import behaviours, targets
from tests.conftest import rolled_back
from tests.factories import PersonFactory
from tests.reporting.making import VAN, make_report, seal_part, take_in

pytestmark = pytest.mark.django_db


def test_a_report_becomes_a_case_with_its_codes(clock: Any, desk: None) -> None:
    report = make_report()
    case = take_in(report)
    assert (case.stage, case.status) == (Stage.NEW, Status.RECEIVED)
    assert (case.behaviour, case.target, case.has_unusual_facts) == ("PHOTO", "WATR", True)
    assert (case.sector.slug, case.county.name) == ("water", "Cole County")
    assert case.happened_from and case.happened_from.isoformat() == "2026-03-03T03:40:00+00:00"
    assert case.due_at == report.submitted_at + timedelta(hours=48)
    assert case.retain_until == timezone.localdate() + timedelta(days=5 * 365)


def test_what_staff_set_decides_how_long_it_is_kept_and_when_an_answer_is_due(clock: Any, desk: None) -> None:
    settings = ReportingSettings.load()
    settings.first_answer_hours = 5
    settings.save()
    ScheduleEntry.objects.filter(record_class=ScheduleClass.REPORT).update(days=100)
    case = take_in(make_report())
    assert case.due_at == timezone.now() + timedelta(hours=5)
    assert case.retain_until == timezone.localdate() + timedelta(days=100)


def test_taking_in_twice_makes_one_case(desk: None) -> None:
    make_report()
    assert intake.take_in_new() == 1
    assert intake.take_in_new() == 0
    assert Case.objects.count() == 1


def test_the_tick_takes_in(desk: None) -> None:
    make_report()
    outcomes = {outcome.name: outcome for outcome in tick.run(timezone.now())}
    assert outcomes["reporting: intake"].moved == 1


def test_without_the_desks_keys_nothing_is_taken_in_blind(db: None) -> None:
    make_report()
    with pytest.raises(records.KeyNotHeld):
        intake.take_in_new()
    assert not Case.objects.exists()


def test_a_report_that_does_not_open_becomes_a_case_and_stops_no_other(desk: None) -> None:
    """Its key is not in the vault at all: whoever wrote the row wrote nothing else."""
    blank = Report.objects.create(number="SAR-0000-0000-0001", submitter=PersonFactory(), is_urgent=True)
    blank.parts.create(name="activity", envelope=b"no envelope")
    sound = make_report()
    assert intake.take_in_new() == 2
    assert Case.objects.get(report=blank).behaviour == ""
    assert Case.objects.get(report=blank).next_alert_at is not None
    assert Case.objects.get(report=sound).behaviour == "PHOTO"


def test_a_fault_in_reading_one_report_stops_no_other(desk: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, sound = make_report(), make_report()
    whole = contents.sections_of

    def sections_of(report: Report, **given: Any) -> Any:
        if report.pk == bad.pk:
            raise RuntimeError("a fault")
        return whole(report, **given)

    monkeypatch.setattr(intake, "sections_of", sections_of)
    assert intake.take_in_new() == 2
    assert Case.objects.get(report=bad).behaviour == ""
    assert Case.objects.get(report=sound).behaviour == "PHOTO"


@pytest.mark.parametrize("fault", [OperationalError("the vault is away"), InterfaceError("closed")])
def test_while_a_database_is_away_a_report_waits_and_is_not_taken_in_blind(
    desk: None, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    report = make_report()

    def sections_of(report: Report, **given: Any) -> Any:
        raise fault

    with monkeypatch.context() as away:
        away.setattr(intake, "sections_of", sections_of)
        assert intake.take_in_new() == 0
    assert not Case.objects.exists()
    assert take_in(report).behaviour == "PHOTO"


@pytest.mark.parametrize("fault", [records.KeyNotHeld(), records.KeyRingProblem("one key file is missing")])
def test_while_its_private_key_is_not_here_a_report_waits(
    desk: None, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    missing, sound = make_report(), make_report()
    whole = records.desk_key

    def desk_key(record: str, **given: Any) -> Any:
        if record == missing.record:
            raise fault
        return whole(record, **given)

    with monkeypatch.context() as away:
        away.setattr(records, "desk_key", desk_key)
        assert intake.take_in_new() == 1
    assert Case.objects.get().report == sound
    assert take_in(missing).behaviour == "PHOTO"


def test_a_database_that_refuses_what_was_sealed_keeps_nothing_waiting(
    desk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sections_of(report: Report, **given: Any) -> Any:
        raise DataError("a zero byte")

    monkeypatch.setattr(intake, "sections_of", sections_of)
    assert take_in(make_report()).behaviour == ""


@pytest.mark.parametrize("stuck", [1, 2, 3])
def test_reports_that_wait_keep_no_later_one_waiting(desk: None, monkeypatch: pytest.MonkeyPatch, stuck: int) -> None:
    """Front may send as many as it likes that are sealed to a key which the desk does not have."""
    missing = {make_report().record for _report in range(stuck)}
    later = [make_report() for _report in range(2)]
    whole = records.desk_key

    def desk_key(record: str, **given: Any) -> Any:
        if record in missing:
            raise records.KeyNotHeld
        return whole(record, **given)

    monkeypatch.setattr(records, "desk_key", desk_key)
    for _round in range(30):  # by lot, where those that wait are more than one round takes
        intake.take_in_new(most=2)
    assert {case.report for case in Case.objects.all()} == set(later)


def test_a_round_is_bounded_and_the_oldest_come_first(desk: None) -> None:
    reports = [make_report() for _report in range(5)]
    assert intake.take_in_new(most=2) == 2
    assert {case.report for case in Case.objects.all()} == set(reports[:2])


@pytest.mark.parametrize("fault", [records.KeyNotHeld, records.KeyDestroyed])
def test_a_section_that_the_desk_cannot_open_today_is_not_taken_for_empty(
    desk: None, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    make_report()
    with monkeypatch.context() as away:
        away.setattr(records, "open_copy", lambda *given: (_ for _ in ()).throw(fault()))
        away.setattr(records, "desk_key", lambda *given, **named: None)
        intake.take_in_new()
    assert Case.objects.exists() == (fault is records.KeyDestroyed)


def test_half_a_character_in_a_list_is_shown_and_stops_nothing(desk: None) -> None:
    """A browser that cuts a text in the middle of a picture sign sends one."""
    half = {"kind": "person", "email": "lurker@\ud83d.example", "who": "Somebody \ud83d"}
    bad, sound = take_in(make_report(things=[half, VAN])), take_in(make_report())
    assert [case.parts_seen for case in (bad, sound)] == [bad.report.parts.count(), sound.report.parts.count()]
    things = contents.things_of(contents.sections_of(bad.report))
    assert [thing.get("who", "") for thing in things] == ["Somebody \ufffd", ""]
    assert list(bad.digests.order_by("kind").values_list("kind", flat=True)) == ["email", "plate"]


@given(text=st.text(st.characters(codec=None, categories=["Cs", "L"]), max_size=20), name=st.text(max_size=5))
def test_whatever_a_list_holds_can_be_kept(text: str, name: str) -> None:
    found = contents.parsed_list(json.dumps([{name: text}]))
    json.dumps(found, ensure_ascii=False).encode()
    assert len(found) == 1


def test_what_was_sealed_says_that_it_is_urgent_whatever_the_row_says(desk: None) -> None:
    turned = make_report(urgency={"now": "yes"})
    assert not turned.is_urgent
    case = take_in(turned)
    assert case.report.is_urgent
    assert case.next_alert_at is not None
    assert take_in(make_report()).next_alert_at is None


def test_a_moment_that_front_invents_moves_nothing_into_the_future(clock: Any, desk: None) -> None:
    late = take_in(make_report(submitted_at=timezone.now() + timedelta(days=4000), is_urgent=True))
    assert late.due_at == timezone.now() + timedelta(hours=48)
    assert late.next_alert_at == timezone.now() + timedelta(minutes=5)


def test_a_person_who_may_be_under_18_flags_the_case(desk: None) -> None:
    child = {"kind": "person", "who": "Somebody", "minor": "yes"}
    assert take_in(make_report(things=[VAN, child])).may_be_minor
    assert not take_in(make_report(things=[VAN, {**child, "minor": "no"}])).may_be_minor


def test_without_a_county_the_point_on_the_map_says_which(desk: None) -> None:
    assert take_in(make_report(place={"county": ""})).county.name == "Cole County"
    assert take_in(make_report(place={"county": "", "latitude": "nan"})).county is None


@pytest.mark.parametrize(
    ("section", "answers", "field"),
    [
        ("activity", {"behaviour": "photo"}, "behaviour"),
        ("activity", {"behaviour": ["PHOTO"]}, "behaviour"),
        ("target", {"target": "<b>"}, "target"),
        ("target", {"sector": "water' OR 1=1"}, "sector"),
        ("place", {"county": "99999"}, "county"),
        ("place", {"county": "٢٩٠٥١"}, "county"),
        ("place", {"begun": "1999-12-31T17:00:00-06:00"}, "happened_from"),
        ("place", {"begun": "2999-01-01T00:00:00-06:00"}, "happened_from"),
        ("place", {"begun": "yesterday"}, "happened_from"),
        ("place", {"ended": "2026-03-01T00:00:00-06:00"}, "happened_to"),
    ],
)
def test_what_no_vocabulary_knows_is_left_empty(
    clock: Any, desk: None, section: str, answers: dict[str, Any], field: str
) -> None:
    sections: dict[str, Any] = {section: answers}
    case = take_in(make_report(**sections))
    assert not getattr(case, field)


# --- whatever is sealed ---------------------------------------------------------------------------

WORDS = st.text(max_size=40) | st.sampled_from(["yes", "PHOTO", "water", "29051", "2026-03-02T21:40:00-06:00", "1e400"])
ANSWERS = st.dictionaries(
    st.sampled_from(["behaviour", "what", "unusual", "begun", "ended", "county", "latitude", "longitude", "sector"])
    | st.sampled_from(["target", "things", "now", "files"]),
    WORDS | st.lists(WORDS, max_size=3) | st.integers() | st.none(),
)
PLAINTEXT = st.one_of(
    st.binary(max_size=60),
    ANSWERS.map(lambda answers: json.dumps(answers).encode()),
    st.just(b"[" * 5000),
    st.lists(st.dictionaries(st.text(max_size=5), WORDS, max_size=4), max_size=3).map(
        lambda things: json.dumps({"things": json.dumps(things), "files": json.dumps(things)}).encode()
    ),
)
SECTIONS = st.dictionaries(
    st.sampled_from(["urgency", "activity", "place", "target", "seen", "known", "contact", "files", "added"]), PLAINTEXT
)


@given(sections=SECTIONS)
def test_whatever_is_sealed_becomes_a_case_with_codes_of_the_vocabularies(
    desk_keys: None, db: None, sections: dict[str, bytes]
) -> None:
    with rolled_back():
        report = make_report()
        for name, plaintext in sections.items():
            seal_part(report, name, plaintext)
        case = Case.objects.get(pk=take_in(report).pk)
        assert case.behaviour in {"", *behaviours()}
        assert case.target in {"", *targets()}
        assert case.happened_from is None or case.happened_from >= EARLIEST
        assert case.happened_to is None or case.happened_from is not None
