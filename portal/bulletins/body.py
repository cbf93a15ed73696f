"""What of a body one viewer may see: related bulletins and attachments are marked things of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wagtail.documents import get_document_model

from portal.access.derivation import derive
from portal.access.rule import Marking
from portal.access.viewer import Viewer


def hide_unreadable(body: Any, viewer: Viewer) -> None:
    """Take out of the body in hand what `viewer` may not read; nothing is saved.

    A list that ends up empty is taken out whole, so that its heading does not tell that there was something.
    """
    for place in reversed(range(len(body))):
        block = body[place]
        readable = _readable(block.block_type, block.value, viewer)
        if readable is None:
            continue
        for number in reversed(range(len(block.value))):
            thing = block.value[number]
            if thing is None or thing.pk not in readable:
                del block.value[number]
        if not len(block.value):
            del body[place]


def attachments(body: Any) -> list[Any]:
    """The documents that a body carries."""
    return [thing for block in body if block.block_type == "attachments" for thing in block.value if thing is not None]


def release_attachments(body: Any) -> None:
    """Let the documents of a body be read, by those for whom they are marked, and fix them as they are."""
    keys = [document.pk for document in attachments(body)]
    get_document_model().objects.filter(pk__in=keys).update(is_released=True)
    _told(keys)


def recall_attachments(body: Any, at: datetime) -> None:
    """Close the documents of a body at once."""
    keys = [document.pk for document in attachments(body)]
    get_document_model().objects.filter(pk__in=keys, recalled_at=None).update(recalled_at=at)
    _told(keys)


def _told(keys: list[int]) -> None:
    """Tell whoever keeps rows by who may read these documents."""
    for key in keys:
        derive(get_document_model(), key)


def wider_attachments(body: Any, marking: Marking) -> list[str]:
    """The titles of documents that somebody could read who may not read the page."""
    return [document.title for document in attachments(body) if not document.marking().tokens() <= marking.tokens()]


def _readable(kind: str, things: Any, viewer: Viewer) -> set[int] | None:
    """The keys of those that the viewer may read; None where a block holds nothing that is marked."""
    from portal.bulletins.models import BulletinPage

    models: dict[str, Any] = {"related": BulletinPage, "attachments": get_document_model()}
    if kind not in models:
        return None
    keys = [thing.pk for thing in things if thing is not None]  # None: it was deleted
    return set(models[kind].objects.readable_by(viewer).filter(pk__in=keys).values_list("pk", flat=True))
