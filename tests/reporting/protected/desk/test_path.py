"""The whole way of a submission, by the hands of those whose work it is: in, determined, reviewed, gone, certified."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from portal.members.models import Person
from portal.reporting import contents
from portal.reporting.models import Evidence, Holding, ReportPart
from portal.reporting.protected import certificates, disposing
from portal.reporting.protected.actions.reviewing import StillToCollect
from portal.reporting.protected.enums import ProtectedSection, Stage
from portal.reporting.refusals import NotYourRole
from portal.vault import records
from portal.vault.models import DeskCopy
from tests.reporting.protected.desk.working import (
    anew,
    close,
    collect,
    destroy_it,
    disposal_of,
    dispose,
    pass_days,
    return_it,
    verbs_about,
)

pytestmark = pytest.mark.django_db


def finished(kept: Holding) -> Any:
    """As the worker does it a moment later."""
    disposing.finish_begun(None)
    return disposal_of(kept)


def test_it_comes_in_with_its_codes_and_its_clocks(kept: Holding) -> None:
    assert (kept.stage, kept.wish, kept.claims_trade_secret) == (Stage.RECEIVED, "return", True)
    assert kept.regimes == ["ceii"]
    assert (kept.sector.slug, kept.county.fips) == ("energy", "29051")
    assert kept.submitted_on == date(2026, 3, 5)
    assert kept.determination_due_at.isoformat() == "2026-03-11T05:00:00+00:00"  # the end of Tuesday
    assert Evidence.objects.filter(holding=kept).count() == 1


def test_from_receipt_to_the_certificate_of_its_destruction(
    kept: Holding, signatory: Person, analyst: Person, custodian: Person, clock: Any
) -> None:
    close(kept, signatory)
    pass_days(clock, 90)
    destroy_it(anew(kept), analyst)
    dispose(anew(kept), custodian)
    row = finished(kept)
    assert anew(kept).stage == Stage.DESTROYED
    said = dict(certificates.check(row.certificate).lines)
    assert said["number"] == kept.report.number
    assert said["files"] == "1"
    assert len(said["sha256"]) == 64
    assert said["decided"].endswith("MIAC analyst")
    assert said["approved"].endswith("Records custodian")
    assert said["backups of sealed keys live until"] == "2026-07-03"
    assert analyst.name not in row.certificate
    assert verbs_about(kept)[-3:] == ["protected.close", "protected.destroy", "protected.dispose"]


def test_after_its_destruction_nothing_of_it_can_be_read(
    kept: Holding, signatory: Person, analyst: Person, custodian: Person
) -> None:
    parts = [(kept.report.record, part.field, bytes(part.envelope)) for part in kept.report.parts.all()]
    close(kept, signatory)
    destroy_it(anew(kept), analyst)
    dispose(anew(kept), custodian)
    finished(kept)
    assert not ReportPart.objects.filter(report=kept.report).exists()
    assert not DeskCopy.objects.filter(record=kept.report.record).exists()
    for part in parts:  # as a restored backup of the content has them
        with pytest.raises(records.KeyDestroyed):
            records.open_many([part])
    assert not any(contents.sections_of(kept.report, of=ProtectedSection).values())


def test_what_nobody_collects_is_destroyed_after_thirty_days_by_two_others(
    kept: Holding, signatory: Person, analyst: Person, second: Person, custodian: Person, clock: Any
) -> None:
    close(kept, signatory)
    return_it(anew(kept), analyst)
    pass_days(clock, 30)
    with pytest.raises(StillToCollect):
        destroy_it(anew(kept), second)
    pass_days(clock, 1)
    destroy_it(anew(kept), second)
    with pytest.raises(NotYourRole):
        dispose(anew(kept), second)
    dispose(anew(kept), custodian)
    row = finished(kept)
    assert anew(kept).stage == Stage.DESTROYED
    assert (row.proposed_by, row.approved_by) == (second, custodian)


def test_what_is_returned_is_destroyed_only_after_it_was_collected(
    kept: Holding, signatory: Person, analyst: Person, second: Person, custodian: Person
) -> None:
    close(kept, signatory)
    return_it(anew(kept), analyst)
    assert anew(kept).stage == Stage.RETURNING
    collect(anew(kept), second)
    dispose(anew(kept), custodian)
    row = finished(kept)
    assert anew(kept).stage == Stage.RETURNED
    assert dict(certificates.check(row.certificate).lines)["what was done"] == "returned, and destroyed here"
