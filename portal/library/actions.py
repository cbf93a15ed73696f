"""Publishing, withdrawing, replacing and changing documents of the library (docs/library.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.audit import Verb
from portal.core.actions import Action, ActionRefused
from portal.library import door, history, publishing
from portal.library.models import PortalDocument
from portal.library.publishing import Stored
from portal.members.enums import StaffRole
from portal.members.models import Person

EDITORS = (StaffRole.MOP3_EDITOR,)
# Above TLP:GREEN a second person is needed, and there may be one editor only.
PUBLISHERS = (StaffRole.MOP3_EDITOR, StaffRole.MIAC_SUPERVISOR)


class NotAllowed(ActionRefused):
    """The person does not hold the role that this takes."""


class Edited(ActionRefused):
    """The person uploaded or changed the document, and so cannot be its second person."""


class Incomplete(ActionRefused):
    """Something is missing."""


class NotNow(ActionRefused):
    """The document is not in the state that this takes."""


class Changed(ActionRefused):
    """It was changed after what the person saw."""


class Unfit(ActionRefused):
    """What was given cannot be stored."""


def _for_editors(by: Person) -> None:
    if not by.has_role(*EDITORS):
        raise NotAllowed(_("Only a MOP3 editor can do this."))


def publish(document: PortalDocument, *, by: Person) -> None:
    """Have the file looked at and scanned, then publish the document.

    Outside the action, since no transaction waits for a scanner. Raises `Incomplete` with what is wrong with the file,
    and what `PublishDocument` raises.
    """
    looked = door.look_at(document)
    if looked.trouble:
        raise Incomplete(looked.trouble)
    PublishDocument(document=document, by=by, seen=looked.sha1).execute()


@dataclass(frozen=True)
class PublishDocument(Action):
    """Put a document into the library, from where those in its audience read it and find it at once.

    `seen` is the hash of the file that was looked at. Raises `NotAllowed`, `NotNow`, `Changed`, `Incomplete` or
    `Edited`; nothing is written then.
    """

    verb = Verb.DOCUMENT_PUBLISH

    document: PortalDocument
    by: Person
    seen: str

    def check(self) -> None:
        is_shared = publishing.needs_second_person(self.document)
        if not self.by.has_role(*(PUBLISHERS if is_shared else EDITORS)):
            raise NotAllowed(_("Only a MOP3 editor can publish this."))
        if self.document.in_library:
            raise NotNow(_("It is in the library already. Nothing was changed."))
        if self.document.recalled_at:
            raise NotNow(_("It was withdrawn. Make a new version of it instead."))
        if self.seen != self.document.file_hash:
            raise Changed(_("Its file was changed meanwhile. Nothing was published; look at it again."))
        if missing := publishing.what_is_missing(self.document):
            raise Incomplete(" ".join(missing))
        if is_shared and self.by.pk in history.editors(self.document):
            raise Edited(_("You uploaded or changed it. Above TLP:GREEN somebody else must publish it."))

    def perform(self) -> None:
        publishing.make_public(self.document, by=self.by)


@dataclass(frozen=True)
class WithdrawDocument(Action):
    """Take a document out of the library: it is closed at once, wherever it hangs. It is not published again.

    Raises `NotAllowed`, `NotNow` or `Incomplete`.
    """

    verb = Verb.DOCUMENT_WITHDRAW

    document: PortalDocument
    by: Person
    reason: str

    def check(self) -> None:
        if not self.by.has_role(*PUBLISHERS):
            raise NotAllowed(_("Only a MOP3 editor or a supervisor can withdraw a document."))
        if not self.document.in_library:
            raise NotNow(_("It is not in the library, so there is nothing to withdraw."))
        if not self.reason.strip():
            raise Incomplete(_("Say why it is withdrawn. Staff see the reason."))

    def perform(self) -> None:
        self.document.in_library = False
        self.document.recalled_at = timezone.now()
        self.document.save(update_fields=["in_library", "recalled_at"])
        history.note(self.document, history.WITHDRAW, by=self.by, reason=self.reason)


@dataclass(frozen=True)
class NewVersion(Action):
    """Make a draft with another file that supersedes the document. Its facts and audience are taken over.

    Raises `NotAllowed` or `NotNow`.
    """

    verb = Verb.DOCUMENT_VERSION

    document: PortalDocument
    by: Person
    file: Stored

    def check(self) -> None:
        _for_editors(self.by)
        if self.document.published_at is None:
            raise NotNow(_("It was never published: give it another file in the editor instead."))
        if PortalDocument.objects.filter(supersedes=self.document).exists():
            raise NotNow(_("There is a newer version already. Make the next one from that."))

    def perform(self) -> PortalDocument:
        newer = publishing.new_version(self.document, file=self.file, by=self.by)
        history.note(newer, history.VERSION, by=self.by, of=self.document.pk)
        return newer


@dataclass(frozen=True)
class ReviewDocument(Action):
    """Say that a document was looked at and still holds, and by when it is looked at again.

    Raises `NotAllowed`, `NotNow` or `Incomplete`.
    """

    verb = Verb.DOCUMENT_REVIEW

    document: PortalDocument
    by: Person
    again_by: date

    def check(self) -> None:
        _for_editors(self.by)
        if not self.document.in_library:
            raise NotNow(_("It is not in the library."))
        if self.again_by <= timezone.localdate():
            raise Incomplete(_("Give a day in the future by which it is looked at again."))

    def perform(self) -> None:
        self.document.review_by = self.again_by
        self.document.save(update_fields=["review_by"])
        history.note(self.document, history.REVIEW, by=self.by, again_by=self.again_by.isoformat())


@dataclass(frozen=True)
class _Change(Action):
    """New values for some fields. Raises `NotAllowed`, `NotNow`, `Changed` or `Unfit`."""

    document: PortalDocument
    by: Person
    values: Mapping[str, Any]
    seen: str = ""

    note = ""

    def check(self) -> None:
        _for_editors(self.by)
        if self.document.recalled_at:
            raise NotNow(_("It was withdrawn. Nothing was changed."))
        if self.seen and self.seen != fingerprint(self.document, self.values):
            raise Changed(_("Somebody else changed it meanwhile. Nothing was stored; look at it as it is now."))

    def perform(self) -> None:
        sets = {name: rows for name, rows in self.values.items() if _is_set(name)}
        for name in self.values.keys() - sets.keys():
            setattr(self.document, name, self.values[name])
        try:
            self.document.save()
            for name, rows in sets.items():
                getattr(self.document, name).set(rows)
        except ValidationError as problem:
            raise Unfit(" ".join(problem.messages)) from None
        history.note(self.document, self.note, by=self.by)


@dataclass(frozen=True)
class ChangeFacts(_Change):
    """Change what the library says of a document. What was released of it stays (`FIXED_ONCE_RELEASED`)."""

    verb = Verb.DOCUMENT_FACTS
    note = history.FACTS


@dataclass(frozen=True)
class ChangeMarking(_Change):
    """Change who can read a draft."""

    verb = Verb.DOCUMENT_MARK
    note = history.MARK

    def check(self) -> None:
        super().check()
        if self.document.is_released:
            raise NotNow(_("It was released for this audience, which stays. Make a new version for another one."))


def fingerprint(document: PortalDocument, names: Any) -> str:
    """A short sum of some of a document's values, to notice that somebody else changed them."""
    said = {name: _said(document, name) for name in sorted(names)}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _said(document: PortalDocument, name: str) -> Any:
    if _is_set(name):
        return sorted(row.pk for row in getattr(document, name).all())
    return str(getattr(document, PortalDocument._meta.get_field(name).attname))  # type: ignore[union-attr]  # a column


def _is_set(name: str) -> bool:
    return isinstance(PortalDocument._meta.get_field(name), models.ManyToManyField)
