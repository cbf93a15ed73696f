"""What reporting gives to the figures of the partnership. From coded fields alone: nothing is opened."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.figures import measures
from portal.figures.enums import Counts, Shape
from portal.figures.measures import HOUR, Counted, Measure, counted_times, span_of
from portal.figures.own import ACTIVE
from portal.figures.sectors import by_sector
from portal.reporting.enums import DraftKind
from portal.reporting.models import Case, Report


def reporting(year: int) -> Counted:
    first, after = span_of(year)
    rows = Report.objects.filter(kind=DraftKind.ACTIVITY, submitted_at__gte=first, submitted_at__lt=after)
    return by_sector(set(rows.exclude(submitter=None).values_list("submitter_id", flat=True)))


def first_answers(year: int) -> Counted:
    """How long those waited whose first answer came in the year."""
    first, after = span_of(year)
    rows = Case.objects.filter(first_answer_at__gte=first, first_answer_at__lt=after, first_answer_at__isnull=False)
    pairs = rows.values_list("report__submitted_at", "first_answer_at")
    return counted_times((answered - sent for sent, answered in pairs if answered and answered >= sent), HOUR)


measures.register(
    Measure(
        name="partners-reporting",
        place=20,
        section=measures.ENGAGEMENT,
        title=_("Partners who reported, by sector"),
        definition=_(
            "Of the active partners, those who sent one report of suspicious activity in the year or more. The sector "
            "is the partner’s, not that of the report. Who sent a report that was purged since is not counted."
        ),
        unit=_("members"),
        source=_("Reports of suspicious activity, from their coded fields"),
        heading=_("Sector"),
        compute=reporting,
        counts=Counts.PEOPLE,
        within=ACTIVE,
        is_of_the_moment=True,
        is_sensitive=True,
    )
)
measures.register(
    Measure(
        name="report-to-answer",
        place=30,
        section=measures.TIME,
        title=_("From a report to the first answer"),
        definition=_("From when a report was sent to the first answer of the desk, of answers given in the year."),
        unit=_("hours"),
        source=_("Reports of suspicious activity, from their coded fields"),
        heading=_("Time"),
        compute=first_answers,
        counts=Counts.TIMES,
        shape=Shape.SPAN,
        total=_("Reports measured"),
        is_sensitive=True,
    )
)
