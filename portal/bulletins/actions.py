"""Submitting, releasing, countersigning, sending back and recalling bulletins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from portal.access.derivation import derive
from portal.access.enums import Label
from portal.audit import Verb
from portal.bulletins.body import recall_attachments, release_attachments, wider_attachments
from portal.bulletins.enums import ReleaseKind, RequestState
from portal.bulletins.models import BulletinPage, FormerReader, Release, ReleaseRequest
from portal.core.actions import Action, ActionRefused
from portal.members.audience import readers
from portal.members.enums import StaffRole
from portal.members.models import Person

RELEASERS = (StaffRole.MIAC_SUPERVISOR,)
COUNTERSIGNERS = (StaffRole.MIAC_SUPERVISOR, StaffRole.MIAC_ANALYST)


class NotAllowed(ActionRefused):
    """The person does not hold the role that this takes."""


class Edited(ActionRefused):
    """The person edited the bulletin since it was last public, and so cannot be its second person."""


class Changed(ActionRefused):
    """The bulletin was changed after the version in hand."""


class Incomplete(ActionRefused):
    """Something that a release needs is missing."""


class PrivacyFirst(ActionRefused):
    """The privacy officer has not cleared it yet."""


class NotNow(ActionRefused):
    """It is not in the state that this takes."""


def editors_since_public(page: BulletinPage) -> set[int]:
    """The people who saved any revision since the bulletin was last public.

    Text, audience and schedule are all part of a revision, so whoever changed any of them is among these.
    """
    revisions = page.revisions.all()
    if page.live and page.live_revision_id:
        revisions = revisions.filter(pk__gt=page.live_revision_id)
    return set(revisions.exclude(user=None).values_list("user_id", flat=True))


def what_is_missing(page: BulletinPage) -> list[str]:
    """What must be filled in before `page` may be released, each as one sentence."""
    missing: list[Any] = []
    if not page.marking().is_sound():
        missing.append(_("Label and audience do not fit: as it stands, nobody could read it."))
    if page.label is not Label.CLEAR and not page.closure_basis and not page.has_no_closure_basis:
        missing.append(_("Above TLP:CLEAR, fill in the closure basis or mark that none was found."))
    if not page.label.may_leave_in_full and not page.safe_title:
        missing.append(_("Above TLP:GREEN, write a safe title for mail and feeds."))
    if wider := wider_attachments(page.body, page.marking()):
        titles = ", ".join(wider)
        missing.append(
            _("These attachments could be read by people who may not read it: %(titles)s.") % {"titles": titles}
        )
    return [str(sentence) for sentence in missing]


def _as_seen(page: BulletinPage, seen: int | None) -> None:
    """Refuse when somebody saved another version after `seen` was shown."""
    if seen is not None and seen != page.latest_revision_id:
        raise Changed(_("Somebody saved another version meanwhile. Nothing was changed; read that one first."))


def _complete(page: BulletinPage) -> None:
    if missing := what_is_missing(page):
        raise Incomplete(" ".join(missing))


@dataclass(frozen=True)
class SubmitForRelease(Action):
    """Ask a second person to release the latest revision, with the checklist answered.

    A request that waits for an earlier revision is withdrawn by this one. Raises `Incomplete` or `NotNow`.
    """

    verb = Verb.RELEASE_SUBMIT

    page: BulletinPage
    by: Person
    names_people: bool
    touches_expression: bool
    note: str = ""
    seen: int | None = None

    def check(self) -> None:
        _as_seen(self.page, self.seen)
        if self.page.recalled_at:
            raise NotNow(_("It was recalled. Write a new bulletin that supersedes it."))
        if Release.objects.filter(revision=self.page.latest_revision).exists():
            raise NotNow(_("This version is public already. Edit it first, then ask for release."))
        if self.page.release_requests.waiting().filter(revision=self.page.latest_revision).exists():
            raise NotNow(_("It is waiting for release already. Nothing was changed."))
        if self.page.release_requests.filter(revision=self.page.latest_revision, state=RequestState.SENT_BACK).exists():
            raise NotNow(_("This version was sent back. Change what was asked for, then ask for release again."))
        _complete(self.page.get_latest_revision_as_object())

    def perform(self) -> ReleaseRequest:
        for earlier in self.page.release_requests.waiting():
            _decide(earlier, RequestState.WITHDRAWN, by=self.by)
        earlier_answers = self.page.release_requests.filter(revision__gt=self.page.live_revision_id or 0)
        return ReleaseRequest.objects.create(
            page=self.page,
            revision=self.page.latest_revision or self.page.get_latest_revision(),
            submitted_by=self.by,
            submitted_at=timezone.now(),
            # A 'yes' since it was last public stays until the privacy officer has looked at it.
            names_people=self.names_people or earlier_answers.filter(names_people=True).exists(),
            touches_expression=self.touches_expression or earlier_answers.filter(touches_expression=True).exists(),
            note=self.note,
        )


@dataclass(frozen=True)
class ClearPrivacy(Action):
    """The privacy officer's part of a release that names people or touches protected expression.

    Raises `NotAllowed`, `Edited` or `NotNow`.
    """

    verb = Verb.RELEASE_PRIVACY

    request: ReleaseRequest
    by: Person

    def check(self) -> None:
        if not self.by.has_role(StaffRole.PRIVACY_OFFICER):
            raise NotAllowed(_("Only the privacy officer can clear this."))
        if self.request.state != RequestState.WAITING or not self.request.awaits_privacy_officer:
            raise NotNow(_("It is not waiting for the privacy officer. Nothing was changed."))
        if self.by.pk in editors_since_public(self.request.page):
            raise Edited(_("You edited it since it was last public, so somebody else must clear it."))

    def perform(self) -> None:
        self.request.privacy_cleared_by = self.by
        self.request.privacy_cleared_at = timezone.now()
        self.request.save(update_fields=["privacy_cleared_by", "privacy_cleared_at"])


@dataclass(frozen=True)
class ReleaseBulletin(Action):
    """The second person makes the submitted revision public.

    Raises `NotAllowed`, `Edited`, `Changed`, `PrivacyFirst`, `Incomplete` or `NotNow`; nothing is written then.
    """

    verb = Verb.RELEASE

    request: ReleaseRequest
    by: Person

    def check(self) -> None:
        page = self.request.page
        if not self.by.has_role(*RELEASERS):
            raise NotAllowed(_("Only a supervisor can release a bulletin."))
        if self.request.state != RequestState.WAITING:
            raise NotNow(_("Somebody has decided this already. Nothing was changed."))
        if page.recalled_at:
            raise NotNow(_("It was recalled. Write a new bulletin that supersedes it."))
        if page.latest_revision_id != self.request.revision_id:
            raise Changed(
                _("It was edited after it was submitted. Nothing was released; ask for it to be submitted again.")
            )
        if self.by.pk in editors_since_public(page):
            raise Edited(_("You edited it since it was last public, so somebody else must release it."))
        if self.request.awaits_privacy_officer:
            raise PrivacyFirst(
                _("It names people or touches protest, religion or politics: the privacy officer comes first.")
            )
        if self.request.privacy_cleared_by_id == self.by.pk:
            raise Edited(_("You cleared it as privacy officer, so somebody else must release it."))
        _complete(self.request.revision.as_object())

    def perform(self) -> Release:
        release = make_public(self.request.page, self.request.revision, kind=ReleaseKind.TWO_PERSON, by=self.by)
        _decide(self.request, RequestState.RELEASED, by=self.by)
        return release


@dataclass(frozen=True)
class ReleaseUrgently(Action):
    """One supervisor alone makes the latest revision public; a second person signs within 24 hours.

    Raises `NotAllowed`, `Incomplete` or `NotNow`.
    """

    verb = Verb.RELEASE_URGENT

    page: BulletinPage
    by: Person
    reason: str
    names_people: bool = False
    touches_expression: bool = False
    seen: int | None = None

    def check(self) -> None:
        if not self.by.has_role(*RELEASERS):
            raise NotAllowed(_("Only a supervisor can release a bulletin."))
        _as_seen(self.page, self.seen)
        if not self.reason.strip():
            raise Incomplete(_("Say why it cannot wait for a second person."))
        if self.page.recalled_at:
            raise NotNow(_("It was recalled. Write a new bulletin that supersedes it."))
        if self.page.live and self.page.latest_revision_id == self.page.live_revision_id:
            raise NotNow(_("This version is public already. Nothing was changed."))
        _complete(self.page.get_latest_revision_as_object())

    def perform(self) -> Release:
        revision = self.page.get_latest_revision()
        waiting = list(self.page.release_requests.waiting())
        release = make_public(self.page, revision, kind=ReleaseKind.URGENT, by=self.by, reason=self.reason)
        release.needs_privacy_officer = (
            self.names_people or self.touches_expression or any(asked.awaits_privacy_officer for asked in waiting)
        )
        release.save(update_fields=["needs_privacy_officer"])
        for request in waiting:
            _decide(request, RequestState.RELEASED, by=self.by)
        return release


@dataclass(frozen=True)
class Countersign(Action):
    """The second person signs an urgent release after the fact. Raises `NotAllowed`, `Edited` or `NotNow`."""

    verb = Verb.COUNTERSIGN

    release: Release
    by: Person

    def check(self) -> None:
        if self.release.needs_privacy_officer and not self.by.has_role(StaffRole.PRIVACY_OFFICER):
            raise NotAllowed(
                _("It names people or touches protest, religion or politics: the privacy officer signs it.")
            )
        if not self.by.has_role(*COUNTERSIGNERS, StaffRole.PRIVACY_OFFICER):
            raise NotAllowed(_("Only a supervisor, an analyst or the privacy officer can countersign."))
        if self.release.kind != ReleaseKind.URGENT or self.release.countersigned_at:
            raise NotNow(_("It does not wait for a signature. Nothing was changed."))
        is_involved = self.by.pk == self.release.released_by_id or self.release.editors.filter(pk=self.by.pk).exists()
        if is_involved:
            raise Edited(_("You edited or released it, so somebody else must sign."))

    def perform(self) -> None:
        self.release.countersigned_by = self.by
        self.release.countersigned_at = timezone.now()
        self.release.save(update_fields=["countersigned_by", "countersigned_at"])


@dataclass(frozen=True)
class SendBack(Action):
    """Return a submitted bulletin to its author with a reason. Raises `NotAllowed`, `Incomplete` or `NotNow`."""

    verb = Verb.RELEASE_BACK

    request: ReleaseRequest
    by: Person
    reason: str

    def check(self) -> None:
        if not self.by.has_role(*RELEASERS, StaffRole.PRIVACY_OFFICER):
            raise NotAllowed(_("Only a supervisor or the privacy officer can send it back."))
        if self.request.state != RequestState.WAITING:
            raise NotNow(_("Somebody has decided this already. Nothing was changed."))
        if not self.reason.strip():
            raise Incomplete(_("Tell the author what to change."))

    def perform(self) -> None:
        _decide(self.request, RequestState.SENT_BACK, by=self.by, reason=self.reason)


@dataclass(frozen=True)
class Withdraw(Action):
    """An editor takes back a request for release before it is decided. Raises `NotAllowed` or `NotNow`."""

    verb = Verb.RELEASE_WITHDRAW

    request: ReleaseRequest
    by: Person

    def check(self) -> None:
        if self.by.pk != self.request.submitted_by_id and self.by.pk not in editors_since_public(self.request.page):
            raise NotAllowed(_("Only those who edited it can withdraw it."))
        if self.request.state != RequestState.WAITING:
            raise NotNow(_("Somebody has decided this already. Nothing was changed."))

    def perform(self) -> None:
        _decide(self.request, RequestState.WITHDRAWN, by=self.by)


@dataclass(frozen=True)
class RecallBulletin(Action):
    """Take a public bulletin back at once; those who could read it are told so at its address.

    Raises `NotAllowed`, `Incomplete` or `NotNow`.
    """

    verb = Verb.RECALL

    page: BulletinPage
    by: Person
    reason: str

    def check(self) -> None:
        if not self.by.has_role(*RELEASERS):
            raise NotAllowed(_("Only a supervisor can recall a bulletin."))
        if not self.page.live or self.page.recalled_at:
            raise NotNow(_("It is not public, so there is nothing to recall."))
        if not self.reason.strip():
            raise Incomplete(_("Say why it is recalled; its readers are told."))

    def perform(self) -> None:
        self.page.recalled_at = timezone.now()
        self.page.recall_reason = self.reason
        BulletinPage.objects.filter(pk=self.page.pk).update(
            recalled_at=self.page.recalled_at, recall_reason=self.page.recall_reason
        )
        derive(BulletinPage, self.page.pk)  # whoever keeps rows by who may read it is told at once
        recall_attachments(self.page.body, self.page.recalled_at)
        self._remember_readers()
        for request in self.page.release_requests.waiting():
            _decide(request, RequestState.SENT_BACK, by=self.by, reason=self.reason)

    def _remember_readers(self) -> None:
        """Keep who could read it at this moment, or had opened it: circles change, and the notice is for them."""
        if self.page.label is Label.CLEAR:
            return
        able = set(readers(self.page.marking()).values_list("pk", flat=True))
        able |= set(self.page.readings.values_list("person_id", flat=True))
        rows = [FormerReader(page=self.page, person_id=pk) for pk in sorted(able)]
        FormerReader.objects.bulk_create(rows, ignore_conflicts=True)


def make_public(
    page: BulletinPage,
    revision: Revision,
    *,
    kind: ReleaseKind,
    by: Person | None,
    reason: str = "",
    at: datetime | None = None,
) -> Release:
    """Write the release, then publish the revision. Callers have checked; an importer passes `by=None`."""
    editors = editors_since_public(page)
    release = Release.objects.create(
        page=page, revision=revision, kind=kind, released_by=by, released_at=at or timezone.now(), reason=reason
    )
    release.editors.set(editors)
    _settle(page, revision, release.released_at)
    revision.publish(user=by, skip_permission_checks=True)
    page.refresh_from_db()
    release_attachments(page.body)
    return release


def _settle(page: BulletinPage, revision: Revision, released_at: datetime) -> None:
    """Complete the revision that goes out.

    Without a date of issue it is issued now; one of our own that is released again is revised now. Above TLP:GREEN its
    address carries no words, since addresses end up in logs and histories.
    """
    content = revision.content
    if not content.get("issued_at"):
        content["issued_at"] = released_at.isoformat()
    elif page.live and not content.get("source_id"):
        content["revised_at"] = released_at.isoformat()
    if not Label(content["tlp"]).may_leave_in_full:
        content["slug"] = f"b-{page.public_id.hex[:12]}"
    Revision.objects.filter(pk=revision.pk).update(content=content)


def _decide(request: ReleaseRequest, state: RequestState, *, by: Person, reason: str = "") -> None:
    request.state = state
    request.decided_by = by
    request.decided_at = timezone.now()
    request.reason = reason
    request.save(update_fields=["state", "decided_by", "decided_at", "reason"])
