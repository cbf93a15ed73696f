"""Taking rows in hand, and writing down what became of them.

A row is marked as being handed over, and that is committed, before any server is asked: after a crash it is known which
rows may have gone. They are sent again under the same Message-ID. While a worker holds a batch, its lease keeps others
away; what it writes down counts only as long as the claim is still its own.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from portal.delivery.enums import State, Why
from portal.delivery.fates import Fate, Outcome
from portal.delivery.models import Delivery, new_claim

logger = logging.getLogger("portal.delivery")
BATCH = 500
LEASE = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
MOST_ATTEMPTS = 16  # about a day
READ = (*("key", "person_id", "channel", "kind", "about", "is_critical", "due_at"), "attempts", "claim", "leased_until")
FLUSH_EVERY = 0.25  # seconds: so much may have gone and not be written down, when the process is killed
FLUSH_AT = 50


def claim(*, now: datetime) -> list[Delivery]:
    """The next rows that are due, critical ones first, now in this worker's hands."""
    mine = new_claim()
    skips = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(skip_locked=skips).due(at=now)
        keys = list(rows.order_by("-is_critical", "due_at", "pk").values_list("pk", flat=True)[:BATCH])
        facts: dict[str, Any] = {"claim": mine, "handed_at": now, "leased_until": now + LEASE}
        Delivery.objects.filter(pk__in=keys).update(attempts=F("attempts") + 1, **facts)
    return list(Delivery.objects.filter(pk__in=keys, claim=mine).order_by("-is_critical", "due_at", "pk").only(*READ))


def pause_after(attempts: int) -> timedelta:
    return min(FIRST_PAUSE * 2 ** max(attempts - 1, 0), LONGEST_PAUSE)


@dataclass
class Ledger:
    """What became of the rows of one batch. Much is written at once: a commit a message would take longer than it."""

    _sent: list[Delivery] = field(default_factory=list)
    _told: list[Delivery] = field(default_factory=list)  # sent, with something to keep of it
    _others: list[tuple[Sequence[Delivery], dict[str, Any]]] = field(default_factory=list)
    _suppressed: dict[Why, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    _flushed: float = field(default_factory=monotonic)
    sent: int = 0

    def suppress(self, row: Delivery, why: Why) -> None:
        self._suppressed[why].append(row)
        self.flush_if_due()

    def put_off(self, row: Delivery, until: datetime) -> None:
        """To a time at which its reader is not asleep; this was no attempt."""
        self._note(row, due_at=until, attempts=F("attempts") - 1)

    def settle(self, row: Delivery, outcome: Outcome, *, carried: Sequence[int] = ()) -> None:
        """Write down what became of a row that was handed over, or could not be."""
        now = timezone.now()
        match outcome.fate:
            case Fate.SENT:
                self._settle_sent(row, outcome, carried)
            case Fate.BOUNCED:
                self._note(row, state=State.BOUNCED, settled_at=now, problem=outcome.problem)
            case Fate.FAILED:
                self._fail(row, outcome.problem)
            case Fate.AWAY:
                self._note(row, due_at=now + FIRST_PAUSE, attempts=F("attempts") - 1, problem=outcome.problem)
            case Fate.RETRY | Fate.DOWN if row.attempts >= MOST_ATTEMPTS:
                self._fail(row, outcome.problem)
            case _:
                self._note(row, due_at=now + pause_after(row.attempts), problem=outcome.problem)

    def release(self, rows: Sequence[Delivery]) -> None:
        """Give back what was not tried."""
        self._others.append((rows, {"attempts": F("attempts") - 1}))

    def _settle_sent(self, row: Delivery, outcome: Outcome, carried: Sequence[int]) -> None:
        self.sent += 1
        if outcome.provider_id or carried:
            row.state, row.sent_at, row.problem = State.SENT, timezone.now(), ""
            row.provider_id, row.carried = outcome.provider_id[:200], list(carried)
            self._told.append(row)
        else:
            self._sent.append(row)
        self.flush_if_due()

    def _fail(self, row: Delivery, problem: str) -> None:
        logger.warning("a message was given up", extra={"delivery": row.pk, "problem": problem})
        self._note(row, state=State.FAILED, settled_at=timezone.now(), problem=problem)

    def _note(self, row: Delivery, **changes: Any) -> None:
        self._others.append(([row], changes))
        self.flush_if_due()

    def flush_if_due(self) -> None:
        waiting = len(self._sent) + len(self._told) + len(self._others) + sum(map(len, self._suppressed.values()))
        if waiting >= FLUSH_AT or monotonic() - self._flushed >= FLUSH_EVERY:
            self.flush()

    def flush(self) -> None:
        """Commit what is known by now."""
        with transaction.atomic():
            _update(self._sent, state=State.SENT, sent_at=timezone.now(), problem="")
            for why, rows in self._suppressed.items():
                _update(rows, state=State.SUPPRESSED, why=why, settled_at=timezone.now())
            for others, changes in self._others:
                _update(others, **changes)
            _store(self._told)
        self._sent, self._told, self._others = [], [], []
        self._suppressed.clear()
        self._flushed = monotonic()


def _store(rows: Sequence[Delivery]) -> None:
    """The same for rows that each have something else to keep, in one query."""
    if not rows:
        return
    mine = Delivery.objects.filter(claim=rows[0].claim, state=State.QUEUED)
    for row in rows:
        row.leased_until = row.claim = None
    names = ["state", "sent_at", "problem", "provider_id", "carried", "leased_until", "claim"]
    mine.bulk_update(rows, names)


def _update(rows: Sequence[Delivery], **changes: Any) -> None:
    """Change rows that are still in this worker's hands, and let go of them."""
    if rows:
        mine = Delivery.objects.filter(pk__in=[row.pk for row in rows], claim=rows[0].claim, state=State.QUEUED)
        mine.update(leased_until=None, claim=None, **changes)
