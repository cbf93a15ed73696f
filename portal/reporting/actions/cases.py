"""What every action on a case has in common: who may, on what, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from portal.core.actions import Action, ActionRefused, Fact
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import contents
from portal.reporting.contents import Answers
from portal.reporting.enums import Stage
from portal.reporting.models import Case, CaseEntry
from portal.reporting.people import DESK
from portal.reporting.refusals import ChangedMeanwhile, Gone, NotNow, NotYourRole, OwnReport
from portal.vault import records

Sealed = TypeVar("Sealed")


@dataclass(frozen=True)
class CaseAction(Action):
    """Something that somebody at the desk does with one case. In the trail it is about the report."""

    case: Case
    by: Person

    ROLES: ClassVar[tuple[StaffRole, ...]] = DESK
    STAGES: ClassVar[tuple[Stage, ...]] = (Stage.NEW, Stage.REVIEWED, Stage.MORE_NEEDED, Stage.DETERMINED)

    def check(self) -> None:
        if not self.by.has_role(*self.ROLES):
            raise NotYourRole
        if self.case.report.submitter_id == self.by.pk:
            raise OwnReport
        if self.case.stage == Stage.PURGED:
            raise Gone
        if self.case.stage not in self.STAGES:
            raise NotNow(_("The case has moved on meanwhile. Nothing was changed; look at it again."))

    def recorded_about(self) -> Model:
        return self.case.report

    def recorded_facts(self) -> dict[str, Fact]:
        return {name: fact for name, fact in super().recorded_facts().items() if name != "case"}

    def record(self, kind: str, *, code: str = "", details: Answers | None = None) -> CaseEntry:
        """Add to the case's history, its words sealed."""
        return sealed_entry(self.case, kind, by=self.by, code=code, details=details)

    def save(self, **fields: object) -> None:
        """Set fields of the case."""
        for name, value in fields.items():
            setattr(self.case, name, value)
        self.case.save(update_fields=list(fields))


class KeyLost(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("The key of this report does not open any more, so nothing was recorded. Tell whoever runs the portal.")
        )


def sealed_entry(case: Case, kind: str, *, by: Person, code: str = "", details: Answers | None = None) -> CaseEntry:
    """An entry of a case, its words sealed. Raises `KeyLost`."""
    return with_key(lambda: contents.add_entry(case, kind, by=by, code=code, details=details))


def with_key(seal: Callable[[], Sealed]) -> Sealed:
    """Do what seals under the key that `contents.key_of` gives. Raises `KeyLost` when that does not open here."""
    try:
        return seal()
    except records.VaultProblem:
        raise KeyLost from None


def not_added_meanwhile(case: Case, seen: int) -> None:
    """Raises `ChangedMeanwhile` when the submitter added something since the page was opened.

    `seen` is how many parts the report had then.
    """
    if case.report.parts.count() != seen:
        raise ChangedMeanwhile
