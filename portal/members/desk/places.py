"""The pages of this room on which nothing waits, as links on the desk's front page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.queues import Place, place_source
from portal.members import alarms, staff_roles
from portal.members.actions.circles import COMMUNITY_STAFF, ORGANISATION_STAFF
from portal.members.desk import exposure, membership

PLACES = (
    (_("Find a member"), "desk_people", membership.READERS),
    (_("Organisations"), "desk_organisations", ORGANISATION_STAFF),
    (_("Communities"), "desk_communities", COMMUNITY_STAFF),
    (_("Locks"), "desk_locks", alarms.LOOKED_AFTER_BY),
    (_("Exposure"), "desk_access", exposure.READERS),
)


@place_source(order=20)
def places(person: Any) -> list[Place]:
    """Those that this person may open."""
    found = [Place(label, reverse(route)) for label, route, roles in PLACES if person.has_role(*roles)]
    if staff_roles.may_administer(person):
        found.append(Place(_("Roles of staff"), reverse("desk_staff")))
    return found
