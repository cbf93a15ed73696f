"""The applicant's side: what they write is sealed, and opens again only with the link that was mailed to them.

The link's code travels in a cookie of the applicant's browser. The portal keeps its digest; in the vault lies a copy of
the data key that only the code opens. Whoever reads the database on Front learns a name and an e-mail address.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.core import outbox
from portal.members.enums import ApplicationState, StaffRole, Standing, VettingKind
from portal.members.models import Application, ApplicationLink, ApplicationPart, Person, VettingEntry
from portal.members.models.people import fold
from portal.vault import records

PAGES = ("work", "contact", "wanted")
Answers = dict[str, Any]


def begin(name: str, email: str) -> None:
    """Ask for the mail that lets somebody go on.

    What happens is the same, to the query, whether the address is known or not: whoever writes the mail finds out
    whether a member has it. Two browsers at once get the same application; one that nobody goes on with is forgotten.
    """
    address = fold(email)
    with transaction.atomic():
        Application.objects.bulk_create([Application(name=name, email=address)], ignore_conflicts=True)
        under_way = Application.objects.unended().filter(email=address).values_list("pk", flat=True).first()
        outbox.put("application_link", str(under_way or 0))


def member_with(address: str) -> Person | None:
    """Who has an account with this address already; not whoever applied only, or whose account was closed."""
    known = Person.objects.exclude(standing__in=[Standing.APPLIED, Standing.CLOSED])
    found: Person | None = known.filter(email=address).first()
    return found


def digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def make_link(application: Application) -> str:
    """A new link's code, of 256 random bits. Earlier links hold until they expire."""
    code = secrets.token_urlsafe(32)
    expires = timezone.now() + settings.PORTAL_APPLICATION_LINK_LASTS
    ApplicationLink.objects.create(application=application, digest=digest(code), expires_at=expires)
    return code


def application_of(code: str) -> Application | None:
    """The application that a link's code opens; None if there is none or the link has expired."""
    row = ApplicationLink.objects.select_related("application").filter(digest=digest(code)).first()
    return row.application if row is not None and row.is_usable() else None


def cookie_name() -> str:
    return ("__Host-" if settings.SESSION_COOKIE_SECURE else "") + "application"


def keep_code(response: HttpResponse, code: str) -> None:
    """Leave the code with the applicant's browser, out of every address, log and table."""
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(cookie_name(), code, httponly=True, secure=secure, samesite="Lax", path="/")


def forget_code(response: HttpResponse) -> None:
    response.delete_cookie(cookie_name(), path="/", samesite="Lax")


