"""What every action on a protected submission has in common: who may, by which arrow, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from portal.core.actions import Action, ActionRefused, Fact
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting.actions.cases import with_key
from portal.reporting.contents import Answers
from portal.reporting.models import Holding, HoldingEntry
from portal.reporting.people import role_of
from portal.reporting.protected import moving, people, records_of_holding as history, states, telling
from portal.reporting.protected.enums import Bar, Note, Stage, Verb
from portal.reporting.protected.states import ENDED
from portal.reporting.refusals import NotYourRole

Sealed = TypeVar("Sealed")


class OwnSubmission(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("You, or an organisation of yours, submitted this, so somebody else works on it. Nothing was changed.")
        )


class MovedOn(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("The submission does not stand where this can be done. Nothing was changed; look at it again.")
        )


class Ended(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This submission was returned or destroyed. Nothing of it is left that could be changed."))


class Stopped(ActionRefused):
    """A hold or a pending request stands against it."""

    def __init__(self, bars: frozenset[Bar]) -> None:
        why = {
            Bar.HOLD: _("A legal hold is on it."),
            Bar.REQUEST: _("A records request that touches it is not answered yet."),
        }
        said = " ".join(why[bar] for bar in sorted(bars))
        super().__init__(_("%(why)s Until that has ended nothing of it is returned or destroyed.") % {"why": said})


class WordsMissing(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Write down why. Nothing was changed."))


class OnePerson(ActionRefused):
    """It takes two people, and this would be one."""

    def __init__(self) -> None:
        super().__init__(_("You took the step before this one yourself. A second person does it; nothing was changed."))


@dataclass(frozen=True)
class HoldingAction(Action):
    """Something that somebody at the desk does with one submission. In the trail it is about the report.

    `DOES` is the arrow that it takes. Bars are read inside the transaction that holds the row.
    """

    holding: Holding
    by: Person

    ROLES: ClassVar[tuple[StaffRole, ...]] = people.ANALYSTS
    DOES: ClassVar[Verb | None] = None

    def check(self) -> None:
        check_worker(self.by, self.holding, *self.ROLES)
        if self.DOES is not None:
            check_step(self.holding, self.DOES)

    def recorded_about(self) -> Model:
        return self.holding.report

    def recorded_facts(self) -> dict[str, Fact]:
        return {name: fact for name, fact in super().recorded_facts().items() if name != "holding"}

    def move(self, **given: object) -> HoldingEntry:
        """Take the arrow. What is written goes sealed under the submission's own key."""
        said, verb = moving.Given(by=self.by, **given), self.DOES  # type: ignore[arg-type]  # the fields of Given
        if verb is None:
            raise MovedOn
        return sealing(lambda: moving.move(self.holding, verb, said))

    def note(
        self, note: Note, *, is_told: bool = True, details: Answers | None = None, agency: str = ""
    ) -> HoldingEntry:
        """Put something down beside the steps; where the submitter is told of it, so is everybody who had access."""
        entry = sealing(
            lambda: history.add_entry(
                self.holding, note=note, by=self.by, is_told=is_told, details=details, agency=agency
            )
        )
        if is_told:
            telling.tell_everybody(self.holding, entry)
        return entry

    @property
    def role(self) -> StaffRole:
        """The role in which it is done."""
        return role_of(self.by, *self.ROLES) or self.ROLES[0]


def check_worker(by: Person, kept: Holding, *roles: StaffRole) -> None:
    """Raises `NotYourRole`, `OwnSubmission` or `Ended`. Roles are asked for anew: one may have gone meanwhile."""
    if not people.holds_now(by, *roles):
        raise NotYourRole
    if people.is_party(by, kept.report):
        raise OwnSubmission
    if kept.stage in ENDED:
        raise Ended


def check_step(kept: Holding, verb: Verb) -> None:
    """Raises `MovedOn` or `Stopped` where the diagram has no such arrow from here, or something bars it."""
    try:
        states.step(Stage(kept.stage), verb, bars=kept.bars())
    except states.NoSuchStep:
        raise MovedOn from None
    except states.Barred as barred:
        raise Stopped(barred.bars) from None


def sealing(act: Callable[[], Sealed]) -> Sealed:
    """Do what seals words under the submission's key. Raises `KeyLost` where that does not open here."""
    return with_key(act)
