"""The account menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.core.navigation import register


def _signed_in(request: HttpRequest) -> bool:
    return request.user.is_authenticated


register(_("Your account"), "/account/", order=10, menu="account", is_shown=_signed_in)
register(_("Your membership"), "/account/standing/", order=15, menu="account", is_shown=_signed_in)
register(_("Second factor"), "/account/second-factor/", order=20, menu="account", is_shown=_signed_in)
register(_("Feed tokens"), "/account/feed/", order=30, menu="account", is_shown=_signed_in)
