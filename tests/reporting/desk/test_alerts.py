"""Urgent reports: who is alerted when, until somebody takes one up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as sent
from django.utils import timezone

from portal.core import outbox
from portal.core.actions import ActionRefused
from portal.core.models import OutgoingMail
from portal.core.outbox import Letter
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import alerts, mail
from portal.reporting.actions.triage import TakeUp
from portal.reporting.enums import Review
from portal.reporting.models import Case, Report
from tests.factories import PersonFactory, staff
from tests.reporting.desk.working import anew, hand_to_police, review
from tests.reporting.making import make_report, take_in

pytestmark = pytest.mark.django_db


def asked_for() -> list[str]:
    """To whom mail is asked for, and forget it."""
    rows = OutgoingMail.objects.filter(kind=mail.URGENT).order_by("pk")
    people = [Person.objects.get(pk=row.about.rpartition(":")[2]).name for row in rows]
    rows.delete()
    return people


def letter(about: str, *, site: str = "desk") -> Letter | None:
    return mail.report_urgent(about, site=site)


def test_the_alerts_of_a_night(clock: Any, duty: Person, supervisor: Person, urgent: Case) -> None:
    begun = timezone.now()
    told: dict[int, list[str]] = {}
    for minute in range(1, 26):
        clock.move_to(begun + timedelta(minutes=minute))
        if alerts.alert_due(timezone.now()):
            told[minute] = asked_for()
    both = [duty.name, supervisor.name]
    assert told == {5: [duty.name], 10: both, 15: both, 20: both, 25: both}


def test_who_sent_it_is_nobody_to_alert(clock: Any, duty: Person, supervisor: Person, urgent: Case) -> None:
    Report.objects.filter(pk=urgent.report_id).update(submitter=duty)
    clock.shift(timedelta(minutes=6))
    assert alerts.alert_due(timezone.now())
    assert asked_for() == [supervisor.name]


def test_taking_it_up_ends_the_alerts(clock: Any, duty: Person, urgent: Case) -> None:
    clock.shift(timedelta(minutes=6))
    TakeUp(urgent, duty).execute()
    assert alerts.alert_due(timezone.now()) == 0
    assert anew(urgent).assigned_to == duty


@pytest.mark.parametrize("is_taken_up_before", [True, False])
def test_an_emergency_alerts_until_the_police_were_told(
    clock: Any, duty: Person, supervisor: Person, analyst: Person, urgent: Case, is_taken_up_before: bool
) -> None:
    if is_taken_up_before:
        TakeUp(urgent, duty).execute()
    review(anew(urgent), analyst, review=Review.EMERGENCY)
    for _time in range(3):
        clock.shift(timedelta(minutes=6))
        assert alerts.alert_due(timezone.now()) == 1
    assert letter(f"{urgent.report.number}:{duty.pk}") is not None
    hand_to_police(anew(urgent), analyst)
    clock.shift(timedelta(hours=1))
    assert alerts.alert_due(timezone.now()) == 0
    assert letter(f"{urgent.report.number}:{duty.pk}") is None


def test_an_emergency_that_did_not_come_as_urgent_alerts_as_well(
    clock: Any, duty: Person, analyst: Person, case: Case
) -> None:
    review(case, analyst, review=Review.EMERGENCY)
    clock.shift(timedelta(minutes=6))
    assert alerts.alert_due(timezone.now()) == 1
    assert asked_for() == [duty.name]


def test_an_emergency_of_which_the_police_know_already_alerts_nobody(
    clock: Any, duty: Person, analyst: Person, urgent: Case
) -> None:
    hand_to_police(urgent, duty)
    review(anew(urgent), analyst, review=Review.EMERGENCY)
    clock.shift(timedelta(minutes=6))
    assert alerts.alert_due(timezone.now()) == 0


def test_a_report_that_is_not_urgent_alerts_nobody(clock: Any, duty: Person, case: Case) -> None:
    clock.shift(timedelta(days=1))
    assert alerts.alert_due(timezone.now()) == 0
    with pytest.raises(ActionRefused):
        TakeUp(case, duty).execute()


def test_nobody_takes_up_what_somebody_has(duty: Person, analyst: Person, urgent: Case) -> None:
    TakeUp(urgent, duty).execute()
    with pytest.raises(ActionRefused):
        TakeUp(urgent, analyst).execute()
    assert anew(urgent).taken_up_by == duty


def test_where_no_duty_officer_is_named_the_supervisors_are_alerted(supervisor: Person, urgent: Case) -> None:
    staff(StaffRole.DUTY_OFFICER, standing="suspended")
    assert mail.alert(urgent.report) == 1
    assert asked_for() == [supervisor.name]


def test_the_mail_has_number_and_link_and_nothing_else(duty: Person, urgent: Case) -> None:
    mail.alert(urgent.report)
    outbox.send_waiting()
    (message,) = sent.outbox
    assert message.to == [duty.email]
    text = f"{message.subject}\n{message.body}"
    assert urgent.report.number in text
    assert f"/desk/reports/{urgent.report.uuid}/" in text
    for word in ("van", "photograph", "Water", "Cole", "573-555"):
        assert word not in text


def test_a_mail_that_waited_until_it_was_taken_up_is_not_sent(duty: Person, urgent: Case) -> None:
    about = f"{urgent.report.number}:{duty.pk}"
    assert letter(about) is not None
    TakeUp(urgent, duty).execute()
    assert letter(about) is None


def test_a_row_that_somebody_slipped_in_sends_no_mail(duty: Person, urgent: Case, case: Case) -> None:
    outsider = PersonFactory()
    for about in (
        f"{urgent.report.number}:{outsider.pk}",
        f"{case.report.number}:{duty.pk}",
        f"SAR-0000-0000-0000:{duty.pk}",
        f"{urgent.report.number}:x",
        f"{urgent.report.number}:0{duty.pk}",
        "",
    ):
        assert letter(about) is None


def test_front_may_ask_for_the_first_mail_and_write_it(db: None) -> None:
    """There is no case yet, and Front's role in the database may not read who took one up."""
    officer = staff(StaffRole.DUTY_OFFICER)
    report: Report = make_report(is_urgent=True)
    assert mail.alert(report) == 1
    found = letter(f"{report.number}:{officer.pk}", site="front")
    assert found is not None
    assert found.to == officer.email


def test_a_desk_that_slept_alerts_once_and_not_for_each_time_it_missed(clock: Any, duty: Person, desk: None) -> None:
    take_in(make_report(is_urgent=True))
    clock.shift(timedelta(hours=3))
    assert alerts.alert_due(timezone.now()) == 1
    assert alerts.alert_due(timezone.now()) == 0
