"""Makes a report whose print fills several sheets, with a file whose original an analyst has asked for."""

from __future__ import annotations

import sys

from portal.members.models import Person
from portal.reporting.actions.evidence import AskOriginal
from portal.reporting.enums import FileState
from tests.e2e.accounts import ANALYST, WATER
from tests.reporting.making import Sent, make_report, take_in

LONG = "A van stopped at the intake, and somebody photographed the fence and the pump house. " * 120


def make() -> None:
    """Prints the report's number, its key and that of the request, for the test that runs it."""
    report = make_report(Person.objects.get(email=WATER), files=[Sent()], activity={"what": LONG})
    case = take_in(report)
    evidence = case.evidence.get()
    evidence.state = FileState.CLEAN
    evidence.save(update_fields=["state"])
    asked = AskOriginal(
        evidence=evidence, by=Person.objects.get(email=ANALYST), to="County sheriff", why=LONG
    ).execute()
    sys.stdout.write(f"{report.number} {report.uuid} {asked.uuid}\n")
