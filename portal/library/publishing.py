"""How a document comes into the library: what must be in order, and what is done. Actions and imports share it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.core.files import File
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.files import names
from portal.library import history
from portal.library.door import Looked
from portal.library.models import PortalDocument
from portal.library.shelf import shelf
from portal.members.audience import report
from portal.members.models import Person

# What a new version takes over from the one before it. Its date, number of version and review are its own.
KEPT = (
    *("kind", "summary", "number", "publisher", "is_cross_sector", "written_for", "language", "reviewer", "licence"),
    *("source_url", "accessible_note", "used_by", "editable_file", "example"),
    *("tlp", "reach", "law_enforcement_sensitive", "for_official_use_only"),
)
KEPT_SETS = (
    *("sectors", "hazards", "evidence"),
    *("audience_communities", "audience_organisations", "audience_people"),
)


def needs_second_person(document: PortalDocument) -> bool:
    """Above TLP:GREEN somebody else publishes than who uploaded or changed it, as with bulletins."""
    return not document.label.may_leave_in_full


def what_is_missing(document: PortalDocument) -> list[str]:
    """What must be in order before a document may be published, each as one sentence."""
    return [*_missing_facts(document), *_nobody_reads(document)]


def _missing_facts(document: PortalDocument) -> Iterator[str]:
    if not document.title.strip():
        yield _("It has no title.")
    if not document.publisher.strip():
        yield _("Say who published it.")
    if not document.file:
        yield _("It has no file.")


def _nobody_reads(document: PortalDocument) -> Iterator[str]:
    if document.expires_at is not None and document.expires_at <= timezone.now():
        yield _("It has expired already.")
    audience = report(document.marking())
    if not audience.is_sound:
        yield audience.sentence
    elif not audience.is_public and not audience.total:
        yield _("Nobody could read it: there is no active member in its audience.")


def make_public(document: PortalDocument, *, by: Person | None, at: datetime | None = None) -> None:
    """Put a document into the library, fixed as it is. Callers have checked; an import passes `by=None`."""
    document.is_released = document.in_library = True
    document.published_at = at or timezone.now()
    document.collection = shelf()
    document.save()
    history.note(document, history.PUBLISH, by=by, label=document.label.value)


@dataclass(frozen=True)
class Stored:
    """A file that lies in the storage already, for a document that is yet to be made."""

    name: str
    length: int
    sha1: str


def put(file: BinaryIO, *, name: str, looked: Looked) -> Stored:
    """Put a file into the storage, before the transaction in which its document is made: storage may be far away."""
    column: Any = PortalDocument._meta.get_field("file")
    place = column.generate_filename(None, names.clean(name))
    stored = column.storage.save(place, File(file), max_length=column.max_length)
    return Stored(stored, looked.length, looked.sha1)


def drop(stored: Stored) -> None:
    """Take it away again where no document was made of it."""
    column: Any = PortalDocument._meta.get_field("file")
    column.storage.delete(stored.name)


def new_document(stored: Stored, *, by: Person | None, **fields: Any) -> PortalDocument:
    """A draft of the library with this file; not saved yet."""
    document = PortalDocument(collection=shelf(), uploaded_by_user=by, **fields)
    document.file.name = stored.name
    document.file_size, document.file_hash = stored.length, stored.sha1
    return document


def new_version(document: PortalDocument, *, file: Stored, by: Person | None) -> PortalDocument:
    """A draft that supersedes `document`, with its facts and its audience, and another file."""
    facts = {name: getattr(document, name) for name in KEPT}
    newer = new_document(file, by=by, title=document.title, supersedes=document, **facts)
    newer.save()
    for name in KEPT_SETS:
        getattr(newer, name).set(getattr(document, name).all())
    newer.tags.set(document.tags.names())
    return newer


def newest(document: PortalDocument) -> PortalDocument:
    """The last version after a document, whether published or not."""
    seen = {document.pk}
    while (newer := PortalDocument.objects.filter(supersedes=document).first()) and newer.pk not in seen:
        seen.add(newer.pk)
        document = newer
    return document
