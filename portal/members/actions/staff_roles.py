"""How a role of staff is given or taken.

An administrator does it, with a reason that stays on record; nobody does it for themselves. A role goes only to an
active member with a second factor. Taking one ends that person's open sessions, so that no page that was opened with
it can still be used. docs/roles.md says what each role may do.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action
from portal.members.enums import StaffRole
from portal.members.models import Person, RoleChange
from portal.members.refusals import Incomplete, NotNow, NotYours, not_oneself
from portal.members.second_factor import has_factor
from portal.members.staff_roles import may_administer, roles_of


@dataclass(frozen=True)
class RoleAction(Action):
    """Something that an administrator does with one role of one person."""

    person: Person
    by: Person
    role: StaffRole
    reason: str = field(default="", repr=False)

    def check(self) -> None:
        if not may_administer(self.by):
            raise NotYours(_("Only administrators give and take roles. Nothing was changed."))
        not_oneself(self.by, self.person)
        if not self.reason.strip():
            raise Incomplete(_("Say why. Nothing was changed."))

    def record(self, *, is_given: bool) -> None:
        RoleChange.objects.create(
            person=self.person, role=self.role, is_given=is_given, reason=self.reason, by=self.by, at=timezone.now()
        )


@dataclass(frozen=True)
class GiveRole(RoleAction):
    """Give a role. Raises `NotNow` when they hold it, are no active member, or have no second factor."""

    verb = Verb.ROLE_GIVE

    def check(self) -> None:
        super().check()
        if self.role in roles_of(self.person):
            raise NotNow(_("They hold this role already. Nothing was changed."))
        if not self.person.is_vetted:
            raise NotNow(_("A role goes to active members only. Nothing was changed."))
        if not has_factor(self.person):
            raise NotNow(_("They have no second factor yet. Nothing was changed."))

    def perform(self) -> None:
        self.person.groups.add(Group.objects.get(name=self.role.value))
        self.record(is_given=True)


@dataclass(frozen=True)
class TakeRole(RoleAction):
    """Take a role, wherever they stand; their open sessions end with the next request."""

    verb = Verb.ROLE_TAKE

    def check(self) -> None:
        super().check()
        if self.role not in roles_of(self.person):
            raise NotNow(_("They do not hold this role. Nothing was changed."))

    def perform(self) -> None:
        self.person.groups.remove(Group.objects.get(name=self.role.value))
        self.person.sessions_valid_from = timezone.now()
        self.person.save(update_fields=["sessions_valid_from"])
        self.record(is_given=False)
