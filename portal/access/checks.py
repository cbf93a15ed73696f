"""House rules of access that a person could forget."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections, models
from django.db.utils import DatabaseError

from portal.access.models import Marked


@register()
def page_types_are_marked(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """access.E001: a page type that is not `Marked` would be readable by everyone."""
    from wagtail.models import Page, get_page_models

    return [
        Error(
            f"The page type {model._meta.label} is not marked; derive it from MarkedPage.", obj=model, id="access.E001"
        )
        for model in get_page_models()
        if model is not Page and not issubclass(model, Marked)
    ]


@register()
def page_privacy_is_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """access.E002: Wagtail's page privacy is neither reviewed nor indexed, so no page type offers it."""
    from wagtail.models import Page, get_page_models

    return [
        Error(f"The page type {model._meta.label} offers Wagtail's page privacy.", obj=model, id="access.E002")
        for model in get_page_models()
        if model is not Page and model.private_page_options
    ]


@register()
def marked_things_have_integer_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """access.E003: token rows hold integer keys."""
    return [
        Error(f"{model._meta.label} is marked but has no integer key.", obj=model, id="access.E003")
        for model in apps.get_models()
        if issubclass(model, Marked) and not _has_integer_key(model)
    ]


def _has_integer_key(model: type[models.Model]) -> bool:
    key: Any = model._meta.pk
    while isinstance(key, models.OneToOneField):
        key = key.target_field
    return isinstance(key, models.AutoField | models.BigAutoField | models.IntegerField)


@register(Tags.database)
def stored_access_is_sound(
    app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """access.E004: tokens differ from fields. access.E005: a stored restriction that the rule does not know."""
    if not databases or "default" not in databases or not _is_migrated():
        return []
    return [*_drifted(), *_restrictions()]


def _is_migrated() -> bool:
    try:
        return "access_token" in connections["default"].introspection.table_names()
    except DatabaseError:
        return False


def _drifted() -> list[CheckMessage]:
    from portal.access.derivation import drift

    return [
        Error(f"The tokens of {model._meta.label} {pk} differ from its marking.", id="access.E004")
        for model, pk in drift()
    ]


def _restrictions() -> list[CheckMessage]:
    from wagtail.models import CollectionViewRestriction, PageViewRestriction

    found = PageViewRestriction.objects.exists() or CollectionViewRestriction.objects.exists()
    message = "Wagtail's page or collection privacy is stored in the database; the access rule does not read it."
    return [Warning(message, id="access.E005")] if found else []
