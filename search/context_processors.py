"""The search box of every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse


def box(request: HttpRequest) -> dict[str, Any]:
    return {"search_url": reverse("search"), "search_complete_url": reverse("search_complete")}
