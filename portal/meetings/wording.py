"""A notice as words: what is posted, its digest, and what an amendment changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.audit.encoding import canonical
from portal.meetings.enums import Mode, Openness
from portal.meetings.models import AgendaItem, Meeting

Facts = dict[str, Any]
# In the order in which a notice is read. What stands in the first group asks for twenty-four hours anew.
TIME_AND_PLACE = ("starts_at", "place", "mode", "remote", "openness", "exceptions")
LABELS: dict[str, str | Promise] = {
    "title": _("What"),
    "committee": _("Committee"),
    "starts_at": _("Begins"),
    "ends_at": _("Ends"),
    "place": _("Where"),
    "mode": _("How"),
    "remote": _("How to attend remotely"),
    "openness": _("Open or closed"),
    "exceptions": _("Closed under"),
    "agenda": _("Tentative agenda"),
    "accommodation": _("Accommodation"),
}


@dataclass(frozen=True)
class Change:
    """One fact of a notice that an amendment changed: its name, and the lines before and after."""

    label: str | Promise
    before: list[str]
    after: list[str]


def facts_of(meeting: Meeting, agenda: Iterable[AgendaItem]) -> Facts:
    """The words of a meeting as they are posted; moments in the state's time zone, with their offset."""
    return {
        "title": meeting.title,
        "kind": meeting.kind,
        "committee": meeting.committee.name,
        "starts_at": timezone.localtime(meeting.starts_at).isoformat(timespec="minutes"),
        "ends_at": timezone.localtime(meeting.ends_at).isoformat(timespec="minutes") if meeting.ends_at else "",
        "place": meeting.place,
        "mode": meeting.mode,
        "remote": meeting.remote,
        "openness": meeting.openness,
        "exceptions": [str(row) for row in meeting.exceptions.all()],
        "agenda": [_item(item) for item in agenda],
        "accommodation": meeting.accommodation,
    }


def _item(item: AgendaItem) -> Facts:
    documents = sorted(item.documents.all(), key=lambda row: str(row.uuid))
    return {"words": item.words, "closed": item.is_closed, "documents": [str(row.uuid) for row in documents]}


def digest(facts: Facts) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of what was posted, in hexadecimal."""
    return hashlib.sha256(canonical(facts)).hexdigest()


def asks_anew(before: Facts, after: Facts) -> bool:
    """Whether an amendment changes when, where or how people meet, or what is closed: then time counts from it."""
    return any(before.get(name) != after.get(name) for name in TIME_AND_PLACE)


def changes(before: Facts, after: Facts) -> list[Change]:
    """What differs between two notices, in the order of a notice."""
    return [
        Change(label, lines(name, before), lines(name, after))
        for name, label in LABELS.items()
        if before.get(name) != after.get(name)
    ]


def lines(name: str, facts: Facts) -> list[str]:
    """One fact as lines for people."""
    value = facts.get(name)
    if name in {"starts_at", "ends_at"}:
        return [_moment(str(value))] if value else []
    if name == "mode":
        return [str(Mode(value).label)] if value in Mode.values else []
    if name == "openness":
        return [str(Openness(value).label)] if value in Openness.values else []
    if name == "agenda":
        return [str(item["words"]) for item in value or []]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def _moment(text: str) -> str:
    moment = timezone.localtime(datetime.fromisoformat(text))
    return f"{moment:%A} {moment.day} {moment:%B %Y, %H:%M %Z}"
