"""Actions hold the rows that they are about, in one order, so that no two wait for one another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import pytest
from django.db import models

from portal.core.actions import Action
from portal.members.models import Organisation, Person


@dataclass(frozen=True)
class Touch(Action):
    """An action on three rows, given in whatever order."""

    first: Any
    second: Any
    third: Any


def test_rows_are_read_anew_in_one_order_however_they_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(
        models.Model, "refresh_from_db", lambda row, **options: read.append(f"{row._meta.label} {row.pk}")
    )
    for rows in permutations([Person(pk=1), Person(pk=2), Organisation(pk=1)]):
        read.clear()
        Touch(*rows)._read_anew()
        assert read == ["members.Organisation 1", "members.Person 1", "members.Person 2"]


def test_what_is_not_stored_yet_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.Model, "refresh_from_db", lambda row, **options: pytest.fail("there is nothing to read"))
    Touch(Person(), None, "words")._read_anew()
