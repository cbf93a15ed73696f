"""House rules of files that a person, or the next version of Wagtail, could forget."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def wagtail_asks_our_rule_about_files(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """library.E001: a view of Wagtail's admin still asks Wagtail's own rule which files an editor sees."""
    if settings.PORTAL_SITE_KIND != "desk":
        return []
    from wagtail.documents.views import chooser as documents, documents as document_views
    from wagtail.images.views import chooser as images, images as image_views

    from portal.library.permissions import VisibleFilesPolicy

    return [
        Error(f"{module.__name__} shows files by Wagtail's rule of collections.", id="library.E001")
        for module in (documents, document_views, images, image_views)
        if not isinstance(module.permission_policy, VisibleFilesPolicy)
    ]
