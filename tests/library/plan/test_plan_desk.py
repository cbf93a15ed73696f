"""The plan on Desk, through its pages: from a cell that is begun to a version that is adopted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.core import outbox, queues
from portal.library.enums import DocumentKind
from portal.library.models import PlanCell, PlanComment, PlanPart, PlanVersion
from portal.library.plan import entitled
from portal.library.plan.enums import PlanState
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.vocabulary.models import Sector
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, staff
from tests.library.plan.making import cell, commented, plan_document, tomorrow, version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk", "pages")]


@pytest.fixture
def editor() -> Person:
    return staff(StaffRole.MOP3_EDITOR)


@pytest.fixture
def tab(editor: Person) -> Client:
    return session_for(editor)


def move(tab: Client, about: PlanVersion, name: str, **given: Any) -> Any:
    return tab.post(reverse("desk_plan_move", args=[about.pk, name]), given)


def test_from_a_cell_that_is_begun_to_a_version_that_is_adopted(tab: Client, editor: Person) -> None:
    member = PersonFactory()
    document = plan_document("The plan", kind=DocumentKind.PLAN)
    began: Any = tab.post(reverse("desk_plan_begin"), {"cell": "energy/risks"})
    made = PlanCell.objects.get()
    assert began.url == reverse("desk_plan_cell", args=[made.pk])
    facts = {"owner": editor.email, "owner_office": "MOP3", "tlp": Label.GREEN, "reach": Reach.MEMBERS}
    seen = {"seen": entitled.fingerprint(made), "due_on": tomorrow().isoformat()}
    assert tab.post(reverse("desk_plan_edit", args=[made.pk]), {**facts, **seen}).status_code == 302
    added = tab.post(reverse("desk_plan_add", args=[made.pk]), {"words": "1", "chosen": document.pk})
    assert added.status_code == 302
    about = PlanVersion.objects.get()
    assert move(tab, about, "review", until=tomorrow().isoformat()).status_code == 302
    comment = commented(about, by=member, words="It lacks the month.")
    waits = tab.get(reverse("desk_plan_comments")).text
    assert "Energy" in waits and "It lacks the month." not in waits
    address = reverse("desk_plan_comment", args=[comment.pk])
    assert "It lacks the month." in tab.get(address).text
    answer = tab.post(address, {"outcome": "taken-over", "answer": "The month is in."})
    assert answer.status_code == 302
    assert PlanComment.objects.get().answered_by == editor
    outbox.send_waiting(all_sites=True)
    assert [message.to for message in mail.outbox] == [[member.email]]
    PlanVersion.objects.update(comments_until=timezone.localdate() - timedelta(days=1))
    assert move(tab, about, "adopt").status_code == 302
    assert PlanVersion.objects.get().state == PlanState.ADOPTED
    assert PlanCell.objects.get().due_on is None


def test_opening_a_comment_is_in_the_trail(tab: Client) -> None:
    comment = commented()
    tab.get(reverse("desk_plan_comment", args=[comment.pk]))
    assert Event.objects.filter(verb=Verb.UNSEAL, about=comment.record).exists()
    assert Event.objects.filter(verb=Verb.OPEN_CASE, about=f"library.plancomment:{comment.pk}").exists()


def test_each_step_is_recorded_about_its_version_and_without_words(tab: Client, editor: Person) -> None:
    comment = commented()
    given = {"outcome": "not", "answer": "A secret reason"}
    tab.post(reverse("desk_plan_comment", args=[comment.pk]), given)
    event = Event.objects.get(verb=Verb.PLAN_ANSWER)
    assert event.facts == {"outcome": "not"} and "secret" not in repr(vars(event))
    tab.post(reverse("desk_plan_begin"), {"cell": "dams/goals"})
    begun = PlanCell.objects.get(sector__slug="dams")
    assert Event.objects.get(verb=Verb.PLAN_BEGIN).about == f"library.plancell:{begun.pk}"


def test_what_is_refused_is_said_on_the_page_and_what_was_typed_is_kept(tab: Client) -> None:
    comment = commented()
    about = comment.version
    early = move(tab, about, "adopt")
    assert early.status_code == 422 and "Comments are still taken" in early.text
    PlanVersion.objects.update(comments_until=timezone.localdate() - timedelta(days=1))
    assert "Answer each first" in move(tab, about, "adopt").text
    add = reverse("desk_plan_add", args=[about.cell_id])
    refused = tab.post(add, {"words": "2", "address": about.document.get_absolute_url(), "what_changed": "All of it"})
    assert refused.status_code == 422 and "Another version is in the making" in refused.text
    assert PlanVersion.objects.get().state == PlanState.REVIEW
    wrong = tab.post(reverse("desk_plan_comment", args=[comment.pk]), {"answer": "Kept words"})
    assert wrong.status_code == 422 and "Kept words" in wrong.text


@pytest.mark.parametrize("given", [{}, {"address": "nothing"}, {"chosen": "999999"}, {"chosen": "x"}])
def test_a_version_needs_one_document_of_the_library(tab: Client, given: dict[str, str]) -> None:
    made = cell()
    answer = tab.post(reverse("desk_plan_add", args=[made.pk]), {"words": "Kept name", **given})
    assert answer.status_code == 422 and "Kept name" in answer.text
    assert not PlanVersion.objects.exists()


def test_a_document_is_named_by_its_address_as_well(tab: Client) -> None:
    made, document = cell(), plan_document()
    address = f"https://portal.example{document.get_absolute_url()}"
    tab.post(reverse("desk_plan_add", args=[made.pk]), {"words": "1", "address": address})
    assert PlanVersion.objects.get().document == document


def test_an_owner_sees_their_own_cell_and_nobody_elses() -> None:
    owner = staff(StaffRole.MIAC_ANALYST)
    own, other = commented(version(cell(owner=owner))), commented(version(cell("dams")))
    tab = session_for(owner)
    page = tab.get(reverse("desk_plan")).text
    assert "Energy" in page and "Dams" not in page
    assert tab.get(reverse("desk_plan_cell", args=[own.version.cell_id])).status_code == 200
    assert tab.get(reverse("desk_plan_comment", args=[own.pk])).status_code == 200
    assert tab.get(reverse("desk_plan_cell", args=[other.version.cell_id])).status_code == 404
    assert tab.get(reverse("desk_plan_comment", args=[other.pk])).status_code == 404
    assert "Dams" not in tab.get(reverse("desk_plan_comments")).text
    assert tab.post(reverse("desk_plan_edit", args=[own.version.cell_id])).status_code == 404


def test_what_an_editor_may_not_read_is_neither_named_nor_opened(tab: Client) -> None:
    circle = CommunityFactory()
    facts = {"tlp": Label.AMBER, "law_enforcement_sensitive": True, "audience_communities": [circle]}
    about = version(cell(), document=plan_document("Secret title", **facts), what_changed="Secret change")
    comment = commented(about)
    text = tab.get(reverse("desk_plan_cell", args=[about.cell_id])).text
    assert "Secret" not in text and "a document that is not for you" in text
    assert tab.get(reverse("desk_plan_comment", args=[comment.pk])).status_code == 404


def test_queues_tell_what_waits_and_what_is_overdue(editor: Person) -> None:
    commented(version(cell(due_on=timezone.localdate() - timedelta(days=1))))
    found = {str(queue.label): (queue.count, queue.overdue) for queue in queues.of(editor)}
    assert found["Comments on the protection plan"] == (1, 0)
    assert found["Protection plan: versions overdue"] == (1, 1)
    assert not [queue for queue in queues.of(staff(StaffRole.MIAC_AUTHOR)) if "rotection plan" in str(queue.label)]


def test_the_grid_takes_the_same_queries_for_one_cell_and_for_fifty(
    tab: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    commented(version(cell("energy", "goals")))
    address = reverse("desk_plan")
    tab.get(address)
    with django_assert_max_num_queries(60) as taken:
        assert "1 comment waits" in tab.get(address).text
    for sector in Sector.objects.exclude(slug="energy")[:10]:
        for part in PlanPart.objects.all():
            version(cell(sector.slug, part.slug), words=f"{sector.slug} {part.slug}")
    with django_assert_num_queries(len(taken)):
        tab.get(address)


def test_the_list_of_comments_takes_the_same_queries_for_one_and_for_fifty(
    tab: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    about, author = version(), PersonFactory()
    commented(about, by=author)
    address = reverse("desk_plan_comments")
    tab.get(address)
    with django_assert_max_num_queries(60) as taken:
        tab.get(address)
    for number in range(52):
        commented(about, by=author, words=f"Number {number}")
    with django_assert_num_queries(len(taken)):
        assert "53 comments" in tab.get(address).text


@pytest.mark.parametrize("cell_named", ["", "energy", "energy/x", "x/risks", "energy/risks/x", "\0/\0"])
def test_rubbish_begins_nothing(tab: Client, cell_named: str) -> None:
    assert tab.post(reverse("desk_plan_begin"), {"cell": cell_named}).status_code == 404
    assert not PlanCell.objects.exists()


@pytest.mark.parametrize(
    "address", ["cells/999999/", "cells/99999999999999999999/", "comments/99999999999999999999/", "comments/999999/"]
)
def test_what_is_not_there_answers_so(tab: Client, address: str) -> None:
    assert tab.get(f"/desk/plan/{address}").status_code == 404


def test_steps_that_are_none_are_refused(tab: Client) -> None:
    assert move(tab, version(), "delete").status_code == 404
    assert tab.post("/desk/plan/versions/99999999999999999999/adopt/").status_code == 404
