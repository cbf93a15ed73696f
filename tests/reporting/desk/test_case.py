"""The page of a report: opened with a purpose, never unrecorded, and who reported stays apart."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, strategies as st

from portal.audit.models import Event
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import contents, reading, summary
from portal.reporting.actions.closing import ProposeClosing
from portal.reporting.actions.handing_over import ProposeWarning
from portal.reporting.actions.triage import Assign, FlagMinor, WriteMessage
from portal.reporting.enums import Disposition, EntryKind, Review, Stage, Status
from portal.reporting.models import Case, Report
from portal.vault import receipts, records
from tests.conftest import session_for
from tests.factories import PersonFactory, staff
from tests.reporting.desk.working import (
    address,
    anew,
    determined,
    dispose,
    opened,
    review,
    sentence,
    set_class,
    verbs_about,
)
from tests.reporting.making import VAN, add_words, make_report, seal_part, take_in

pytestmark = pytest.mark.django_db
SECRET = "A van stopped twice"
NUMBER = "573-555-0142"


def shown(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200, where
    return " ".join(answer.content.decode().split())


# --- opening -------------------------------------------------------------------------------------


def test_a_report_of_somebody_else_is_opened_with_a_purpose(case: Case, analyst: Person) -> None:
    client = session_for(analyst)
    asked = client.get(address(case)).content.decode()
    assert "What do you open it for?" in asked
    assert SECRET not in asked
    assert "report.open" not in verbs_about(case)
    client.post(address(case), {"purpose": "review"})
    assert SECRET in shown(client, address(case))
    openings = Event.objects.filter(verb="report.open", about=f"reporting.report:{case.pk}")
    assert {event.purpose for event in openings} == {"initial review"}


def test_ones_own_case_opens_at_once_and_is_recorded_all_the_same(case: Case, analyst: Person) -> None:
    Assign(case, analyst, to=analyst).execute()
    assert SECRET in shown(session_for(analyst), address(case))
    assert Event.objects.get(verb="report.open").purpose == "assigned to me"


def test_each_opening_is_recorded(case: Case, analyst: Person) -> None:
    Assign(case, analyst, to=analyst).execute()
    client = session_for(analyst)
    for _time in range(3):
        client.get(address(case))
    assert verbs_about(case).count("report.open") == 3


def test_the_purpose_holds_for_a_working_session_and_this_case_alone(
    clock: Any, case: Case, urgent: Case, analyst: Person
) -> None:
    client = opened(case, analyst)
    assert "What do you open it for?" in client.get(address(urgent)).content.decode()
    for _quarter in range(4 * 8 - 1):
        clock.shift(timedelta(minutes=15))
        assert SECRET in shown(client, address(case))
    clock.shift(timedelta(minutes=15))
    assert SECRET not in client.get(address(case)).content.decode()


def test_to_its_own_submitter_the_desks_side_of_a_report_is_not_there(analyst: Person, second: Person) -> None:
    own = take_in(make_report(analyst))
    client = session_for(analyst)
    for rest in ("", "text/", "print/"):
        assert client.get(address(own, rest)).status_code == 404
    assert client.post(address(own), {"purpose": "review"}).status_code == 404
    assert client.post(address(own, "act/note/"), {"words": "x"}).status_code == 404
    assert SECRET in shown(opened(own, second), address(own))


def test_another_purpose_is_said_in_words_which_the_session_does_not_keep(case: Case, analyst: Person) -> None:
    client = session_for(analyst)
    assert client.post(address(case), {"purpose": "other"}).status_code == 422
    client.post(address(case), {"purpose": "other", "words": "Request 12 of the auditor"})
    assert Event.objects.get(verb="report.open").purpose == "Request 12 of the auditor"
    assert "Request 12" not in json.dumps(dict(client.session))


def test_nobody_says_that_it_is_assigned_to_them_when_it_is_not(case: Case, analyst: Person) -> None:
    client = session_for(analyst)
    assert client.post(address(case), {"purpose": "mine"}).status_code == 422
    assert SECRET not in client.get(address(case)).content.decode()


def test_without_a_purpose_nothing_is_done_and_nothing_is_shown(
    case: Case, analyst: Person, supervisor: Person
) -> None:
    client = session_for(supervisor)
    for rest, data in (("act/note/", {"words": "x"}), ("text/", {}), ("allow/", {"proposal": 1}), ("act/review/", {})):
        answer = client.post(address(case, rest), data)
        assert (answer.status_code, answer["Location"]) == (302, address(case))
    assert client.get(address(case, "print/")).status_code == 302
    assert not case.entries.exists()


def test_at_the_first_opening_the_submitter_is_told_that_it_is_read(case: Case, analyst: Person) -> None:
    session_for(analyst).get(address(case))
    assert anew(case).status == Status.RECEIVED
    opened(case, analyst)
    assert anew(case).status == Status.READING


def test_what_was_asked_is_not_unasked_by_opening(case: Case, analyst: Person) -> None:
    Case.objects.filter(pk=case.pk).update(status=Status.ASKED)
    opened(case, analyst)
    assert anew(case).status == Status.ASKED


def test_no_browser_keeps_the_page(case: Case, analyst: Person) -> None:
    assert "no-store" in opened(case, analyst).get(address(case))["Cache-Control"]


# --- who reported --------------------------------------------------------------------------------


def test_who_reported_is_on_no_page_until_it_is_opened_with_a_reason(analyst: Person) -> None:
    submitter = staff(StaffRole.MOP3_EDITOR, name="Nobody To Be Named")
    case = take_in(make_report(submitter))
    client = opened(case, analyst)
    apart = ("Shift lead of the night", "shift@water.example", "Nobody To Be Named", NUMBER, submitter.email)
    for rest in ("", "text/", "print/"):
        page = shown(client, address(case, rest))
        assert not [word for word in apart if word in page]
    assert client.post(address(case, "act/identity/"), {"reason": " "}).status_code == 422
    assert EntryKind.IDENTITY not in case.entries.values_list("kind", flat=True)
    page = client.post(address(case, "act/identity/"), {"reason": "To call back"}).content.decode()
    assert "Shift lead of the night" in page
    assert NUMBER in page
    assert verbs_about(case).count("identity.open") == 1
    assert "Shift lead of the night" not in shown(client, address(case))


def test_those_who_look_after_records_do_not_open_who_reported(case: Case) -> None:
    for role in (StaffRole.PRIVACY_OFFICER, StaffRole.RECORDS_CUSTODIAN):
        client = opened(case, staff(role), purpose="record")
        assert "See who reported" not in shown(client, address(case))
        assert client.post(address(case, "act/identity/"), {"reason": "Curious"}).status_code == 404


# --- what leaves the screen ----------------------------------------------------------------------


def text_of(client: Client, case: Case, **data: Any) -> str:
    answer = client.post(address(case, "text/"), data)
    assert answer.status_code == 200
    made: str = answer.context["text"]
    return made


def test_the_text_has_the_report_in_order_and_carries_its_marks_first_and_last(case: Case, analyst: Person) -> None:
    add_words(case.report, "It came back on Tuesday.")
    made = text_of(opened(case, analyst), case)
    places = [made.index(word) for word in ("WHAT\n", "WHEN\n", "WHERE\n", "A VEHICLE", "NARRATIVE", "SUBMITTER")]
    assert places == sorted(places)
    for word in (SECRET, "PHOTO", "Cole County", "ABC 123", "It came back on Tuesday.", case.report.number):
        assert word in made
    assert made.startswith(summary.marks())
    assert made.rstrip().endswith(summary.marks())


def test_who_reported_is_in_the_text_only_when_ticked_with_a_reason(case: Case, analyst: Person) -> None:
    client = opened(case, analyst)
    without = text_of(client, case)
    assert NUMBER not in without
    assert "Shift lead" not in without
    assert client.post(address(case, "text/"), {"with_identity": "on"}).status_code == 422
    ticked = text_of(client, case, with_identity="on", reason="The JTTF calls them")
    assert NUMBER in ticked
    assert "Shift lead" in ticked
    exports = Event.objects.filter(verb="export").order_by("pk")
    assert [event.facts["identity"] for event in exports] == [False, True]
    assert verbs_about(case).count("identity.open") == 1


def test_asking_for_the_form_exports_nothing(case: Case, analyst: Person) -> None:
    assert SECRET not in shown(opened(case, analyst), address(case, "text/"))
    assert "export" not in verbs_about(case)


CHILD = {"kind": "person", "who": "Jo Example", "phone": "573-555-0188", "did": "Jo held the camera.", "minor": "yes"}
GROWN = {"kind": "person", "who": "Pat Sample", "did": "Pat drove.", "minor": "no"}


def test_somebody_who_may_be_under_18_is_named_in_no_summary(analyst: Person) -> None:
    case = take_in(
        make_report(things=[CHILD, GROWN], activity={"what": "jo EXAMPLE (573-555-0188) and Pat Sample took pictures."})
    )
    client = opened(case, analyst)
    for made in (text_of(client, case), shown(client, address(case, "print/"))):
        for word in ("Jo Example", "EXAMPLE", "573-555-0188"):
            assert word not in made
        assert "Pat Sample" in made
        assert "[somebody who may be under 18]" in made
    assert "Jo Example" in shown(client, address(case))  # the analyst reads the report itself


def test_a_flag_of_the_desk_covers_everybody_while_nobody_is_marked(analyst: Person) -> None:
    case = take_in(make_report(things=[GROWN]))
    assert "Pat Sample" in text_of(opened(case, analyst), case)
    Case.objects.filter(pk=case.pk).update(may_be_minor=True)
    assert "Pat" not in text_of(opened(case, analyst), case)


def test_a_flag_of_the_desk_covers_everybody_also_where_somebody_is_marked(analyst: Person) -> None:
    """The flag does not say whom it means: it may be the one whom the submitter took for grown."""
    case = take_in(make_report(things=[CHILD, GROWN], activity={"what": "Pat Sample and Jo Example took pictures."}))
    client = opened(case, analyst)
    FlagMinor(case, analyst, why="Pat is in ninth grade").execute()
    for made in (text_of(client, case), shown(client, address(case, "print/"))):
        assert "Sample" not in made
        assert "Example" not in made


@given(name=st.text(st.characters(categories=["L", "Zs"]), min_size=3, max_size=20), before=st.text(max_size=20))
def test_a_name_that_is_taken_out_is_out(name: str, before: str) -> None:
    words = [word for word in name.split() if len(word) >= summary.SHORTEST_NAME]
    left = summary.without_names(f"{before} {name} saw it", [name]).split()
    instead = summary.without_names(name, [name]).split()
    for word in words:
        assert word not in left or word in instead or word in before


def test_the_print_is_recorded_and_carries_its_marks_and_no_identity(case: Case, duty: Person) -> None:
    page = shown(opened(case, duty), address(case, "print/"))
    assert page.count(summary.marks()) == 2
    assert page.count(summary.running_mark()) == 2
    assert SECRET in page
    assert NUMBER not in page
    assert Event.objects.filter(verb="print", about=f"reporting.case:{case.pk}").count() == 1


# --- what the page shows -------------------------------------------------------------------------


def test_the_page_shows_the_line_of_steps_and_the_next_action(case: Case, analyst: Person, second: Person) -> None:
    client, other = opened(case, analyst), opened(case, second)
    assert client.get(address(case)).context["main"][0] == "review"
    review(case, analyst)
    assert client.get(address(case)).context["main"] is None
    assert "A second, trained analyst determines." in shown(client, address(case))
    assert other.get(address(case)).context["main"][0] == "determine"
    determined_case = anew(case)
    Case.objects.filter(pk=case.pk).update(stage=Stage.DETERMINED, finding="yes", determined_by=second)
    assert client.get(address(case)).context["main"][0] == "dispose"
    dispose(anew(determined_case), analyst)
    assert client.get(address(case)).context["main"][0] == "class"
    set_class(anew(case), analyst)
    assert client.get(address(case)).context["main"][0] == "close"
    client.post(address(case, "act/close/"), {"sentence": sentence().pk, "seen": case.report.parts.count()})
    assert client.get(address(case)).context["main"] is None
    assert anew(case).stage == Stage.CLOSED


def test_an_urgent_report_is_first_taken_up_whoever_looks(urgent: Case, duty: Person) -> None:
    client = opened(urgent, duty, purpose="urgent")
    assert client.get(address(urgent)).context["main"][0] == "take_up"
    client.post(address(urgent, "act/take_up/"))
    assert anew(urgent).taken_up_by == duty


def test_the_history_says_who_what_when_and_why(case: Case, analyst: Person, second: Person) -> None:
    determined(case, analyst, second)
    page = shown(opened(case, analyst), address(case))
    for word in ("The first analyst", "It names place and time.", "Twice, at night, and the intake alone."):
        assert word in page
    assert "yes, reasonably indicative" in page


def test_what_was_typed_stays_when_the_rules_refuse(case: Case, analyst: Person) -> None:
    review(case, analyst)
    answer = opened(case, analyst).post(
        address(case, "act/determine/"),
        {
            "finding": "yes",
            "grounds": "My long grounds",
            "facts": "My facts",
            "is_free_of_protected_traits": "on",
            "seen": case.report.parts.count(),
        },
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "somebody else determines" in page
    assert "My long grounds" in page


def test_a_form_that_comes_back_is_an_opening_as_well(case: Case, analyst: Person) -> None:
    Assign(case, analyst, to=analyst).execute()
    answer = session_for(analyst).post(address(case, "act/review/"), {})
    assert answer.status_code == 422
    assert SECRET in answer.content.decode()
    assert verbs_about(case).count("report.open") == 1
    assert anew(case).status == Status.READING


def test_after_news_the_form_counts_from_what_is_now_shown(case: Case, analyst: Person) -> None:
    client, seen = opened(case, analyst), case.report.parts.count()
    add_words(case.report, "It came back.")
    said = {"review": "real", "behaviour": "PHOTO", "why": "Clear.", "seen": seen}
    answer = client.post(address(case, "act/review/"), said)
    assert answer.status_code == 422
    assert "It came back." in answer.content.decode()
    client.post(address(case, "act/review/"), {**said, "seen": answer.context["main"][2]["seen"].value()})
    assert anew(case).stage == Stage.REVIEWED


def test_the_whole_way_by_forms(case: Case, analyst: Person, second: Person) -> None:
    first, other = opened(case, analyst), opened(case, second)
    first.post(
        address(case, "act/review/"),
        {"review": "real", "behaviour": "PHOTO", "why": "Clear.", "seen": case.report.parts.count()},
    )
    other.post(
        address(case, "act/determine/"),
        {
            "finding": "yes",
            "grounds": "Twice",
            "facts": "Two visits",
            "is_free_of_protected_traits": "on",
            "seen": case.report.parts.count(),
        },
    )
    first.post(
        address(case, "act/dispose/"),
        {
            "disposition": "eguardian",
            "why": "As found",
            "to_whom": "The JTTF",
            "at": "2026-03-05T11:30",
            "number": "EG-1",
        },
    )
    first.post(address(case, "act/class/"), {"record_class": "security", "basis": "RSMo 610.021"})
    first.post(address(case, "act/close/"), {"sentence": sentence().pk, "seen": case.report.parts.count()})
    assert anew(case).stage == Stage.CLOSED
    assert verbs_about(case)[-5:] == ["case.review", "case.determine", "case.dispose", "case.class", "case.close"]


def test_a_supervisor_allows_words_that_were_proposed(
    case: Case, analyst: Person, second: Person, supervisor: Person
) -> None:
    set_class(determined(case, analyst, second), analyst)
    dispose(anew(case), analyst)
    asked = ProposeClosing(anew(case), analyst, words="Thank you for calling twice.").execute()
    client = opened(case, supervisor)
    waiting = client.get("/desk/reports/?waits=closing").context["rows"]
    assert [row.case for row in waiting] == [case]
    assert "Thank you for calling twice." in shown(client, address(case))
    client.post(address(case, "allow/"), {"proposal": "9" * 30})
    assert anew(case).stage == Stage.DETERMINED
    client.post(address(case, "allow/"), {"proposal": asked.pk, "seen": case.report.parts.count()})
    assert not client.get("/desk/reports/?waits=closing").context["rows"]
    assert anew(case).closing_words == "Thank you for calling twice."


def test_a_warning_is_read_by_whoever_releases_it(case: Case, analyst: Person, supervisor: Person) -> None:
    asked = ProposeWarning(
        case, analyst, recipient="The water company", danger="A breach tonight", words="Look out.", is_imminent=True
    ).execute()
    client = opened(case, supervisor)
    assert "A breach tonight" in shown(client, address(case))
    client.post(address(case, "act/warning/"), {"proposal": asked.pk, "at": "2026-03-05T11:50", "how": "By telephone"})
    assert case.entries.filter(kind=EntryKind.WARNING).exists()


def test_a_new_code_is_shown_once_and_the_old_one_opens_nothing(case: Case, analyst: Person) -> None:
    old = receipts.new_words()
    contents.issue_code(case.report, old)
    client = opened(case, analyst)
    incomplete = {"number": "573-555-0100", "found_where": "", "spoken_to": "Them"}
    assert client.post(address(case, "act/code/"), incomplete).status_code == 422
    assert records.key_by_words(case.report.record, old) is not None
    answer = client.post(address(case, "act/code/"), {**incomplete, "found_where": "Company site"})
    words = answer.context["result"]
    assert words in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert records.key_by_words(case.report.record, words) is not None
    assert records.key_by_words(case.report.record, old) is None
    page = shown(client, address(case))
    assert words not in page
    assert case.entries.get(kind=EntryKind.CODE).by == analyst
    for told in ("573-555-0100", "Them", "Company site"):  # as good as the reporter's name
        assert told not in page
    apart = client.post(address(case, "act/identity/"), {"reason": "To call again"}).content.decode()
    assert "573-555-0100" in apart
    assert "Company site" in apart


# --- hostile words -------------------------------------------------------------------------------


def test_what_is_sealed_is_shown_as_text_and_plays_no_tricks(analyst: Person) -> None:
    case = take_in(
        make_report(
            activity={"what": "<script>alert(1)</script> \u202egnp.exe\u0007"},
            things=[{"kind": "<b>", "who": "x"}, {**VAN, "make": "<i>van</i>"}],
            place={"where": ["a", "b"], "begun": "never"},
        )
    )
    seal_part(case.report, "known", b'{"how": {"a": 1}}')
    page = shown(opened(case, analyst), address(case))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page
    assert "<i>van" not in page


@given(st.text())
def test_no_text_hides_or_turns_anything(text: str) -> None:
    shown_text = reading.visible(text)
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u200b\x00\x1b") & set(shown_text)
    assert len(shown_text) <= len(text)


def test_a_report_without_any_key_is_worked_on_and_closed(analyst: Person, second: Person) -> None:
    row = Report.objects.create(number="SAR-0000-0000-0001", submitter=PersonFactory())
    case = take_in(row)
    assert "This part is empty, or cannot be opened." in shown(opened(case, analyst), address(case))
    WriteMessage(case, analyst, words="We cannot open what you sent.").execute()
    review(case, analyst, review=Review.UNFOUNDED, behaviour="")
    dispose(anew(case), second, Disposition.UNFOUNDED)
    assert anew(case).disposition == "unfounded"


def test_a_purged_case_shows_what_was_decided_and_nothing_that_was_written(case: Case, analyst: Person) -> None:
    client = opened(case, analyst)
    Case.objects.filter(pk=case.pk).update(stage=Stage.PURGED, purged_at=timezone.now())
    page = shown(client, address(case))
    assert SECRET not in page
    assert "This report was purged" in page
    assert client.get(address(case, "print/")).status_code == 404
    assert client.get(address(case, "text/")).status_code == 404


def test_an_address_of_no_report_and_a_verb_that_is_none_are_not_found(case: Case, analyst: Person) -> None:
    client = opened(case, analyst)
    assert client.get("/desk/reports/00000000-0000-0000-0000-000000000007/").status_code == 404
    assert client.post(address(case, "act/destroy/")).status_code == 404
