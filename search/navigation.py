"""This room's place in the account menu; its box stands in the header of every page."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.access.viewer import viewer_of
from portal.core.navigation import register


def _is_member(request: HttpRequest) -> bool:
    return viewer_of(request).is_member


register(_("Saved searches"), "/search/saved/", order=35, menu="account", is_shown=_is_member)
