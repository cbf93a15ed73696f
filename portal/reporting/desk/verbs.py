"""What can be done with a case: each verb with its form, its action, and when it is offered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.core.actions import Action
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import records_of_case as history, retention
from portal.reporting.actions import closing, handing_over, holds, identity, triage, vetting
from portal.reporting.actions.cases import CaseAction
from portal.reporting.enums import Stage
from portal.reporting.forms import desk as forms
from portal.reporting.forms.retention import HoldForm, LiftForm
from portal.reporting.models import Case

Given = dict[str, Any]
Words = str | Promise


@dataclass(frozen=True)
class Verb:
    """One verb. `is_offered` says where the case stands so that it can be done; the action itself refuses the rest."""

    title: Words
    button: Words
    form: type[forms.CaseForm]
    action: type[CaseAction]
    done: Words
    is_offered: Callable[[Case], bool]
    lead: Words = ""

    @property
    def roles(self) -> tuple[StaffRole, ...]:
        return self.action.ROLES

    def act(self, case: Case, by: Person, given: Given) -> Any:
        made: Action = self.action(case, by, **given)
        return made.execute()


def _is_open(case: Case) -> bool:
    return not case.is_ended


def _is_kept(case: Case) -> bool:
    return case.stage != Stage.PURGED


def _at(*stages: Stage) -> Callable[[Case], bool]:
    return lambda case: case.stage in stages


def _is_closable(case: Case) -> bool:
    return case.stage == Stage.DETERMINED and bool(case.disposition)


RECORDED = _("Recorded.")
VERBS: dict[str, Verb] = {
    "take_up": Verb(
        _("Take up the urgent report"),
        _("Take up report"),
        forms.NothingForm,
        triage.TakeUp,
        _("You have it in hand. The alerts have ended."),
        lambda case: case.report.is_urgent and not case.taken_up_at and not case.is_ended,
        _("The alerts end, and the case is yours unless somebody has it."),
    ),
    "review": Verb(
        _("Initial review"),
        _("Record initial review"),
        forms.ReviewForm,
        vetting.ReviewReport,
        RECORDED,
        _at(Stage.NEW),
    ),
    "determine": Verb(
        _("Determination"),
        _("Record determination"),
        forms.DetermineForm,
        vetting.DetermineReport,
        RECORDED,
        _at(Stage.REVIEWED, Stage.MORE_NEEDED),
        _("By somebody other than who made the initial review, with training that is on file and in date."),
    ),
    "dispose": Verb(
        _("Disposition"),
        _("Record disposition"),
        forms.DisposeForm,
        handing_over.Dispose,
        RECORDED,
        _at(Stage.DETERMINED),
        _("To whom, why and when stays on record for whatever leaves the center."),
    ),
    "class": Verb(
        _("Record class and closure basis"),
        _("Set record class"),
        forms.ClassForm,
        triage.SetRecordClass,
        RECORDED,
        _is_kept,
    ),
    "close": Verb(
        _("Close with an approved message"),
        _("Close case"),
        forms.CloseForm,
        closing.CloseCase,
        _("Closed. The submitter can read your message now."),
        _is_closable,
    ),
    "propose": Verb(
        _("Propose other closing words"),
        _("Propose words"),
        forms.ProposeForm,
        closing.ProposeClosing,
        _("Proposed. A supervisor allows them, or closes with an approved message."),
        _is_closable,
    ),
    "police": Verb(
        _("Hand to the police at once"),
        _("Record hand-off"),
        forms.PoliceForm,
        handing_over.HandToPolice,
        _("Recorded. Another person reviews it within 24 hours."),
        lambda case: case.report.is_urgent and not case.is_ended,
        _("Call first. Then write down whom you told what, and when."),
    ),
    "police_review": Verb(
        _("Review the hand-off to the police"),
        _("Record review"),
        forms.WordsForm,
        handing_over.ReviewHandOff,
        RECORDED,
        lambda case: case.hand_off_review_due_at is not None and not case.is_ended,
    ),
    "assign": Verb(
        _("Assign"), _("Assign case"), forms.AssignForm, triage.Assign, _("The case was assigned."), _is_open
    ),
    "message": Verb(
        _("Write to the submitter"),
        _("Send message"),
        forms.MessageForm,
        triage.WriteMessage,
        _("Sent. The submitter reads it with the receipt code."),
        _is_open,
    ),
    "note": Verb(_("Write a note"), _("Add note"), forms.NoteForm, triage.WriteNote, RECORDED, _is_kept),
    "minor": Verb(
        _("Flag: somebody may be under 18"),
        _("Record flag"),
        forms.MinorForm,
        triage.FlagMinor,
        RECORDED,
        _is_kept,
    ),
    "warn": Verb(
        _("Propose a warning to a company"),
        _("Propose warning"),
        forms.WarningForm,
        handing_over.ProposeWarning,
        _("Proposed. Nothing has gone out: another person releases it."),
        _is_kept,
        _("Only for imminent danger to life or property. A supervisor who did not propose it releases it."),
    ),
    "warning": Verb(
        _("Release a warning that was proposed"),
        _("Release warning"),
        forms.ReleaseWarningForm,
        handing_over.ReleaseWarning,
        RECORDED,
        lambda case: _is_kept(case) and bool(history.warnings_waiting(case)),
    ),
    "hold": Verb(
        _("Place a legal hold"),
        _("Place hold"),
        HoldForm,
        holds.PlaceCaseHold,
        _("Placed. Nothing of it is destroyed while the hold lasts; who sent it is told."),
        lambda case: _is_kept(case) and not retention.is_on_hold(case.report),
    ),
    "lift": Verb(
        _("Lift the legal hold"),
        _("Lift hold"),
        LiftForm,
        holds.LiftCaseHold,
        _("Lifted. Who sent it is told."),
        lambda case: _is_kept(case) and retention.is_on_hold(case.report),
    ),
    "identity": Verb(
        _("See who reported"),
        _("Open identity"),
        forms.ReasonForm,
        identity.OpenIdentity,
        "",
        _is_kept,
        _("Who reported, and how to reach them, is kept apart. Opening it is recorded with your reason."),
    ),
    "code": Verb(
        _("Give a new receipt code after a call-back"),
        _("Make new code"),
        forms.CodeForm,
        identity.ReissueCode,
        "",
        _is_kept,
        _("Call the submitter at a number that you found yourself. The old code opens nothing any more."),
    ),
}
# Those that move the case on stand first; the others are at hand, folded away.
STEPS = ("take_up", "police_review", "police", "review", "determine", "dispose", "class", "close", "propose")
BESIDE = ("message", "note", "assign", "minor", "warn", "warning", "hold", "lift", "identity", "code")


def offered(case: Case, person: Any, names: tuple[str, ...]) -> list[str]:
    """The verbs that this person may use on the case as it stands."""
    return [name for name in names if VERBS[name].is_offered(case) and person.has_role(*VERBS[name].roles)]
