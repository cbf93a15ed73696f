"""Look-ups, counts and the scanner, as links on the desk's front page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.queues import Place, place_source
from portal.reporting.desk.scanner import WATCHERS
from portal.reporting.people import ANALYSTS, READERS

PLACES = (
    (_("Seen before?"), "desk_seen_before", ANALYSTS),
    (_("Counts of reports"), "desk_report_counts", READERS),
    (_("Virus scanner"), "desk_scanner", WATCHERS),
)


@place_source(order=11)
def places(person: Any) -> list[Place]:
    """Those that this person may open."""
    return [Place(label, reverse(route)) for label, route, roles in PLACES if person.has_role(*roles)]
