"""The liability resources: what is shown, what the finder leads to, and what it never says."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given, strategies as st

from portal.access.enums import Label
from portal.library import provisions
from portal.library.enums import Condition, Evidence, Party
from portal.library.finder import Answer, Answers, Way, narrow
from portal.library.models import LiabilityGap, Provision

SEED = Path(__file__).resolve().parents[2] / "demo" / "liability.json"
QUESTIONS = {"party": "health", "declared": "yes", "paid": "no", "way": "sent"}
ANSWERS = st.builds(
    Answers, st.sampled_from(Party), st.sampled_from(Answer), st.sampled_from(Answer), st.sampled_from(Way)
)


@pytest.fixture
def seeded(pages: Any) -> None:
    provisions.load(SEED)


def shown(address: str, **query: str) -> str:
    answer = Client().get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.usefixtures("seeded")
def test_every_provision_is_in_the_table_with_how_it_was_verified() -> None:
    text = shown("/liability/")
    for provision in Provision.objects.all():
        assert provision.citation in text
        assert provision.get_evidence_display() in text
    assert "not legal advice" in text


@pytest.mark.usefixtures("seeded")
def test_the_table_is_for_one_group_when_asked() -> None:
    text = shown("/liability/", party="health")
    assert "44.045" in text
    assert "537.118" not in text
    assert "No provision here" in shown("/liability/", party="lender")


@pytest.mark.usefixtures("seeded")
def test_four_answers_lead_to_the_right_provision_with_reasons() -> None:
    text = shown("/liability/finder/", **QUESTIONS)
    assert "1 provision to read" in text
    assert "44.045" in text
    assert "an emergency was declared" in text
    assert "44.045" not in shown("/liability/finder/", **{**QUESTIONS, "declared": "no"}).split("<form")[1]
    assert "0 provisions to read" in shown("/liability/finder/", **{**QUESTIONS, "declared": "no"})


@pytest.mark.usefixtures("seeded")
def test_what_was_not_read_in_full_stands_apart_and_is_said_to() -> None:
    text = shown("/liability/finder/", **{**QUESTIONS, "party": "out-of-state"})
    assert "0 provisions to read" in text
    assert "Not verified in full" in text
    assert "second-hand" in text


@pytest.mark.usefixtures("seeded")
def test_an_unanswered_question_is_asked_for() -> None:
    answer = Client().get("/liability/finder/", {"party": "health"})
    assert "to read" not in answer.content.decode().split("<form")[0]


@pytest.mark.usefixtures("seeded")
def test_past_its_review_a_banner_says_so() -> None:
    assert "may be out of date" not in shown("/liability/rsmo-44-045/")
    Provision.objects.filter(slug="rsmo-44-045").update(review_by=timezone.localdate() - timedelta(days=1))
    for address in ("/liability/", "/liability/rsmo-44-045/"):
        assert "may be out of date" in shown(address)


@pytest.mark.usefixtures("seeded")
def test_gaps_name_only_provisions_that_one_may_read() -> None:
    assert "537.118" in shown("/liability/gaps/")
    hidden = Provision.objects.get(slug="rsmo-537-118")
    hidden.tlp = Label.GREEN
    hidden.save()
    assert "537.118" not in shown("/liability/gaps/").replace(LiabilityGap.objects.get().description, "")
    assert Client().get("/liability/rsmo-537-118/").status_code == 404


@pytest.mark.parametrize("query", ["party=x", "party=health&declared=%00", "party=" + "a" * 5000])
@pytest.mark.usefixtures("seeded")
def test_rubbish_is_answered(query: str) -> None:
    assert Client().get(f"/liability/?{query}").status_code == 200
    assert Client().get(f"/liability/finder/?{query}").status_code == 200


def made(**fields: Any) -> Provision:
    facts = {"citation": "X", "title": "x", "slug": "x", "summary": "x", "standard": "x", "evidence": Evidence.FULL}
    return Provision(**{**facts, "verified_on": date(2026, 11, 20), "tlp": Label.CLEAR, **fields})


@given(
    answers=ANSWERS,
    parties=st.lists(st.sampled_from(Party.values), unique=True),
    conditions=st.lists(st.sampled_from(Condition.values), unique=True),
    evidence=st.sampled_from(Evidence),
)
def test_the_finder_narrows_by_its_rule(
    answers: Answers, parties: list[str], conditions: list[str], evidence: Evidence
) -> None:
    found = narrow([made(parties=parties, conditions=conditions, evidence=evidence)], answers)
    refused = {
        Condition.DECLARED: answers.declared is Answer.NO,
        Condition.UNPAID: answers.paid is Answer.YES,
        Condition.PROGRAM: answers.way not in {Way.SENT, Way.UNKNOWN},
        Condition.AGREEMENT: answers.way not in {Way.ARRANGED, Way.UNKNOWN},
        Condition.SCENE: answers.way not in {Way.ALONE, Way.UNKNOWN},
        Condition.OFFICIAL: answers.way not in {Way.NONPROFIT, Way.UNKNOWN},
    }
    fits = answers.party in parties and evidence is Evidence.FULL
    assert bool(found) == (fits and not any(refused[Condition(value)] for value in conditions))
    for concern in found:
        said = " ".join(map(str, [*concern.reasons, *concern.open_points]))
        assert "you are covered" not in said.casefold()
        assert len(concern.reasons) + len(concern.open_points) == 1 + len(conditions)


@pytest.mark.parametrize(
    ("field", "value"), [("parties", ["nobody"]), ("conditions", "declared"), ("verified_on", None)]
)
def test_what_is_not_in_the_lists_is_refused(pages: Any, field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        made(**{field: value}).full_clean()


def test_reading_the_file_again_changes_nothing_that_staff_have_made(pages: Any) -> None:
    provisions.load(SEED)
    Provision.objects.filter(slug="rsmo-44-045").update(summary="As staff wrote it.")
    assert provisions.load(SEED) == provisions.Entered(0, 0)
    assert Provision.objects.get(slug="rsmo-44-045").summary == "As staff wrote it."


@pytest.mark.parametrize("text", ["", "[]", '{"provisions": [{}], "gaps": []}', '{"provisions": 3}'])
def test_a_file_of_something_else_enters_nothing(pages: Any, tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(CommandError, match="nothing was entered") as refused:
        call_command("import_provisions", str(path))
    assert refused.value.returncode == 1
    assert not Provision.objects.exists()


def test_the_file_says_only_what_the_list_knows() -> None:
    told = json.loads(SEED.read_text())
    assert {row["citation"] for row in told["provisions"] if row["evidence"] == "full"} == {
        "RSMo 44.045",
        "RSMo 537.118",
    }
