"""Why an action on a report is refused. Each is one sentence for the person; nothing was written."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.core.actions import ActionRefused


class NotYourRole(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Your role cannot do this. Nothing was changed."))


class OwnReport(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("You sent this report yourself, so somebody else works on it. Nothing was changed."))


class NotNow(ActionRefused):
    """The case does not stand where this could be done; the sentence says why."""


class SamePerson(ActionRefused):
    """It takes two people, and this would be one; the sentence says who else it takes."""


class SameReviewer(SamePerson):
    def __init__(self) -> None:
        super().__init__(_("You made the initial review, so somebody else determines. Nothing was recorded."))


class NotTrained(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Your training in the analysis of suspicious-activity reports is not on file, or out of date. "
                "Nothing was recorded. Ask a supervisor to enter it, or let a trained analyst determine."
            )
        )


class FactsMissing(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "This behaviour is often lawful, and no facts say what made it unusual here. Without them it cannot be "
                "'yes'. Nothing was recorded; ask the submitter, or find 'no' or 'more is needed'."
            )
        )


class GroundsMissing(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Write the grounds, and the facts that they rest on. Nothing was recorded."))


class StatementMissing(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "A determination needs your statement that no protected trait or expression is its basis. "
                "Nothing was recorded."
            )
        )


class ChangedMeanwhile(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("The submitter added something meanwhile. Nothing was recorded; read it first, below."))


class RecipientMissing(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Say to whom it went, when and why. Nothing was recorded."))


class NumberMissing(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Give the number that eGuardian or the JTTF gave it. Nothing was recorded."))


class NotFound(ActionRefused):
    """The determination does not carry this disposition; the sentence says which it does."""


class NotUrgent(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Only an urgent report can go to the police before it is determined. Nothing was recorded. "
                "If it is an emergency, record that in the initial review first."
            )
        )


class NoDanger(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("A warning needs imminent danger to life or property. Nothing was recorded."))


class ReasonMissing(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Give your reason. Nothing was changed."))


class ClassMissing(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Set the record class and closure basis first. The case stays open; nothing was changed."))


class WordsMissing(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Choose a closing message; nobody is left without one. The case stays open."))


class Gone(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This report was purged. Nothing of it is left that could be changed."))
