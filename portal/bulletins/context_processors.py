"""What this room adds to every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.access.viewer import ANONYMOUS
from portal.bulletins.models import InformationPage


def footer(request: HttpRequest) -> dict[str, Any]:
    """The pages about the portal, for the footer; asked for only where a page is shown."""
    return {"footer_links": SimpleLazyObject(_links)}


def _links() -> list[dict[str, str]]:
    pages: Any = InformationPage.objects.readable_by(ANONYMOUS).order_by("path")
    return [{"label": page.title, "url": page.url} for page in pages]
