"""This room on the desk's front page: the reviews that wait, and the search."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.queues import Place, Queue, place_source, source
from portal.members.enums import StaffRole
from portal.oversight.models import Review


@source(order=70)
def waiting(person: Any) -> list[Queue]:
    """Weekly reviews that nobody has signed, and how many of them are overdue."""
    if not person.has_role(StaffRole.AUDITOR):
        return []
    count, overdue = Review.objects.waiting().count(), Review.objects.overdue().count()
    return [Queue(_("Weekly reviews of the trail"), reverse("desk_audit_reviews"), count, overdue)]


@place_source(order=70)
def places(person: Any) -> list[Place]:
    if not person.has_role(StaffRole.AUDITOR):
        return []
    return [Place(_("The trail"), reverse("desk_audit"))]
