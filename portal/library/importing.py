"""Importing a bundle of documents: each file once, again when it changed, and none because of another.

Which document a file became is noted in its history, with the file's sum and that of its row. Running an import again
changes nothing. A file that changed becomes a new version; a row that changed gives its facts anew, and what staff
changed meanwhile stays as long as the row says what it said.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from portal.access.enums import Label, Reach
from portal.audit import Verb
from portal.library import door, history, manifest, publishing
from portal.library.bundles import Bundle, Missing
from portal.library.door import Looked
from portal.library.enums import Outcome
from portal.library.manifest import BadRow, Manifest, Problem, Row, shown
from portal.library.models import EvidenceTag, PortalDocument
from portal.library.publishing import Stored
from portal.members.models import Person
from portal.vocabulary.models import Hazard, Sector

# Nobody has to be named for these: what an import may publish.
OPEN_LABELS = frozenset({Label.CLEAR, Label.GREEN})


@dataclass(frozen=True)
class Wish:
    """How an import is to go. `label` is for rows without one. Without `is_published` everything stays a draft."""

    by: Person | None = None
    is_published: bool = False
    label: Label | None = None


@dataclass
class Summary:
    """What became of all rows."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    refusals: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    published: int = 0
    ignored: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return sum(self.outcomes.values())

    @property
    def is_clean(self) -> bool:
        return not self.refusals

    def sentence(self) -> str:
        parts = [f"{self.outcomes[outcome]} {outcome.label}" for outcome in Outcome if self.outcomes[outcome]]
        return ", ".join([*parts, f"{self.published} published"] if self.published else parts) or "no row was given"


Tell = Callable[[Outcome], None]


def import_bundle(bundle: Bundle, told: Manifest, *, wish: Wish, tell: Tell = lambda _outcome: None) -> Summary:
    """Import each row on its own, then tie them together, then publish where that is wished.

    `tell` is called after each row, for a progress bar. A row that is refused leaves nothing behind, and the rest goes
    on. What was begun and broken off goes on where it stopped.
    """
    run = Importing(bundle, wish)
    run.summary.ignored = told.ignored
    for problem in told.problems:
        run.refuse(problem)
        tell(Outcome.REFUSED)
    for row in told.rows:
        tell(run.take(row))
    for row in told.rows:
        run.tie(row)
    for row in told.rows:
        run.publish(row)
    return run.summary


@dataclass(frozen=True)
class _Match:
    """The document of a row, if there is one, what becomes of it, and what is noted of the row."""

    document: PortalDocument | None
    outcome: Outcome
    noted: dict[str, str]


