"""Taking protected submissions in: Desk makes a holding of each, with its clocks and coded fields.

As with reports (`portal.reporting.intake`) nothing that Front wrote or sealed is believed: a code that is not of its
vocabulary is left empty, a moment in the future counts as now, and one of which nothing opens becomes a holding all the
same, whose clocks run. While the desk's keys or a database are away it waits.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.reporting import evidence, rounds
from portal.reporting.contents import Answers, open_or_wait, sections_of
from portal.reporting.forms.activity import YesNo
from portal.reporting.intake import LONGEST_CODE, PASSING
from portal.reporting.models import Holding, Report
from portal.reporting.protected.clocks import DETERMINATION_DAYS
from portal.reporting.protected.enums import ProtectedSection, Readers, Regime, Wish
from portal.vault import keyring, records
from portal.vocabulary import calendar
from portal.vocabulary.models import County, Sector

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 200
MOST_BANNERS = 20
LONGEST_BANNER = 120


def take_in_new(*, most: int = MOST_AT_ONCE) -> int:
    """Make a holding of every submission that has none, the oldest first; gives how many. Safe to run twice at once.

    Raises `KeyNotHeld` without the desk's keys.
    """
    waiting = Report.objects.protected().filter(holding=None)
    if waiting.exists() and not keyring.ring().holds_private_keys:
        raise records.KeyNotHeld
    return rounds.taken(waiting.prefetch_related("parts"), _take_in, most=most)


def _take_in(report: Report) -> int | None:
    """1 for a holding that was made, 0 where somebody else was faster; None while the submission has to wait."""
    try:
        with transaction.atomic():
            kept = _holding_of(report)
            kept.save(force_insert=True)
    except IntegrityError:
        return 0
    except Exception as problem:  # noqa: BLE001  (it waits for the next time, and the others go on)
        _tell("a submission was not taken in", report, problem)
        return None
    try:
        evidence.take_in(kept)
    except Exception as problem:  # noqa: BLE001  (its files are looked at again; the holding stands)
        _tell("files of a submission were not taken in", report, problem)
    return 1


def _holding_of(report: Report) -> Holding:
    now = timezone.now()
    sent = min(report.submitted_at, now)
    return Holding(
        report=report,
        taken_in_at=now,
        submitted_on=timezone.localdate(sent),
        determination_due_at=_determination_due(sent, now),
        **_read(report),
    )


def _determination_due(sent: datetime, now: datetime) -> datetime:
    """The end of the third business day; a calendar in which nothing is ever open must not keep submissions out."""
    try:
        return calendar.load().end_of_business_day(sent, DETERMINATION_DAYS)
    except (calendar.NeverOpen, OverflowError):
        return now


def _read(report: Report) -> dict[str, Any]:
    """The coded fields; none when something cannot be read at all. Raises what is `PASSING`."""
    try:
        with transaction.atomic():  # a fault of the database in here must not spoil the holding itself
            evidence.insist_on_key(report)
            return _coded(sections_of(report, opening=open_or_wait, of=ProtectedSection))
    except PASSING:
        raise
    except Exception as problem:  # noqa: BLE001  (whatever else it is, people must see that it is there)
        _tell("a submission was taken in unread", report, problem)
        return {}


def _coded(sections: dict[str, Answers]) -> dict[str, Any]:
    matter, wish = sections[ProtectedSection.MATTER], sections[ProtectedSection.WISH]
    regimes = sections[ProtectedSection.REGIMES]
    return {
        "sector": Sector.objects.filter(slug=word(matter, "sector")[:LONGEST_CODE]).first(),
        "county": _county(word(matter, "county")),
        "wish": one_of(Wish.values, word(wish, "wish")),
        "regimes": [name for name in Regime.values if _says(regimes, name)],
        "banners": _banners(sections[ProtectedSection.FILES]),
        "claims_trade_secret": _says(sections[ProtectedSection.SECRET], "claim"),
        "readers": one_of(Readers.values, word(sections[ProtectedSection.READERS], "readers")),
    }


def word(answers: Answers, name: str) -> str:
    """An answer as one piece of text; what is none is empty."""
    value = answers.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def one_of(values: list[str], code: str) -> str:
    return code if code in values else ""


def _says(answers: Answers, name: str) -> bool:
    """Whether something was answered with yes."""
    return word(answers, name) == YesNo.YES


def _county(code: str) -> County | None:
    found: County | None = County.objects.filter(fips=code[:5]).first() if code.isascii() and code.isdigit() else None
    return found


def _banners(files: Answers) -> list[str]:
    """CUI markings as they came, short and plain."""
    found = files.get("banners", "")
    lines = found.splitlines() if isinstance(found, str) else found if isinstance(found, list) else []
    texts = [line.strip()[:LONGEST_BANNER] for line in lines if isinstance(line, str) and line.isprintable()]
    return [text for text in texts if text][:MOST_BANNERS]


def _tell(what: str, report: Report, problem: Exception) -> None:
    """The class of the problem, and nothing that it quotes."""
    logger.error(what, extra={"report": report.number, "problem": type(problem).__name__})
