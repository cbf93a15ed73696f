"""Commenting on the plan works under Front's account on PostgreSQL, which opens no comment and answers none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from portal.library.models import PlanComment, PlanVersion
from portal.library.plan.enums import PlanState
from tests.conftest import session_for
from tests.core.database_roles.conftest import AsFront, World, on_postgresql
from tests.library.plan.making import commented, version

CELL = "/library/plan/energy/risks/"
REFUSED = [
    "SELECT words FROM library_plancomment",
    "SELECT answered_by_id FROM library_plancomment",
    "UPDATE library_plancomment SET answer = 'x'",
    "DELETE FROM library_plancomment",
    "UPDATE library_planversion SET state = 'adopted'",
    "UPDATE library_plancell SET tlp = 'TLP:CLEAR'",
    "INSERT INTO library_planpart (name, slug, question, source, \"order\") VALUES ('x', 'x', 'x', '', 1)",
]


@on_postgresql
def test_a_member_reads_the_plan_and_comments(as_front: AsFront, world: World) -> None:
    about, client = version(), session_for(world.member)
    with as_front():
        assert client.get("/library/plan/").status_code == 200
        assert "Send comment" in client.get(CELL).text
        sent = client.post(CELL, {"words": "It lacks a date.", "version": about.pk, "once": "a"})
        assert sent.status_code == 302
        assert "waiting for the owner" in client.get(CELL).text
        assert "waiting for the owner" in client.get("/library/plan/comments/").text
    assert PlanComment.objects.get().person == world.member


@on_postgresql
@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_desks_is_refused(as_front: AsFront, world: World, statement: str) -> None:
    commented()
    with as_front(), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@on_postgresql
@pytest.mark.parametrize(
    "facts",
    [
        {"answer": "x"},
        {"outcome": "not"},
        {"answered_at": timezone.now()},
        {"at": timezone.now() - timedelta(days=1)},
    ],
)
def test_a_comment_that_is_answered_or_dated_back_is_refused(
    as_front: AsFront, world: World, facts: dict[str, object]
) -> None:
    about = version()
    row = PlanComment(version=about, person=world.member, words=b"x", **facts)
    with as_front(), pytest.raises(ProgrammingError), transaction.atomic():
        row.save()


@on_postgresql
@pytest.mark.parametrize("change", [{"state": PlanState.ADOPTED}, {"comments_until": None}])
def test_a_version_that_takes_no_comments_gets_none(as_front: AsFront, world: World, change: dict[str, object]) -> None:
    about = version()
    PlanVersion.objects.update(**change)
    with as_front(), pytest.raises(ProgrammingError), transaction.atomic():
        PlanComment(version=about, person=world.member, words=b"x").save()
