"""Seen before: exact, keyed, without names, recorded without what was looked up, and gone with the report."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.members.enums import StaffRole
from portal.reporting import seen_before
from portal.reporting.desk.seen_before import seen_context
from portal.reporting.enums import DigestKind
from portal.reporting.models import Case, SeenDigest
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.making import make_report, take_in

pytestmark = pytest.mark.django_db
PERSON = {"kind": "person", "who": "Somebody Named", "phone": "(573) 555-0142", "email": "Lurker@Mail.Example"}
VAN = {"kind": "vehicle", "plate": "ab-c 123", "make": "Van"}
DRONE = {"kind": "drone", "registration": "FA 3XYZ99"}
ALL = (PERSON, VAN, DRONE)


def case_with(*things: dict[str, str]) -> Case:
    return take_in(make_report(things=things))


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (DigestKind.PLATE, "ABC 123", "abc-123"),
        (DigestKind.PLATE, "ABC123", "\uff21\uff22\uff23\uff11\uff12\uff13"),
        (DigestKind.PHONE, "+1 (573) 555-0142", "573.555.0142 ext. 7"),
        (DigestKind.PHONE, "1-573-555-0142", "5735550142"),
        (DigestKind.EMAIL, " Lurker@Mail.Example ", "lurker@mail.example"),
        (DigestKind.DRONE, "FA3XYZ99", "fa 3xyz-99"),
    ],
)
def test_the_same_thing_written_otherwise_is_the_same(kind: DigestKind, one: str, other: str) -> None:
    assert seen_before.digest_of(kind, one) == seen_before.digest_of(kind, other) != ""


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (DigestKind.PLATE, "A1"),
        (DigestKind.PHONE, "911"),
        (DigestKind.EMAIL, "not an address"),
        (DigestKind.EMAIL, "a b@mail.example"),
        (DigestKind.DRONE, "---"),
    ],
)
def test_what_is_too_short_or_no_such_thing_has_no_digest(kind: DigestKind, value: str) -> None:
    assert seen_before.digest_of(kind, value) == ""


@given(kind=st.sampled_from(DigestKind.values), value=st.text(max_size=300))
def test_any_text_has_a_digest_or_none(kind: str, value: str) -> None:
    found = seen_before.digest_of(kind, value)
    assert found == "" or (len(found) == 64 and found == seen_before.digest_of(kind, value))


def test_the_same_text_of_two_kinds_and_under_two_keys_is_not_the_same(settings: Any) -> None:
    plate = seen_before.digest_of(DigestKind.PLATE, "ABCD1234")
    assert plate != seen_before.digest_of(DigestKind.DRONE, "ABCD1234")
    settings.PORTAL_DESK_LINK_KEY = "another key of the desk, another key of the desk"
    assert plate != seen_before.digest_of(DigestKind.PLATE, "ABCD1234")


@pytest.mark.usefixtures("desk_keys")
class TestDigests:
    def test_intake_makes_one_for_each_thing_and_none_of_names(self) -> None:
        case = case_with(*ALL)
        kinds = sorted(case.digests.values_list("kind", flat=True))
        assert kinds == ["drone", "email", "phone", "plate"]
        named = {seen_before.digest_of(kind, "Somebody Named") for kind in DigestKind.values}
        assert not named & set(case.digests.values_list("digest", flat=True))

    def test_nothing_of_the_reporter_is_looked_up(self) -> None:
        report = make_report(things=(), contact={"contact": "573-555-0142"}, reporter={"email": "lurker@mail.example"})
        assert not take_in(report).digests.exists()

    def test_again_makes_nothing_twice(self) -> None:
        case = case_with(VAN, VAN)
        assert case.digests.count() == 1
        seen_before.take_in(case)
        assert case.digests.count() == 1

    def test_hostile_things_make_no_digest_and_stop_nothing(self) -> None:
        report = make_report(things=(), seen={"things": json.dumps([{"kind": "vehicle", "plate": ["x"]}, 7, None])})
        assert not take_in(report).digests.exists()

    def test_a_case_says_in_how_many_others_something_stood(self, django_assert_num_queries: Any) -> None:
        case, other, third = case_with(*ALL), case_with(VAN, DRONE), case_with(VAN)
        case_with({"kind": "vehicle", "plate": "XYZ 999"})
        with django_assert_num_queries(2):
            found = seen_before.before(case)
        assert found == [("drone registration", 1), ("licence plate", 2)]
        analyst = staff(StaffRole.MIAC_ANALYST)
        assert {row.pk for row in seen_context(case, analyst)["seen_in"]} == {other.pk, third.pk}

    def test_after_a_change_of_the_key_the_command_makes_them_anew(self, settings: Any) -> None:
        from django.core.management import call_command

        case = case_with(VAN)
        settings.PORTAL_DESK_LINK_KEY = "another key of the desk, another key of the desk"
        assert not seen_before.cases_with(DigestKind.PLATE, "ABC 123").exists()
        call_command("seen_before_renew", verbosity=0)
        assert list(seen_before.cases_with(DigestKind.PLATE, "ABC 123")) == [case]
        assert case.digests.count() == 1


class TestLookingUp:
    @pytest.fixture(autouse=True)
    def on_desk(self, desk: None) -> None:
        self.case = case_with(*ALL)
        self.client = session_for(staff(StaffRole.MIAC_ANALYST))

    def ask(self, **given: str) -> Any:
        return self.client.post("/desk/seen-before/", {"kind": "plate", "purpose": "Case 26-114", **given})

    def test_an_exact_look_up_finds_the_report(self) -> None:
        page = self.ask(value="ABC 123").content.decode()
        assert self.case.report.number in page
        assert self.case.report.number not in self.ask(value="ABC 12").content.decode()

    def test_it_is_recorded_with_kind_and_purpose_and_never_the_value(self) -> None:
        self.ask(value="ABC 123")
        self.ask(value="NOWHERE7")
        events = Event.objects.filter(verb=Verb.DIGEST_LOOK_UP).order_by("pk")
        assert [event.facts for event in events] == [{"kind": "plate", "found": 1}, {"kind": "plate", "found": 0}]
        assert {event.purpose for event in events} == {"Case 26-114"}
        told = repr([vars(event) for event in Event.objects.all()])
        assert "ABC" not in told
        assert "NOWHERE7" not in told
        assert SeenDigest.objects.values_list("digest", flat=True)[0] not in told

    @pytest.mark.parametrize("missing", [{"purpose": ""}, {"value": "A"}, {"kind": "name"}])
    def test_without_purpose_kind_or_a_whole_value_nothing_is_looked_up(self, missing: dict[str, str]) -> None:
        assert self.ask(**{"value": "ABC 123", **missing}).status_code == 422
        assert not Event.objects.filter(verb=Verb.DIGEST_LOOK_UP).exists()
