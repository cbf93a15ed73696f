"""Taking reports in: Desk makes a case of each, by opening what is sealed and filling in the coded fields.

What Front wrote or sealed is hostile. A code that is not of its vocabulary, and a date that makes no sense, is left
empty; a report of which nothing opens becomes a case all the same, so that people look at it. One bad report never
stops the others. Where the fault is the desk's own (a database that is away, a key that is not here) the report waits:
a case that is filled in blind would never be filled in again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from django.db import IntegrityError, InterfaceError, InternalError, OperationalError, ProgrammingError, transaction
from django.utils import timezone

from portal.reporting import evidence, retention, rounds
from portal.reporting.alerts import first_alert_again
from portal.reporting.contents import KEYS_AWAY, Answers, open_or_wait, sections_of, things_of
from portal.reporting.enums import Section
from portal.reporting.forms.activity import EARLIEST, YesNo
from portal.reporting.models import Case, Report, ReportingSettings
from portal.vault import keyring, records
from portal.vocabulary import outlines
from portal.vocabulary.behaviours import behaviours, targets
from portal.vocabulary.models import County, Sector

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 200
LONGEST_CODE = 50
NORTHERNMOST, EASTERNMOST = 90, 180  # degrees
# Faults of the desk itself. `DataError` is none of them: hostile answers bring it about.
PASSING = (*KEYS_AWAY, InterfaceError, InternalError, OperationalError, ProgrammingError)


def take_in_new(*, most: int = MOST_AT_ONCE) -> int:
    """Make a case of every report that has none, the oldest first; gives how many. Safe to run twice at once.

    Raises `KeyNotHeld` without the desk's keys: cases that are filled in blind would never be filled in again.
    """
    waiting = Report.objects.activity().filter(case=None)
    if waiting.exists() and not keyring.ring().holds_private_keys:
        raise records.KeyNotHeld
    return rounds.taken(waiting.prefetch_related("parts"), _take_in, most=most)


def _take_in(report: Report) -> int | None:
    """1 for a case that was made, 0 where somebody else was faster; None while the report has to wait."""
    try:
        with transaction.atomic():
            case = _case_of(report)
            case.save(force_insert=True)
    except IntegrityError:
        return 0  # somebody else took it in at the same moment
    except Exception as problem:  # noqa: BLE001  (it waits for the next time, and the others go on)
        _tell("a report was not taken in", report, problem)
        return None
    try:
        evidence.take_in(case)
    except Exception as problem:  # noqa: BLE001  (its files are looked at again; the case stands)
        _tell("files of a report were not taken in", report, problem)
    return 1


def _case_of(report: Report) -> Case:
    now, settings = timezone.now(), ReportingSettings.load()
    found = _read(report)
    if found.is_urgent and not report.is_urgent:  # Front's own flag may be turned; what was sealed says so
        report.is_urgent = True
        Report.objects.filter(pk=report.pk).update(is_urgent=True)
    sent = min(report.submitted_at, now)  # Front writes this moment, and may write any
    return Case(
        report=report,
        taken_in_at=now,
        due_at=sent + timedelta(hours=settings.first_answer_hours),
        retain_until=retention.kept_from(timezone.localdate(now)),
        **first_alert_again(report, sent),
        **found.fields,
    )


@dataclass(frozen=True)
class Found:
    """What was read of a report: the coded fields, and whether it says that it is happening now."""

    fields: dict[str, Any] = field(default_factory=dict)
    is_urgent: bool = False


def _read(report: Report) -> Found:
    """The coded fields; empty ones when something in the report cannot be read at all. Raises what is `PASSING`."""
    try:
        with transaction.atomic():  # a fault of the database in here must not spoil the case itself
            evidence.insist_on_key(report)
            sections = sections_of(report, opening=open_or_wait)
            return Found(_coded(sections, report), _word(sections[Section.URGENCY], "now") == YesNo.YES)
    except PASSING:
        raise
    except Exception as problem:  # noqa: BLE001  (whatever else it is, people must see that the report is there)
        _tell("a report was taken in unread", report, problem)
        return Found()


def _tell(what: str, report: Report, problem: Exception) -> None:
    """The class of the problem, and nothing that it quotes."""
    logger.error(what, extra={"report": report.number, "problem": type(problem).__name__})


def _coded(sections: dict[str, Answers], report: Report) -> dict[str, Any]:
    activity, place, target = sections[Section.ACTIVITY], sections[Section.PLACE], sections[Section.TARGET]
    begun, ended = _period(place, latest=report.submitted_at)
    people = [thing for thing in things_of(sections) if thing.get("kind") == "person"]
    return {
        "behaviour": _one_of(behaviours(), _word(activity, "behaviour")),
        "has_unusual_facts": bool(_word(activity, "unusual")),
        "target": _one_of(targets(), _word(target, "target")),
        "sector": Sector.objects.filter(slug=_word(target, "sector")[:LONGEST_CODE]).first(),
        "county": _county(place),
        "happened_from": begun,
        "happened_to": ended,
        "may_be_minor": any(person.get("minor") == YesNo.YES for person in people),
    }


def _word(answers: Answers, name: str) -> str:
    """An answer as one piece of text; a list, which Front may seal as well, is none."""
    value = answers.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _one_of(vocabulary: dict[str, Any], code: str) -> str:
    return code if code in vocabulary else ""


def _county(place: Answers) -> County | None:
    """The county that was chosen, or else the one in which the point lies."""
    code = _word(place, "county") or _county_of_point(place)
    found: County | None = County.objects.filter(fips=code[:5]).first() if code.isascii() and code.isdigit() else None
    return found


def _county_of_point(place: Answers) -> str:
    point = point_of(place)
    return (outlines.county_at(*point) or "") if point else ""


def point_of(place: Answers) -> tuple[float, float] | None:
    """Latitude and longitude, if both make sense."""
    try:
        latitude, longitude = float(_word(place, "latitude")), float(_word(place, "longitude"))
    except ValueError:
        return None
    is_sound = isfinite(latitude) and isfinite(longitude) and abs(latitude) <= NORTHERNMOST
    return (latitude, longitude) if is_sound and abs(longitude) <= EASTERNMOST else None


def _period(place: Answers, *, latest: datetime) -> tuple[datetime | None, datetime | None]:
    begun, ended = (_moment(_word(place, name), latest=latest) for name in ("begun", "ended"))
    if begun is None or (ended is not None and ended < begun):
        return begun, None
    return begun, ended


def _moment(text: str, *, latest: datetime) -> datetime | None:
    """A moment with its zone, neither before 2000 nor more than a day after the report was sent."""
    try:
        found = datetime.fromisoformat(text)
        if timezone.is_naive(found):
            found = timezone.make_aware(found)
        return found if EARLIEST <= found <= min(latest, timezone.now()) + timedelta(days=1) else None
    except (ValueError, OverflowError):
        return None
