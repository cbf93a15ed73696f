"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.core import frame, navigation
from portal.core.models import PortalSettings


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "portal": PortalSettings.load(request),
        "navigation": navigation.items(request),
        "account_menu": navigation.items(request, "account"),
        "site_kind": settings.PORTAL_SITE_KIND,
        "front_url": settings.PORTAL_FRONT_URL,
        "is_demo": settings.PORTAL_DEMO,
        "version": settings.VERSION,
        **frame.parts(request),
    }
