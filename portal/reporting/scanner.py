"""Whether the virus scanner is there, does its work, and knows what is new; and the alarm when it is not so."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from portal.core.clamd import Scanner, ScannerAway
from portal.members.enums import AlarmKind
from portal.reporting import lasting

logger = logging.getLogger(__name__)
SAID = {
    AlarmKind.SCANNER_AWAY: "virus scanner: away, or it does not recognise the test string",
    AlarmKind.SCANNER_OLD: "virus scanner: its signatures are older than a week",
}
FRESH_FOR = timedelta(minutes=5)
KEPT_FOR = 3 * FRESH_FOR  # so that the desk's front page knows it from the desk-worker, and asks nobody
OLDEST = timedelta(days=7)
PATIENCE = 5.0  # seconds: a page waits for this answer
WELL_FOR = timedelta(hours=1)  # what fails again sooner is the same trouble, and no new alarm
KEY, TROUBLE_KEY = "reporting-scanner", "reporting-scanner-trouble"


@dataclass(frozen=True)
class Health:
    """How the scanner was when it was asked last."""

    has_address: bool
    recognises: bool
    signatures_from: datetime | None
    asked_at: datetime

    @property
    def is_old(self) -> bool:
        """Whether its signatures are older than a week, or it does not say how old they are."""
        return self.signatures_from is None or self.asked_at - self.signatures_from > OLDEST

    @property
    def is_well(self) -> bool:
        return self.recognises and not self.is_old


def health() -> Health:
    """How the scanner is, asked anew every few minutes by whoever comes first."""
    found = known()
    is_fresh = found is not None and timezone.now() - found.asked_at < FRESH_FOR
    return found if found is not None and is_fresh else ask()


def known() -> Health | None:
    """What was found lately, without asking."""
    found: Health | None = cache.get(KEY)
    return found


def ask() -> Health:
    """Send the test string now, and ask how old the signatures are."""
    scanner = Scanner(settings.PORTAL_CLAMD_ADDRESS, patience=PATIENCE, longest_scan=PATIENCE)
    has_address = bool(settings.PORTAL_CLAMD_ADDRESS)
    recognises = has_address and scanner.recognises_the_test_string()
    found = Health(has_address, recognises, _signatures(scanner) if recognises else None, timezone.now())
    cache.set(KEY, found, int(KEPT_FOR.total_seconds()))
    return found


def watch(now: datetime) -> int:
    """Ask, put into the log what is wrong, and alarm staff; 1 when all is well, else 0."""
    found = health()
    kind = _trouble_of(found)
    if kind is None:
        return 1
    logger.error(SAID[kind])
    lasting.alarm_about(kind, since=_since(kind, now), now=now)
    return 0


def _trouble_of(found: Health) -> AlarmKind | None:
    if not found.recognises:
        return AlarmKind.SCANNER_AWAY
    return AlarmKind.SCANNER_OLD if found.is_old else None


def _since(kind: AlarmKind, now: datetime) -> datetime:
    """When this trouble began: one that comes and goes begins anew only after an hour without it.

    Of what the cache has forgotten staff are told anew, but not within an hour of the last time: the cache of a tick
    that is started each minute may hold nothing at all.
    """
    key = f"{TROUBLE_KEY}-{kind}"
    begun, seen = cache.get(key) or (now - WELL_FOR, now)
    if now - seen > WELL_FOR:
        begun = now
    cache.set(key, (begun, now), int(2 * WELL_FOR.total_seconds()))
    return begun


def _signatures(scanner: Scanner) -> datetime | None:
    try:
        return scanner.signatures_from()
    except ScannerAway:
        return None
