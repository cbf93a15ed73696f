"""Where a meeting is prepared, Desk says when it may begin: while somebody types, and by a button without a script."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from portal.meetings.models import Meeting
from portal.members.enums import StaffRole
from tests.factories import staff
from tests.meetings.making import draft

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 5, 22, 15, tzinfo=ZoneInfo("America/Chicago"))  # Memorial Day is the Monday after
ADDRESS = "/desk/meetings/earliest/"


@pytest.fixture
def editors(desk: None, sign_in: Any) -> Any:
    with time_machine.travel(FRIDAY, tick=False):
        yield sign_in(staff(StaffRole.MOP3_EDITOR))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-05-26T14:59", "too early"),
        ("2026-05-26T15:00", "late enough"),
        ("2026-05-22T14:00", "too early"),
    ],
)
def test_it_judges_the_time_that_is_typed(editors: Client, typed: str, said: str) -> None:
    for response in (editors.get(ADDRESS, {"starts_at": typed}), editors.post(ADDRESS, {"starts_at": typed})):
        text = response.content.decode()
        assert said in text and "Tue 26 May 2026, 15:00 CDT" in text


@pytest.mark.parametrize(
    "typed", ["", "2026-05-2", "2026-13-40T99:99", "x", "9999-12-31T23:59", "0001-01-01T00:00", "\0"]
)
def test_of_what_is_no_time_it_says_the_earliest_start_alone(editors: Client, typed: str) -> None:
    for response in (editors.get(ADDRESS, {"starts_at": typed}), editors.post(ADDRESS, {"starts_at": typed})):
        text = response.content.decode()
        assert response.status_code == 200
        assert "Tue 26 May 2026, 15:00 CDT" in text and "that you typed is" not in text


@pytest.mark.parametrize("kind", ["training", "exercise"])
def test_of_trainings_and_exercises_the_law_asks_no_time(editors: Client, kind: str) -> None:
    text = editors.get(ADDRESS, {"starts_at": "2026-05-22T16:00", "kind": kind}).content.decode()
    assert "that you typed is" not in text


def test_the_script_gets_a_paragraph_and_the_button_a_page(editors: Client) -> None:
    assert editors.get(ADDRESS).content.decode().strip().startswith("<p>")
    page = editors.post(ADDRESS, {"title": "Half a form"}).content.decode()
    assert "<html" in page and "Nothing was kept" in page
    assert not Meeting.objects.exists()


def test_a_new_meeting_and_a_draft_have_both(editors: Client) -> None:
    row = draft(by=staff(StaffRole.MOP3_EDITOR))
    for address in ("/desk/meetings/add/", f"/desk/meetings/{row.pk}/"):
        page = editors.get(address).content.decode()
        assert f'role="status" data-earliest="{ADDRESS}"' in page
        assert f'formaction="{ADDRESS}" formmethod="post" formtarget="_blank" formnovalidate' in page


def test_it_is_staffs_alone(editors: Client, sign_in: Any) -> None:
    other = sign_in(staff(StaffRole.MIAC_ANALYST))
    assert other.get(ADDRESS).status_code == other.post(ADDRESS).status_code == 404
