"""What the home page shows to whom."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest

from portal.access.viewer import ANONYMOUS, Viewer, viewer_of
from portal.bulletins.enums import Severity
from portal.bulletins.models import BulletinPage, GuidancePage
from portal.core import home
from portal.members.requests import person_of
from portal.vocabulary.models import Sector

SHOWN = 8


def home_context(request: HttpRequest) -> dict[str, Any]:
    """Public: the latest public bulletins. Members: what is new in their sectors since their last visit."""
    viewer = viewer_of(request)
    guidance: Any = GuidancePage.objects.readable_by(viewer)
    context: dict[str, Any] = {
        "latest_guidance": guidance.newest_first().for_rows()[:4],
        "home_blocks": home.blocks(request),
    }
    if viewer.is_member:
        return {**context, **_for_member(request, viewer)}
    public: Any = BulletinPage.objects.readable_by(ANONYMOUS)
    return {**context, "latest_public": public.newest_first().for_rows()[:SHOWN]}


def _for_member(request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
    sectors = list(my_sectors(viewer))
    readable: Any = BulletinPage.objects.readable_by(viewer)
    mine = readable.for_sectors([sector.pk for sector in sectors]) if sectors else readable
    since = person_of(request).previous_visit_at
    fresh = mine.filter(first_published_at__gt=since) if since else mine
    return {
        "my_sectors": sectors,
        "new_since": since,
        "new_for_you": gravest_first(fresh).for_rows()[:SHOWN],
        "latest_for_you": mine.newest_first().for_rows()[:SHOWN],
    }


def my_sectors(viewer: Viewer) -> Any:
    """The sectors of the communities whose tokens the viewer holds."""
    keys = [int(token.partition(":")[2]) for token in viewer.tokens if token.startswith("community:")]
    return Sector.objects.filter(community__in=keys)


def gravest_first(rows: Any) -> Any:
    """Critical ones first, then the newest."""
    order = [Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW]
    whens = [When(severity=word, then=Value(place)) for place, word in enumerate(order)]
    gravity = Case(*whens, default=Value(len(order)), output_field=IntegerField())
    return rows.order_by(gravity, "-issued_at", "-pk")
