"""Staff confirm a yearly validation in place of the organisation."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action
from portal.members.ends import OFFICERS
from portal.members.models import Person, Validation
from portal.members.refusals import NotNow, not_oneself, only_for
from portal.members.validation import awaiting_confirmation, confirm


@dataclass(frozen=True)
class ConfirmValidation(Action):
    """Staff confirm in place of an organisation, after they have called it. Raises `NotYours` or `NotNow`."""

    verb = Verb.VALIDATION_CONFIRM

    validation: Validation
    by: Person
    is_confirmed: bool

    def check(self) -> None:
        only_for(self.by, *OFFICERS)
        not_oneself(self.by, self.validation.person)
        if not awaiting_confirmation().filter(pk=self.validation.pk).exists():
            raise NotNow(_("It does not wait for confirmation. Nothing was changed."))

    def perform(self) -> None:
        confirm(self.validation, by=self.by, is_confirmed=self.is_confirmed)
