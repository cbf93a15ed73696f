"""The real corpus of the demonstration, entered as it would be found, and the questions that are asked of it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from portal.access.enums import Caveat
from portal.access.viewer import Viewer
from portal.bulletins.models import BulletinPage, EmployeeSheetPage, GuidancePage
from portal.core.demo import folder
from portal.library import readings
from portal.library.models import PortalDocument, Provision
from search.models import Entry, EntryToken

QUESTIONS = Path(__file__).with_name("questions.csv")
PLACE = re.compile(r"(?P<name>[^#]+)(?:#(?P<pages>[\d,-]+))?")


@dataclass(frozen=True)
class Answer:
    """Something that answers a question; where it has pages, those of them that do."""

    name: str
    pages: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Question:
    """What somebody types, what answers it, and what is worth seeing beside. `is_check` keeps it out of tuning."""

    typed: str
    answers: tuple[Answer, ...]
    also: tuple[Answer, ...]
    is_check: bool


def questions() -> list[Question]:
    with QUESTIONS.open(newline="", encoding="utf-8") as file:
        return [
            Question(row["question"], _answers(row["answers"]), _answers(row["also"]), row["part"] == "check")
            for row in csv.DictReader(file)
        ]


def _answers(text: str) -> tuple[Answer, ...]:
    matches = (PLACE.fullmatch(piece.strip()) for piece in text.split(";") if piece.strip())
    return tuple(Answer(match["name"], frozenset(_numbers(match["pages"] or ""))) for match in matches if match)


def _numbers(text: str) -> Iterator[int]:
    for piece in filter(None, text.split(",")):
        first, _dash, last = piece.partition("-")
        yield from range(int(first), int(last or first) + 1)


def enter() -> None:
    """Enter everything that the demonstration shows, every page of every document of the library included."""
    call_command("seed_demo", verbosity=0, stdout=io.StringIO())
    for key in list(readings.waiting().values_list("document_id", flat=True)):
        assert readings.read_one(key)


@lru_cache
def files() -> dict[str, str]:
    """The names of the library's files by their titles."""
    with (folder() / "library" / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        return {row["title"][:255]: row["file"] for row in csv.DictReader(file)}


def everybody() -> Viewer:
    """Somebody who may read all of it."""
    held = frozenset(EntryToken.objects.values_list("token", flat=True))
    return Viewer(tokens=held, clearances=frozenset(Caveat), person=1)


@lru_cache
def _told(kind: str) -> dict[str, str]:
    """Titles of the demonstration's pages by the names of their files."""
    paths = (folder() / kind).glob("*.json")
    return {json.loads(path.read_text())["title"]: path.stem for path in paths}


def names() -> dict[tuple[int, int], str]:
    """What the questions call each thing that can be found, by content type and key."""
    found = {}
    for entry in Entry.objects.select_related("content_type"):
        found[entry.content_type_id, entry.object_id] = _name(entry)
    return found


def _name(entry: Entry) -> str:
    model: Any = entry.content_type.model_class()
    if model is PortalDocument:
        return files().get(entry.title, entry.title)
    if model is Provision:
        return f"provision:{Provision.objects.get(pk=entry.object_id).citation}"
    if model is GuidancePage:
        return f"guidance:{_told('guidance').get(entry.title, entry.title)}"
    if model is BulletinPage:
        told = _told("bulletins").get(entry.title)
        return f"bulletin:{told}" if told else BulletinPage.objects.get(pk=entry.object_id).number
    if model is EmployeeSheetPage:
        return f"sheet:{_told('guidance/sheets').get(entry.title, entry.title)}"
    return entry.title


def today() -> datetime:
    """A day on which everything has been published."""
    return timezone.now() + timedelta(minutes=1)
