"""This room's places in the header."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.core.navigation import register
from portal.members.middleware import keeps_what_was_typed

register(_("Report"), "/report/", order=60)
keeps_what_was_typed("report_page", "report_seen_add", "report_seen_change", "protected_page")
