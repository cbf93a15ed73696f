"""The manifest of a bundle of documents: a CSV with one row a file, believed in nothing (docs/library.md)."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from portal.access.enums import Label
from portal.library.enums import DocumentKind
from portal.library.models import EvidenceTag, PortalDocument
from portal.vocabulary.models import Hazard, Sector
from portal.vocabulary.wordings import read_sectors

NAME = "MANIFEST.csv"
LARGEST = 16 * 1024 * 1024
MOST_ROWS = 20_000
LONGEST_FIELD = 100_000  # characters
LONGEST_PATH = 255
NEEDED = {"file", "title"}
LINKS = ("supersedes", "editable_file", "example")
PLAIN = ("publisher", "summary", "number", "written_for", "version", "licence", "used_by", "accessible_note")
DATES = ("dated", "review_by")
CHECKED_ELSEWHERE = {"file", "title", "kind", "sectors", "hazards", "evidence", "tlp", "language", "sha256"}
ADDRESSES = ("source_url", "source_repo")
KNOWN = CHECKED_ELSEWHERE | {*PLAIN, *DATES, *LINKS, *ADDRESSES, "source_path", "bytes", "pages"}
# Words for kinds in manifests made elsewhere.
KINDS = {"plan_template": DocumentKind.TEMPLATE, "guidance": DocumentKind.GUIDE, "after_action": "after-action"}
DIGEST = re.compile(r"[0-9a-f]{64}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
ADDRESS = URLValidator(["http", "https"])


class NotAManifest(Exception):
    """The whole file cannot be used; the message says why, and nothing was entered."""


class BadRow(Exception):
    """One row cannot be used; the message says why, in one sentence."""


@dataclass(frozen=True)
class Problem:
    """A row that was refused, or something in it that was left out."""

    line: int
    file: str
    why: str


@dataclass(frozen=True)
class Row:
    """One document as its row tells it. `facts` holds what the row says, and `remarks` what of it was left out."""

    line: int
    file: str
    sha256: str
    facts: Mapping[str, Any]
    sets: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    label: Label | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.problems)


def read(data: bytes) -> Manifest:
    """Read a manifest whole. Raises `NotAManifest`; a row that cannot be used is told as a problem."""
    reader = csv.DictReader(io.StringIO(_decoded(data), newline=""), strict=True)
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    try:
        columns = _columns(reader.fieldnames)
        parser = _Parser()
        for told in reader:
            line = reader.line_num
            if max(map(len, map(str, told.values()))) > LONGEST_FIELD:  # Python's own limit is the whole process's
                raise csv.Error
            if len(rows) + len(problems) >= MOST_ROWS:
                raise NotAManifest(_("It has more than %(count)d rows. Split it.") % {"count": MOST_ROWS})
            try:
                row = parser.row(line, told)
                if row.file in seen:
                    raise BadRow(_("This file is named in an earlier row already."))
                seen.add(row.file)
                rows.append(row)
            except BadRow as bad:
                problems.append(Problem(line, shown(told.get("file")), str(bad)))
    except csv.Error:
        raise NotAManifest(_("Line %(line)d is no CSV.") % {"line": reader.line_num}) from None
    return Manifest(tuple(rows), tuple(problems), tuple(column for column in columns if column not in KNOWN))


def shown(text: Any) -> str:
    """A value from outside as it may stand in a message."""
    kept = (character for character in str(text or "")[:120] if unicodedata.category(character)[0] != "C")
    return "".join(kept)


def _decoded(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or what Excel writes on Windows."""
    if len(data) > LARGEST:
        raise NotAManifest(_("It is larger than %(count)d MB. Split it.") % {"count": LARGEST // 1024**2})
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise NotAManifest(_("It is not written in UTF-8. Save it as 'CSV UTF-8'."))


def _columns(names: Any) -> list[str]:
    columns = list(names or ())
    if len(set(columns)) < len(columns):
        raise NotAManifest(_("A column is there twice."))
    if missing := NEEDED - set(columns):
        raise NotAManifest(
            _("Columns are missing in its first line: %(names)s.") % {"names": ", ".join(sorted(missing))}
        )
    return columns


class _Parser:
    """Turns what a row says into what a document holds. It knows the sectors and hazards."""

    def __init__(self) -> None:
        self._sectors = set(Sector.objects.values_list("slug", flat=True))
        self._hazards = {
            word: slug for slug, name in Hazard.objects.values_list("slug", "name") for word in (slug, name)
        }

    def row(self, line: int, told: Mapping[Any, Any]) -> Row:
        """Raises `BadRow`."""
        if None in told or None in told.values():
            raise BadRow(_("It has not as many fields as the first line."))
        said = {str(name): str(value).strip() for name, value in told.items() if str(value).strip()}
        if any(_is_unseen(value) for value in said.values()):
            raise BadRow(_("There is a character in it that cannot be seen."))
        sectors, is_cross_sector, unknown = self._read_sectors(said.get("sectors", ""))
        facts = {**_plain(said), **_dates(said), **_checked(said)}
        if "sectors" in said:
            facts["is_cross_sector"] = is_cross_sector
        sets = {"sectors": sectors, "hazards": self._read_hazards(said), "evidence": _evidence(said)}
        return Row(
            line=line,
            file=path(said.get("file", "")),
            sha256=_digest(said),
            facts=facts,
            sets={name: values for name, values in sets.items() if name in said},
            label=_label(said),
            links={name: path(said[name]) for name in LINKS if name in said},
            remarks=tuple(_("Sector words not understood: “%(words)s”") % {"words": words} for words in unknown),
        )

    def _read_sectors(self, text: str) -> tuple[tuple[str, ...], bool, list[str]]:
        found: dict[str, None] = {}
        is_cross_sector = False
        unknown: list[str] = []
        for word in filter(None, (piece.strip() for piece in re.split(r"[,;]", text))):
            if word.lower() == "all":
                is_cross_sector = True
            elif word in self._sectors:
                found[word] = None
            else:
                reading = read_sectors(word.replace("-", " "))
                found.update(dict.fromkeys(reading.slugs))
                unknown += reading.unknown
                is_cross_sector = is_cross_sector or reading.is_cross_sector
        return tuple(found), is_cross_sector, unknown

    def _read_hazards(self, said: Mapping[str, str]) -> tuple[str, ...]:
        words = [piece.strip() for piece in re.split(r"[,;]", said.get("hazards", "")) if piece.strip()]
        unknown = [word for word in words if word not in self._hazards]
        if unknown:
            raise BadRow(_("There is no hazard “%(word)s”.") % {"word": shown(unknown[0])})
        return tuple(dict.fromkeys(self._hazards[word] for word in words))


def path(text: str) -> str:
    """A file's place inside the bundle. Raises `BadRow` for one that would lead out of it."""
    place = PurePosixPath(text)
    parts = text.split("/")
    is_outside = place.is_absolute() or "\\" in text or ":" in parts[0] or not {"", ".", ".."}.isdisjoint(parts)
    if not text or is_outside or len(text) > LONGEST_PATH:
        raise BadRow(_("“%(name)s” names no file inside the bundle.") % {"name": shown(text)})
    return text


def _plain(said: Mapping[str, str]) -> dict[str, Any]:
    if "title" not in said:
        raise BadRow(_("It has no title."))
    return {name: _fitting(name, said[name]) for name in ("title", *PLAIN) if name in said}


def _fitting(name: str, text: str) -> str:
    column: Any = PortalDocument._meta.get_field(name)
    if column.max_length and len(text) > column.max_length:
        raise BadRow(
            _("Its %(name)s is longer than %(count)d characters.") % {"name": name, "count": column.max_length}
        )
    return text


def _dates(said: Mapping[str, str]) -> dict[str, date]:
    return {name: _date(name, said[name]) for name in DATES if name in said}


def _date(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRow(_("Its %(name)s is no day. Write 2026-03-31.") % {"name": name}) from None


def _checked(said: Mapping[str, str]) -> dict[str, str]:
    """Kind, language and address: what only certain values may stand in."""
    return {name: value for name, read_one in _READERS.items() if (value := read_one(said))}


def _kind(said: Mapping[str, str]) -> str:
    word = said.get("kind", "")
    kind = str(KINDS.get(word, word))
    if word and kind not in DocumentKind.values:
        raise BadRow(_("There is no kind “%(word)s”.") % {"word": shown(word)})
    return kind


def _language(said: Mapping[str, str]) -> str:
    word = said.get("language", "")
    if word and not LANGUAGE.fullmatch(word):
        raise BadRow(_("“%(word)s” is no code of a language. Write en or es.") % {"word": shown(word)})
    return word


def _source(said: Mapping[str, str]) -> str:
    """Where it comes from. A repository that is named by owner and name alone is one of GitHub."""
    text = said.get("source_url") or said.get("source_repo", "")
    if REPOSITORY.fullmatch(text) and "source_url" not in said:
        text = f"https://github.com/{text}"
    if not text:
        return ""
    try:
        ADDRESS(text)
    except ValidationError:
        raise BadRow(_("“%(text)s” is no web address.") % {"text": shown(text)}) from None
    return _fitting("source_url", text)


_READERS: dict[str, Callable[[Mapping[str, str]], str]] = {"kind": _kind, "language": _language, "source_url": _source}


def _label(said: Mapping[str, str]) -> Label | None:
    if "tlp" not in said:
        return None
    word = said["tlp"].upper().removeprefix("TLP:")
    try:
        return Label(f"TLP:{word}")
    except ValueError:
        raise BadRow(_("There is no label “%(word)s”.") % {"word": shown(said["tlp"])}) from None


def _digest(said: Mapping[str, str]) -> str:
    text = said.get("sha256", "").lower()
    if text and not DIGEST.fullmatch(text):
        raise BadRow(_("Its sha256 is not one: 64 digits and letters from a to f."))
    return text


def _evidence(said: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """'EMAP: 4.4.1; CIPP: Annex C' as pairs of scheme and number."""
    return tuple(dict.fromkeys(_tags(said.get("evidence", ""))))


def _tags(text: str) -> Iterator[tuple[str, str]]:
    for piece in filter(None, (piece.strip() for piece in text.split(";"))):
        scheme, _mark, code = (part.strip() for part in piece.partition(":"))
        if not scheme or not code or len(scheme) > _longest("scheme") or len(code) > _longest("code"):
            raise BadRow(_("Write evidence as scheme and number: “EMAP: 4.4.1; CIPP: Annex C”."))
        yield scheme, code


def _longest(name: str) -> int:
    column: Any = EvidenceTag._meta.get_field(name)
    return int(column.max_length)


def _is_unseen(text: str) -> bool:
    return any(
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"} and character not in "\n\r\t" for character in text
    )
