"""This room's place in the header, and what staff may edit of it."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.access.viewer import viewer_of
from portal.core.navigation import register
from portal.members import rights
from portal.members.enums import StaffRole


def _is_member(request: HttpRequest) -> bool:
    return viewer_of(request).is_member


register(_("Meetings"), "/meetings/", order=50)
register(_("Your concerns"), "/concerns/", order=40, menu="account", is_shown=_is_member)
register(_("Visits and briefings"), "/visits/", order=42, menu="account", is_shown=_is_member)
for thing in ("closureexception", "series", "capability"):
    rights.may_edit(StaffRole.MOP3_EDITOR, "meetings", f"add_{thing}", f"change_{thing}")
rights.may_edit(StaffRole.MOP3_EDITOR, "vocabulary", "add_holiday", "change_holiday", "delete_holiday")
