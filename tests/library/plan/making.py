"""Makes cells, versions and comments for tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.library.models import PlanCell, PlanComment, PlanPart, PlanVersion, PortalDocument
from portal.library.plan import comments
from portal.library.plan.comments import Said
from portal.library.plan.enums import PlanState
from portal.members.models import Person
from portal.vocabulary.models import Sector
from tests.factories import PersonFactory
from tests.library.making import document

AUDIENCES = ("audience_communities", "audience_organisations", "audience_people")
MEMBERS = {"tlp": Label.GREEN, "reach": Reach.MEMBERS}


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def _keep(thing: Any, fields: dict[str, Any]) -> Any:
    named = {name: fields.pop(name) for name in AUDIENCES if name in fields}
    for name, value in fields.items():
        setattr(thing, name, value)
    thing.save()
    for name, rows in named.items():
        getattr(thing, name).set(rows)
    return thing


def plan_document(title: str = "Plan of the sector", **fields: Any) -> PortalDocument:
    """A document that is published in the library, for all members unless said otherwise."""
    return document(title=title, **{**MEMBERS, **fields})


def cell(sector: str = "energy", part: str = "risks", **fields: Any) -> PlanCell:
    """A cell, for all members unless said otherwise."""
    row = PlanCell(sector=Sector.objects.get(slug=sector), part=PlanPart.objects.get(slug=part))
    kept: PlanCell = _keep(row, {**MEMBERS, **fields})
    return kept


def version(of: PlanCell | None = None, *, words: str = "1", **fields: Any) -> PlanVersion:
    """A version in review that takes comments until tomorrow, unless said otherwise."""
    facts: dict[str, Any] = {"state": PlanState.REVIEW, "comments_until": tomorrow(), **fields}
    facts.setdefault("document", None)
    facts["document"] = facts["document"] or plan_document(f"Plan, version {words}")
    made: PlanVersion = PlanVersion.objects.create(cell=of or cell(), words=words, **facts)
    return made


def commented(
    on: PlanVersion | None = None, *, by: Person | None = None, words: str = "It lacks a date."
) -> PlanComment:
    """A comment that waits for an answer."""
    author = by or PersonFactory()
    return comments.receive(on or version(), author.pk, Said(words, 3, f"once of {author.pk} {words}"))
