"""This room's places in the header, and what staff may edit of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.core.navigation import register
from portal.members import rights
from portal.members.enums import StaffRole

register(_("Library"), "/library/", order=40)
register(_("Liability"), "/liability/", order=45)
for thing in ("provision", "liabilitygap", "evidencetag", "planpart"):
    rights.may_edit(StaffRole.MOP3_EDITOR, "library", f"add_{thing}", f"change_{thing}")
