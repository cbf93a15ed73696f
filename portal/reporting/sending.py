"""From a draft to a report: all of it or nothing, and once, however often somebody presses the button.

The order: the data key stands in the vault, sealed to the desk, before anything; then its copy for the receipt code;
then, in one transaction, the report with its sealed sections, and the draft's pages are gone. Killed in between, a
process leaves a whole report or none, and at worst a key that opens nothing (swept by Desk). Key and code are made once
for a draft: of presses that overlap, each seals the same, so that the code which is shown is one that opens.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.audit import Verb
from portal.core import outbox
from portal.members.models import Affiliation, Person
from portal.reporting import questionnaires
from portal.reporting.drafting import Typed, WasSent, Writing
from portal.reporting.enums import Section
from portal.reporting.forms.activity import Reach, SectionForm, YesNo
from portal.reporting.mail import alert
from portal.reporting.models import Attachment, Draft, Report, ReportPart
from portal.reporting.models.reports import part_field
from portal.reporting.numbers import REPORT, new_number
from portal.reporting.seen import sealed_list
from portal.vault import records


@dataclass(frozen=True)
class Filled:
    """A draft's pages as forms, checked; `problems` names those that cannot be sent as they are."""

    forms: dict[str, SectionForm] = field(repr=False)
    seen: Typed = field(repr=False)
    versions: dict[str, int]

    @property
    def problems(self) -> list[str]:
        return [name for name, form in self.forms.items() if not form.is_valid()]

    @property
    def is_urgent(self) -> bool:
        return self._answer(Section.URGENCY, "now") == YesNo.YES

    @property
    def wants_call(self) -> bool:
        return self._answer(Section.CONTACT, "reach") == Reach.CALL

    def _answer(self, section: Section, name: str) -> Any:
        return self.forms[section].cleaned_data.get(name) if self.forms[section].is_valid() else None


Insert = Callable[[Filled, records.DataKey], Report]


def filled_in(writing: Writing) -> Filled:
    """What was typed on each page, as its form. A page that nobody opened counts as empty, and is sent so."""
    typed, owner = writing.everything(), writing.draft.owner
    pages = questionnaires.of_kind(writing.draft.kind).pages
    forms = {name: form(data=typed.get(name, {}), person=owner) for name, form in pages.items()}
    return Filled(forms, typed.get(Section.SEEN, {}), writing.versions())


def send(writing: Writing, by: Person, *, copy_to: Person | None = None) -> Report | None:
    """Send a report of suspicious activity, as `send_once` says."""

    def insert(filled: Filled, key: records.DataKey) -> Report:
        report = _insert(writing, filled, by, key, copy_to)
        _tell(report)
        return report

    return send_once(writing, by, insert)


def send_once(writing: Writing, by: Person, insert: Insert) -> Report | None:
    """Send a draft whose pages are all in order; gives the report, the same one when it was sent already.

    `insert` stores the report and asks for its mails; it is called once, in the transaction that ends the draft. None
    when something on the pages is not in order, or another window has saved one meanwhile: nothing was sent then.
    """
    filled = filled_in(writing)
    if filled.problems:
        return sent_as(writing, by)
    try:
        key, words = writing.data_key(), writing.words()
    except WasSent:
        return sent_as(writing, by)
    records.give_words(key, words)
    with transaction.atomic():
        held = Draft.objects.select_for_update().filter(pk=writing.draft.pk).first()
        if held is None or held.sent_at is not None:
            return sent_as(writing, by)
        if writing.versions() != filled.versions:
            return None
        report = insert(filled, key)
        writing.draft = held
        writing.keep_receipt({"number": report.number, "words": words})
    return report


def sent_as(writing: Writing, by: Person) -> Report | None:
    """The report that a draft has become."""
    return Report.objects.filter(uuid=writing.draft.uuid, submitter=by).first()


def has_sent_many(writing: Writing, by: Person) -> bool:
    """Whether somebody has sent as many reports as one may within an hour; what was tried and not sent is none."""
    since = timezone.now() - timedelta(hours=1)
    sent = Report.objects.filter(submitter=by, submitted_at__gt=since).exclude(uuid=writing.draft.uuid)
    return bool(sent.count() >= settings.PORTAL_REPORTS_PER_HOUR)


def _insert(writing: Writing, filled: Filled, by: Person, key: records.DataKey, copy_to: Person | None) -> Report:
    report = Report.objects.create(
        uuid=writing.draft.uuid,
        number=new_number(REPORT),
        submitter=by,
        copy_to=copy_to,
        is_urgent=filled.is_urgent,
        wants_call=filled.wants_call,
    )
    files = writing.files()
    sections = {
        **{name: form.answers() for name, form in filled.forms.items()},
        Section.SEEN.value: sealed_list(filled.seen),
        Section.FILES.value: {"files": manifest(files)},
        Section.REPORTER.value: who(by),
    }
    store_parts(report, key, sections)
    audit.record(Verb.REPORT_SUBMIT, report, facts={"files": len(files), "urgent": report.is_urgent})
    return report


def store_parts(report: Report, key: records.DataKey, sections: dict[str, Typed]) -> None:
    """Seal each section on its own, and store them."""
    ReportPart.objects.bulk_create(sealed_part(report, key, name, answers) for name, answers in sections.items())


def sealed_part(report: Report, key: records.DataKey, name: str, answers: Typed, *, version: int = 1) -> ReportPart:
    """A section, sealed and not stored yet."""
    envelope = key.seal(part_field(name, version), json.dumps(answers).encode())
    return ReportPart(report=report, name=name, version=version, envelope=envelope)


def manifest(files: list[Attachment]) -> str:
    """The list of files, sealed with the report: Desk goes by it, not by rows that Front can write."""
    return json.dumps([{"uuid": str(row.uuid)} for row in files])


def who(by: Person) -> Typed:
    """Who reports, as they were at that moment."""
    places = Affiliation.objects.current().filter(person=by).select_related("organisation")
    organisations = ", ".join(place.organisation.name for place in places)
    return {"name": by.name, "email": by.email, "organisation": organisations}


def security_contacts(person: Person) -> list[Person]:
    """The points of contact of somebody's organisations, who may be told that a report was filed."""
    places = Affiliation.objects.current().filter(person=person, organisation__closed_at=None).values("organisation")
    contacts = Affiliation.objects.current().filter(organisation__in=places, is_point_of_contact=True)
    found = Person.objects.active().filter(pk__in=contacts.values("person")).exclude(pk=person.pk)
    return list(found.order_by("name"))


def _tell(report: Report) -> None:
    """Ask for the mails. Each holds the number and a link, and nothing of the report."""
    outbox.put("report_sent", report.number)
    if report.copy_to_id is not None:
        outbox.put("report_copy", report.number)
    if report.is_urgent:
        alert(report)
