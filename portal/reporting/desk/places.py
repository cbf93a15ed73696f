"""The pages of the triage desk on which nothing waits, as links on the desk's front page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.queues import Place, place_source
from portal.reporting.people import READERS, SUPERVISORS

PLACES = (
    (_("Reports of suspicious activity"), "desk_reports", READERS),
    (_("Training of analysts"), "desk_report_training", SUPERVISORS),
)


@place_source(order=10)
def places(person: Any) -> list[Place]:
    """Those that this person may open."""
    return [Place(label, reverse(route)) for label, route, roles in PLACES if person.has_role(*roles)]
