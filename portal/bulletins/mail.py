"""Mail about bulletins and guidance. Above TLP:GREEN it carries a safe title and a link, nothing else.

A row of the outbox names the matter and one reader. Whether that reader is one who should have it is asked again when
the mail is written, so that a row somebody slipped in tells nobody anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from portal.bulletins.models import BulletinPage, GuidancePage, Release, ReleaseRequest, ShareRequest
from portal.core import outbox
from portal.core.outbox import Letter
from portal.members.audience import active_people
from portal.members.enums import StaffRole
from portal.members.models import Person

Readers = Iterable[int]


@dataclass(frozen=True)
class Kind:
    """One kind of mail: the rows that it is about, the version whose label decides, and who should have it."""

    name: str
    model: type[Model]
    version: Callable[[Any], BulletinPage | GuidancePage]
    readers: Callable[[Any], Readers]

    def ask(self, row: Any) -> None:
        """Ask for one mail to each reader."""
        for person in self.readers(row):
            outbox.put(self.name, f"{row.pk}:{person}")

    def build(self, about: str) -> Letter | None:
        key, _colon, person = about.partition(":")
        row = self.model._default_manager.filter(pk=key).first()
        if row is None or int(person) not in set(self.readers(row)):
            return None
        page = self.version(row)
        facts = {"page": page, "label": page.label, "title": page.leakable_title, "request": row}
        return Letter(Person.objects.get(pk=person).email, self.name, facts)


def _holders(*roles: StaffRole) -> list[int]:
    people = active_people().filter(groups__name__in=[role.value for role in roles]).distinct()
    return list(people.values_list("pk", flat=True))


def _deciders(request: ReleaseRequest) -> Readers:
    return _holders(StaffRole.PRIVACY_OFFICER if request.awaits_privacy_officer else StaffRole.MIAC_SUPERVISOR)


def _originators(request: ShareRequest) -> Readers:
    """Of a bulletin those who wrote it, or else the supervisors; of guidance its owner, or else the MOP3 editors."""
    page = request.page.specific
    if isinstance(page, GuidancePage):
        editors = _holders(StaffRole.MOP3_EDITOR)
        return [page.owner_id] if page.owner_id in editors else editors
    revisions = page.revisions.exclude(user=None)
    authors = active_people().filter(pk__in=revisions.values("user_id"))
    return list(authors.values_list("pk", flat=True)) or _holders(StaffRole.MIAC_SUPERVISOR)


def _asked_for(request: ReleaseRequest) -> Any:
    return request.revision.as_object()


RELEASE_NEEDED = Kind("release_needed", ReleaseRequest, _asked_for, _deciders)
SENT_BACK = Kind("sent_back", ReleaseRequest, _asked_for, lambda request: [request.submitted_by_id])
OVERDUE = Kind(
    "countersignature_overdue",
    Release,
    lambda release: release.page,
    lambda release: _holders(StaffRole.MIAC_SUPERVISOR, StaffRole.MIAC_ANALYST),
)
SHARE_ASKED = Kind("share_wider_request", ShareRequest, lambda asked: asked.page.specific, _originators)
SHARE_ANSWERED = Kind(
    "share_wider_answer", ShareRequest, lambda asked: asked.page.specific, lambda asked: [asked.person_id]
)
for _kind in (RELEASE_NEEDED, SENT_BACK, OVERDUE, SHARE_ASKED, SHARE_ANSWERED):
    outbox.kind(_kind.name)(_kind.build)

release_needed = RELEASE_NEEDED.ask
sent_back = SENT_BACK.ask
countersignature_overdue = OVERDUE.ask
share_wider_requested = SHARE_ASKED.ask
share_request_answered = SHARE_ANSWERED.ask
