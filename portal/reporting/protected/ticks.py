"""What time moves on with protected submissions. Steps run by name: what came in is taken before any time lapses."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.conf import settings

from portal.audit.keys import TrailKeyProblem
from portal.core import notices, tick
from portal.reporting.protected import certificates, deadlines, disposing, intake, later, planners, succession


@tick.step("reporting: protected 1, intake")
def take_in(now: datetime) -> int:
    """Make holdings of what came in, and take the steps that submitters asked for."""
    return intake.take_in_new() + later.take_in() if _is_desk() else 0


@tick.step("reporting: protected 2, clocks")
def move_clocks(now: datetime) -> int:
    if not _is_desk():
        return 0
    steps = (deadlines.lapse, deadlines.warn, deadlines.escalate, deadlines.tell_of_overdue)
    return sum(step(now) for step in steps)


@tick.step("reporting: protected 3, disposals")
def finish_disposals(now: datetime) -> int:
    """Finish what a crash cut off, and sign the certificates that wait. The key with which it signs is shown before."""
    if not _is_desk():
        return 0
    with suppress(TrailKeyProblem):
        certificates.show_key()
    return disposing.finish_begun(now)


@tick.step("reporting: protected 4, planners")
def end_planners(now: datetime) -> int:
    """Write down which planners are named no longer, since they lost what they were named for."""
    return planners.end_lost() if _is_desk() else 0


@tick.step("reporting: protected 5, succession")
def see_who_acts(now: datetime) -> int:
    """Tell the alternate whose filer is gone, or find somebody of the organisation."""
    return succession.settle(now) if _is_desk() else 0


@notices.source("protected_past_last_day")
def past_last_day(now: datetime) -> int:
    """How many submissions wait past a date of the law, on Desk alone: Front tells nobody of the desk's work."""
    return deadlines.undecided(now) if _is_desk() else 0


def _is_desk() -> bool:
    return bool(settings.PORTAL_SITE_KIND == "desk")
