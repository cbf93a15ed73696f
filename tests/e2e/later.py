"""Puts together and sends the daily and weekly mail as of some hours from now: `python -m tests.e2e.later HOURS`.

What is new is not looked for: that a source was looked through until tomorrow would hide what comes today.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import django
import time_machine


def main(hours: int) -> None:
    from portal.delivery import sending
    from portal.delivery.digests import rounds

    with time_machine.travel(datetime.now(tz=UTC) + timedelta(hours=hours)):
        rounds.put_due(datetime.now(tz=UTC))
        sending.send_waiting()


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
