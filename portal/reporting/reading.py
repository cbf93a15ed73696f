"""A report in words: labels as the submitter saw them, and no characters that play tricks on the eye."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from portal.reporting import contents
from portal.reporting.contents import Answers, things_of
from portal.reporting.enums import Disposition, EntryKind, Finding, RecordClass, Review, Section
from portal.reporting.forms.activity import PAGES
from portal.reporting.forms.seen import THINGS, name_of
from portal.reporting.intake import point_of
from portal.reporting.models import Case, CaseEntry, DeskMessage

LONGEST = 20_000  # characters of one answer that a page shows
HIDDEN = {"Cc", "Cf", "Cs", "Co"}
ALLOWED = "\n\t"
APART = {Section.CONTACT: ("contact",)}  # answers that are part of the reporter's identity
MOMENTS = ("begun", "ended")
DETAILS = {
    "to": _("To"),
    "words": _("Words"),
    "why": _("Why"),
    "basis": _("Basis"),
    "grounds": _("Grounds"),
    "facts": _("Facts"),
    "unusual": _("What made it unusual"),
    "statement": _("Statement"),
    "to_whom": _("To whom"),
    "at": _("When"),
    "number": _("Outside number"),
    "told": _("What was told"),
    "danger": _("Imminent danger"),
    "how": _("How"),
    "called": _("Number that was called"),
    "found_where": _("Where it was found"),
    "spoken_to": _("Spoken to"),
}
# Codes that people read; those of other entries are for the rules alone.
CODES: dict[str, Any] = {
    EntryKind.INITIAL_REVIEW: Review,
    EntryKind.DETERMINATION: Finding,
    EntryKind.DISPOSITION: Disposition,
    EntryKind.RELEASE: Disposition,
    EntryKind.RECORD_CLASS: RecordClass,
}


# Whom the desk called to give a new code, and on which number, is as good as the reporter's name.
WITH_IDENTITY = frozenset({EntryKind.CODE})


@dataclass(frozen=True)
class Written:
    """One section, or one thing that was seen: its title, labels and answers. What does not open has no rows."""

    title: str
    rows: list[tuple[str, str]] = field(repr=False)
    is_open: bool = True


@dataclass(frozen=True)
class Recorded:
    """One entry of the history with its words."""

    entry: CaseEntry
    code: str
    rows: list[tuple[str, str]] = field(repr=False)
    is_open: bool = True


@dataclass(frozen=True)
class Said:
    """One turn of the conversation between desk and submitter; `by` is None for the submitter, who is not named."""

    at: datetime
    by: Any
    words: str | None = field(repr=False)


@dataclass(frozen=True)
class Machinery:
    """Who stands beside what the desk's own machinery wrote."""

    @property
    def name(self) -> str:
        return str(_("The desk’s own check"))


THE_DESK = Machinery()


def visible(text: object) -> str:
    """Text without characters that cannot be seen or that turn its direction, and of a length that fits a page."""
    cut = str(text)[:LONGEST].replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        letter if letter in ALLOWED or unicodedata.category(letter) not in HIDDEN else "\N{REPLACEMENT CHARACTER}"
        for letter in cut
    )


def in_words(sections: dict[str, Answers], *, with_contact: bool = False) -> list[Written]:
    """The sections in the order of the form, empty answers left out."""
    found = []
    for name, form in PAGES.items():
        answers = sections.get(name, {})
        left_out = () if with_contact else APART.get(Section(name), ())
        kept = {field: value for field, value in answers.items() if field not in left_out}
        found.append(Written(str(form.title), _rows(form, kept), is_open=bool(answers)))
    return found


def things_in_words(sections: dict[str, Answers]) -> list[Written]:
    """The people, vehicles and other things that were seen; a kind that nobody knows is left out."""
    known = [thing for thing in things_of(sections) if thing.get("kind") in THINGS]
    return [Written(visible(name_of(thing)), _rows(THINGS[str(thing["kind"])], thing)) for thing in known]


def _rows(form: Any, answers: Answers) -> list[tuple[str, str]]:
    initial = {name: moment_in_words(value) if name in MOMENTS else value for name, value in answers.items()}
    return [(label, visible(value)) for label, value in form(initial=initial).shown() if value]


def moment_in_words(value: object) -> str:
    """A moment as it was sealed (ISO 8601) in words with its zone; as it stands if it is none."""
    try:
        found = datetime.fromisoformat(str(value))
        local = timezone.localtime(found) if timezone.is_aware(found) else found
    except (ValueError, OverflowError):  # at the ends of the calendar another zone has no such day
        return str(value)
    return f"{date_format(local, 'D j F Y')}, {local:%H:%M} {local:%Z}".strip()


def point_in_words(sections: dict[str, Answers]) -> str:
    """The point on the map, in degrees; empty where none was given that makes sense."""
    point = point_of(sections.get(Section.PLACE.value, {}))
    return f"{point[0]:.5f}, {point[1]:.5f}" if point else ""


def conversation_of(case: Case) -> list[Said]:
    """What submitter and desk wrote after the report was sent, oldest first."""
    added = [Said(row.at, None, _shown(row.words)) for row in contents.added_to(case.report)]
    messages: list[tuple[DeskMessage, str | None]] = contents.messages_of(case.report)
    said = [Said(row.at, row.by or THE_DESK, _shown(words)) for row, words in messages]
    return sorted([*added, *said], key=lambda turn: turn.at)


def history_of(case: Case) -> list[Recorded]:
    """Everything that was recorded, oldest first: who, what, when, why; without words that tell who reported."""
    entries = list(case.entries.select_related("by").order_by("at", "pk"))
    for entry in entries:
        entry.case = case  # its record is known; asking for it would cost a query each
    told = [entry for entry in entries if entry.kind not in WITH_IDENTITY]
    opened = dict(zip((entry.pk for entry in told), contents.details_of(told), strict=True))
    return [_recorded(entry, opened[entry.pk]) if entry.pk in opened else Recorded(entry, "", []) for entry in entries]


def calls_of(case: Case) -> list[tuple[str, str]]:
    """The words of calls to the reporter, with labels. They belong to the identity, which is opened with a reason."""
    entries = list(case.entries.filter(kind__in=WITH_IDENTITY).order_by("at", "pk"))
    return [row for entry in entries for row in entry_in_words(entry, case)]


def entry_in_words(entry: CaseEntry, case: Case) -> list[tuple[str, str]]:
    """The words of one entry, with labels."""
    entry.case = case
    return _details(contents.details_of([entry])[0])


def _recorded(entry: CaseEntry, details: Answers) -> Recorded:
    return Recorded(entry, _code(entry), _details(details), is_open=bool(details) or not bytes(entry.details))


def _details(details: Answers) -> list[tuple[str, str]]:
    rows = {name: moment_in_words(value) if name == "at" else value for name, value in details.items()}
    return [(str(DETAILS.get(name, name)), visible(value)) for name, value in rows.items()]


def _code(entry: CaseEntry) -> str:
    vocabulary = CODES.get(entry.kind)
    return str(vocabulary(entry.code).label) if vocabulary and entry.code in vocabulary.values else ""


def _shown(words: str | None) -> str | None:
    return None if words is None else visible(words)
