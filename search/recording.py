"""What the trail keeps of a search: counts and filters, and on Desk the words that staff looked for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal import audit
from portal.access.viewer import viewer_of
from portal.audit import Verb
from portal.members.enums import StaffRole
from portal.members.limits import may_ask
from search.listing import Results

LONGEST = 100  # characters of what staff looked for
VISITORS_RECORDED = 60  # searches an hour of each network; a visitor could otherwise fill the trail


def record(request: HttpRequest, results: Results) -> None:
    """Record that somebody searched: of visitors counts alone, of members the filters too, words of staff on Desk."""
    facts: dict[str, Any] = {"found": results.count, "page": results.page}
    if not request.user.is_authenticated:
        if may_ask(request, "search-recorded", per_hour=VISITORS_RECORDED, per="ip"):
            audit.record(Verb.SEARCH, facts=facts)
        return
    facts |= _filters(results)
    if _is_staff_on_desk(request):
        facts["words"] = results.asked.typed[:LONGEST]
    audit.record(Verb.SEARCH, facts=facts)


def _filters(results: Results) -> dict[str, list[str]]:
    """The filters chosen. What stands on no closed list may have been typed, and is kept by its filter's name alone."""
    kept: dict[str, list[str]] = {}
    for name, value in results.asked.pairs:
        kept.setdefault(name, []).append(value if results.names.knows(name, value) else "")
    return kept


def _is_staff_on_desk(request: HttpRequest) -> bool:
    user: Any = request.user
    return settings.PORTAL_SITE_KIND == "desk" and viewer_of(request).is_member and user.has_role(*StaffRole)
