"""What submitters add, as the desk's lists see it: by moments alone, without opening anything."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from portal.reporting.enums import EntryKind, Section, Status
from portal.reporting.models import Case, CaseEntry, ReportPart


def with_news(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Each with `has_news`: something was added since anybody at the desk last recorded something."""
    last = CaseEntry.objects.filter(case=OuterRef("pk")).order_by("-at").values("at")[:1]
    since = cases.annotate(last_entry_at=Coalesce(Subquery(last), F("taken_in_at")))
    return since.annotate(has_news=Exists(_added(after="last_entry_at")))


def note_answered() -> int:
    """Cases that wait for an answer and got one are being read again; gives how many."""
    asked = CaseEntry.objects.filter(case=OuterRef("pk"), kind=EntryKind.MESSAGE, code="question").order_by("-at")
    waiting = Case.objects.open().filter(status=Status.ASKED).annotate(asked_at=Subquery(asked.values("at")[:1]))
    answered = list(waiting.filter(Exists(_added(after="asked_at"))).values_list("pk", flat=True))
    return int(Case.objects.filter(pk__in=answered, status=Status.ASKED).update(status=Status.READING))


def _added(*, after: str) -> QuerySet[ReportPart]:
    return ReportPart.objects.filter(report=OuterRef("report_id"), name=Section.ADDED, at__gt=OuterRef(after))
