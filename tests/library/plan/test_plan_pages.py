"""The plan on Front: the grid, one sector, one cell; and that what is not for one looks like what nobody began."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.access.enums import Label
from portal.audit import recording
from portal.audit.enums import Outcome, Verb
from portal.audit.models import Event
from portal.library.models import PlanPart
from portal.library.plan.enums import PlanState
from portal.vocabulary.models import Sector
from tests.conftest import session_for
from tests.factories import CommunityFactory, OrganisationFactory, PersonFactory
from tests.library.plan.making import cell, plan_document, version

pytestmark = pytest.mark.django_db
CELL = "/library/plan/energy/risks/"


def shown(client: Client, address: str = CELL) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer
    return re.sub(r'(csrfmiddlewaretoken" value|nonce|data-session-left|name="once" value)="[^"]*"', "", answer.text)


@pytest.fixture
def member(pages: Any) -> Client:
    return session_for(PersonFactory())


def test_the_plan_begins_with_the_five_steps_of_the_national_framework() -> None:
    assert list(PlanPart.objects.values_list("slug", flat=True)) == [
        "goals",
        "infrastructure",
        "risks",
        "activities",
        "effectiveness",
    ]
    assert set(PlanPart.objects.values_list("source", flat=True)) == {
        "National Infrastructure Protection Plan 2013, risk management framework"
    }


def test_the_grid_has_every_sector_by_every_part_and_says_where_each_stands(member: Client) -> None:
    today = timezone.localdate()
    made = cell(owner_office="Utility planning", due_on=today + timedelta(days=3))
    version(made, words="2025", state=PlanState.ADOPTED)
    version(made, words="2026")
    cell("dams", "goals", due_on=today - timedelta(days=1))
    text = shown(member, "/library/plan/")
    for sector in Sector.objects.all():
        assert f"/library/plan/{sector.slug}/" in text
    assert text.count('scope="row"') == Sector.objects.count()
    assert "Version 2026<" in text and "Version 2025 <" in text
    for words in ("in review", "adopted", "due soon", "Utility planning", "overdue", "nothing yet"):
        assert words in text, words


def test_a_sector_that_is_closed_is_not_in_the_plan(member: Client) -> None:
    Sector.objects.filter(slug="dams").update(closed_on=timezone.localdate())
    assert "/library/plan/dams/" not in shown(member, "/library/plan/")
    assert member.get("/library/plan/dams/").status_code == 404


def test_the_grid_takes_the_same_queries_for_one_cell_and_for_fifty(
    member: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    version(cell("energy", "goals"))
    shown(member, "/library/plan/")
    with django_assert_max_num_queries(40) as taken:
        shown(member, "/library/plan/")
    for sector in Sector.objects.exclude(slug="energy")[:10]:
        for part in PlanPart.objects.all():
            version(cell(sector.slug, part.slug), words=f"{sector.slug} {part.slug}")
    with django_assert_num_queries(len(taken)):
        shown(member, "/library/plan/")


@pytest.mark.parametrize("address", ["/library/plan/", "/library/plan/energy/", CELL])
def test_a_cell_for_others_looks_like_one_that_nobody_began(member: Client, address: str) -> None:
    """Byte for byte, but for what changes by itself: no status, no date, no owner, no count, no form."""
    before = shown(member, address), shown(Client(), address)
    hidden = cell(
        tlp=Label.AMBER,
        audience_communities=[CommunityFactory()],
        owner=PersonFactory(name="Somebody of staff"),
        owner_office="Hidden office",
        due_on=timezone.localdate() - timedelta(days=2),
        note="Hidden note",
    )
    version(hidden, words="hidden version")
    assert (shown(member, address), shown(Client(), address)) == before


def test_a_refusal_of_a_cell_stands_in_the_trail_and_an_opening_too(member: Client) -> None:
    hidden = cell(tlp=Label.AMBER, audience_organisations=[OrganisationFactory()])
    shown(member)
    recording.flush()
    assert Event.objects.get(about=f"library.plancell:{hidden.pk}").outcome == Outcome.REFUSED
    opened = cell("dams", "risks")
    shown(member, "/library/plan/dams/risks/")
    assert Event.objects.get(about=f"library.plancell:{opened.pk}").verb == Verb.READ


def test_a_document_for_others_is_not_named_nor_what_changed_in_it(member: Client) -> None:
    theirs = plan_document("Secret title", tlp=Label.AMBER, audience_communities=[CommunityFactory()])
    version(cell(), words="3", document=theirs, what_changed="Secret change")
    text = shown(member)
    assert "Version 3" in text and "in review" in text
    assert "Secret" not in text and str(theirs.uuid) not in text
    assert "<textarea" not in text


def test_names_of_owners_are_for_members_and_never_in_the_grid(member: Client) -> None:
    cell(tlp=Label.CLEAR, owner=PersonFactory(name="Rowan Example"), owner_office="Utility planning")
    assert "Rowan Example" in shown(member) and "Utility planning" in shown(member)
    public = shown(Client())
    assert "Rowan Example" not in public and "Utility planning" in public
    for address in ("/library/plan/", "/library/plan/energy/"):
        assert "Rowan Example" not in shown(member, address)


def test_differences_are_computed_from_what_the_viewer_may_read_and_their_reading_is_recorded(member: Client) -> None:
    old = plan_document("Old plan", pages=["The pumps are checked each year. Keys are with the guard."])
    new = plan_document(
        "New plan", pages=["The pumps are checked each month. Keys are with the guard."], supersedes=old
    )
    made = cell()
    version(made, words="1", document=old, state=PlanState.ADOPTED)
    version(made, words="2", document=new, what_changed="Pumps more often.")
    text = shown(member)
    assert "Pumps more often." in text
    assert "<del>The pumps are checked each year.</del>" in text
    assert "<ins>The pumps are checked each month.</ins>" in text
    assert f"/library/{new.uuid}/changes/" in text
    read = Event.objects.filter(verb=Verb.READ).values_list("about", flat=True)
    assert {f"library.portaldocument:{row.pk}" for row in (old, new)} <= set(read)


def test_without_the_older_document_nothing_is_compared(member: Client) -> None:
    theirs = plan_document("Old plan", pages=["Old."], tlp=Label.AMBER, audience_communities=[CommunityFactory()])
    made = cell()
    version(made, words="1", document=theirs, state=PlanState.ADOPTED)
    version(made, words="2", document=plan_document("New plan", pages=["New."]))
    text = shown(member)
    assert "Differences in the text" not in text and "Old." not in text


def test_earlier_versions_stay_and_say_so(member: Client) -> None:
    made = cell()
    version(made, words="1", state=PlanState.SUPERSEDED, adopted_on=timezone.localdate())
    version(made, words="2", state=PlanState.ADOPTED, adopted_on=timezone.localdate())
    text = shown(member)
    assert "Earlier versions" in text and "superseded" in text


@pytest.mark.parametrize("address", ["/library/plan/x/", "/library/plan/energy/x/", "/library/plan/x/risks/"])
def test_what_is_no_sector_or_part_does_not_exist(member: Client, address: str) -> None:
    assert member.get(address).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(member: Client, method: str) -> None:
    assert getattr(member, method)(CELL).status_code == 405
