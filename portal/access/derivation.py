"""Turning stored markings into token rows, and proving that the two agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from portal.access.models import Marked, Token
from portal.access.signals import derived


def marked_models() -> list[type[Marked]]:
    """Every concrete model that is marked."""
    return [model for model in apps.get_models() if issubclass(model, Marked)]


def expected_tokens(model: type[Marked], pk: int) -> frozenset[str]:
    """The tokens that the stored row calls for. Read anew: the object in hand may hold an unpublished draft."""
    stored: Any = model._default_manager.filter(pk=pk).first()
    return stored.marking().tokens() if stored is not None else frozenset()


def derive(model: type[Marked], pk: int) -> None:
    """Make the token rows of one thing what its stored marking says."""
    content_type = ContentType.objects.get_for_model(model, for_concrete_model=True)
    rows = Token.objects.filter(content_type=content_type, object_id=pk)
    wanted = expected_tokens(model, pk)
    with transaction.atomic():
        present = set(rows.values_list("token", flat=True))
        rows.filter(token__in=present - wanted).delete()
        Token.objects.bulk_create(
            [Token(content_type=content_type, object_id=pk, token=token) for token in sorted(wanted - present)],
            ignore_conflicts=True,
        )
        derived.send(sender=model, pk=pk)


def drift() -> Iterator[tuple[type[Marked], int]]:
    """Every thing whose token rows differ from its stored marking."""
    for model in marked_models():
        content_type = ContentType.objects.get_for_model(model, for_concrete_model=True)
        present: dict[int, set[str]] = {}
        for pk, token in Token.objects.filter(content_type=content_type).values_list("object_id", "token"):
            present.setdefault(pk, set()).add(token)
        manager: Any = model._default_manager
        for thing in manager.prefetch_related("audience_communities", "audience_organisations", "audience_people"):
            if present.pop(thing.pk, set()) != thing.marking().tokens():
                yield model, thing.pk
        yield from ((model, pk) for pk in present)
