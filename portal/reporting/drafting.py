"""A form under way: each page is kept as it was typed, sealed under a key that only this browser's cookie holds.

What is kept is what was typed, right or wrong, so that nothing is lost; it is checked when a page is left and again
before it is sent. To save needs the cookie alone, so what is typed when a session has just ended is kept as well. To
open needs the cookie and its owner's session. Each member has a cookie of their own: colleagues share computers.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.members.case_file import decoded
from portal.members.models import Person
from portal.reporting.enums import DraftKind
from portal.reporting.models import Attachment, Draft, DraftPart
from portal.vault import receipts, records
from portal.vault.browsers import BrowserKey

Typed = dict[str, Any]
PATH = "/report/"
KEY = "key"  # the part in which the report's data key is kept
WORDS = "words"  # the part in which its receipt code is kept while it is being sent
RECEIPT = "receipt"
NO_PAGES = (KEY, WORDS, RECEIPT)
MARK = "draft"  # the field in which a form says whose draft it was filled in for
MARK_LENGTH = 12
LONGEST_PART = 200_000  # bytes of one page
LONGEST_FIELD = 40  # characters of a field's name
LONGEST_VERSION = 6  # digits


class DraftTooLong(Exception):
    """More was typed into one page than is kept."""


class WasSent(records.VaultProblem):
    """The draft was sent or thrown away meanwhile, and its keys went with it."""

    def __init__(self) -> None:
        super().__init__("What was being written here was sent or thrown away meanwhile.")


@dataclass
class Writing:
    """A draft in the browser that writes it."""

    draft: Draft
    key: BrowserKey = field(repr=False)

    @classmethod
    def begin(cls, owner: Person, kind: DraftKind) -> Writing:
        draft = Draft.objects.create(owner=owner, kind=kind)
        return cls(draft, BrowserKey.new(draft.record))

    @classmethod
    def of(cls, request: HttpRequest, kind: DraftKind) -> Writing | None:
        """The draft that this member is writing in this browser."""
        found = cls._in_cookie(request, cookie_name(kind, request.user.pk), kind)
        return found if found is not None and found.draft.owner_id == request.user.pk else None

    @classmethod
    def by_cookie(cls, request: HttpRequest, kind: str) -> Writing | None:
        """The draft that a form was filled in for, whoever asks: to be saved to, never to be shown.

        The form says whose it is. Without that it is the browser's only one, or none.
        """
        names = [name for name in request.COOKIES if name.startswith(_prefix(kind))]
        said = f"{_prefix(kind)}{request.POST.get(MARK, '')}"
        if said in names:
            return cls._in_cookie(request, said, kind)
        return cls._in_cookie(request, names[0], kind) if len(names) == 1 and MARK not in request.POST else None

    @classmethod
    def _in_cookie(cls, request: HttpRequest, cookie: str, kind: str) -> Writing | None:
        name, _dot, key = request.COOKIES.get(cookie, "").partition(".")
        try:
            identifier = uuid.UUID(hex=name)
            kept = BrowserKey.read(key, record=f"report:{identifier}")
        except (ValueError, records.CodeRefused):
            return None
        draft = Draft.objects.filter(pk=identifier, kind=kind, saved_at__gt=oldest(timezone.now())).first()
        return cls(draft, kept) if draft is not None else None

    @property
    def mark(self) -> str:
        """What the forms of this draft carry, so that what is saved without a session finds it."""
        return mark_of(self.draft.owner_id)

    def leave_cookie(self, response: HttpResponse) -> None:
        """Hand the key to the browser. It is kept nowhere else."""
        response.set_cookie(
            cookie_name(self.draft.kind, self.draft.owner_id),
            f"{self.draft.uuid.hex}.{self.key.for_cookie()}",
            max_age=settings.PORTAL_DRAFT_LASTS,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Strict",
            path=PATH,
        )

    def typed(self, page: str) -> tuple[Typed, int]:
        """What was typed on a page, and its version (0: nothing yet). What does not open is as if it were not there."""
        return self._opened(DraftPart.objects.filter(draft=self.draft, name=page).first())

    def everything(self) -> dict[str, Typed]:
        """What was typed on all pages."""
        parts = DraftPart.objects.filter(draft=self.draft).exclude(name__in=NO_PAGES)
        return {part.name: self._opened(part)[0] for part in parts}

    def versions(self) -> dict[str, int]:
        """Which version of each page there is."""
        parts = DraftPart.objects.filter(draft=self.draft).exclude(name__in=NO_PAGES)
        return dict(parts.values_list("name", "version"))

    def _opened(self, part: DraftPart | None) -> tuple[Typed, int]:
        if part is None:
            return {}, 0
        try:
            return decoded(self.key.open(_field(part.name), bytes(part.envelope))), part.version
        except records.EnvelopeRefused:
            return {}, part.version

    def save(self, page: str, typed: Typed, *, over: int) -> int:
        """Keep what was typed as the version after `over`; gives it, or 0 when another window saved one meanwhile.

        Raises `DraftTooLong`.
        """
        text = json.dumps(typed).encode()
        if len(text) > LONGEST_PART:
            raise DraftTooLong
        envelope = self.key.seal(_field(page), text)
        with transaction.atomic():
            held = self.held()
            if held is None:
                return 0
            if not self._put(page, envelope, over):
                return self._same(page, typed)
            held.saved_at = timezone.now()
            held.save(update_fields=["saved_at"])
        return over + 1

    def held(self) -> Draft | None:
        """The draft's row, locked inside a transaction, as long as it was not sent."""
        return Draft.objects.select_for_update().filter(pk=self.draft.pk, sent_at=None).first()

    def _same(self, page: str, typed: Typed) -> int:
        """The version that is stored, when it holds just this: a second press of a button saves nothing anew."""
        stored, version = self.typed(page)
        return version if stored == typed else 0

    def _put(self, page: str, envelope: bytes, over: int) -> bool:
        facts = {"envelope": envelope, "version": over + 1, "saved_at": timezone.now()}
        rows = DraftPart.objects.filter(draft=self.draft, name=page)
        if over:
            return bool(rows.filter(version=over).update(**facts))
        if rows.exists():
            return False
        DraftPart.objects.create(draft=self.draft, name=page, **facts)
        return True

    def data_key(self) -> records.DataKey:
        """The key of the report that this becomes: made once, sealed to the desk, and kept here for this browser.

        Raises `WasSent`.
        """
        kept = self._kept(KEY)
        if kept is None:
            made = records.new_key(self.draft.record)
            kept = self._keep_once(KEY, self.key.keep(made, _field(KEY)))
        return self.key.kept(_field(KEY), kept)

    def words(self) -> str:
        """The receipt code of the report that this becomes: made once, so that every press seals it to the same one.

        Raises `WasSent`.
        """
        kept = self._kept(WORDS)
        if kept is None:
            kept = self._keep_once(WORDS, self.key.seal(_field(WORDS), receipts.new_words().encode()))
        return self.key.open(_field(WORDS), kept).decode()

    def _kept(self, name: str) -> bytes | None:
        """What is kept for as long as the draft is not sent; None before it was made. Raises `WasSent`."""
        part = DraftPart.objects.filter(draft=self.draft, name=name).first()
        if part is not None:
            return bytes(part.envelope)
        if not Draft.objects.filter(pk=self.draft.pk, sent_at=None).exists():
            raise WasSent
        return None

    def _keep_once(self, name: str, envelope: bytes) -> bytes:
        """Keep an envelope, or give the one that another press of the button has kept meanwhile. Raises `WasSent`."""
        with transaction.atomic():
            held = self.held()
            if held is None:
                raise WasSent
            part, _is_new = DraftPart.objects.get_or_create(draft=held, name=name, defaults={"envelope": envelope})
        return bytes(part.envelope)

    def files(self) -> list[Attachment]:
        """The files that came in and were not taken out again."""
        return list(Attachment.objects.filter(report_uuid=self.draft.uuid, removed_at=None))

    def facts_of(self, attachment: Attachment) -> Typed:
        """Name, declared type and hash of a file."""
        try:
            return decoded(self.data_key().open(attachment.facts_field, bytes(attachment.facts)))
        except (records.EnvelopeRefused, WasSent):
            return {}

    def discard(self) -> None:
        """Throw the draft away. Desk destroys the key and the files that came in (`PORTAL_ORPHANS_WAIT`)."""
        with transaction.atomic():
            if self.held() is None:
                return
            left = Attachment.objects.filter(report_uuid=self.draft.uuid, removed_at=None)
            left.update(removed_at=timezone.now())
            self.draft.delete()

    def keep_receipt(self, receipt: Typed) -> None:
        """Leave number and code for the page that shows them, under the browser's key, and nothing else."""
        DraftPart.objects.filter(draft=self.draft).delete()
        envelope = self.key.seal(_field(RECEIPT), json.dumps(receipt).encode())
        DraftPart.objects.create(draft=self.draft, name=RECEIPT, envelope=envelope)
        self.draft.sent_at = self.draft.saved_at = timezone.now()
        self.draft.save(update_fields=["sent_at", "saved_at"])

    def receipt(self) -> Typed:
        """Number and code of what was sent, for as long as they are shown."""
        if self.draft.sent_at is None or self.draft.sent_at < timezone.now() - settings.PORTAL_RECEIPT_SHOWN:
            return {}
        return self.typed(RECEIPT)[0]

    def discard_receipt(self) -> None:
        """Forget the code: its owner has kept it."""
        if self.draft.sent_at is not None:
            self.draft.delete()

    def forget_cookie(self, response: HttpResponse) -> None:
        _forget(response, cookie_name(self.draft.kind, self.draft.owner_id))


