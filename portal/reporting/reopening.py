"""A report in the hands of whoever sent it: its status without the code, everything else with it.

The code travels in a cookie of the browser for half an hour, as a draft's key does; the portal keeps it nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import audit
from portal.audit import Verb
from portal.members.case_file import decoded
from portal.members.limits import may_ask
from portal.members.models import Person
from portal.reporting import questionnaires
from portal.reporting.contents import parsed_list
from portal.reporting.enums import DraftKind, Section, Status
from portal.reporting.forms.seen import shown_things
from portal.reporting.models import Attachment, Case, Report, ReportPart
from portal.reporting.protected import submissions, told
from portal.reporting.protected.enums import Act
from portal.reporting.receiving import FileRefused, banners_in, is_full, store
from portal.reporting.seen import things_in
from portal.reporting.sending import manifest, sealed_part
from portal.vault import receipts, records

LASTS = timedelta(minutes=30)
MOST_ADDED = 100  # additions to one report
MOST_READINGS = 120  # openings with the cookie's code an hour: each costs the slow hash
LATER = frozenset({Section.ADDED.value, *Act.values})  # parts that come after what was sent, in versions
TRIES = 3  # at the next version of what is added: other windows may be quicker
Result = TypeVar("Result")


@dataclass(frozen=True)
class Standing:
    """Where a report stands, in the words that its submitter reads."""

    status: str = Status.RECEIVED.value
    closing_words: str = ""
    closed_at: datetime | None = None

    @property
    def words(self) -> str:
        return str(Status(self.status).label)


@dataclass(frozen=True)
class Opened:
    """What was sent, added and written back. What does not open is left out, and `is_whole` says so."""

    sections: list[tuple[str, list[tuple[str, str]]]] = field(repr=False)
    things: list[tuple[str, list[tuple[str, str]]]] = field(repr=False)
    files: list[str] = field(repr=False)
    words: list[tuple[datetime, bool, str]] = field(repr=False)  # when, whether from the desk, what
    is_whole: bool


def own_reports(person: Person) -> Any:
    """Reports of suspicious activity that somebody sent; protected submissions have a list of their own."""
    return Report.objects.activity().filter(submitter=person)


def reports_of(person: Person, kind: str) -> Any:
    """What somebody may add to: their own reports, or the protected submissions that they are in charge of."""
    return own_reports(person) if kind == DraftKind.ACTIVITY else submissions.in_charge_of(person)


def standing_of(reports: list[Report]) -> dict[int, Standing]:
    """Where each stands, with one query. Front may read these four columns of a case and no more."""
    rows = Case.objects.filter(report__in=reports).values_list("report_id", "status", "closing_words", "closed_at")
    found = {pk: Standing(status, words, at) for pk, status, words, at in rows}
    return {report.pk: found.get(report.pk, Standing()) for report in reports}


def open_with(report: Report, words: str) -> records.DataKey | None:
    """The report's key, if this is its code; that it was opened stands in the trail, and so does that it was not."""
    key = records.key_by_words(report.record, words)
    if key is None:
        audit.refuse(Verb.REPORT_REOPEN, report, why="code")
    else:
        audit.record(Verb.REPORT_REOPEN, report)
    return key


def cookie_name(kind: str) -> str:
    own = "receipt" if kind == DraftKind.ACTIVITY else f"receipt-{kind}"
    return f"{'__Secure-' if settings.SESSION_COOKIE_SECURE else ''}{own}"


def leave_cookie(response: HttpResponse, report: Report, words: str) -> None:
    response.set_cookie(
        cookie_name(report.kind),
        f"{report.number}.{words}",
        max_age=LASTS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
        path=_path(report.kind),
    )


def forget_cookie(response: HttpResponse, kind: str) -> None:
    response.delete_cookie(cookie_name(kind), path=_path(kind), samesite="Strict")


def _path(kind: str) -> str:
    """The code goes to the pages of what was sent, and nowhere else."""
    return reverse(questionnaires.of_kind(kind).names["status"])


def key_in(request: HttpRequest, report: Report) -> records.DataKey | None:
    """The report's key, if this browser holds its code."""
    number, _dot, words = request.COOKIES.get(cookie_name(report.kind), "").partition(".")
    if number != report.number or not may_ask(request, "receipt-cookie", per_hour=MOST_READINGS, per="user"):
        return None
    try:
        return records.key_by_words(report.record, receipts.read_words(words))
    except records.CodeRefused:
        return None


def read(report: Report, key: records.DataKey) -> Opened:
    """Everything that this key opens."""
    parts = list(report.parts.all())
    opened = {part.pk: _open(key, part.field, bytes(part.envelope)) for part in parts}
    sent = {part.name: opened[part.pk] for part in parts if part.name not in LATER}
    added = [(part, opened[part.pk] or {}) for part in parts if part.name in LATER]
    said = [(part.at, False, told.words_of(part.name, answers)) for part, answers in added]
    written = [
        (row.at, True, (_open(key, row.field, bytes(row.envelope)) or {}).get("words", ""))
        for row in report.messages.all()
    ]
    lists = [sent.get(Section.FILES.value) or {}, *(answers for _part, answers in added)]
    names, all_open = _names_of_files(report, key, lists)
    return Opened(
        sections=list(_in_words(report, sent)),
        things=shown_things(things_in(sent.get(Section.SEEN.value) or {})),
        files=names,
        words=sorted(row for row in [*said, *written] if row[2]),
        is_whole=all_open and None not in opened.values() and _have_words([*said, *written]),
    )


