"""The demo's guidance and employee sheets, told in demo/guidance/; and how a told page becomes a page."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files import File
from django.db import transaction
from wagtail.documents import get_document_model
from wagtail.models import Page

from portal.access.enums import Label, Reach
from portal.access.models import MarkedPage
from portal.bulletins.models import EmployeeSheetPage, GuidanceIndexPage, GuidancePage
from portal.core import demo
from portal.members.models import Person
from portal.vocabulary.models import Hazard, Sector

EDITOR = "mop3@state.example"

Facts = dict[str, Any]
Resolver = Callable[[Any], Any]


def seed() -> int:
    """Publish the guidance and sheets that are not there yet, found by their slug. Returns how many were made."""
    guidance = [publish_guidance(facts) for facts in told("guidance") if is_new(facts)]
    sheets = [publish_sheet(facts) for facts in told("guidance/sheets") if is_new(facts)]
    return len(guidance) + len(sheets)


def told(folder: str) -> Iterator[Facts]:
    """The files of one folder of demo/, in the order of their names."""
    for path in sorted((demo.folder() / folder).glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def is_new(facts: Facts) -> bool:
    return not Page.objects.child_of(_index()).filter(slug=facts["slug"]).exists()


@transaction.atomic
def publish_guidance(facts: Facts) -> GuidancePage:
    page = GuidancePage(
        title=facts["title"],
        slug=facts["slug"],
        summary=facts["summary"],
        source_name=facts["source_name"],
        source_reference=facts["source_reference"],
        tlp=facts.get("label", Label.CLEAR),
        reach=facts.get("reach", Reach.NAMED),
        live=False,
    )
    page.hazards = Hazard.objects.filter(slug__in=facts["hazards"])
    page.sectors = Sector.objects.filter(slug__in=facts["sectors"])
    _add(page)
    page.body = body_of(facts["body"], attachments=lambda name: attach(name, to=page, by=EDITOR))
    _publish(page)
    return page


@transaction.atomic
def publish_sheet(facts: Facts) -> EmployeeSheetPage:
    page = EmployeeSheetPage(
        title=facts["title"],
        slug=facts["slug"],
        guidance=GuidancePage.objects.filter(slug=facts["guidance"]).first(),
        text=facts["text"],
        prepared_by=facts["prepared_by"],
        tlp=Label.CLEAR,
        live=False,
    )
    _add(page)
    _publish(page)
    return page


def body_of(blocks: list[tuple[str, Any]], **resolvers: Resolver) -> list[tuple[str, Any]]:
    """A told body as Wagtail takes it. In a block that has a resolver stand names, which it turns into rows."""
    return [(kind, [resolvers[kind](name) for name in value] if kind in resolvers else value) for kind, value in blocks]


def attach(name: str, *, to: MarkedPage, by: str) -> Any:
    """A document of demo/library/ in the portal's library, marked like the page that it is attached to."""
    source = demo.folder() / "library" / name
    document = get_document_model()(
        title=_document_titles()[name],
        tlp=to.tlp,
        reach=to.reach,
        law_enforcement_sensitive=to.law_enforcement_sensitive,
        uploaded_by_user=Person.objects.get(email=by),
        file_size=source.stat().st_size,
    )
    with source.open("rb") as content:
        document.file.save(name, File(content), save=True)
    audience = to.audience()
    document.audience_communities.set(audience.communities)
    document.audience_organisations.set(audience.organisations)
    document.audience_people.set(audience.people)
    document.get_file_hash()
    return document


def _document_titles() -> dict[str, str]:
    with (demo.folder() / "SOURCES.csv").open(encoding="utf-8", newline="") as rows:
        return {row["file"].removeprefix("library/"): row["title"] for row in csv.DictReader(rows)}


def _index() -> Page:
    """The list of guidance, read anew: adding below it changes how many children it has on record."""
    return Page.objects.get(pk=GuidanceIndexPage.objects.get().pk)


def _add(page: MarkedPage) -> None:
    _index().add_child(instance=page)


def _publish(page: MarkedPage) -> None:
    editor = Person.objects.get(email=EDITOR)
    page.save_revision(user=editor).publish(user=editor)
