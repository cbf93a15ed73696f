"""Who works on sealed reports, and who may read them."""

from __future__ import annotations

from typing import Any

from portal.members.enums import StaffRole
from portal.members.models import Person

ANALYSTS = (StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR)
DESK = (*ANALYSTS, StaffRole.DUTY_OFFICER)
# Those who look after the record: they read with a purpose, and decide nothing about the case.
READERS = (*DESK, StaffRole.PRIVACY_OFFICER, StaffRole.RECORDS_CUSTODIAN)
CLASSERS = (*ANALYSTS, StaffRole.RECORDS_CUSTODIAN)
SUPERVISORS = (StaffRole.MIAC_SUPERVISOR,)


def role_of(person: Any, *roles: StaffRole) -> StaffRole | None:
    """The first of these roles that a person holds now: the capacity in which they act."""
    names = set(person.groups.values_list("name", flat=True))
    return next((role for role in roles if role.value in names), None)


def holding(*roles: StaffRole) -> Any:
    """Active members who hold one of these roles."""
    return Person.objects.active().filter(groups__name__in=[role.value for role in roles]).distinct()


def keys_holding(*roles: StaffRole, but: int | None = None) -> list[int]:
    """Their keys, without one person: who sent a report is nobody to be told of it."""
    return list(holding(*roles).exclude(pk=but).order_by("pk").values_list("pk", flat=True))
