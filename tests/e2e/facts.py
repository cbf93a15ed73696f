"""Prints what is in the running portal's database, as JSON: `python -m tests.e2e.facts`.

The browser tests talk to the portal as people do; what they must know beforehand (the secrets of the demo accounts'
authenticator apps, how many bulletins there are) comes from here, not from the pages under test.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django
from django.utils import timezone


def facts() -> dict[str, Any]:
    return {"secrets": secrets(), "bulletins": bulletins(), "guidance": guidance(), "index_pk": index_pk(), **desk()}


def secrets() -> dict[str, str]:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import decrypt

    rows = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__is_demo=True).select_related("user")
    return {row.user.email: decrypt(row.data["secret"]) for row in rows}


def bulletins() -> list[dict[str, Any]]:
    from portal.bulletins.models import BulletinPage

    now = timezone.now()
    rows = BulletinPage.objects.live().order_by("pk")
    return [
        {
            "title": row.title,
            "safe_title": row.safe_title,
            "summary": row.summary,
            "path": row.url,
            "public_id": str(row.public_id),
            "tlp": row.tlp,
            "is_imported": (row.source_id or "").startswith("csaf:"),
            "is_callout": row.is_callout,
            "audience": sorted(community.slug for community in row.audience_communities.all()),
            "is_restricted": row.law_enforcement_sensitive,
            "is_recalled": row.recalled_at is not None,
            "is_expired": row.expires_at is not None and row.expires_at <= now,
            "sectors": sorted(sector.slug for sector in row.sectors.all()),
            "is_cross_sector": row.is_cross_sector,
        }
        for row in rows
    ]


def guidance() -> list[dict[str, Any]]:
    from portal.bulletins.models import GuidancePage

    rows = GuidancePage.objects.live().order_by("pk")
    return [
        {"title": row.title, "path": row.url, "tlp": row.tlp, "sheets": [sheet.url for sheet in row.sheets.live()]}
        for row in rows
    ]


def desk() -> dict[str, Any]:
    """What waits for release, and a bulletin of ours that was released."""
    from portal.bulletins.models import BulletinPage, ReleaseRequest

    waiting = [{"pk": row.pk, "page": row.page_id} for row in ReleaseRequest.objects.waiting()]
    released = BulletinPage.objects.live().filter(
        tlp="TLP:AMBER", audience_communities__slug="energy", recalled_at=None
    )
    return {"waiting": waiting, "released_pk": released.order_by("pk").values_list("pk", flat=True).first()}


def index_pk() -> int:
    from portal.bulletins.models import BulletinIndexPage

    return int(BulletinIndexPage.objects.get().pk)


if __name__ == "__main__":
    django.setup()
    json.dump(facts(), sys.stdout)
