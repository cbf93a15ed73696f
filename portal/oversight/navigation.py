"""This room's place in the account menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.core.navigation import register


def _signed_in(request: HttpRequest) -> bool:
    return request.user.is_authenticated


register(_("Your activity"), "/account/activity/", order=25, menu="account", is_shown=_signed_in)
