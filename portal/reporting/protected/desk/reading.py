"""A submission in words: labels as its submitter saw them, and no characters that play tricks on the eye."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.reporting import contents
from portal.reporting.contents import Answers
from portal.reporting.models import Holding, HoldingEntry
from portal.reporting.protected import forms, parts, records_of_holding as history
from portal.reporting.protected.enums import Act, Note, ProtectedSection, Verb, WithdrawalWish
from portal.reporting.reading import THE_DESK, Said, Written, visible

LABELS = {
    "words": _("Words"),
    "reasons": _("Reasons"),
    "receipt": _("Receipt"),
    "name": _("Name"),
    "email": _("E-mail address"),
    "organisation": _("Organisation"),
    "alternate": _("Alternate contact"),
    "wish": _("Asked for"),
}


@dataclass(frozen=True)
class Recorded:
    """One entry with its words."""

    entry: HoldingEntry
    title: str
    rows: list[tuple[str, str]] = field(repr=False)
    is_open: bool = True


def in_words(kept: Holding) -> list[Written]:
    """The sections, what was submitted first, and who submitted it; empty answers are left out."""
    sections = contents.sections_of(kept.report, but=(), of=ProtectedSection)
    found = [
        Written(str(form.title), _rows(form, sections.get(name, {})), is_open=bool(sections.get(name)))
        for name, form in sorted(forms.PAGES.items(), key=lambda page: page[0] != ProtectedSection.MATTER)
    ]
    reporter = sections.get(ProtectedSection.REPORTER.value, {})
    who = [(_label(name), visible(value)) for name, value in reporter.items() if value]
    return [*found, Written(str(ProtectedSection.REPORTER.label), who, is_open=bool(reporter))]


# What planning needs. How to reach the submitter, the return and the certification are the desk's business.
FOR_PLANNERS = (
    *(ProtectedSection.REGIMES, ProtectedSection.ELEMENTS),
    *(ProtectedSection.MATTER, ProtectedSection.SECRET),
)


def for_planners(kept: Holding) -> list[Written]:
    """The sections that a named planner reads."""
    sections = contents.sections_of(kept.report, but=(), of=ProtectedSection)
    pages = [(name, form) for name, form in forms.PAGES.items() if name in FOR_PLANNERS]
    return [
        Written(str(form.title), _rows(form, sections.get(name, {})), is_open=bool(sections.get(name)))
        for name, form in pages
    ]


def _rows(form: Any, answers: Answers) -> list[tuple[str, str]]:
    return [(label, visible(value)) for label, value in form(initial=answers).shown() if value]


def conversation_of(kept: Holding) -> list[Said]:
    """What submitter and desk wrote after it was sent, oldest first."""
    report = kept.report
    later = [part for part in report.parts.all() if part.name in Act.values]
    opened = contents.open_all([(report.record, part.field, bytes(part.envelope)) for part in later])
    asked = [Said(part.at, None, _asked(part.name, said)) for part, said in zip(later, opened, strict=True)]
    added = [Said(row.at, None, _shown(row.words)) for row in contents.added_to(report)]
    said = [Said(row.at, row.by or THE_DESK, _shown(words)) for row, words in contents.messages_of(report)]
    return sorted([*asked, *added, *said], key=lambda turn: turn.at)


def _asked(name: str, said: Answers) -> str | None:
    if not said:
        return None
    wish = said.get("wish", "")
    asked = str(WithdrawalWish(wish).label) if wish in WithdrawalWish.values else ""
    lines = [str(Act(name).label), asked, str(said.get("words", "")), str(said.get("alternate", ""))]
    return visible("\n".join(line for line in lines if line))


def history_of(kept: Holding) -> list[Recorded]:
    """Everything that was recorded, oldest first. What merely marks a part as taken is left out."""
    entries = list(kept.entries.select_related("by").order_by("at", "pk"))
    shown = [entry for entry in entries if entry.verb or entry.note in Note.values]
    opened = history.details_of(kept, shown)
    return [_recorded(entry, said) for entry, said in zip(shown, opened, strict=True)]


def _recorded(entry: HoldingEntry, said: Answers) -> Recorded:
    title = Verb(entry.verb).label if entry.verb in Verb.values else Note(entry.note).label
    rows = [(_label(name), visible(value)) for name, value in said.items()]
    return Recorded(entry, str(title), rows, is_open=bool(said) or not bytes(entry.details))


def parts_of(kept: Holding) -> list[dict[str, Any]]:
    """Each part with what was judged of it."""
    judged = {row.part: row for row in kept.separations.select_related("by")}
    return [{"name": part, "label": parts.label_of(part), "judged": judged.get(part)} for part in parts.of(kept)]


def reasons_of(kept: Holding, row: Any) -> str:
    """The reasons of a refusal, opened; empty where there are none."""
    if not bytes(row.reasons):
        return ""
    said = contents.open_all([(kept.report.record, row.field, bytes(row.reasons))])[0]
    return visible(said.get("reasons", ""))


def _label(name: str) -> str:
    return str(LABELS.get(name, name.replace("_", " ").capitalize()))


def _shown(words: str | None) -> str | None:
    return None if words is None else visible(words)