@dataclass
class Applicant:
    """Somebody who came with a link: their application, and what the link's code opens of it."""

    application: Application
    code: str = field(repr=False)

    @classmethod
    def of(cls, request: HttpRequest) -> Applicant | None:
        """The applicant behind a request, if its cookie holds the code of a link that has not expired."""
        code = request.COOKIES.get(cookie_name(), "")
        application = application_of(code) if code else None
        return cls(application, code) if application is not None else None

    def answers(self, page: str) -> tuple[Answers, int]:
        """What was written on a page, and its version (0: nothing yet).

        Written under an earlier link it stays sealed and the answers are empty, with the version as it is.
        """
        part = latest_part(self.application, page)
        if part is None:
            return {}, 0
        key = records.key_by_code(self.application.record, self.code)
        if key is None:
            return {}, part.version
        try:
            return json.loads(key.open(part_field(page, part.version), bytes(part.envelope))), part.version
        except records.EnvelopeRefused:
            return {}, part.version

    def save(self, page: str, answers: Answers) -> bool:
        """Seal what was written as the next version.

        False if another window saved one at the same moment, or the application was handed in meanwhile.
        """
        before = latest_part(self.application, page)
        version = (before.version if before else 0) + 1
        envelope = self._key().seal(part_field(page, version), json.dumps(answers).encode())
        try:
            with transaction.atomic():
                held = Application.objects.select_for_update().get(pk=self.application.pk)
                newest = latest_part(held, page)
                if not held.is_writable or (newest.version if newest else 0) != version - 1:
                    return False
                ApplicationPart.objects.create(
                    application=self.application, page=page, version=version, envelope=envelope
                )
        except IntegrityError:
            return False
        return True

    def _key(self) -> records.DataKey:
        record = self.application.record
        known = records.key_by_code(record, self.code)
        if known is not None:
            return known
        try:
            return records.new_key(record, code=self.code)
        except records.CodeRefused:  # another window made it a moment ago
            made = records.key_by_code(record, self.code)
            if made is None:
                raise
            return made

    def call_oneself(self, name: str) -> None:
        """Keep the name as the applicant writes it: whoever began the application may have been somebody else."""
        if name and name != self.application.name:
            Application.objects.filter(pk=self.application.pk).update(name=name)

    def say(self, kind: VettingKind, words: str, *, needed: ApplicationState, then: ApplicationState) -> bool:
        """Add words to the history, sealed, and move the application on; False if it no longer stands where needed."""
        at = timezone.now()
        sealed = self._key().seal(entry_field(kind, at), json.dumps({"words": words}).encode())
        try:
            with transaction.atomic():
                if not self._move(needed, then):
                    return False
                VettingEntry.objects.create(application=self.application, kind=kind, at=at, details=sealed)
                tell_vetting_officers()
        except IntegrityError:  # another application of the same address is under way
            return False
        return True

    def withdraw(self) -> bool:
        """Take the application back, unless it was decided on. Desk destroys the keys: Front cannot."""
        if not may_withdraw(self.application):
            return False
        with transaction.atomic():
            moved = self._move(self.application.state, ApplicationState.WITHDRAWN)
            if moved:
                VettingEntry.objects.create(application=self.application, kind=VettingKind.WITHDRAWAL)
        return moved

    def _move(self, needed: str, then: ApplicationState) -> bool:
        return bool(Application.objects.filter(pk=self.application.pk, state=needed).update(state=then))


def may_withdraw(application: Application) -> bool:
    """Whether its applicant may take it back: not once it was decided on, since the decision stays on record."""
    is_decided = application.entries.filter(kind=VettingKind.DECISION).exists()
    return not application.is_ended and not is_decided


def may_appeal(application: Application) -> bool:
    """Whether a refusal may still be appealed: once."""
    has_appealed = application.entries.filter(kind=VettingKind.APPEAL).exists()
    return application.state == ApplicationState.REFUSED and not has_appealed


def verify_address(application: Application) -> None:
    """Whoever has the link has the mailbox."""
    unverified = Application.objects.filter(pk=application.pk, email_verified_at=None)
    unverified.update(email_verified_at=timezone.now())


def part_field(page: str, version: int) -> str:
    """The name under which a version of a page is sealed."""
    return f"page:{page}:{version}"


def entry_field(kind: str, at: datetime) -> str:
    """The name under which an entry's details are sealed."""
    return f"entry:{kind}:{at.astimezone(UTC).isoformat()}"


def latest_part(application: Application, page: str) -> ApplicationPart | None:
    return application.parts.filter(page=page).order_by("-version").first()


def missing_pages(application: Application) -> list[str]:
    """The pages that are not written yet, in order."""
    written = set(application.parts.values_list("page", flat=True))
    return [page for page in PAGES if page not in written]


def submit(applicant: Applicant) -> None:
    """Hand the application to the desk."""
    application = applicant.application
    now = timezone.now()
    with transaction.atomic():
        changed = Application.objects.filter(pk=application.pk, state=ApplicationState.STARTED).update(
            state=ApplicationState.SUBMITTED, submitted_at=now
        )
        if changed:
            outbox.put("application_received", str(application.pk))
            tell_vetting_officers()


def tell_vetting_officers() -> None:
    """Ask for a mail to each vetting officer that something waits; one a person, and nothing in it but the link."""
    for pk in Person.objects.active().filter(groups__name=StaffRole.VETTING_OFFICER.value).values_list("pk", flat=True):
        outbox.put("application_waits", str(pk))
