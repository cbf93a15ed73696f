"""The steps of vetting as a rule over what was recorded: what comes next, and who may decide.

Nothing here is stored: the entries are, and the next step follows from them. Of each kind the newest entry counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.members.enums import ApplicationState, Outcome, VettingKind
from portal.members.models import Application, CommunityMembership, Person, VettingEntry


class Step(models.TextChoices):
    """What is to be done next. The first four are recorded with an outcome, in this order."""

    CALL_BACK = "call_back", _("call the employer back")
    WORD = "word", _("hear the sponsor or supervisor")
    REVIEW = "review", _("review by a captain or staff")
    RECORDS_CHECK = "records", _("records check")
    DECISION = "decision", _("decide")
    ANSWER = "answer", _("wait for the applicant")
    APPEAL = "appeal", _("decide the appeal")
    NONE = "none", _("nothing")


FINDINGS = (VettingKind.CALL_BACK, VettingKind.WORD, VettingKind.REVIEW, VettingKind.RECORDS_CHECK)


def findings(entries: Iterable[VettingEntry], *, over: str) -> dict[VettingKind, Outcome]:
    """The newest outcome of each kind of finding, of those made over what the applicant has written by now.

    `over` names that (`Application.written_now`). No clock decides: Front writes the moments of what it adds.
    """
    found: dict[VettingKind, Outcome] = {}
    for entry in sorted(entries, key=lambda row: (row.at, row.pk)):
        if entry.kind in FINDINGS and entry.over == over:
            found[VettingKind(entry.kind)] = Outcome(entry.outcome)
    return found


def next_step(state: str, found: dict[VettingKind, Outcome]) -> Step:
    """What the desk does next. A finding that is not good leads to the decision, whatever is missing."""
    match ApplicationState(state):
        case ApplicationState.MORE_ASKED:
            return Step.ANSWER
        case ApplicationState.APPEALED:
            return Step.APPEAL
        case ApplicationState.SUBMITTED:
            return _next_finding(found)
    return Step.NONE


def _next_finding(found: dict[VettingKind, Outcome]) -> Step:
    if Outcome.BAD in found.values():
        return Step.DECISION
    for kind in FINDINGS:
        if found.get(kind) is not Outcome.GOOD:
            return Step(kind.value)
    return Step.DECISION


def may_approve(found: dict[VettingKind, Outcome]) -> bool:
    """Whether every finding is there, and good."""
    return all(found.get(kind) is Outcome.GOOD for kind in FINDINGS)


def barred_from_deciding(entries: Iterable[VettingEntry]) -> frozenset[int]:
    """Who may not decide: those who called back, and who decided before (an appeal is heard by somebody else)."""
    barring = {VettingKind.CALL_BACK, VettingKind.DECISION}
    return frozenset(entry.by_id for entry in entries if entry.kind in barring and entry.by_id)


def findings_of(application: Application) -> dict[VettingKind, Outcome]:
    """What was found out about the application as it now is: what it said before no longer counts."""
    return findings(application.entries.all(), over=application.written_now())


def step_of(application: Application) -> Step:
    """The next step of an application whose entries are at hand or asked for."""
    return next_step(application.state, findings_of(application))


def captains() -> Any:
    """The people who are captain of a sector: the stewards of its community."""
    stewards = CommunityMembership.objects.current().filter(is_steward=True, community__sector__isnull=False)
    return Person.objects.filter(pk__in=stewards.values("person_id"))
