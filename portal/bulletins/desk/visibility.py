"""Which pages, and which documents on their drafts, a person sees in Wagtail's admin (docs/access.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from wagtail.models import Page, Revision
from wagtail.permissions import page_permission_policy

from portal.access.models import MarkedPage
from portal.bulletins.desk.access import BULLETIN_STAFF
from portal.bulletins.models import BulletinPage, GuidancePage, ReleaseRequest
from portal.members.models import Person
from portal.members.viewers import viewer_for

EDITING = {"add", "change", "publish"}


def visible_pages(person: Person) -> QuerySet[Page]:
    """The pages whose titles this person may see: readable, or theirs to edit; to bulletin staff, every bulletin.

    The root of the tree, which is no page of ours, is seen by everybody.
    """
    pages: QuerySet[Page] = Page.objects.all()
    if person.is_superuser:
        return pages
    seen = Q(depth=1) | Q(pk__in=_editable(person).values("pk"))
    viewer = viewer_for(person)
    for model in _marked():
        seen |= Q(pk__in=model.objects.readable_by(viewer).values("pk"))
    if person.has_role(*BULLETIN_STAFF):
        seen |= Q(pk__in=BulletinPage.objects.values("pk"))
    return pages.filter(seen)


def _editable(person: Person) -> Any:
    return page_permission_policy.instances_user_has_any_permission_for(person, EDITING)


def _marked() -> list[Any]:
    return [model for model in apps.get_models() if issubclass(model, MarkedPage)]


def drafted_documents(person: Person) -> set[int]:
    """The keys of documents on versions not yet public that this person may edit or review."""
    revisions = set(_drafts(GuidancePage.objects.filter(pk__in=_editable(person).values("pk"))))
    if person.is_superuser or person.has_role(*BULLETIN_STAFF):
        revisions |= set(_drafts(BulletinPage.objects.all()))
        revisions |= set(ReleaseRequest.objects.waiting().values_list("revision_id", flat=True))
    contents = Revision.objects.filter(pk__in=revisions).values_list("content", flat=True)
    return {key for content in contents for key in _attached(content)}


def _drafts(pages: Any) -> Any:
    return pages.filter(Q(live=False) | Q(has_unpublished_changes=True)).values_list("latest_revision_id", flat=True)


def _attached(content: dict[str, Any]) -> Iterator[int]:
    """The documents that a revision names, as it is stored; making pages of all drafts would take far longer."""
    for block in json.loads(content.get("body") or "[]"):
        if block["type"] == "attachments":
            for item in block["value"]:
                yield item["value"] if isinstance(item, dict) else item
