"""A bulletin for thousands of members, from its release to the last mail handed over, against a bare smtplib loop.

Both hand the same messages to the same server, which runs in a process of its own. docs/performance.md says what was
seen.
"""

from __future__ import annotations

import os
import smtplib
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.bulletins import actions
from portal.bulletins.enums import ReleaseKind
from portal.bulletins.models import BulletinPage
from portal.delivery import finding, news_mail, people, sending
from portal.delivery.channels import Mail
from portal.delivery.letters import Written
from portal.delivery.models import Delivery
from tests.delivery.making import begin, many_members
from tests.delivery.sink import lines, sink
from tests.factories import draft

pytestmark = [pytest.mark.bench, pytest.mark.django_db]
ROUNDS = 2
MEMBERS = int(os.environ.get("PORTAL_BENCH_MEMBERS", "5000"))
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


def memory() -> float:
    """Megabytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_SIZE / 2**20


def release(page: BulletinPage) -> None:
    actions.make_public(page, page.get_latest_revision(), kind=ReleaseKind.TWO_PERSON, by=None)


def told(page: BulletinPage) -> tuple[float, float]:
    """Seconds from the release to the last mail, and of those until the outbox was filled."""
    begun = perf_counter()
    release(page)
    finding.find(timezone.now())
    assert finding.tell_at_once(timezone.now()) == MEMBERS
    filled = perf_counter() - begun
    assert sending.send_waiting() == MEMBERS
    return perf_counter() - begun, filled


def messages() -> list[tuple[str, str, bytes]]:
    """The same messages as they were sent: from, to and bytes, made before anybody looks at the clock."""
    rows = list(Delivery.objects.order_by("-pk")[:MEMBERS])
    readers = people.readers({row.person_id for row in rows})
    write, way = news_mail.build(rows, readers), Mail()
    found = []
    for row in rows:
        written = write(row, readers[row.person_id])
        assert isinstance(written, Written)
        message: Any = way.prepare(row, written, readers[row.person_id])
        found.append((message.sender, message.address, message.content))
    return found


def bare(port: int, ready: list[tuple[str, str, bytes]]) -> float:
    """Seconds of a loop that does nothing but hand over what is ready, on one connection."""
    begun = perf_counter()
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
        for sender, to, content in ready:
            server.sendmail(sender, [to], content)
    return perf_counter() - begun


def bulletin_for_all() -> BulletinPage:
    facts: dict[str, Any] = {
        "severity": "critical",
        "tlp": Label.GREEN,
        "reach": Reach.MEMBERS,
        "summary": "What happened. " * 20,
    }
    page: BulletinPage = draft(**facts)
    return page


def test_a_bulletin_reaches_five_thousand_members_nearly_as_fast_as_a_bare_loop(
    pages: Any, desk_keys: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice each, in turn, and the better of both: what else the machine does meanwhile is not what is measured."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 60
    reverse("news_stop", args=["-"])  # a worker that runs for a while has read all addresses
    begin()
    many_members(MEMBERS)
    seen = watch_memory(monkeypatch)
    runs, loops = [], []
    with sink(tmp_path) as (port, path):
        settings.EMAIL_PORT = port
        for _round in range(ROUNDS):
            runs.append(told(bulletin_for_all()))
            loops.append(bare(port, messages()))
    assert len(lines(path)) == 2 * ROUNDS * MEMBERS
    (took, filled), loop, grown = min(runs), min(loops), max(seen) - seen[0]
    print(  # noqa: T201
        f"\n{MEMBERS} mails in {took:.1f} s ({filled:.1f} s to fill the outbox), {MEMBERS / took:.0f} a second; bare"
        f" loop {loop:.1f} s; memory +{grown:.1f} MB after the first batch name=fanout ratio={loop / took:.2f}"
    )
    assert loop / took >= 0.8
    assert grown < 24


def watch_memory(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What is in memory after each batch."""
    seen: list[float] = []
    whole = sending.Batch.send

    def send(batch: sending.Batch) -> int:
        sent = whole(batch)
        seen.append(memory())
        return sent

    monkeypatch.setattr(sending.Batch, "send", send)
    return seen
