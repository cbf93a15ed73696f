"""The measure that is about members alone, and therefore this room's own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.figures import measures
from portal.figures.enums import Counts
from portal.figures.measures import Counted, Measure
from portal.figures.sectors import by_sector

ACTIVE = "partners-active"


def active(_year: int) -> Counted:
    return by_sector()


measures.register(
    Measure(
        name=ACTIVE,
        section=measures.ENGAGEMENT,
        title=_("Active partners, by sector"),
        definition=_(
            "Members who are vetted, validated and not suspended or dormant, as of the last day measured in the year. "
            "Staff are not counted. Each member counts once: who is in several sectors has a row of their own."
        ),
        unit=_("members"),
        source=_("Memberships, employers and communities of the portal"),
        heading=_("Sector"),
        compute=active,
        counts=Counts.PEOPLE,
        is_of_the_moment=True,
    )
)
