"""From an advisory to a public bulletin: made once, revised when its publisher revises it, else left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from wagtail.models import Page

from portal.access.enums import Label
from portal.bulletins import actions
from portal.bulletins.advisory_body import body_of
from portal.bulletins.csaf import Advisory, Refused, read
from portal.bulletins.csaf.documents import version_key
from portal.bulletins.csaf.errors import DuplicateAdvisory
from portal.bulletins.enums import Kind, ReleaseKind, Severity
from portal.bulletins.models import BulletinChange, BulletinIndexPage, BulletinPage, CveReference, Release
from portal.bulletins.site_tree import prepare
from portal.vocabulary.models import Sector

SOURCE = "csaf:"


class Outcome(Enum):
    """What became of one file."""

    CREATED = "new"
    UPDATED = "revised"
    UNCHANGED = "unchanged"
    OLDER = "older than what is here"
    RECALLED = "recalled here, left alone"
    WAITING = "changed here, so its revision waits as a draft for staff"
    REFUSED = "refused"


@dataclass
class Summary:
    """What became of all files: counts, the sentence for each refusal, and the sector words nobody understood."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    refusals: list[str] = field(default_factory=list)
    unknown_sectors: Counter[str] = field(default_factory=Counter)
    corrected_sectors: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        return not self.refusals

    def sentence(self) -> str:
        parts = [f"{self.outcomes[outcome]} {outcome.value}" for outcome in Outcome if self.outcomes[outcome]]
        return ", ".join(parts) or "no file was given"


def import_files(paths: Iterable[Path], *, tell: Callable[[Path, Outcome], None] = lambda *_: None) -> Summary:
    """Import each file on its own: one that is refused leaves nothing behind, and the rest goes on.

    `tell` is called after each file, for a progress bar.
    """
    prepare()
    summary = Summary()
    seen: dict[str, str] = {}
    for path in paths:
        outcome = _import_one(path, summary, seen)
        summary.outcomes[outcome] += 1
        tell(path, outcome)
    return summary


def _import_one(path: Path, summary: Summary, seen: dict[str, str]) -> Outcome:
    try:
        advisory = read(path)
        if advisory.tracking_id in seen:
            raise DuplicateAdvisory(path.name, tracking_id=advisory.tracking_id, other=seen[advisory.tracking_id])
    except Refused as refusal:
        summary.refusals.append(str(refusal))
        return Outcome.REFUSED
    seen[advisory.tracking_id] = path.name
    summary.unknown_sectors.update(advisory.sectors.unknown)
    summary.corrected_sectors.update(advisory.sectors.corrected)
    return store(advisory)


def store(advisory: Advisory) -> Outcome:
    """Make or revise the bulletin of one advisory, in one transaction."""
    with transaction.atomic():
        page = BulletinPage.objects.filter(source_id=SOURCE + advisory.tracking_id).first()
        if page is None:
            _publish(_new_page(advisory), advisory)
            return Outcome.CREATED
        if page.source_data.get("hash") == advisory.content_hash:
            return Outcome.UNCHANGED
        if page.recalled_at:
            return Outcome.RECALLED
        if not _is_newer(advisory, page.source_data):
            return Outcome.OLDER
        if _is_staffs(page):
            _leave_as_draft(page, advisory)
            return Outcome.WAITING
        _publish(page, advisory)
        return Outcome.UPDATED


def _is_staffs(page: BulletinPage) -> bool:
    """Whether staff made it their own: marked it, released a version of it, or have a draft of it.

    What they wrote beside the advisory must not become public by an import.
    """
    live = Release.objects.filter(page=page, revision=page.live_revision_id or 0).first()
    was_imported = live is not None and live.kind == ReleaseKind.IMPORTED
    is_public = page.label is Label.CLEAR and page.marking().is_sound()
    return not (was_imported and is_public and page.latest_revision_id == page.live_revision_id)


def _leave_as_draft(page: BulletinPage, advisory: Advisory) -> None:
    """Put the publisher's revision on top of staff's newest draft; a person decides what becomes of it."""
    draft = page.get_latest_revision_as_object()
    if draft.source_data.get("hash") == advisory.content_hash:
        return
    label = draft.tlp
    _fill(draft, advisory)
    draft.tlp = label
    draft.save_revision(log_action=False)


def _is_newer(advisory: Advisory, stored: dict[str, Any]) -> bool:
    """By version, then by date of release; a file without what it replaces is taken as newer."""
    released = parse_datetime(stored.get("current_release", ""))
    if released is None:
        return True
    return (version_key(advisory.version), advisory.current_release) > (version_key(stored["version"]), released)


def _new_page(advisory: Advisory) -> BulletinPage:
    index = Page.objects.get(pk=BulletinIndexPage.objects.get().pk)
    page = BulletinPage(
        title=advisory.title,
        slug=_free_slug(index, advisory.slug),
        summary=advisory.summary,
        tlp=Label.CLEAR,
        source_id=SOURCE + advisory.tracking_id,
        live=False,
    )
    index.add_child(instance=page)
    return page


def _free_slug(index: Page, slug: str) -> str:
    taken = set(Page.objects.child_of(index).filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(name for name in (slug, *(f"{slug}-{n}" for n in range(2, 1000))) if name not in taken)


def _publish(page: BulletinPage, advisory: Advisory) -> None:
    _fill(page, advisory)
    revision = page.save_revision(log_action=False)
    actions.make_public(page, revision, kind=ReleaseKind.IMPORTED, by=None)


def _fill(page: BulletinPage, advisory: Advisory) -> None:
    """Set every field that comes from the advisory; what staff added beside them stays."""
    score = advisory.highest_score
    facts: dict[str, Any] = {
        "title": advisory.title,
        "draft_title": advisory.title,
        "summary": advisory.summary,
        "kind": Kind.ADVISORY,
        "number": advisory.tracking_id,
        "originator": advisory.publisher,
        "source_reference": advisory.source_url,
        "severity": Severity.from_score(score.base) if score else "",
        "cvss_score": score.base if score else None,
        "cvss_version": score.version if score else "",
        "is_cross_sector": advisory.sectors.is_cross_sector,
        "unknown_sectors": list(advisory.sectors.unknown),
        "issued_at": advisory.initial_release,
        "revised_at": advisory.current_release if advisory.current_release != advisory.initial_release else None,
        "body": body_of(advisory),
        "source_data": {
            "version": advisory.version,
            "current_release": advisory.current_release.isoformat(),
            "hash": advisory.content_hash,
        },
    }
    related: dict[str, list[Any]] = {
        "sectors": list(Sector.objects.filter(slug__in=advisory.sectors.slugs)),
        "cves": [CveReference(cve=cve) for cve in advisory.cves],
        "changes": [
            BulletinChange(date=revision.date, number=revision.number, summary=revision.summary)
            for revision in advisory.revisions
        ],
    }
    for name, value in {**facts, **related}.items():
        setattr(page, name, value)
