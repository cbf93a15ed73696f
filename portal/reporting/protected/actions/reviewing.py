"""The review of RSMo 610.021(19)(c): is it necessary to retain it? If not, it is returned or destroyed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.audit import Verb as Recorded
from portal.core.actions import ActionRefused
from portal.reporting.models import Disposal
from portal.reporting.protected import disposing, moving, people
from portal.reporting.protected.actions.base import HoldingAction, WordsMissing
from portal.reporting.protected.enums import Stage, Verb, Wish


class NoSuchDay(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("Name the day of the next review: after today, and at most a year from now. Nothing was decided.")
        )


class NoSchedule(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "This record is not closed, so RSMo 610.021(19)(c) does not reach it, and no approved schedule is set "
                "for it. Without one it is held (RSMo 109.260). Nothing was decided."
            )
        )


class TooEarly(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("The retention schedule keeps records that are not closed for longer. Nothing was decided; keep it on.")
        )


class StillToCollect(ActionRefused):
    def __init__(self, until: date) -> None:
        facts = {"until": date_format(until, "j F Y")}
        super().__init__(_("Its submitter has until %(until)s to collect it. Nothing was decided.") % facts)


@dataclass(frozen=True)
class Review(HoldingAction):
    """A decision with its reasons, which are sealed."""

    ROLES = people.ANALYSTS

    reasons: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.reasons.strip():
            raise WordsMissing


@dataclass(frozen=True)
class Keep(Review):
    """Keep it, and look at it again on a day that is named."""

    again_on: date | None = None

    def check(self) -> None:
        super().check()
        today = timezone.localdate()
        if self.again_on is None or not today < self.again_on <= moving.latest_review(today):
            raise NoSuchDay

    def perform(self) -> None:
        self.move(details={"reasons": self.reasons}, again_on=self.again_on)


@dataclass(frozen=True)
class Retain(Keep):
    """Retention is necessary in furtherance of a state security interest: `reasons` say why."""

    verb = Recorded.PROTECTED_RETAIN
    DOES = Verb.RETAIN


@dataclass(frozen=True)
class KeepUnprotected(Keep):
    """Keep a withdrawn submission without protection, as its submitter asked."""

    verb = Recorded.PROTECTED_UNPROTECT
    DOES = Verb.UNPROTECT


@dataclass(frozen=True)
class _Dispose(Review):
    """The first of two people decides that it goes."""

    def check(self) -> None:
        super().check()
        if not disposing.basis_now(self.holding):
            raise NoSchedule
        ends_on = disposing.ends_on(self.holding)
        if ends_on is not None and timezone.localdate() < ends_on:
            raise TooEarly

    def propose(self, how: Wish) -> Disposal:
        basis = disposing.basis_now(self.holding)
        self.move(details={"reasons": self.reasons})
        return disposing.propose(self.holding, how=how, basis=basis, by=self.by, role=self.role)


@dataclass(frozen=True)
class ReturnIt(_Dispose):
    """Not necessary to retain: the submitter collects it, then it is destroyed here."""

    verb = Recorded.PROTECTED_RETURN
    DOES = Verb.RETURN

    def perform(self) -> Disposal:
        return self.propose(Wish.RETURN)


@dataclass(frozen=True)
class DestroyIt(_Dispose):
    """Not necessary to retain: it is destroyed by two people. So is what was to be returned and nobody collected."""

    verb = Recorded.PROTECTED_DESTROY
    DOES = Verb.DESTROY

    def check(self) -> None:
        super().check()
        until = disposing.collected_until(self.holding)
        if until is not None and timezone.localdate() <= until:
            raise StillToCollect(until)

    def perform(self) -> Disposal:
        if self.holding.stage != Stage.RETURNING:
            return self.propose(Wish.DESTROY)
        self.move(details={"reasons": self.reasons})
        return disposing.propose_anew(self.holding, by=self.by, role=self.role)
