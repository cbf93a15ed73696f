"""Bulletins and guidance as news: which releases members are told of, and of what they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.bulletins.enums import Kind, ReleaseKind
from portal.bulletins.finding import permalink, safe_title
from portal.bulletins.models import BulletinPage, GuidancePage, Release
from portal.delivery import sources
from portal.delivery.enums import Severity
from portal.delivery.sources import Released, Source, Topics

FRESH = timedelta(days=7)  # an import of what is older fills the archive, and is no news


def released_bulletins(after: datetime, until: datetime) -> Iterator[Released]:
    """Each released version that is public, from when it could be read: a revision is news as well."""
    now_public = Release.objects.filter(page__live=True, revision_id=F("page__live_revision_id"))
    window = Q(released_at__gt=after) | Q(page__visible_from__gt=after)
    for release in now_public.filter(window, released_at__lte=until).select_related("page"):
        if release.kind != ReleaseKind.IMPORTED or _is_fresh(release):
            page = release.page
            at = max(filter(None, (release.released_at, page.visible_from)))
            yield Released(page.pk, str(release.revision_id), at)


def _is_fresh(release: Release) -> bool:
    dated = release.page.revised_at or release.page.issued_at
    return dated is None or dated > release.released_at - FRESH


def published_guidance(after: datetime, until: datetime) -> Iterator[Released]:
    """Guidance when it is published for the first time. Its revisions are many and small."""
    window = Q(first_published_at__gt=after) | Q(visible_from__gt=after)
    rows = GuidancePage.objects.filter(window, live=True, first_published_at__lte=until)
    for pk, first, visible in rows.values_list("pk", "first_published_at", "visible_from"):
        yield Released(pk, "1", max(filter(None, (first, visible))))


def of_bulletin(page: BulletinPage) -> Topics:
    return Topics(
        kind=page.kind,
        sectors=frozenset(sector.pk for sector in page.sectors.all()),
        counties=frozenset(county.pk for county in page.counties.all()),
        is_for_all_sectors=page.is_cross_sector,
        severity=Severity(page.severity) if page.severity else None,
    )


def of_guidance(page: GuidancePage) -> Topics:
    return Topics(kind="guidance", sectors=frozenset(sector.pk for sector in page.sectors.all()))


def title_of(page: BulletinPage | GuidancePage) -> str:
    return str(page.title)


def summary_of(page: BulletinPage | GuidancePage) -> str:
    return str(page.summary)


sources.register(
    Source(
        name="bulletin",
        model=BulletinPage,
        words=_("Bulletins"),
        kinds={kind.value: kind.label for kind in Kind},
        released=released_bulletins,
        topics=of_bulletin,
        version=lambda page: str(page.live_revision_id),
        title=title_of,
        summary=summary_of,
        safe_title=safe_title,
        permalink=permalink,
        prefetch=("sectors", "counties"),
        unread=("body", "handling", "sources", "source_data"),
    )
)
sources.register(
    Source(
        name="guidance",
        model=GuidancePage,
        words=_("Guidance"),
        kinds={"guidance": _("Guidance")},
        released=published_guidance,
        topics=of_guidance,
        version=lambda _page: "1",
        title=title_of,
        summary=summary_of,
        safe_title=safe_title,
        permalink=permalink,
        prefetch=("sectors",),
        unread=("body",),
    )
)
