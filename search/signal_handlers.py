"""Entries follow their things, in the same transaction."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from portal.access.signals import derived
from search import indexing, outbox, registry
from search.models import Change

CHANGES = {"post_add", "post_remove", "post_clear"}


@receiver(derived)
def thing_changed(sender: Any, pk: int, **kwargs: Any) -> None:
    """A marked thing was saved, or its audience was changed."""
    indexing.refresh(sender, pk)


@receiver(m2m_changed)
def relation_changed(sender: Any, instance: Any, action: str, reverse: bool, **kwargs: Any) -> None:
    """A relation that shows in the projection was changed without the thing's being saved."""
    source = registry.source_of(type(instance))
    if source and action in CHANGES and not reverse and sender in source.related:
        indexing.refresh(source.model, instance.pk)


@receiver(post_save)
def followed_changed(sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Something is new or has another name that shows in things which do not name it themselves."""
    for source in registry.sources() if not raw else ():
        if sender in source.follows:
            for key in list(source.follows[sender](instance)):
                indexing.refresh(source.model, key)


@receiver(post_delete)
def thing_deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    """A thing is gone, and so is its entry."""
    if registry.source_of(type(instance)):
        indexing.take_out(type(instance), instance.pk)


@receiver(post_save, sender=Change)
def change_put(**kwargs: Any) -> None:
    """An entry was written or taken out: an index outside is told when that is committed."""
    outbox.tell_when_committed()