def cookie_name(kind: str, owner: int | None) -> str:
    """One for each member, so that a colleague at the same computer writes a draft of their own."""
    return f"{_prefix(kind)}{mark_of(owner)}"


def _prefix(kind: str) -> str:
    """Browsers take `__Secure-` only over HTTPS (RFC 6265bis, section 4.1.3.1); `__Host-` allows no path."""
    return f"{'__Secure-' if settings.SESSION_COOKIE_SECURE else ''}draft-{kind}-"


def mark_of(owner: int | None) -> str:
    """A member in a few letters. It tells drafts apart and keeps nothing secret."""
    return hashlib.sha256(f"draft of {owner}".encode()).hexdigest()[:MARK_LENGTH]


def forget_stale_cookie(request: HttpRequest, response: HttpResponse, kind: DraftKind) -> None:
    """Take back the member's cookie if its draft is gone. One that did not come, or opens a draft still, is left alone.

    A link from another site comes without it (SameSite=Strict). Those of colleagues are their own.
    """
    if cookie_name(kind, request.user.pk) in request.COOKIES and Writing.of(request, kind) is None:
        _forget(response, cookie_name(kind, request.user.pk))


def _forget(response: HttpResponse, name: str) -> None:
    response.delete_cookie(name, path=PATH, samesite="Strict")


def version_in(request: HttpRequest) -> int:
    """The version that a form was filled in over; 0 for what is none."""
    said = request.POST.get("seen", "")
    return int(said) if said.isdecimal() and len(said) <= LONGEST_VERSION else 0


def typed_into(request: HttpRequest, names: list[str]) -> Typed:
    """What a form sent, field by field, as text; nothing but the fields of this page."""
    return {name[:LONGEST_FIELD]: request.POST[name] for name in names if name in request.POST}


def oldest(now: datetime) -> datetime:
    """Drafts that were saved before this are gone."""
    return now - settings.PORTAL_DRAFT_LASTS


def forget_old(now: datetime) -> int:
    """Delete drafts that nobody went on with, and receipts that nobody took; gives how many."""
    sent = Draft.objects.filter(sent_at__lt=now - settings.PORTAL_RECEIPT_SHOWN)
    left = Draft.objects.filter(sent_at=None, saved_at__lt=oldest(now))
    forgotten = sent.count() + left.count()
    for rows in (sent, left):
        rows.delete()
    return forgotten


def _field(page: str) -> str:
    return f"draft:{page}"
