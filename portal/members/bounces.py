"""Mail that comes back for good: delivery status notifications (RFC 3464), and what follows from two of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.members.ends import hold, suspend_by_rule
from portal.members.enums import EndReason, Standing
from portal.members.models import Bounce, Person
from portal.members.models.people import fold

COUNTED_TOGETHER = timedelta(days=30)
LARGEST = 1024 * 1024  # bytes
MOST_RECIPIENTS = 50
PERMANENT = re.compile(r"\A5\.\d{1,3}\.\d{1,3}\b")  # RFC 3463, section 2: class 5


class NotAReport(Exception):
    """It is no delivery status notification, or too large to be looked at."""


class Damaged(Exception):
    """It says that it is a delivery status notification, and cannot be read as one."""


@dataclass(frozen=True)
class Failure:
    """Mail to one of these addresses failed for good, with this status."""

    addresses: tuple[str, ...]
    status: str


def failures_in(raw: bytes) -> list[Failure]:
    """What failed for good, by the report's own word. Raises `NotAReport` or `Damaged`."""
    if len(raw) > LARGEST:
        raise NotAReport("The message is larger than 1 MiB.")
    try:
        message = message_from_bytes(raw)
        return [failure for block in _recipients(message) if (failure := _failure(block))]
    except RecursionError:
        raise Damaged("The message has too many parts within parts.") from None
    except (LookupError, TypeError, ValueError, AttributeError):  # what the parser raises for malformed headers
        raise Damaged("The message has headers that cannot be read.") from None


def _recipients(message: Message) -> list[Message]:
    """The blocks about recipients: those after the first of the second part (RFC 3464, sections 2 and 2.1)."""
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        raise NotAReport("The message is no delivery status notification (RFC 3464).")
    kind = str(message.get_param("report-type") or "").casefold()
    if kind != "delivery-status":
        raise NotAReport("The report is about something other than delivery.")
    for part in message.get_payload():
        if isinstance(part, Message) and part.get_content_type() == "message/delivery-status":
            blocks: Any = part.get_payload()
            return _of_recipients(blocks)
    raise Damaged("The notification lacks its part about delivery.")


def _of_recipients(blocks: Any) -> list[Message]:
    if not isinstance(blocks, list):
        raise Damaged("The part about delivery cannot be read.")
    found = [block for block in blocks[1:] if isinstance(block, Message) and block.get("Final-Recipient")]
    if not found:
        raise Damaged("The notification names no recipient.")
    return found[:MOST_RECIPIENTS]


def _failure(block: Message) -> Failure | None:
    status = str(block.get("Status", "")).strip()
    action = str(block.get("Action", "failed")).strip().casefold()
    found = PERMANENT.match(status)
    if found is None or action != "failed":
        return None
    named = (_address(str(block.get(name, ""))) for name in ("Original-Recipient", "Final-Recipient"))
    return Failure(tuple(address for address in named if address), found.group())


def _address(field: str) -> str:
    """The address in 'rfc822; name@example.org' (RFC 3464, section 2.3)."""
    kind, _, rest = field.partition(";")
    if kind.strip().casefold() not in {"rfc822", "utf-8"}:
        return ""
    address = fold(parseaddr(rest.strip())[1])
    return address if address.isprintable() else ""


def record(failures: list[Failure], *, at: datetime | None = None) -> int:
    """Count each against the person it concerns; returns how many were counted."""
    return sum(_record(failure, at or timezone.now()) for failure in failures)


def _record(failure: Failure, at: datetime) -> bool:
    person = next((row for address in failure.addresses if (row := _person(address))), None)
    if person is None:
        return False
    with transaction.atomic():
        person = hold(person.pk)
        Bounce.objects.create(person=person, status=failure.status[:20], at=at)
        if person.standing == Standing.ACTIVE and _comes_back_for_good(person, at):
            suspend_by_rule(person, reason=EndReason.BOUNCES, at=at)
    return True


def _person(address: str) -> Person | None:
    found: Person | None = Person.objects.filter(email=address).first()
    return found


def _comes_back_for_good(person: Person, at: datetime) -> bool:
    """Whether there is a bounce PORTAL_BOUNCES_APART before this one, and no longer ago than `COUNTED_TOGETHER`.

    Lifting a suspension begins the count anew.
    """
    earlier = person.bounces.filter(at__lte=at - settings.PORTAL_BOUNCES_APART, at__gte=at - COUNTED_TOGETHER)
    lifted = person.standing_changes.filter(standing=Standing.ACTIVE).order_by("-at").first()
    return bool((earlier.filter(at__gt=lifted.at) if lifted else earlier).exists())