def _in_words(report: Report, sent: dict[str, dict[str, Any] | None]) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    """The sections that say something, with labels as they were asked."""
    for name, form in questionnaires.of_kind(report.kind).pages.items():
        rows = [row for row in form(initial=sent.get(name) or {}).shown() if row[1]]
        if rows:
            yield str(form.title), rows


def _have_words(rows: Iterable[tuple[datetime, bool, str]]) -> bool:
    return all(words for _at, _is_from_desk, words in rows)


def _names_of_files(report: Report, key: records.DataKey, lists: Iterable[dict[str, Any]]) -> tuple[list[str], bool]:
    """The files that went with the report and that were added, by the lists that were sealed with them."""
    named = {row.get("uuid") for said in lists for row in parsed_list(said.get("files", ""))}
    rows = [row for row in Attachment.objects.filter(report_uuid=report.uuid) if str(row.uuid) in named]
    facts = [_open(key, row.facts_field, bytes(row.facts)) or {} for row in rows]
    return [_named(found) for found in facts if found.get("name")], len(rows) == len(named) and all(facts)


def _named(facts: dict[str, Any]) -> str:
    """A file by its name, and the CUI banners that it came with."""
    return " · ".join([str(facts["name"]), *banners_in(facts)])


def _open(key: records.DataKey, field: str, envelope: bytes) -> dict[str, Any] | None:
    """What was sealed; None when this key does not open it."""
    try:
        return decoded(key.open(field, envelope))
    except records.EnvelopeRefused:
        return None


def add(report: Report, said: dict[str, Any], *, key: records.DataKey | None, name: str = Section.ADDED.value) -> bool:
    """Add words, under the report's key if the code is at hand, else under a new one that only the desk opens.

    `name` is what they are: an addition, or one of the acts of `protected.enums.Act`. False when the report is closed,
    or has been added to too often. Raises `VaultProblem`, and `IntegrityError` when other windows were quicker three
    times.
    """
    sealing = key or records.new_key(report.record)
    return _in_turn(lambda: _add_words(report, said, sealing, name))


def _add_words(report: Report, said: dict[str, Any], key: records.DataKey, name: str) -> bool:
    version = _next_version(report, name)
    if not version:
        return False
    _store_part(report, key, said, version=version, name=name)
    return True


@dataclass(frozen=True)
class IntoReport:
    """A file for a report that was sent. As with words: only the desk opens it, unless the code is at hand."""

    report: Report
    owner: int
    code_key: Callable[[], records.DataKey | None] = field(repr=False)  # asked for late: it costs the slow hash

    @property
    def record(self) -> UUID:
        return self.report.uuid

    def insist_on_open(self) -> None:
        if not _next_version(self.report):
            raise FileRefused(str(questionnaires.of_kind(self.report.kind).said.takes_no_file))
        if is_full(self.record):
            raise FileRefused(has_all())

    def data_key(self) -> records.DataKey:
        return self._key

    @cached_property
    def _key(self) -> records.DataKey:
        return self.code_key() or records.new_key(self.report.record)

    def insert(self, row: Attachment, *, name: str) -> None:
        """The file, and the sealed list that names it: without that Desk takes no file for evidence."""
        try:
            _in_turn(lambda: self._insert(row, name))
        except IntegrityError:
            raise FileRefused(_("Much was added at the same moment. This file was not kept; send it again.")) from None

    def _insert(self, row: Attachment, name: str) -> None:
        version = _next_version(self.report)  # taken before the files are counted: who counts late finds it taken
        if not version:
            raise FileRefused(str(questionnaires.of_kind(self.report.kind).said.takes_no_file))
        if is_full(self.record):
            raise FileRefused(has_all())
        store(row)
        words = _("Sent a file: %(name)s") % {"name": name}
        _store_part(self.report, self._key, {"words": words, "files": manifest([row])}, version=version)


def _in_turn(attempt: Callable[[], Result], *, tries: int = TRIES) -> Result:
    """What takes the next version, in a transaction of its own; tried again when another window took it first."""
    try:
        with transaction.atomic():
            return attempt()
    except IntegrityError:
        if tries == 1:
            raise
        return _in_turn(attempt, tries=tries - 1)


def _next_version(report: Report, name: str = Section.ADDED.value) -> int:
    """The version of what is added next; 0 when the report is closed, gone, or has been added to too often.

    It is asked anew: the desk may have closed or purged the report since the page was opened.
    """
    is_theirs = Report.objects.filter(pk=report.pk, submitter=report.submitter_id).exists()
    if not is_theirs or is_closed(report):
        return 0
    version = int(report.parts.filter(name=name).count()) + 1
    return version if version <= MOST_ADDED else 0


def is_closed(report: Report) -> bool:
    """Whether nothing more is taken: a report that was closed, a submission that ended or is about to."""
    if report.kind == DraftKind.PROTECTED:
        return not submissions.takes_more(report)
    return standing_of([report])[report.pk].status == Status.CLOSED


def _store_part(
    report: Report,
    key: records.DataKey,
    said: dict[str, Any],
    *,
    version: int,
    name: str = Section.ADDED.value,
) -> ReportPart:
    part = sealed_part(report, key, name, said, version=version)
    part.save(force_insert=True)
    audit.record(Verb.REPORT_ADD, report, facts={"what": name} if name != Section.ADDED else {})
    return part


def has_all() -> str:
    most = settings.PORTAL_FILES_A_REPORT
    return _(
        "There can be at most %(most)d files, and they are there. This file was not kept; "
        "tell the desk in words that you have more."
    ) % {"most": most}
