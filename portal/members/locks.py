"""Who may not try to sign in for now: the one place that counts failures and locks.

Five failures of one account from one network within fifteen minutes lock that account for that network, whichever
mixture of passwords and codes they were (settings/membership.py has the numbers). django-axes brings failed passwords
here (axes.py), allauth's signal brings failed codes (signal_handlers.py); neither of them counts. A lock closes
passwords and codes, from that network alone. It never closes passkeys, nor any other network.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime

from allauth.core.exceptions import ImmediateHttpResponse
from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal import audit
from portal.audit import Verb
from portal.audit.context import Actor
from portal.core import addresses, tick
from portal.members import alarms
from portal.members.enums import AlarmKind, FailureKind
from portal.members.models import Lock, Person, SignInFailure
from portal.members.models.people import fold

LONGEST_ADDRESS = 254  # characters of an e-mail address, RFC 5321 section 4.5.3.1.3
NOBODYS = "addresses that nobody has"
UNREADABLE = str(ipaddress.IPv4Address(0))


class SignInLocked(ImmediateHttpResponse):
    """This account cannot sign in by password or code from here for now. Carries the page that says so."""


def account_of(typed: object) -> str:
    """The account that was tried: the address as typed, folded, whether or not anybody has it."""
    printable = "".join(letter for letter in str(typed or "") if letter.isprintable())
    return fold(printable)[:LONGEST_ADDRESS]


def network_of(request: HttpRequest) -> str:
    """Where a request comes from, for locks and for axes alike.

    An IPv4 address as it is. Of an IPv6 address the first 64 bits: a household or a site has at least those to itself
    (RFC 6177), so whoever guesses could change the rest at will.
    """
    return network_of_address(addresses.client_address(request))


def network_of_address(address: str) -> str:
    """The same for an address in words; what cannot be read counts as one network."""
    try:
        read = ipaddress.ip_address(address.strip())
    except ValueError:
        return UNREADABLE
    if isinstance(read, ipaddress.IPv4Address):
        return str(read)
    if read.ipv4_mapped:
        return str(read.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(read) >> 64 << 64))


def holding(*, email: str, network: str, at: datetime | None = None) -> Lock | None:
    """The lock that holds for this account and network, if one does."""
    found: Lock | None = Lock.objects.holding(at=at).filter(email=email, network=network).first()
    return found


def record_failure(*, email: str, network: str, kind: FailureKind) -> Lock | None:
    """Count one failure; the lock that holds then, if one does.

    A try during a lock neither counts nor makes it longer. The failure is committed before the failures are counted:
    of several tries at the same moment, the last one sees them all.
    """
    held = holding(email=email, network=network)
    if held:
        return held
    SignInFailure.objects.create(email=email, network=network, kind=kind)
    since = timezone.now() - settings.PORTAL_LOCK_WINDOW
    failures = SignInFailure.objects.filter(email=email, network=network, at__gt=since).count()
    return _lock(email=email, network=network) if failures >= settings.PORTAL_LOCK_FAILURES else None


def forget_failures(*, email: str, network: str) -> None:
    """A complete sign-in clears the count. A lock that holds stays."""
    SignInFailure.objects.filter(email=email, network=network).delete()


def release(*, email: str | None = None, network: str | None = None, by: Person | None = None) -> int:
    """End locks: of an account, of a network, or all of them; returns how many held.

    The failures that led to them go as well, or the next mistake would lock again. So do the records of django-axes,
    which an installation may still have from the time when it counted.
    """
    where = {name: value for name, value in (("email", email), ("network", network)) if value is not None}
    old = {"email": "username", "network": "ip_address"}
    with transaction.atomic():
        ended: int = Lock.objects.holding().filter(**where).update(released_at=timezone.now(), released_by=by)
        SignInFailure.objects.filter(**where).delete()
        AccessAttempt.objects.filter(**{old[name]: value for name, value in where.items()}).delete()
        account = Person.objects.filter(email=email).first() if email else None
        audit.record(Verb.RELEASE_ACCOUNT, account or "", facts={"locks": ended})
    return ended


def refuse_locked(request: HttpRequest, *, email: str) -> None:
    """Raises `SignInLocked` when a lock holds for this account and the network of the request."""
    lock = holding(email=account_of(email), network=network_of(request))
    if lock:
        raise SignInLocked(locked_page(request, lock))


def locked_page(request: HttpRequest, lock: Lock | None) -> HttpResponse:
    """Say for how long, and what else to do. The same page and status whether or not the account exists."""
    return render(request, "account/locked.html", {"lock": lock}, status=429)


def _lock(*, email: str, network: str) -> Lock:
    now = timezone.now()
    until = None if settings.PORTAL_LOCK_STRICT else now + settings.PORTAL_LOCK_LASTS
    with transaction.atomic():
        lock: Lock = Lock.objects.create(email=email, network=network, begun_at=now, until=until)
        account = Person.objects.filter(email=email).first()
        audit.record(Verb.LOCK, account or "", actor=Actor())
        _alarm_if_repeated(email, account, now)
        _alarm_if_many(now)
    return lock


def _alarm_if_repeated(email: str, person: Person | None, now: datetime) -> None:
    """An alarm for each account; one for all addresses that nobody has, or a stranger raises alarms without end."""
    begun = Lock.objects.filter(email=email, begun_at__gt=now - alarms.DAY).count()
    if begun >= settings.PORTAL_LOCKS_OF_ONE_THAT_ALARM:
        alarms.raise_alarm(AlarmKind.LOCKS_OF_ONE, about=email if person else NOBODYS, person=person)


def _alarm_if_many(now: datetime) -> None:
    begun = Lock.objects.filter(begun_at__gt=now - alarms.HOUR).count()
    if begun >= settings.PORTAL_LOCKS_THAT_ALARM:
        alarms.raise_alarm(AlarmKind.MANY_LOCKS)


@tick.step("members: old sign-in failures")
def prune_failures(now: datetime) -> int:
    """Delete the failures that no longer add up to anything."""
    count, _each = SignInFailure.objects.filter(at__lte=now - settings.PORTAL_LOCK_WINDOW).delete()
    return count
