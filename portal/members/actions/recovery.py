"""Letting somebody back in who lost their second factor: a recorded call back, and then a second officer.

Never by e-mail alone: whoever has the mailbox could otherwise ask for the account. What was said on the telephone is
sealed to Desk.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action, ActionRefused
from portal.members import own_address
from portal.members.enums import StaffRole
from portal.members.mail import sign_in as mail
from portal.members.models import FactorRecovery, Person
from portal.members.recovery import CALL_BACK_LASTS, FIELD, record_of
from portal.members.second_factor import BY_STAFF, SEEN
from portal.vault import records


class NotTheirRole(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This is for vetting officers."))


class OwnFactor(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Nobody recovers their own second factor. Ask a colleague."))


class SameOfficer(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Whoever made the call back does not grant it. A second officer does."))


class NoLongerOpen(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This was decided before, or the call back is more than a day old. Call again."))


class CannotSignIn(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This account may not sign in at all. That has to be decided first."))


@dataclass(frozen=True)
class RecordCallBack(Action):
    """Record that a person was called back at a number that was found independently of them."""

    verb = Verb.RECOVERY_CALL

    person: Person
    by: Person
    number: str
    found_where: str
    spoken_to: str

    def check(self) -> None:
        _check_officer(self.by, self.person)
        if not self.person.is_active:
            raise CannotSignIn

    def perform(self) -> FactorRecovery:
        said = {"number": self.number, "found_where": self.found_where, "spoken_to": self.spoken_to}
        key = records.new_key(record_of(self.person.pk))
        sealed = key.seal(FIELD, json.dumps(said).encode())
        row: FactorRecovery = FactorRecovery.objects.create(person=self.person, called_by=self.by, details=sealed)
        return row


@dataclass(frozen=True)
class GrantRecovery(Action):
    """Remove the lost factors, end all sessions, and make one recovery code, which `execute` returns.

    The code is read out on the telephone, is shown nowhere else, and leads to a new factor and nothing more.
    """

    verb = Verb.RECOVERY_GRANT

    recovery: FactorRecovery
    by: Person

    def check(self) -> None:
        _check_decision(self.recovery, self.by)
        if not self.recovery.person.is_active:
            raise CannotSignIn

    def perform(self) -> str:
        person = Person.objects.select_for_update().get(pk=self.recovery.person_id)
        now = timezone.now()
        Authenticator.objects.filter(user=person).delete()
        own_address.forget_asked(person)
        person.sessions_valid_from = now
        person.save(update_fields=["sessions_valid_from"])
        self.recovery.granted_by, self.recovery.granted_at = self.by, now
        self.recovery.save(update_fields=["granted_by", "granted_at"])
        mail.tell_of_change("factor_recovered", person=person)
        return _one_code(person)


@dataclass(frozen=True)
class RefuseRecovery(Action):
    """Decide against it; nothing changes for the person."""

    verb = Verb.RECOVERY_REFUSE

    recovery: FactorRecovery
    by: Person

    def check(self) -> None:
        _check_decision(self.recovery, self.by)

    def perform(self) -> None:
        self.recovery.granted_by, self.recovery.refused_at = self.by, timezone.now()
        self.recovery.save(update_fields=["granted_by", "refused_at"])


def _check_officer(officer: Person, person: Person) -> None:
    if not officer.has_role(StaffRole.VETTING_OFFICER):
        raise NotTheirRole
    if officer.pk == person.pk:
        raise OwnFactor


def _check_decision(row: FactorRecovery, officer: Person) -> None:
    _check_officer(officer, row.person)
    if officer.pk == row.called_by_id:
        raise SameOfficer
    if row.granted_at or row.refused_at or row.called_at + CALL_BACK_LASTS <= timezone.now():
        raise NoLongerOpen


def _one_code(person: Person) -> str:
    """New recovery codes of which all but one count as used: only what was read out opens anything."""
    made: Any = RecoveryCodes.activate(person)
    code: str = made.get_unused_codes()[0]
    all_but_first = (1 << mfa_settings.RECOVERY_CODE_COUNT) - 2
    made.instance.data.update({"used_mask": all_but_first, BY_STAFF: True, SEEN: timezone.now().timestamp()})
    made.instance.save()
    return code
