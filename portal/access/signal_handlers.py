"""Keeps token rows in step with what is stored."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import m2m_changed, post_delete
from django.dispatch import receiver

from portal.access.derivation import derive
from portal.access.models import Marked, Token

CHANGES = {"post_add", "post_remove", "post_clear"}


@receiver(m2m_changed)
def audience_changed(sender: Any, instance: Any, action: str, reverse: bool, **kwargs: Any) -> None:
    """An audience relation changed: derive again."""
    if action in CHANGES and not reverse and isinstance(instance, Marked) and instance.pk:
        derive(type(instance), instance.pk)


@receiver(post_delete)
def thing_deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    """A marked thing is gone; so are its tokens."""
    if isinstance(instance, Marked):
        content_type = ContentType.objects.get_for_model(type(instance), for_concrete_model=True)
        Token.objects.filter(content_type=content_type, object_id=instance.pk).delete()
