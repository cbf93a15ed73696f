"""What bulletins give to the figures of the partnership: who reads, whether it was useful, how fast warnings go out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Min, Q
from django.utils.translation import gettext as _, gettext_lazy

from portal.bulletins import pulse
from portal.bulletins.enums import ReleaseKind
from portal.bulletins.models import BulletinPage, Reading
from portal.figures import measures
from portal.figures.enums import Counts, Shape
from portal.figures.measures import DAY, HOUR, Cell, Counted, Measure, counted_times, span_of
from portal.figures.own import ACTIVE
from portal.figures.sectors import by_sector
from portal.vocabulary.calendar import start_of

SOURCE = gettext_lazy("Releases of bulletins, and when each was first opened")


def first_released(year: int) -> Any:
    """Bulletins of a year by their first release, as `released`."""
    first, after = span_of(year)
    rows = BulletinPage.objects.order_by().annotate(released=Min("releases__released_at"))
    return rows.filter(released__gte=first, released__lt=after)


def _own(year: int) -> Any:
    """Those that were written here. What is imported was released elsewhere, perhaps years before."""
    imported = BulletinPage.objects.filter(releases__kind=ReleaseKind.IMPORTED)
    return first_released(year).exclude(pk__in=imported.values("pk"))


def reading(year: int) -> Counted:
    first, after = span_of(year)
    rows = Reading.objects.filter(opened_at__gte=first, opened_at__lt=after).order_by()
    return by_sector(set(rows.values_list("person_id", flat=True).distinct()))


def useful(year: int) -> Counted:
    """Answers to 'Was this useful?', from bulletins of the year."""
    yes, no = pulse.counts(first_released(year).values("pk"))
    return Counted([Cell("yes", _("Useful"), yes), Cell("no", _("Not useful"), no)])


def event_to_bulletin(year: int) -> Counted:
    """A date has no hour: time counts from the beginning of the day of the event.

    It counts to when the bulletin was issued, where that was before it came here, as of an archive.
    """
    rows = _own(year).exclude(event_date=None).values_list("event_date", "issued_at", "released")
    times = ((start_of(day), min(issued or released, released)) for day, issued, released in rows)
    return counted_times((out - began for began, out in times if out >= began), DAY)


def bulletin_to_reader(year: int) -> Counted:
    """To the first partner; staff who look at what they released do not count. Who reads as nobody is not known."""
    released = dict(_own(year).values_list("pk", "released"))
    partners = Q(person__groups=None, person__is_superuser=False)
    rows = Reading.objects.filter(partners, page__in=list(released)).order_by()
    opened: dict[int, datetime] = dict(rows.values_list("page").annotate(first=Min("opened_at")))
    return counted_times((max(opened[pk], at) - at for pk, at in released.items() if pk in opened), HOUR)


measures.register(
    Measure(
        name="partners-reading",
        place=10,
        section=measures.ENGAGEMENT,
        title=gettext_lazy("Partners who read, by sector"),
        definition=gettext_lazy(
            "Of the active partners, those who opened one bulletin in the year or more while signed in. What is read "
            "in mail or in a feed is not known."
        ),
        unit=gettext_lazy("members"),
        source=gettext_lazy("The record of who opened a bulletin, kept for recalls"),
        heading=gettext_lazy("Sector"),
        compute=reading,
        counts=Counts.PEOPLE,
        within=ACTIVE,
        is_of_the_moment=True,
        is_sensitive=True,
    )
)
measures.register(
    Measure(
        name="useful",
        section=measures.SATISFACTION,
        title=gettext_lazy("Was this useful?"),
        definition=gettext_lazy(
            "Answers of members to the one question below a bulletin, of bulletins first released in the year. Each "
            "member answers once a bulletin, and can change it for ninety days."
        ),
        unit=gettext_lazy("answers"),
        source=gettext_lazy("Answers without names, below each bulletin"),
        heading=gettext_lazy("Answer"),
        compute=useful,
        counts=Counts.PEOPLE,
        shape=Shape.SHARES,
        total=gettext_lazy("All answers"),
        is_sensitive=True,
    )
)
measures.register(
    Measure(
        name="event-to-bulletin",
        place=10,
        section=measures.TIME,
        title=gettext_lazy("From an event to its bulletin"),
        definition=gettext_lazy(
            "From the beginning of the day of the event to when the bulletin was issued, or to its first release if "
            "that was earlier, of bulletins that were written here, name an event and were first released in the year."
        ),
        unit=gettext_lazy("days"),
        source=SOURCE,
        heading=gettext_lazy("Time"),
        compute=event_to_bulletin,
        counts=Counts.TIMES,
        shape=Shape.SPAN,
        total=gettext_lazy("Bulletins measured"),
    )
)
measures.register(
    Measure(
        name="bulletin-to-reader",
        place=20,
        section=measures.TIME,
        title=gettext_lazy("From a bulletin to its first reader"),
        definition=gettext_lazy(
            "From the first release to the first partner who opened it while signed in, of bulletins that were written "
            "here, were first released in the year and were opened since. Staff do not count as readers."
        ),
        unit=gettext_lazy("hours"),
        source=SOURCE,
        heading=gettext_lazy("Time"),
        compute=bulletin_to_reader,
        counts=Counts.TIMES,
        shape=Shape.SPAN,
        total=gettext_lazy("Bulletins measured"),
    )
)
