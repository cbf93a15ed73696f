"""What of a body one viewer may see: related bulletins and attachments are marked things of their own."""

from __future__ import annotations

from typing import Any

from wagtail.documents import get_document_model

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
            if block.value[number].pk not in readable:
                del block.value[number]
        if not len(block.value):
            del body[place]


def _readable(kind: str, things: Any, viewer: Viewer) -> set[int] | None:
    """The keys of those that the viewer may read; None where a block holds nothing that is marked."""
    from portal.bulletins.models import BulletinPage

    models: dict[str, Any] = {"related": BulletinPage, "attachments": get_document_model()}
    if kind not in models:
        return None
    keys = [thing.pk for thing in things]
    return set(models[kind].objects.readable_by(viewer).filter(pk__in=keys).values_list("pk", flat=True))
