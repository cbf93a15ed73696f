"""Guesses at a file's title and date, for a person to take over or not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTH = "|".join((*_MONTHS, *(f"{name[:3]}\\.?" for name in _MONTHS), "sept\\.?"))
_DATES = re.compile(
    rf"\b(?P<month>{_MONTH})\s+(?:(?P<day>[0-3]?\d)(?:st|nd|rd|th)?,?\s+)?(?P<year>(?:19|20)\d\d)\b"
    rf"|\b(?P<day2>[0-3]?\d)\s+(?P<month2>{_MONTH}),?\s+(?P<year2>(?:19|20)\d\d)\b"
    r"|\b(?P<year3>(?:19|20)\d\d)-(?P<month3>[01]\d)-(?P<day3>[0-3]\d)\b"
    r"|\b(?P<month4>[01]?\d)/(?P<day4>[0-3]?\d)/(?P<year4>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_STAMP = re.compile(r"(?:D:)?(\d{4})-?(\d\d)-?(\d\d)")
_OPENING = 4_000  # characters of a file in which its date is looked for
_EARLIEST = 1900
_PROGRAM = re.compile(r"^(?:microsoft (?:word|powerpoint|excel)|powerpoint presentation)\s*-?\s*", re.IGNORECASE)
_FILE = re.compile(r"\.(?:docx?|dotx?|pdf|pptx?|xlsx?|indd|pub|qxd|wpd|rtf|odt|txt|html?)$", re.IGNORECASE)
_EMPTY = {"", "untitled", "document", "document1", "title", "slide 1", "presentation", "print", "none", "cover"}
_SHORTEST = 4


def title(*candidates: str) -> str:
    """The first that reads as a title and not as the name of a file or of a program."""
    for candidate in candidates:
        named = _PROGRAM.sub("", " ".join(candidate.split())).strip()
        if len(named) >= _SHORTEST and named.lower() not in _EMPTY and not _is_file_name(named):
            return named
    return ""


def dated(opening: str, *stamps: str, today: date) -> date | None:
    """The latest date in the opening, which may begin with a history of versions; else the first of the properties."""

    def possible(found: Iterable[date | None]) -> list[date]:
        return [one for one in found if one and one <= today and one.year > _EARLIEST]

    written = possible(_of_words(match) for match in _DATES.finditer(opening[:_OPENING]))
    return max(written) if written else next(iter(possible(map(_of_stamp, stamps))), None)


def _is_file_name(named: str) -> bool:
    return bool(_FILE.search(named)) or (" " not in named and bool(re.search(r"[-_\d]", named)))


def _of_words(match: re.Match[str]) -> date | None:
    """A month without a day is its first day."""
    said = match.groupdict()
    year = said["year"] or said["year2"] or said["year3"] or said["year4"]
    month = said["month"] or said["month2"] or said["month3"] or said["month4"]
    day = said["day"] or said["day2"] or said["day3"] or said["day4"] or "1"
    return _valid(int(year), int(month) if month.isdigit() else _number(month), int(day))


def _of_stamp(stamp: str) -> date | None:
    found = _STAMP.match(stamp)
    return _valid(*(int(piece) for piece in found.groups())) if found else None


def _number(month: str) -> int:
    return next(place for place, name in enumerate(_MONTHS, 1) if name.startswith(month.lower()[:3]))


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
