"""From a draft to a protected submission: the same one transaction as a report, and other facts in clear.

In clear stand its number, who submitted it for which organisation, who the alternate contact is, and when. Everything
else is sealed, each section under a key of its own.
"""

from __future__ import annotations

from typing import cast

from portal import audit
from portal.audit import Verb
from portal.core import outbox
from portal.members.models import Person
from portal.reporting import sending
from portal.reporting.drafting import Typed, Writing
from portal.reporting.enums import DraftKind
from portal.reporting.models import Report
from portal.reporting.numbers import PROTECTED, new_number
from portal.reporting.protected.enums import ProtectedSection
from portal.reporting.protected.forms import ContactForm
from portal.reporting.sending import Filled
from portal.vault import records

SENT, ALTERNATE = "protected_sent", "protected_alternate"


def send(writing: Writing, by: Person) -> Report | None:
    """Submit a draft, as `sending.send_once` says."""

    def insert(filled: Filled, key: records.DataKey) -> Report:
        report = _insert(writing, filled, by, key)
        _tell(report)
        return report

    return sending.send_once(writing, by, insert)


def _insert(writing: Writing, filled: Filled, by: Person, key: records.DataKey) -> Report:
    contact = cast(ContactForm, filled.forms[ProtectedSection.CONTACT])
    report: Report = Report.objects.create(
        uuid=writing.draft.uuid,
        number=new_number(PROTECTED),
        kind=DraftKind.PROTECTED,
        submitter=by,
        organisation=contact.submits_for,
        alternate=contact.takes_over,
    )
    files = writing.files()
    sections = {
        **{name: form.answers() for name, form in filled.forms.items()},
        ProtectedSection.FILES.value: {
            "files": sending.manifest(files),
            "banners": filled.forms[ProtectedSection.MATTER].cleaned_data["banners"],
        },
        ProtectedSection.REPORTER.value: _who(report),
    }
    sending.store_parts(report, key, sections)
    audit.record(Verb.REPORT_SUBMIT, report, facts={"files": len(files), "kind": DraftKind.PROTECTED.value})
    return report


def _who(report: Report) -> Typed:
    """Who submits for whom, as they were at that moment."""
    alternate = report.alternate
    return {
        "name": report.submitter.name,
        "email": report.submitter.email,
        "organisation": report.organisation.name,
        "alternate": f"{alternate.name}, {alternate.email}" if alternate is not None else "",
    }


def _tell(report: Report) -> None:
    """Ask for the mails: the number and a link, to who submitted it and to the alternate contact."""
    outbox.put(SENT, report.number)
    if report.alternate_id is not None:
        outbox.put(ALTERNATE, report.number)
