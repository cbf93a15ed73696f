"""A report as plain text, to be carried into another system by hand, in the order in which such a system asks.

Somebody who is or may be under 18 is never named in it, and who reported is in it only when that was opened with a
reason. It is no export of a national format and claims none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.reporting import contents, records_of_case as history
from portal.reporting.contents import Answers, things_of
from portal.reporting.enums import Section
from portal.reporting.forms.activity import YesNo
from portal.reporting.models import Case
from portal.reporting.reading import in_words, moment_in_words, things_in_words, visible
from portal.vocabulary.behaviours import behaviours

NAMING = ("who", "phone", "email")  # what tells who a person is
SHORTEST_NAME = 3  # letters: shorter words of a name would black out half the text
Lines = list[str]
Identity = dict[str, Answers]


def marks() -> str:
    """How a print or an extract has to be handled; it stands at its top and its bottom."""
    return _(
        "SUSPICIOUS-ACTIVITY REPORT. Not criminal intelligence. Confidential: pass it on only with a recorded release; "
        "destroy this copy when its purpose is done."
    )


def running_mark() -> str:
    """The same in short, for the top and bottom of each sheet."""
    return _("SUSPICIOUS-ACTIVITY REPORT: CONFIDENTIAL")


def as_text(case: Case, *, identity: Identity | None = None, by: Any = None) -> str:
    """The whole summary. `identity` is what `OpenIdentity` gave, or None: then nobody's identity is in it."""
    opened = contents.sections_of(case.report)
    sections, names = shielded(opened, case=case), names_of_minors(opened, case=case)
    parts = [
        _head(case, by),
        _block(_("What"), _what(case, sections)),
        _block(_("When"), _when(sections)),
        _block(_("Where"), _where(case, sections)),
        *(_block(thing.title, _pairs(thing.rows)) for thing in things_in_words(sections)),
        _block(_("What it touched"), _rows_of(sections, Section.TARGET)),
        _block(_("How it is known"), _rows_of(sections, Section.KNOWN)),
        _block(_("Narrative"), _narrative(case, sections)),
        _block(_("Submitter"), _submitter(identity)),
    ]
    text = "\n\n".join(part for part in parts if part)
    return f"{marks()}\n\n{without_names(text, names)}\n\n{marks()}\n"


def may_be_minors(sections: dict[str, Answers], *, case: Case) -> list[Answers]:
    """Everybody who is or may be under 18: who is marked so; all people where the desk flagged the case, or nobody is.

    The desk's flag does not say whom it means: it may well be one whom the submitter took for grown.
    """
    people = [thing for thing in things_of(sections) if thing.get("kind") == "person"]
    marked = [person for person in people if person.get("minor") == YesNo.YES]
    if case.may_be_minor and (not marked or history.is_flagged_by_desk(case)):
        return people
    return marked


def names_of_minors(sections: dict[str, Answers], *, case: Case) -> list[str]:
    """What names everybody who is or may be under 18."""
    chosen = may_be_minors(sections, case=case)
    told = [str(person.get(field, "")).strip() for person in chosen for field in NAMING]
    return [words for words in told if words]


def shielded(sections: dict[str, Answers], *, case: Case) -> dict[str, Answers]:
    """The sections without what names somebody who is or may be under 18."""
    chosen = may_be_minors(sections, case=case)
    kept = [
        {name: value for name, value in thing.items() if name not in NAMING} if thing in chosen else thing
        for thing in things_of(sections)
    ]
    return {**sections, Section.SEEN.value: {"things": json.dumps(kept)}}


def without_names(text: str, names: Iterable[str]) -> str:
    """`text` in which each name, and each longer word of it, is replaced."""
    instead = _("[somebody who may be under 18]")
    for name in sorted(names, key=len, reverse=True):
        words = [word for word in re.findall(r"[^\W\d_]+", name) if len(word) >= SHORTEST_NAME and "@" not in name]
        for part in [re.escape(name), *map(re.escape, words)]:
            text = re.sub(rf"(?<!\w){part}(?!\w)", instead, text, flags=re.IGNORECASE)
    return text


def _head(case: Case, by: Any) -> str:
    now = moment_in_words(timezone.now().isoformat())
    made = _("Report %(number)s, sent %(sent)s. Text made %(now)s.") % {
        "number": visible(case.report.number),
        "sent": moment_in_words(case.report.submitted_at.isoformat()),
        "now": now,
    }
    return f"{made}\n{_('Made by')}: {by.name}" if by is not None else made


def _what(case: Case, sections: dict[str, Answers]) -> Lines:
    known = behaviours().get(case.behaviour)
    lines = [f"{_('Behaviour')}: {known.niem_label} ({known.code}): {known.label}" if known else ""]
    return [*lines, _line(_("What made it unusual"), sections[Section.ACTIVITY].get("unusual"))]


def _when(sections: dict[str, Answers]) -> Lines:
    place = sections[Section.PLACE]
    labels = {"begun": _("From"), "ended": _("To")}
    return [_line(label, moment_in_words(place.get(name, ""))) for name, label in labels.items()]


def _where(case: Case, sections: dict[str, Answers]) -> Lines:
    place = sections[Section.PLACE]
    point = ", ".join(str(place.get(name, "")) for name in ("latitude", "longitude") if place.get(name))
    county = case.county.name if case.county else ""
    return [
        _line(_("Place"), place.get("where")),
        _line(_("County"), county),
        _line(_("Latitude, longitude"), point),
    ]


def _narrative(case: Case, sections: dict[str, Answers]) -> Lines:
    added = [row.words for row in contents.added_to(case.report) if row.words]
    told = [sections[Section.ACTIVITY].get("what", ""), *(f"{_('Added later')}: {words}" for words in added)]
    return [visible(words) for words in told if words]


def _submitter(identity: Identity | None) -> Lines:
    if identity is None:
        return [_("Withheld. The center holds it.")]
    rows = [*identity.get(Section.REPORTER.value, {}).items(), *identity.get(Section.CONTACT.value, {}).items()]
    return [_line(name.capitalize(), value) for name, value in rows]


def _rows_of(sections: dict[str, Answers], section: Section) -> Lines:
    title_of = {written.title: written for written in in_words({section.value: sections[section]})}
    return [line for written in title_of.values() for line in _pairs(written.rows)]


def _pairs(rows: list[tuple[str, str]]) -> Lines:
    return [_line(label, value) for label, value in rows]


def _line(label: str, value: Any) -> str:
    return f"{label}: {visible(value)}" if value else ""


def _block(title: str, lines: Lines) -> str:
    kept = [line for line in lines if line]
    return "\n".join([title.upper(), *kept]) if kept else ""
