"""What can be done with a submission: each with its form, its action, and when it is offered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now, gettext_lazy as _

from portal.core.actions import Action
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting.models import Disposal, Holding
from portal.reporting.protected import clocks, people, planners, states
from portal.reporting.protected.actions import determining, duties, ending, planning, reviewing, working
from portal.reporting.protected.actions.base import HoldingAction
from portal.reporting.protected.desk import forms, planner_forms
from portal.reporting.protected.enums import Stage, WithdrawalWish
from portal.reporting.protected.states import ENDED

Words = str | Promise
RECORDED = _("Recorded.")
NEAR = 30  # days before a review is due in which it is the next thing to do


@dataclass(frozen=True)
class Offer:
    """One thing that can be done. The diagram says where; `is_offered` says the rest, and the action refuses."""

    title: Words
    button: Words
    form: type[forms.HoldingForm]
    action: type[HoldingAction]
    done: Words = RECORDED
    lead: Words = ""
    is_offered: Callable[[Holding], bool] = lambda kept: True
    is_there: Callable[[Holding], bool] = lambda kept: True  # else no address of that name is there either

    @property
    def roles(self) -> tuple[StaffRole, ...]:
        return self.action.ROLES

    def act(self, kept: Holding, by: Person, given: dict[str, Any]) -> Any:
        made: Action = self.action(kept, by, **given)
        return made.execute()


OFFERS: dict[str, Offer] = {
    "review": Offer(_("Begin the review"), _("Begin review"), forms.NothingForm, determining.BeginReview),
    "close": Offer(
        _("Determine that it is closed"),
        _("Sign determination"),
        forms.CloseForm,
        determining.DetermineClosed,
        _("Signed. The record is closed; the submitter can read the writing now."),
        _("The law asks for both findings in the same writing. They are recorded word for word, with your name."),
    ),
    "refuse": Offer(
        _("Determine that it is not closed"),
        _("Sign refusal"),
        forms.RefuseForm,
        determining.DetermineNotClosed,
        _("Signed. The submitter has 30 days to respond or withdraw."),
    ),
    "defect": Offer(
        _("Send a defect notice"),
        _("Send notice"),
        forms.DefectForm,
        determining.NotifyDefect,
        _("Sent. The submitter has 30 days to complete it."),
    ),
    "retain": Offer(
        _("Retain it"),
        _("Retain submission"),
        forms.KeepForm,
        reviewing.Retain,
        lead=_("Only if retention is necessary. Otherwise it is returned or destroyed."),
    ),
    "unprotect": Offer(
        _("Keep it without protection"), _("Keep submission"), forms.UnprotectForm, reviewing.KeepUnprotected
    ),
    "return": Offer(
        _("Return it"),
        _("Return submission"),
        forms.ReasonsForm,
        reviewing.ReturnIt,
        _("Recorded. The submitter collects it; a second person confirms that."),
        _("Retention is not necessary. What is here is destroyed once the submitter has the originals."),
    ),
    "destroy": Offer(
        _("Destroy it"),
        _("Destroy submission"),
        forms.ReasonsForm,
        reviewing.DestroyIt,
        _("Recorded. A second person approves the destruction."),
        _("Retention is not necessary. Nothing is destroyed before a second person approves it."),
    ),
    "collect": Offer(
        _("Confirm that it was collected"),
        _("Confirm receipt"),
        forms.CollectForm,
        ending.Collect,
        lead=_("By somebody other than who decided on the return."),
    ),
    "dispose": Offer(
        _("Approve the destruction"),
        _("Destroy everything"),
        forms.DisposeForm,
        ending.Dispose,
        _("Destroyed. The certificate is signed within a minute or two."),
        _("What was submitted, all files, messages and notes are lost, in the backups as well."),
    ),
    "assign": Offer(_("Name who answers for it"), _("Name people"), forms.AssignForm, working.Assign),
    "message": Offer(
        _("Write to the submitter"),
        _("Send message"),
        forms.MessageForm,
        working.Write,
        _("Sent. The submitter reads it with the receipt code."),
    ),
    "separate": Offer(
        _("Exempt and separable parts"),
        _("Record parts"),
        forms.SeparateForm,
        working.Separate,
        lead=_("So that a records request can be answered with what is not exempt."),
    ),
    "product": Offer(_("A bulletin or plan used it"), _("Link product"), forms.ProductForm, working.LinkProduct),
    "check": Offer(
        _("Check a product as the second person"),
        _("Record check"),
        forms.CheckForm,
        working.CheckProduct,
        is_offered=lambda kept: kept.products.filter(checked_at=None).exists(),
    ),
    "hold": Offer(
        _("Place a legal hold"),
        _("Place hold"),
        forms.HoldForm,
        duties.PlaceHold,
        _("Placed. Nothing of it is destroyed while the hold lasts; the submitter is told."),
        is_offered=lambda kept: not kept.holds.filter(lifted_at=None).exists(),
    ),
    "lift": Offer(
        _("Lift the legal hold"),
        _("Lift hold"),
        forms.ReasonsForm,
        duties.LiftHold,
        is_offered=lambda kept: kept.holds.filter(lifted_at=None).exists(),
    ),
    "planner": Offer(
        _("Name a planner"),
        _("Propose planner"),
        planner_forms.NameForm,
        planning.NamePlanner,
        _("Proposed. A second person approves it; until then nothing opens for them."),
        _("The submitter allowed the planners whom they wrote down, and nobody else."),
        is_offered=lambda kept: kept.stage in planners.STAGES,
        is_there=planners.are_allowed,
    ),
    "admit": Offer(
        _("Approve a planner as the second person"),
        _("Approve planner"),
        planner_forms.ApproveForm,
        planning.ApprovePlanner,
        _("Approved. The planner can open it now; the submitter reads of which agency they are."),
        is_offered=lambda kept: kept.planners.filter(ended_at=None, approved_at=None).exists(),
        is_there=planners.are_allowed,
    ),
    "dismiss": Offer(
        _("End that a planner may open it"),
        _("End planner"),
        planner_forms.EndForm,
        planning.EndPlanner,
        _("Ended. Nothing of it opens for them any more."),
        is_offered=lambda kept: kept.planners.filter(ended_at=None).exists(),
        is_there=planners.are_allowed,
    ),
}
STEPS = ("review", "close", "refuse", "defect", "retain", "unprotect", "return", "destroy", "collect", "dispose")
BESIDE = ("message", "assign", "separate", "product", "check", "planner", "admit", "dismiss", "hold", "lift")


def offered(kept: Holding, person: Any, names: tuple[str, ...]) -> list[str]:
    """What this person may do with the submission as it stands."""
    if kept.stage in ENDED:
        return []
    arrows = {verb.value for verb in states.verbs(Stage(kept.stage), bars=kept.bars())}
    return [
        name
        for name in names
        if person.has_role(*OFFERS[name].roles)
        and (OFFERS[name].action.DOES is None or OFFERS[name].action.DOES in arrows)
        and OFFERS[name].is_there(kept)
        and OFFERS[name].is_offered(kept)
    ]


LINE = (
    (_("Received"), {Stage.RECEIVED, Stage.DEFECT}),
    (_("Under review"), {Stage.REVIEW}),
    (_("Determined"), {Stage.CLOSED, Stage.NOT_CLOSED, Stage.OPEN, Stage.WITHDRAWN}),
    (_("Reviewed"), {Stage.RETAINED, Stage.UNPROTECTED, Stage.RETURNING, Stage.COLLECTED, Stage.DESTROYING}),
    (_("Done"), ENDED),
)


def line_of(kept: Holding) -> tuple[list[str], int]:
    """The steps by name, and the number of the present one, from 1."""
    place = next(number for number, (_name, stages) in enumerate(LINE, start=1) if kept.stage in stages)
    return [str(name) for name, _stages in LINE], place


def next_action(kept: Holding, person: Any, can: list[str]) -> str:
    """What this person should do next; empty when it waits for somebody else, or for nothing."""
    wanted = {
        Stage.RECEIVED: ("close", "review"),
        Stage.DEFECT: ("close",),
        Stage.REVIEW: ("close",),
        Stage.RETURNING: ("collect",),
        Stage.COLLECTED: ("dispose",),
        Stage.DESTROYING: ("dispose",),
    }.get(Stage(kept.stage), _review_of(kept))
    if kept.stage in states.DECIDED and _proposed_by(kept) == person.pk:
        return ""
    return next((name for name in wanted if name in can), "")


def _review_of(kept: Holding) -> tuple[str, ...]:
    """What the review most likely ends with, once it is near: what the submitter asked for stands first."""
    days = (clocks.review_due(kept.dates) - timezone.localdate()).days
    if not clocks.is_review_open(kept.dates) or days > NEAR:
        return ()
    asked = {WithdrawalWish.RETURN: "return", WithdrawalWish.DESTROY: "destroy", WithdrawalWish.KEEP: "unprotect"}
    first = asked.get(WithdrawalWish(kept.withdrawal_wish)) if kept.withdrawal_wish else None
    return (*((first,) if first else ()), "retain", "unprotect")


def _proposed_by(kept: Holding) -> int | None:
    found: int | None = Disposal.objects.filter(report=kept.pk).values_list("proposed_by_id", flat=True).first()
    return found


def waits_for(kept: Holding, person: Any) -> str:
    """A sentence where the next step is another person's, or something stands against it."""
    if kept.stage in states.DECIDED and kept.bars():
        return _now("It is to be returned or destroyed, but a legal hold or a records request stands against that.")
    if kept.stage in states.DECIDED and _proposed_by(kept) == person.pk:
        return _now("You decided that it goes. A second person takes the next step.")
    if kept.stage in states.UNDETERMINED and not person.has_role(*people.SIGNATORIES):
        return _now("A closure signatory makes the determination.")
    if kept.stage == Stage.NOT_CLOSED:
        return _now("The submitter may respond or withdraw. After that it is an open record.")
    return ""