class Importing:
    """One import: `take` each row, then `tie` each, then `publish` each."""

    def __init__(self, bundle: Bundle, wish: Wish) -> None:
        self._bundle, self._wish = bundle, wish
        self._known = history.imported()
        self._here: dict[str, int] = {}
        self.summary = Summary()

    def go_on(self, here: Mapping[str, int]) -> None:
        """What became of rows that were taken before: for each file, its document."""
        self._here.update(here)

    def became(self, file: str) -> int | None:
        """The document that a file of this import became."""
        return self._here.get(file) or None

    def refuse(self, problem: Problem) -> None:
        self.summary.outcomes[Outcome.REFUSED] += 1
        self.summary.refusals.append(problem)

    def take(self, row: Row) -> Outcome:
        """Take one row in. What is wrong with it is kept in the summary, and never raised."""
        try:
            with self._bundle.open(row.file) as file:
                outcome = self._enter(row, file, _looked(row, file))
        except (BadRow, Missing) as bad:
            why = str(bad)
        except ValidationError as problem:
            why = " ".join(problem.messages)
        except (OSError, SuspiciousFileOperation):
            why = _("The file could not be read or stored.")
        else:
            self.summary.outcomes[outcome] += 1
            self.summary.remarks += [Problem(row.line, row.file, words) for words in row.remarks]
            return outcome
        self.refuse(Problem(row.line, row.file, why))
        return Outcome.REFUSED

    def _enter(self, row: Row, file: BinaryIO, looked: Looked) -> Outcome:
        """Raises `ValidationError` where a released document would become another."""
        found = self._match(row, looked)
        document = found.document
        if found.outcome in {Outcome.CREATED, Outcome.VERSION}:
            document = self._make(row, found, publishing.put(file, name=row.file, looked=looked))
        elif document is not None and found.outcome is not Outcome.UNCHANGED:
            self._fill(row, found, document)
        self._here[row.file] = document.pk if document else 0
        return found.outcome

    def _match(self, row: Row, looked: Looked) -> _Match:
        """What the file became in an earlier run, if that is still there, and what it shall become in this one."""
        key, before = self._known.get(row.file, (0, {}))
        noted = {"file": row.file, "sha256": looked.sha256, "facts": _sum(row)}
        document = PortalDocument.objects.filter(pk=key).first()
        if document is None:
            adopted = self._adoptable(row, looked.sha1)
            return _Match(adopted, Outcome.ADOPTED if adopted else Outcome.CREATED, noted)
        if before["sha256"] != looked.sha256:
            return _Match(document, Outcome.VERSION, noted)
        return _Match(document, Outcome.UNCHANGED if before["facts"] == noted["facts"] else Outcome.UPDATED, noted)

    def _adoptable(self, row: Row, sha1: str) -> PortalDocument | None:
        """The same file, uploaded or attached to a page before and readable by just those who shall read it here."""
        label = self._label(row)
        taken = {key for key, _noted in self._known.values()} | set(self._here.values())
        same = PortalDocument.objects.filter(file_hash=sha1, is_released=True, recalled_at=None, tlp=label)
        for document in same.exclude(pk__in=taken).order_by("-in_library", "pk"):
            if label in OPEN_LABELS and document.reach == _reach(label) and document.marking().is_sound():
                return document
        return None

    def _make(self, row: Row, found: _Match, stored: Stored) -> PortalDocument:
        """A document of a file that lies in the storage; where that fails, the file is taken away again."""
        try:
            with transaction.atomic():
                made = self._newer(found.document, stored) if found.document else self._new(row, stored)
                return self._fill(row, found, made)
        except BaseException:
            publishing.drop(stored)
            raise

    @transaction.atomic
    def _fill(self, row: Row, found: _Match, document: PortalDocument) -> PortalDocument:
        for name, value in row.facts.items():
            if not (name == "title" and found.outcome is Outcome.ADOPTED):  # it was released under its own
                setattr(document, name, value)
        document.save()
        for name, values in row.sets.items():
            getattr(document, name).set(_ROWS[name](values))
        history.note(document, history.IMPORT, by=self._wish.by, **found.noted)
        return document

    def _new(self, row: Row, stored: Stored) -> PortalDocument:
        label = self._label(row)
        return publishing.new_document(
            stored, by=self._wish.by, title=row.facts["title"], tlp=label, reach=_reach(label)
        )

    def _newer(self, document: PortalDocument, stored: Stored) -> PortalDocument:
        return publishing.new_version(publishing.newest(document), file=stored, by=self._wish.by)

    def _label(self, row: Row) -> Label:
        return row.label or self._wish.label or Label.AMBER

    def tie(self, row: Row) -> None:
        """Set what a row says about other files of the manifest, or of an earlier one."""
        if row.file not in self._here:
            return
        document = PortalDocument.objects.get(pk=self._here[row.file])
        wanted = {name: self._key_of(other) for name, other in row.links.items()}
        for name, key in wanted.items():
            if key is None:
                self._remark(row, _("“%(file)s” is not there, so it was not set.") % {"file": shown(row.links[name])})
        changed = {name: key for name, key in wanted.items() if key and key != getattr(document, f"{name}_id")}
        if changed:
            self._set(row, document, changed)

    def _set(self, row: Row, document: PortalDocument, keys: dict[str, int]) -> None:
        for name, key in keys.items():
            setattr(document, f"{name}_id", key)
        try:
            document.clean()
            document.validate_constraints()
            document.validate_unique()
        except ValidationError as problem:
            self._remark(row, " ".join(problem.messages))
            return
        document.save()

    def _key_of(self, file: str) -> int | None:
        return self._here.get(file) or self._known.get(file, (None, {}))[0]

    def publish(self, row: Row) -> None:
        """Publish a draft where that was wished, its label is for everybody, and staff gave it no other audience."""
        if not self._wish.is_published or row.file not in self._here:
            return
        document = PortalDocument.objects.get(pk=self._here[row.file])
        if document.in_library or document.recalled_at:
            return
        label = self._label(row)
        if label in OPEN_LABELS and not document.marking().is_sound():  # nobody has said yet who can read it
            document.tlp, document.reach = label, _reach(label)
        if label not in OPEN_LABELS or document.label != label:
            self._remark(row, _("It stays a draft: staff decide who can read it."))
        elif missing := publishing.what_is_missing(document):
            self._remark(row, " ".join(missing))
        else:
            self._publish(document)

    @transaction.atomic
    def _publish(self, document: PortalDocument) -> None:
        publishing.make_public(document, by=self._wish.by)
        audit.record(Verb.DOCUMENT_PUBLISH, document, facts={"label": document.label.value})
        self.summary.published += 1

    def _remark(self, row: Row, words: str) -> None:
        self.summary.remarks.append(Problem(row.line, row.file, words))


def _looked(row: Row, file: BinaryIO) -> Looked:
    """Raises `BadRow` for a file that is not taken, or is not the one that the row tells of."""
    looked = door.look(row.file, file)
    if looked.trouble:
        raise BadRow(looked.trouble)
    if row.sha256 and row.sha256 != looked.sha256:
        raise BadRow(_("The file is not the one that the manifest tells of: its sha256 is another."))
    return looked


def _reach(label: Label) -> Reach:
    """An import names nobody, so TLP:GREEN goes to all members."""
    return Reach.MEMBERS if label is Label.GREEN else Reach.NAMED


def _sum(row: Row) -> str:
    """What a row says, as a short sum."""
    said = (sorted(row.facts.items()), sorted(row.sets.items()), row.label, sorted(row.links.items()))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def _evidence(pairs: Iterable[tuple[str, str]]) -> list[EvidenceTag]:
    return [EvidenceTag.objects.get_or_create(scheme=scheme, code=code)[0] for scheme, code in pairs]


_ROWS: dict[str, Callable[[Any], Any]] = {
    "sectors": lambda slugs: Sector.objects.filter(slug__in=slugs),
    "hazards": lambda slugs: Hazard.objects.filter(slug__in=slugs),
    "evidence": _evidence,
}


def read_manifest(bundle: Bundle) -> Manifest:
    """The manifest of a bundle. Raises `NotAManifest`, and `Missing` where it cannot be taken out."""
    return manifest.read(bundle.manifest())
