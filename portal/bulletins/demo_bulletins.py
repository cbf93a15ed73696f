"""The demo's bulletins for members, told in demo/bulletins/ and released as staff release theirs: by two people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from portal.access.enums import Reach
from portal.bulletins import actions
from portal.bulletins.demo_guidance import Facts, attach, body_of, told
from portal.bulletins.models import BulletinChange, BulletinIndexPage, BulletinPage, CveReference, ReleaseRequest
from portal.members.models import Community, Organisation, Person
from portal.vocabulary.models import Sector

SOURCE = "demo:"
AUTHOR = "author@miac.example"
SUPERVISOR = "supervisor@miac.example"
ORIGINATOR = "MIAC (demonstration)"
HANDLING = "In this demonstration the label is set to show who can read it; the facts are public."

# Told as they stand on the page.
PLAIN = {
    *("title", "safe_title", "summary", "kind", "number", "event_date", "source_reference", "sources"),
    *("severity", "cvss_score", "cvss_version", "is_cross_sector", "is_callout", "watch_for"),
    "law_enforcement_sensitive",
}


def seed() -> int:
    """Release the bulletins that are not there yet, found by their source id. Returns how many were made."""
    return sum(_make(facts) for facts in told("bulletins"))


@transaction.atomic
def _make(facts: Facts) -> bool:
    if find(facts["key"]) is not None:
        return False
    page = write(facts)
    request = submit(page, **facts.get("submission", {}))
    fate = facts.get("fate", "released")
    if fate in {"released", "recalled"}:
        actions.ReleaseBulletin(request=request, by=_person(SUPERVISOR)).execute()
    if fate == "recalled":
        page.refresh_from_db()
        actions.RecallBulletin(page=page, by=_person(SUPERVISOR), reason=facts["recall_reason"]).execute()
    return True


def find(key: str) -> BulletinPage | None:
    page: BulletinPage | None = BulletinPage.objects.filter(source_id=SOURCE + key).first()
    return page


def write(facts: Facts) -> BulletinPage:
    """The author's draft, saved as a revision of theirs."""
    page = BulletinPage(
        slug=facts["key"],
        source_id=SOURCE + facts["key"],
        originator=ORIGINATOR,
        handling=HANDLING,
        has_no_closure_basis=True,
        live=False,
        **{name: value for name, value in facts.items() if name in PLAIN},
    )
    _date(page, facts)
    _mark(page, facts)
    page.sectors = Sector.objects.filter(slug__in=facts.get("sectors", []))
    page.cves.set([CveReference(cve=cve) for cve in facts.get("cves", [])])
    page.changes.set([_change(row) for row in facts.get("history", [])])
    page.supersedes = find(facts["supersedes"]) if "supersedes" in facts else None
    Page.objects.get(pk=BulletinIndexPage.objects.get().pk).add_child(instance=page)
    page.body = body_of(facts["body"], attachments=lambda name: attach(name, to=page, by=AUTHOR), related=find)
    page.save_revision(user=_person(AUTHOR))
    return page


def submit(page: BulletinPage, *, names_people: bool = False, note: str = "") -> ReleaseRequest:
    request: ReleaseRequest = actions.SubmitForRelease(
        page=page, by=_person(AUTHOR), names_people=names_people, touches_expression=False, note=note
    ).execute()
    return request


def _mark(page: BulletinPage, facts: Facts) -> None:
    """Label and audience; one that names nobody reaches who its label says, and nobody more."""
    page.tlp = facts["label"]
    page.reach = facts.get("reach", Reach.NAMED)
    page.audience_communities = Community.objects.filter(slug__in=facts.get("communities", []))
    page.audience_organisations = Organisation.objects.filter(name__in=facts.get("organisations", []))
    page.audience_people = Person.objects.filter(email__in=facts.get("people", []))


def _date(page: BulletinPage, facts: Facts) -> None:
    """Dates are told in days before or after today, so that the demo never grows old; a draft is not issued yet."""
    if "days_ago" not in facts:
        return
    page.issued_at = _days_ago(facts["days_ago"])
    if "expires_after_days" in facts:
        page.expires_at = page.issued_at + timedelta(days=facts["expires_after_days"])
    if "watch_days" in facts:
        page.watch_until = _end_of_day(facts["watch_days"])


def _change(row: Facts) -> BulletinChange:
    return BulletinChange(date=_days_ago(row["days_ago"]), number=row["number"], summary=row["summary"])


def _days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def _person(email: str) -> Any:
    return Person.objects.get(email=email)


def _end_of_day(days: int) -> datetime:
    """The last minute of the day that lies so many days ahead."""
    return (timezone.localtime() + timedelta(days=days)).replace(hour=23, minute=59, second=0, microsecond=0)
