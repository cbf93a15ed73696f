"""This room's places in the header."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.core.navigation import register

register(_("Bulletins"), "/bulletins/", order=10)
register(_("Guidance"), "/guidance/", order=20)
register(_("Sectors"), "/sectors/", order=30)
register(_("Desk"), "/desk/", order=5, is_shown=lambda _request: settings.PORTAL_SITE_KIND == "desk")
