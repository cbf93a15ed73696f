"""The demonstration's reports: two invented ones, sealed as members send them, and the training of those who read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from portal.core import demo
from portal.members.models import Person
from portal.reporting.enums import Section, Training
from portal.reporting.models import Report, ReportPart, TrainingRecord
from portal.reporting.numbers import REPORT, new_number
from portal.reporting.protected import demo as demo_protected
from portal.reporting.sending import sealed_part, who
from portal.vault import records

__all__ = ["demo_protected", "seed_reports"]  # the seeders register themselves

ANALYSTS = ("analyst@miac.example", "supervisor@miac.example")
Sections = dict[str, dict[str, Any]]  # as the form seals them
TRAINED, COUNTS = timedelta(days=60), timedelta(days=365)


def _moment(days: int, hour: int, minute: int) -> str:
    day = timezone.localtime() - timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0).isoformat()


def _van() -> Sections:
    return {
        Section.URGENCY: {"now": "no"},
        Section.ACTIVITY: {
            "behaviour": "PHOTO",
            "what": "A white van stopped at the intake twice within a week. The driver photographed the pump "
            "house and the fence for about ten minutes, and left when the lights went on.",
            "unusual": "Both times after dark, from a road that is closed to the public.",
        },
        Section.PLACE: {
            "begun": _moment(9, 22, 15),
            "ended": _moment(3, 22, 40),
            "where": "North gate of the intake, by the closed road",
            "county": "29051",
            "latitude": "38.586",
            "longitude": "-92.168",
        },
        Section.TARGET: {"sector": "water", "target": "WATR", "facility": "Intake 2"},
        Section.SEEN: {
            "things": '[{"kind": "vehicle", "make": "White van, no windows at the back", '
            '"plate": "ABC 123", "colour": "white"}]'
        },
        Section.KNOWN: {"how": "seen", "source": ""},
        Section.CONTACT: {"reach": "phone", "contact": "555-0142", "when": "Mornings"},
    }


def _drone() -> Sections:
    return {
        Section.URGENCY: {"now": "no"},
        Section.ACTIVITY: {
            "behaviour": "AVIATION",
            "what": "A drone stood over the switchyard for some five minutes, went down to the height of the "
            "bus bars, and left towards the river.",
            "unusual": "",
        },
        Section.PLACE: {
            "begun": _moment(2, 14, 5),
            "ended": "",
            "where": "Switchyard, south side",
            "county": "29019",
            "latitude": "",
            "longitude": "",
        },
        Section.TARGET: {"sector": "energy", "target": "", "facility": ""},
        Section.SEEN: {"things": '[{"kind": "drone", "type": "Four rotors, about two feet wide"}]'},
        Section.KNOWN: {"how": "recorded", "source": "Camera 4 of the yard"},
        Section.CONTACT: {"reach": "email", "contact": "energy@partner.example", "when": ""},
    }


@demo.seeder(order=60, title="Reports")
def seed_reports(echo: demo.Echo) -> None:
    for email in ANALYSTS:
        _train(Person.objects.get(email=email))
    if Report.objects.exists():
        return
    for email, sections in (("water@partner.example", _van()), ("energy@partner.example", _drone())):
        _report(Person.objects.get(email=email), sections)


def _train(person: Person) -> None:
    today = timezone.localdate()
    by = Person.objects.get(email="administrator@state.example")
    facts = {"completed_on": today - TRAINED, "valid_until": today + COUNTS, "recorded_by": by}
    TrainingRecord.objects.get_or_create(person=person, subject=Training.SAR_ANALYSIS, defaults=facts)


def _report(person: Person, sections: dict[str, dict[str, Any]]) -> None:
    report = Report.objects.create(number=new_number(REPORT), submitter=person)
    key = records.new_key(report.record)
    whole = {**sections, Section.FILES: {"files": "[]"}, Section.REPORTER: who(person)}
    ReportPart.objects.bulk_create(sealed_part(report, key, str(name), answers) for name, answers in whole.items())
