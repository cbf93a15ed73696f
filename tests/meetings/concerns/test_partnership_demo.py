"""The demonstration of the partnership: demo accounts and vacancies, nobody who is invented, and no mail."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.core.models import OutgoingMail
from portal.meetings.concerns import demo, stages
from portal.meetings.concerns.enums import Stage
from portal.meetings.models import Concern, Initiative, InitiativeFigure, Recommendation, VisitRequest
from portal.members import demo_offices, offices
from portal.members.demo import seed as seed_accounts
from portal.members.models import Office, Person, Term

pytestmark = pytest.mark.django_db
MODELS = (Term, Concern, Recommendation, VisitRequest, Initiative, InitiativeFigure)


@pytest.fixture(autouse=True)
def seeded(pages: object) -> None:
    for seed in (seed_accounts, demo_offices.seed, demo.seed):
        seed(print)


def test_only_demo_accounts_hold_offices_and_the_other_seats_are_vacant() -> None:
    assert Term.objects.exists()
    assert not Term.objects.exclude(person__is_demo=True).exists()
    for term in Term.objects.select_related("person"):
        assert term.name == term.person.name and "(invented)" in term.employer
        assert term.told_at is not None and term.told_how
    seats = offices.seats_of(Office.objects.all())
    assert sum(len(row.holders) for row in seats) == 5
    assert sum(len(row.vacancies) for row in seats) > 30
    assert "Energy partner" in Client().get("/partnership/").text


def test_one_concern_is_new_and_one_was_recommended_and_nobody_is_mailed() -> None:
    found = {story.concern.sector.slug: story.stage for story in stages.stories_of(Concern.objects.all())}
    assert found == {"energy": Stage.RAISED, "water": Stage.RECOMMENDED}
    assert all(row.words.startswith("Demonstration.") for row in Concern.objects.all())
    assert not OutgoingMail.objects.exists()


def test_seeding_again_changes_nothing() -> None:
    before = [model.objects.count() for model in MODELS]
    for seed in (demo_offices.seed, demo.seed):
        seed(print)
    assert [model.objects.count() for model in MODELS] == before


def test_where_an_account_is_missing_nothing_is_made_up_for_it() -> None:
    for model in (InitiativeFigure, Initiative, VisitRequest, Recommendation):
        model.objects.all().delete()
    Term.objects.all().delete()
    Concern.objects.filter(ranks=None).delete()
    Person.objects.filter(email=demo.WATER).update(email="gone@partner.example")
    demo_offices.seed(print)
    assert not Term.objects.filter(name="Water partner").exists()
    demo.seed(print)
    assert not Initiative.objects.exists()
