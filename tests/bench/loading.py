"""Fills the database with many bulletins quickly."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone
from treebeard.mp_tree import MP_Node
from wagtail.models import Page

from portal.access.derivation import derive
from portal.bulletins.models import BulletinIndexPage, BulletinPage

RELATIONS = ("sectors", "audience_communities")


def multiply(templates: list[BulletinPage], total: int) -> None:
    """Copy released bulletins, rows and all, until there are `total`; their releases are not copied."""
    index = Page.objects.get(pk=BulletinIndexPage.objects.get().pk)
    for number in range(len(templates), total):
        _copy(templates[number % len(templates)], index, number)
    Page.objects.filter(pk=index.pk).update(numchild=total)


def _copy(template: BulletinPage, index: Page, number: int) -> None:
    page: Any = BulletinPage.objects.get(pk=template.pk)
    related = {name: list(getattr(page, name).all()) for name in RELATIONS}
    page.pk = page.id = page.page_ptr_id = None
    page._state.adding = True
    page.title = page.draft_title = f"Bulletin {number}"
    page.slug, page.url_path = f"copy-{number}", f"{index.url_path}copy-{number}/"
    page.path = MP_Node._get_path.__func__(Page, index.path, index.depth + 1, number + 1)
    page.public_id, page.translation_key = uuid.uuid4(), uuid.uuid4()
    page.issued_at = timezone.now() - timedelta(hours=number)
    page.latest_revision_id = page.live_revision_id = None
    _insert(page)
    for name, rows in related.items():
        through = getattr(BulletinPage, name).through
        field = next(f.name for f in through._meta.fields if f.related_model not in {None, BulletinPage})
        through.objects.bulk_create([through(bulletinpage_id=page.pk, **{field: row}) for row in rows])
    derive(BulletinPage, page.pk)


def _insert(page: Any) -> None:
    """Store both rows of a page past its own `save`, which would rightly ask for a release."""
    Model.save_base(page, raw=False, force_insert=False)
