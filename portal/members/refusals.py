"""Why an action on a membership is refused."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.core.actions import ActionRefused
from portal.members.enums import StaffRole
from portal.members.models import Person


class NotYours(ActionRefused):
    """The person may not do this."""


class NotNow(ActionRefused):
    """The membership does not stand where this could be done."""


class Incomplete(ActionRefused):
    """Something that it takes is missing."""


def only_for(by: Person, *roles: StaffRole) -> None:
    """Raises `NotYours` unless `by` holds one of these roles now."""
    if not by.has_role(*roles):
        raise NotYours(_("Your role cannot do this. Nothing was changed."))


def not_oneself(by: Person, person: Person) -> None:
    """Raises `NotYours` when somebody would decide on their own membership."""
    if by.pk == person.pk:
        raise NotYours(_("Nobody decides on their own membership. Nothing was changed."))
