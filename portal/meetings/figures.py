"""What meetings give to the figures of the partnership: what was exercised, what was delivered, and who attends."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _, gettext_lazy

from portal.access.enums import Label
from portal.figures import measures
from portal.figures.enums import Counts
from portal.figures.measures import Cell, Counted, Measure, span_of
from portal.figures.own import ACTIVE
from portal.figures.sectors import by_sector
from portal.meetings.enums import MeetingKind, Presence, State
from portal.meetings.models import Attendance, Capability, Initiative, Meeting
from portal.vocabulary.models import Hazard

SOURCE = gettext_lazy("Trainings and exercises that staff entered under Meetings")


def _held(year: int) -> Any:
    """Trainings and exercises of a year that have ended and were not called off."""
    first, after = span_of(year)
    rows = Meeting.objects.past().exclude(state=State.CANCELLED).filter(starts_at__gte=first, starts_at__lt=after)
    return rows.filter(kind__in=[MeetingKind.TRAINING, MeetingKind.EXERCISE]).order_by()


def _by(year: int, rows: Any, relation: str, nothing: str) -> Counted:
    """How many had each row of a list among what they were for, those that are public beside them."""
    held = _held(year)
    public = Q(tlp=Label.CLEAR)
    found = held.values_list(f"exercise__{relation}__slug").annotate(
        count=Count("pk", distinct=True), open=Count("pk", filter=public, distinct=True)
    )
    counts = {slug: (count, seen) for slug, count, seen in found}
    cells = [Cell(row.slug, row.name, *counts.get(row.slug, (0, 0))) for row in rows]
    if None in counts:
        cells.append(Cell("none-named", nothing, *counts[None]))
    return Counted(cells, Cell("", "", held.count(), held.filter(public).count()))


def by_hazard(year: int) -> Counted:
    return _by(year, Hazard.objects.order_by("name"), "hazards", _("No hazard named"))


def by_capability(year: int) -> Counted:
    used = Capability.objects.filter(slug__in=_held(year).values("exercise__capabilities__slug"))
    return _by(year, used.order_by("name"), "capabilities", _("No capability named"))


def deliverables(year: int) -> Counted:
    """The deliverables that were planned for a year, by what came of them."""
    delivered, dropped = Q(done_on__isnull=False), Q(done_on=None, dropped_on__isnull=False)
    kinds = (
        ("delivered", _("Delivered"), delivered),
        ("under-way", _("Under way"), ~delivered & ~dropped),
        ("given-up", _("Given up"), dropped),
    )
    rows = Initiative.objects.filter(year=year)
    cells = [Cell(key, words, *_both(rows.filter(kind))) for key, words, kind in kinds]
    return Counted(cells, Cell("", "", *_both(rows)))


def _both(rows: Any) -> tuple[int, int]:
    return rows.count(), rows.filter(is_public=True).count()


def attending(year: int) -> Counted:
    first, after = span_of(year)
    rows = Attendance.objects.filter(presence__in=[Presence.PRESENT, Presence.REMOTE], person__isnull=False)
    there = rows.filter(meeting__starts_at__gte=first, meeting__starts_at__lt=after)
    return by_sector(set(there.values_list("person_id", flat=True)))


measures.register(
    Measure(
        name="exercises-by-hazard",
        place=10,
        section=measures.CAPABILITIES,
        title=gettext_lazy("Trainings and exercises, by hazard"),
        definition=gettext_lazy(
            "Trainings and exercises that began in the year, have ended and were not called off. One that was for "
            "several hazards is counted at each of them, and once in the total."
        ),
        unit=gettext_lazy("trainings and exercises"),
        source=SOURCE,
        heading=gettext_lazy("Hazard"),
        compute=by_hazard,
        total=gettext_lazy("All trainings and exercises"),
    )
)
measures.register(
    Measure(
        name="exercises-by-capability",
        place=20,
        section=measures.CAPABILITIES,
        title=gettext_lazy("Trainings and exercises, by capability"),
        definition=gettext_lazy(
            "The same trainings and exercises, by the core capabilities of the National Preparedness Goal that were "
            "exercised. One that exercised several is counted at each of them, and once in the total."
        ),
        unit=gettext_lazy("trainings and exercises"),
        source=SOURCE,
        heading=gettext_lazy("Capability"),
        compute=by_capability,
        total=gettext_lazy("All trainings and exercises"),
    )
)
measures.register(
    Measure(
        name="deliverables",
        place=40,
        section=measures.CAPABILITIES,
        title=gettext_lazy("Deliverables of the year"),
        definition=gettext_lazy(
            "Initiatives that were planned for the year, by what came of them until they were counted."
        ),
        unit=gettext_lazy("initiatives"),
        source=gettext_lazy("Initiatives of the partnership"),
        heading=gettext_lazy("What came of it"),
        compute=deliverables,
        total=gettext_lazy("All that were planned"),
    )
)
measures.register(
    Measure(
        name="partners-attending",
        place=30,
        section=measures.ENGAGEMENT,
        title=gettext_lazy("Partners who attended, by sector"),
        definition=gettext_lazy(
            "Of the active partners, those who were present at one meeting, training or exercise of the year or more, "
            "there or remotely, as its minutes say. Only who has an account is counted."
        ),
        unit=gettext_lazy("members"),
        source=gettext_lazy("Attendance in the minutes of meetings"),
        heading=gettext_lazy("Sector"),
        compute=attending,
        counts=Counts.PEOPLE,
        within=ACTIVE,
        is_of_the_moment=True,
    )
)
