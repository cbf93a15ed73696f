"""The account menu, and the page of Desk."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.access.viewer import viewer_of
from portal.core.navigation import register
from portal.core.queues import Place, Queue, place_source, source
from portal.delivery.actions import CARETAKERS
from portal.delivery.enums import State
from portal.delivery.models import Delivery


def _is_member(request: HttpRequest) -> bool:
    return viewer_of(request).is_member


register(_("Mail about news"), "/account/news/", order=25, menu="account", is_shown=_is_member)


@source(order=95)
def failed(person: Any) -> list[Queue]:
    """Messages that were given up, for those who look after delivery."""
    if not person.has_role(*CARETAKERS):
        return []
    count = Delivery.objects.filter(state=State.FAILED).count()
    return [Queue(_("Messages that failed"), reverse("desk_delivery"), count)] if count else []


@place_source(order=95)
def place(person: Any) -> list[Place]:
    return [Place(_("Delivery of news"), reverse("desk_delivery"))] if person.has_role(*CARETAKERS) else []
