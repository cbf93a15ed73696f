"""The pages about the portal, in the footer of every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from portal.access.viewer import ANONYMOUS
from portal.bulletins.models import InformationPage
from portal.core import frame


def _links(_request: HttpRequest) -> list[dict[str, str]]:
    pages: Any = InformationPage.objects.readable_by(ANONYMOUS).order_by("path")
    return [{"label": page.title, "url": page.url} for page in pages]


frame.register("footer_links", _links)
