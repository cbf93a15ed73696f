"""The page of Desk."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.queues import Place, place_source
from portal.figures.actions import READERS


@place_source(order=97)
def place(person: Any) -> list[Place]:
    return [Place(_("Partnership figures"), reverse("desk_figures"))] if person.has_role(*READERS) else []
