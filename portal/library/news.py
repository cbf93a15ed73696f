"""Documents of the library as news. A new version is a document of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.delivery import sources
from portal.delivery.sources import Released, Source, Topics
from portal.library.enums import DocumentKind
from portal.library.finding import safe_title
from portal.library.models import PortalDocument


def published(after: datetime, until: datetime) -> Iterator[Released]:
    window = Q(published_at__gt=after) | Q(visible_from__gt=after)
    rows = PortalDocument.objects.filter(window, in_library=True, recalled_at=None, published_at__lte=until)
    for pk, at, visible in rows.values_list("pk", "published_at", "visible_from"):
        yield Released(pk, "1", max(filter(None, (at, visible))))


def topics_of(document: PortalDocument) -> Topics:
    return Topics(
        kind=document.kind,
        sectors=frozenset(sector.pk for sector in document.sectors.all()),
        is_for_all_sectors=document.is_cross_sector,
    )


sources.register(
    Source(
        name="library",
        model=PortalDocument,
        words=_("Library"),
        kinds={kind.value: kind.label for kind in DocumentKind},
        released=published,
        topics=topics_of,
        version=lambda _document: "1",
        title=lambda document: str(document.title),
        summary=lambda document: str(document.summary),
        safe_title=safe_title,
        permalink=PortalDocument.get_absolute_url,  # a random identifier, no words
        prefetch=("sectors",),
    )
)
