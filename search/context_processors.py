"""The search box of every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse


def box(request: HttpRequest) -> dict[str, Any]:
    """Under names of our own: Wagtail's admin has a `search_url` that means something else."""
    return {"site_search_url": reverse("search"), "site_search_complete_url": reverse("search_complete")}
