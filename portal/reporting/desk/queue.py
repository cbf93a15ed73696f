"""The queue of reports: coded fields only, the urgent ones first, then those whose first answer is due next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.core import queues
from portal.core.listings import address_without, paginate
from portal.members.models import Person
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.reporting import answers, duplicates, intake, measures, records_of_case as history, urgent
from portal.reporting.forms.filters import QueueFilter
from portal.reporting.models import Case
from portal.reporting.people import DESK, READERS, SUPERVISORS
from portal.vault import records
from portal.vocabulary.behaviours import behaviours

TAKEN_IN_BY_A_PAGE = 25  # the desk-worker takes in the rest


@dataclass(frozen=True)
class Row:
    """One case in the list. Nothing of what was reported stands here but codes."""

    case: Any
    behaviour: str
    has_twins: bool
    now: datetime

    @property
    def is_answer_due(self) -> bool:
        return self.case.first_answer_at is None and not self.case.is_ended

    @property
    def is_overdue(self) -> bool:
        return self.is_answer_due and self.case.due_at <= self.now

    @property
    def is_not_taken_up(self) -> bool:
        return self.case.report.is_urgent and self.case.taken_up_at is None and not self.case.is_ended

    @property
    def review_due_at(self) -> datetime | None:
        """When the hand-off to the police has to be reviewed, while it is not."""
        due: datetime | None = None if self.case.is_ended else self.case.hand_off_review_due_at
        return due

    @property
    def is_review_overdue(self) -> bool:
        return self.review_due_at is not None and self.review_due_at <= self.now


@for_roles(*READERS)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The cases that fit the filters, fifty a page, in a fixed number of queries."""
    _take_in(request)
    search = QueueFilter(request.GET)
    person = person_of(request)
    rows = search.cases(person).in_queue_order()  # type: ignore[attr-defined]  # a CaseQuerySet
    listing = paginate(
        _with_all(rows.exclude(report__submitter=person)),  # to who sent it the desk's side is not there
        page=request.GET.get("page", ""),
        filter_form=search,
        active_filters=search.active(),
    )
    context = {
        "listing": listing,
        "rows": rows_of(listing.rows, reader=person),
        "measures": measures.first_answers(),
        "querystring": address_without(request.GET, "page").removeprefix("?"),
    }
    return render(request, "desk/reports/queue.html", context)


def _take_in(request: HttpRequest) -> None:
    try:
        intake.take_in_new(most=TAKEN_IN_BY_A_PAGE)
    except records.VaultProblem:
        messages.error(
            request,
            _("New reports cannot be taken in: the desk's keys do not open. Nothing is lost; tell whoever runs it."),
        )


def _with_all(rows: Any) -> QuerySet[Case]:
    return answers.with_news(rows.select_related("report", "sector", "county", "assigned_to"))


def rows_of(cases: Any, *, reader: Person) -> list[Row]:
    """The cases of a page as its rows, for who reads them."""
    now, known = timezone.now(), behaviours()
    twins = duplicates.with_twins((case.pk for case in cases), but_of=reader)
    return [
        Row(case, known[case.behaviour].label if case.behaviour in known else "", case.pk in twins, now)
        for case in cases
    ]


@queues.source(order=10)
def waiting(person: Any) -> list[queues.Queue]:
    """What of the reports waits for a person who works at the desk."""
    if not person.has_role(*DESK):
        return []
    others = Case.objects.exclude(report__submitter=person)
    now, opened, address = timezone.now(), others.open(), reverse("desk_reports")
    late = opened.filter(first_answer_at=None, due_at__lte=now).count()
    found = [queues.Queue(_("Reports of suspicious activity"), address, opened.count(), late)]
    return [*_urgent(person, others), *found, *_second_looks(person, others, now)]


def _urgent(person: Any, others: Any) -> list[queues.Queue]:
    """Urgent reports that nobody has; and of them those so many that mail did not tell of each."""
    address = f"{reverse('desk_reports')}?urgent=yes"
    count = others.open().filter(report__is_urgent=True, taken_up_at=None).count()
    if not count:
        return []
    found = [queues.Queue(_("Urgent reports nobody has taken up"), address, count, count)]
    untold = urgent.beyond().exclude(report__submitter=person).count()
    if untold:
        label = _("Among them: more than mail tells of one by one")
        found.append(queues.Queue(label, address, untold, untold))
    return found


def _second_looks(person: Any, others: Any, now: datetime) -> list[queues.Queue]:
    """Hand-offs to review, and for supervisors what was proposed and waits for them."""
    opened = others.open()
    handed = opened.exclude(hand_off_review_due_at=None)
    late = handed.filter(hand_off_review_due_at__lte=now).count()
    address = reverse("desk_reports")
    found = [queues.Queue(_("Hand-offs to the police to review"), f"{address}?waits=review", handed.count(), late)]
    if person.has_role(*SUPERVISORS):
        closings, warnings = history.with_closing_proposed(opened), history.with_warning_waiting(others)
        found.append(queues.Queue(_("Closing words to allow"), f"{address}?waits=closing", closings.count()))
        found.append(queues.Queue(_("Warnings to release"), f"{address}?stage=all&waits=warning", warnings.count()))
    return [queue for queue in found if queue.count]
