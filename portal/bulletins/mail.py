"""Mail about bulletins. Above TLP:GREEN it carries the safe title and a link, nothing else."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from portal.bulletins.models import BulletinPage, Release, ReleaseRequest, ShareRequest
from portal.members.audience import active_people
from portal.members.enums import StaffRole

logger = logging.getLogger(__name__)


def _send(name: str, page: BulletinPage, to: Iterable[str], **context: Any) -> None:
    """Send one mail to each address, so that nobody learns who else got it.

    `page` is the version that the mail is about: its label decides what the mail may carry.
    """
    facts = {
        "page": page,
        "label": page.label,
        "title": page.leakable_title,
        "desk_url": settings.PORTAL_DESK_URL,
        "front_url": settings.PORTAL_FRONT_URL,
        **context,
    }
    subject = " ".join(render_to_string(f"emails/{name}_subject.txt", facts).split())
    text = render_to_string(f"emails/{name}.txt", facts)
    for address in to:
        _hand_over(subject, text, address)


def _hand_over(subject: str, text: str, address: str) -> None:
    """What the mail is about is on the desk as well: a mail server that is down stops nothing here."""
    try:
        send_mail(subject, text, None, [address])
    except OSError:  # smtplib's errors are OSErrors
        logger.exception("mail was not handed over")


def _holders(*roles: StaffRole) -> list[str]:
    people = active_people().filter(groups__name__in=[role.value for role in roles]).distinct()
    return list(people.values_list("email", flat=True))


def release_needed(request: ReleaseRequest) -> None:
    """Tell those who can decide that a bulletin waits."""
    roles = [StaffRole.PRIVACY_OFFICER] if request.awaits_privacy_officer else [StaffRole.MIAC_SUPERVISOR]
    _send("release_needed", request.revision.as_object(), _holders(*roles), request=request)


def countersignature_overdue(release: Release) -> None:
    _send("countersignature_overdue", release.page, _holders(StaffRole.MIAC_SUPERVISOR, StaffRole.MIAC_ANALYST))


def sent_back(request: ReleaseRequest) -> None:
    _send("sent_back", request.revision.as_object(), [request.submitted_by.email], request=request)


def share_wider_requested(request: ShareRequest) -> None:
    """Reach the originator: those who wrote the bulletin, or else the supervisors."""
    revisions = request.page.revisions.exclude(user=None)
    authors = active_people().filter(pk__in=revisions.values("user_id"))
    addresses = list(authors.values_list("email", flat=True)) or _holders(StaffRole.MIAC_SUPERVISOR)
    _send("share_wider_request", request.page, addresses, request=request)


def share_request_answered(request: ShareRequest) -> None:
    _send("share_wider_answer", request.page, [request.person.email], request=request)
