"""Reading provisions from a file, for a new installation and for the demonstration."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from portal.access.enums import Label
from portal.library.models import LiabilityGap, Provision

DATES = ("verified_on", "review_by", "updated_on")


class NotReadable(Exception):
    """The file is not one of provisions; the message says where, and nothing was entered."""


@dataclass(frozen=True)
class Entered:
    """How many were entered; what is there already stays as staff have made it."""

    provisions: int
    gaps: int


def load(path: Path) -> Entered:
    """Enter the provisions and gaps of a file that are not there yet. Raises `NotReadable`; then nothing is entered."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        with transaction.atomic():
            provisions = sum(_enter_provision(row) for row in told["provisions"])
            return Entered(provisions, sum(_enter_gap(row) for row in told["gaps"]))
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as problem:
        raise NotReadable(f"{path.name}: {problem}") from problem


def _enter_provision(row: dict[str, Any]) -> bool:
    if Provision.objects.filter(slug=row["slug"]).exists():
        return False
    provision = Provision(tlp=Label.CLEAR, **_read(row))
    provision.full_clean()
    provision.save()
    return True


def _enter_gap(row: dict[str, Any]) -> bool:
    if LiabilityGap.objects.filter(title=row["title"]).exists():
        return False
    near = row.pop("provisions", [])
    gap = LiabilityGap(**_read(row))
    gap.full_clean()
    gap.save()
    gap.provisions.set(Provision.objects.filter(slug__in=near))
    return True


def _read(row: dict[str, Any]) -> dict[str, Any]:
    return {name: date.fromisoformat(value) if name in DATES else value for name, value in row.items()}
