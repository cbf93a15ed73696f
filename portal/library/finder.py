"""'Which of these concerns me?': four questions that narrow the list of provisions, each with its reasons.

It never says that somebody is covered. What cannot be told from the answers stays in the list, with what to look at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.library.enums import Condition, Party
from portal.library.models import Provision


class Answer(models.TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")
    UNKNOWN = "unknown", _("I do not know")


class Way(models.TextChoices):
    """How somebody comes to help."""

    SENT = "sent", _("sent by the state, a county or a city, or in its programme")
    ARRANGED = "arranged", _("under a mutual-aid arrangement")
    NONPROFIT = "nonprofit", _("for a nonprofit or a government, in its service")
    ALONE = "alone", _("on our own, where it happened")
    BUSINESS = "business", _("as our business")
    UNKNOWN = "unknown", _("none of these, or I do not know")


@dataclass(frozen=True)
class Answers:
    """What somebody said to the four questions."""

    party: Party
    declared: Answer = Answer.UNKNOWN
    paid: Answer = Answer.UNKNOWN
    way: Way = Way.UNKNOWN


@dataclass(frozen=True)
class Concern:
    """A provision to read, and why: what speaks for it, and what must still be looked at."""

    provision: Provision
    reasons: list[str | Promise]
    open_points: list[str | Promise]


WAYS = {
    Condition.PROGRAM: Way.SENT,
    Condition.AGREEMENT: Way.ARRANGED,
    Condition.SCENE: Way.ALONE,
    Condition.OFFICIAL: Way.NONPROFIT,
}


def narrow(provisions: Iterable[Provision], answers: Answers) -> list[Concern]:
    """Those of the provisions read in full that may concern somebody who answered so."""
    concerns = (_concern(provision, answers) for provision in provisions if provision.is_verified)
    return [concern for concern in concerns if concern is not None]


def _concern(provision: Provision, answers: Answers) -> Concern | None:
    if answers.party not in provision.parties:
        return None
    reasons: list[str | Promise] = [_("it names people or bodies like you")]
    open_points: list[str | Promise] = []
    for condition in map(Condition, provision.conditions):
        is_met = holds(condition, answers)
        if is_met is False:
            return None
        (reasons if is_met else open_points).append(condition.label)
    return Concern(provision, reasons, open_points)


def holds(condition: Condition, answers: Answers) -> bool | None:
    """Whether a condition is met by what was answered; None where that cannot be told."""
    match condition:
        case Condition.DECLARED:
            return _as_bool(answers.declared)
        case Condition.UNPAID:
            paid = _as_bool(answers.paid)
            return None if paid is None else not paid
    return None if answers.way is Way.UNKNOWN else answers.way is WAYS[condition]


def _as_bool(answer: Answer) -> bool | None:
    return {Answer.YES: True, Answer.NO: False}.get(answer)
