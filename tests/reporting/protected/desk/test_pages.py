"""The pages of the desk: the queue, one submission, its record, and what is printed of it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from portal.members.models import Person
from portal.reporting.models import Holding, Use
from portal.reporting.protected import disposing, findings, tallies
from portal.reporting.protected.actions.working import NotTheirs
from portal.reporting.protected.enums import Clock, Stage
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory
from tests.reporting.protected.desk.working import (
    add_part,
    anew,
    ask,
    assign,
    close,
    destroy_it,
    enter_request,
    make_submission,
    pass_days,
    refuse,
    take_in,
    verbs_about,
)

pytestmark = pytest.mark.django_db


def opened(kept: Holding, person: Person, *, purpose: str = "review") -> Client:
    """A browser in which this person has said what they open it for."""
    client = session_for(person)
    client.post(reverse("desk_protected_one", args=[kept.report.uuid]), {"purpose": purpose})
    return client


def text_of(client: Client, name: str, *keys: Any, query: str = "") -> str:
    answer = client.get(f"{reverse(name, args=keys)}{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def do(client: Client, kept: Holding, verb: str, **data: Any) -> Any:
    return client.post(reverse("desk_protected_act", args=[kept.report.uuid, verb]), data)


class TestQueue:
    def test_it_shows_codes_and_days_and_nothing_that_was_written(self, kept: Holding, analyst: Person) -> None:
        text = text_of(session_for(analyst), "desk_protected")
        assert kept.report.number in text
        assert "90 days left" in text
        assert "single-line diagram" not in text

    def test_past_the_last_day_it_stands_first_and_on_the_desks_front_page(
        self, kept: Holding, analyst: Person, clock: Any
    ) -> None:
        pass_days(clock, 90)
        young = take_in(make_submission())
        client = session_for(analyst)
        text = text_of(client, "desk_protected")
        assert text.index(kept.report.number) < text.index(young.report.number)
        assert "last day reached: decide" in text
        assert "Past the last day of their review: nobody has decided" in text_of(client, "desk")
        assert young.report.number not in text_of(client, "desk_protected", query="?waits=past")

    def test_the_health_address_of_the_desk_says_so_until_somebody_decides(
        self, kept: Holding, analyst: Person, signatory: Person, clock: Any
    ) -> None:
        close(kept, signatory)
        assert "notices" not in Client().get("/-/ready").json()
        pass_days(clock, 90)
        assert Client().get("/-/ready").json()["notices"] == {"protected_past_last_day": 1}
        destroy_it(anew(kept), analyst)
        assert "notices" not in Client().get("/-/ready").json()

    def test_it_asks_the_database_as_often_for_twenty_as_for_one(self, kept: Holding, analyst: Person) -> None:
        client = session_for(analyst)

        def asked() -> int:
            client.get(reverse("desk_protected"))
            with CaptureQueriesContext(connections["default"]) as queries:
                text_of(client, "desk_protected")
            return len(queries)

        one = asked()
        for _more in range(4):
            take_in(make_submission(files=[]))
        assert asked() == one

    def test_who_belongs_to_its_organisation_finds_nothing_of_it(self, kept: Holding, analyst: Person) -> None:
        analyst.affiliations.create(organisation=kept.report.organisation)
        client = session_for(analyst)
        assert kept.report.number not in text_of(client, "desk_protected")
        for name in ("desk_protected_one", "desk_protected_record"):
            assert client.get(reverse(name, args=[kept.report.uuid])).status_code == 404
        assert do(client, kept, "review").status_code == 404


class TestOneSubmission:
    def test_it_asks_what_for_before_anything_is_shown(self, kept: Holding, analyst: Person) -> None:
        text = text_of(session_for(analyst), "desk_protected_one", kept.report.uuid)
        assert "What do you open it for?" in text
        assert "single-line diagram" not in text
        assert not Use.objects.exists()

    def test_opening_it_is_a_use_that_names_role_agency_and_purpose(self, kept: Holding, analyst: Person) -> None:
        client = opened(kept, analyst, purpose="planning")
        assert "The single-line diagram of the north substation." in text_of(
            client, "desk_protected_one", kept.report.uuid
        )
        used = Use.objects.get(holding=kept)
        assert (used.role, used.purpose) == ("MIAC analyst", "planning")
        assert used.agency == "Missouri Information Analysis Center"
        assert "protected.open" in verbs_about(kept)

    def test_opened_again_at_once_it_is_one_use_and_twice_in_the_trail(
        self, kept: Holding, analyst: Person, clock: Any
    ) -> None:
        client = opened(kept, analyst)
        for _time in range(2):
            text_of(client, "desk_protected_one", kept.report.uuid)
        assert Use.objects.count() == 1
        assert verbs_about(kept).count("protected.open") == 2
        pass_days(clock, 0)
        clock.shift(11 * 60)
        text_of(client, "desk_protected_one", kept.report.uuid)
        assert Use.objects.count() == 2

    def test_the_signatory_is_offered_the_determination_with_the_words_of_the_statute(
        self, kept: Holding, signatory: Person
    ) -> None:
        text = text_of(opened(kept, signatory), "desk_protected_one", kept.report.uuid)
        assert findings.IMPAIR.replace("'", "&#x27;") in text
        assert findings.OUTWEIGH in text
        assert 'id="id_close_signed"' in text

    def test_a_refusal_of_the_rules_keeps_what_was_typed(self, kept: Holding, signatory: Person) -> None:
        client = opened(kept, signatory)
        answer = do(
            client,
            kept,
            "close",
            signed="Somebody else",
            impairs="on",
            outweighs="on",
            subdivision="RSMo 610.021(19)",
            seen=kept.report.parts.count(),
        )
        assert answer.status_code == 422
        assert "Sign with your full name" in answer.content.decode()
        assert "Somebody else" in answer.content.decode()
        assert anew(kept).stage == Stage.RECEIVED

    def test_a_determination_over_what_nobody_has_read_is_refused_and_can_be_made_then(
        self, kept: Holding, signatory: Person
    ) -> None:
        client = opened(kept, signatory)
        seen = kept.report.parts.count()
        add_part(kept.report, "added", {"words": "One more thing", "files": "[]"})
        said = {"signed": signatory.name, "impairs": "on", "outweighs": "on", "subdivision": "RSMo 610.021(19)"}
        answer = do(client, kept, "close", **said, seen=seen)
        assert answer.status_code == 422
        assert "One more thing" in answer.content.decode()
        assert do(client, kept, "close", **said, seen=seen + 1).status_code == 302
        assert anew(kept).stage == Stage.CLOSED

    def test_what_submitter_and_desk_wrote_stands_in_its_order(
        self, kept: Holding, analyst: Person, signatory: Person, clock: Any
    ) -> None:
        client = opened(kept, analyst)
        do(client, kept, "message", words="Which year is it from?")
        clock.shift(60)
        refuse(anew(kept), signatory)
        ask(kept, "respond", words="It is of last month.")
        text = text_of(client, "desk_protected_one", kept.report.uuid)
        assert text.index("Which year is it from?") < text.index("It is of last month.")
        assert "It stands on your website." in text


class TestRecord:
    def test_the_custodian_sees_basis_and_parts_and_opens_nothing(
        self, kept: Holding, custodian: Person, signatory: Person
    ) -> None:
        close(kept, signatory)
        text = text_of(session_for(custodian), "desk_protected_record", kept.report.uuid)
        assert "RSMo 610.021(19)" in text
        assert "not judged yet" in text
        assert "single-line diagram" not in text
        assert not Use.objects.exists()
        assert session_for(custodian).get(reverse("desk_protected_one", args=[kept.report.uuid])).status_code == 404

    def test_the_custodian_places_a_hold_from_there(self, kept: Holding, custodian: Person) -> None:
        client = session_for(custodian)
        assert do(client, kept, "hold", matter="").status_code == 422
        assert do(client, kept, "hold", matter="A suit").status_code == 302
        assert kept.holds.filter(lifted_at=None).count() == 1


class TestPapers:
    def test_the_writing_has_both_findings_name_date_and_subdivision(
        self, kept: Holding, signatory: Person, analyst: Person
    ) -> None:
        address = reverse("desk_determination", args=[kept.report.uuid])
        assert session_for(analyst).get(address).status_code == 404
        close(kept, signatory)
        text = text_of(session_for(analyst), "desk_determination", kept.report.uuid)
        for words in (findings.IMPAIR.replace("'", "&#x27;"), findings.OUTWEIGH, "RSMo 610.021(19)", signatory.name):
            assert words in text

    def test_it_comes_as_a_pdf_that_says_the_same(self, kept: Holding, signatory: Person, analyst: Person) -> None:
        close(kept, signatory)
        answer = session_for(analyst).get(reverse("desk_determination_pdf", args=[kept.report.uuid]))
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())
        assert findings.IMPAIR in text
        assert findings.OUTWEIGH in text
        assert signatory.name in text

    def test_the_certificate_is_there_as_it_was_signed(
        self, kept: Holding, analyst: Person, signatory: Person, custodian: Person
    ) -> None:
        close(kept, signatory)
        destroy_it(anew(kept), analyst)
        client = session_for(custodian)
        number = kept.report.number
        assert do(client, kept, "dispose", number="PRO-0000").status_code == 422
        assert do(client, kept, "dispose", number=number).status_code == 302
        assert "Not finished yet" in text_of(client, "desk_certificate", kept.report.uuid)
        disposing.finish_begun(None)
        assert number in text_of(client, "desk_certificate", kept.report.uuid)
        file = client.get(reverse("desk_certificate_file", args=[kept.report.uuid]))
        assert file.content.decode() == anew(kept).report.disposal.certificate
        assert "Nothing is left to open" in text_of(session_for(analyst), "desk_protected_one", kept.report.uuid)


class TestRequests:
    def test_one_is_entered_listed_taken_out_and_answered(
        self, kept: Holding, custodian: Person, signatory: Person
    ) -> None:
        client = session_for(custodian)
        said = {"number": "2026-14", "received_at": "2026-03-05T11:30", "holdings": kept.report.number}
        answer = client.post(reverse("desk_requests"), said, follow=True)
        assert kept.report.number in answer.content.decode()
        assert "not determined yet" in answer.content.decode()
        close(anew(kept), signatory)
        made = kept.requests.get()
        log = client.get(reverse("desk_request_log", args=[made.pk])).content.decode()
        assert "closed: RSMo 610.021(19), signed 2026-03-05" in log
        assert "diagram" not in log
        client.post(reverse("desk_request_answer", args=[made.pk]))
        assert kept.requests.get().answered_at is not None

    def test_a_number_that_is_of_no_submission_or_of_ones_own_is_not_there(
        self, kept: Holding, custodian: Person
    ) -> None:
        custodian.affiliations.create(organisation=kept.report.organisation)
        client = session_for(custodian)
        for number in ("PRO-0000", kept.report.number):
            said = {"number": "2026-14", "received_at": "2026-03-05T11:30", "holdings": number}
            answer = client.post(reverse("desk_requests"), said)
            assert answer.status_code == 422
            assert "No submission has this number" in answer.content.decode()


class TestClocks:
    def test_kept_and_missed_ones_are_counted_by_month(
        self, kept: Holding, signatory: Person, analyst: Person, custodian: Person, clock: Any
    ) -> None:
        late = take_in(make_submission())
        close(kept, signatory)
        asked = enter_request(anew(kept), custodian)
        pass_days(clock, 10)
        close(late, signatory)
        text = text_of(session_for(analyst), "desk_protected_clocks")
        assert "March 2026" in text
        found = {row.clock: (row.kept, row.missed, row.open) for row in tallies.by_month()}
        assert found == {"determination": (1, 1, 0), "request": (0, 1, 1)}
        assert asked.answered_at is None

    def test_what_is_past_its_last_day_and_still_open_is_missed(
        self, kept: Holding, clock: Any, analyst: Person
    ) -> None:
        pass_days(clock, 92)
        found = {row.clock: (row.kept, row.missed, row.open) for row in tallies.by_month()}
        assert found[Clock.REVIEW] == (0, 1, 1)


def test_people_of_the_organisation_are_named_for_nothing(kept: Holding, analyst: Person, second: Person) -> None:
    place = OrganisationFactory()
    second.affiliations.create(organisation=kept.report.organisation)
    with pytest.raises(NotTheirs):
        assign(kept, analyst, analyst, second)
    with pytest.raises(NotTheirs):
        assign(kept, analyst, analyst, analyst)
    with pytest.raises(NotTheirs):
        assign(kept, analyst, analyst, PersonFactory(organisations=[place]))
