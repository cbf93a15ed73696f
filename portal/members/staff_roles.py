"""Who holds which role of staff, and who may give and take them (`actions/staff_roles.py`)."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db.models import Prefetch, Q, QuerySet

from portal.members.enums import StaffRole
from portal.members.models import Person

NAMES = [role.value for role in StaffRole]


def may_administer(person: Person) -> bool:
    """Whether this person gives and takes roles: an administrator, or the superuser of a new installation."""
    return person.has_role(StaffRole.ADMINISTRATOR) or (person.is_superuser and person.is_vetted)


def roles_of(person: Person) -> list[StaffRole]:
    """The roles that a person holds, whether or not they stand so that they may use them, in the order of the enum."""
    held = set(person.groups.filter(name__in=NAMES).values_list("name", flat=True))
    return [role for role in StaffRole if role.value in held]


def holders() -> QuerySet[Person]:
    """Everybody who holds a role, or is superuser; each with `held`, the groups of their roles."""
    groups = Group.objects.filter(name__in=NAMES).order_by("name")
    people: QuerySet[Person] = Person.objects.filter(Q(groups__name__in=NAMES) | Q(is_superuser=True)).distinct()
    return people.prefetch_related(Prefetch("groups", groups, to_attr="held")).order_by("name", "pk")
