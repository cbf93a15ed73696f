"""The page on which supervisors enter trainings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting.training import is_current, latest_of
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.desk.working import train

pytestmark = pytest.mark.django_db
WHERE = "/desk/reports/training/"


def test_a_supervisor_enters_a_training(analyst: Person, supervisor: Person) -> None:
    client = session_for(supervisor)
    said = {"person": analyst.pk, "subject": "sar", "completed_on": "2026-03-01", "valid_until": "2028-03-01"}
    assert client.post(WHERE, {**said, "valid_until": "2031-03-01"}).status_code == 422
    assert not is_current(analyst)
    assert client.post(WHERE, said).status_code == 302
    record = latest_of(analyst)
    assert record is not None
    assert record.recorded_by == supervisor


def test_the_form_offers_analysts_and_not_oneself(analyst: Person, duty: Person, supervisor: Person) -> None:
    other = staff(StaffRole.MIAC_SUPERVISOR)
    offered = set(session_for(supervisor).get(WHERE).context["form"].fields["person"].queryset)
    assert {analyst, other} <= offered
    assert not {supervisor, duty} & offered


def test_a_training_that_is_over_is_marked(clock: Any, analyst: Person, supervisor: Person) -> None:
    train(analyst, until=date(2026, 3, 5))
    assert "out of date" not in session_for(supervisor).get(WHERE).content.decode()
    clock.shift(timedelta(days=1))
    assert "out of date" in session_for(supervisor).get(WHERE).content.decode()


def test_one_training_costs_as_many_queries_as_forty(analyst: Person, supervisor: Person) -> None:
    client = session_for(supervisor)

    def cost() -> int:
        with CaptureQueriesContext(connections["default"]) as queries:
            assert client.get(WHERE).status_code == 200
        return len(queries)

    train(analyst)
    client.get(WHERE)
    one = cost()
    for _time in range(39):
        train(analyst)
    assert cost() == one
