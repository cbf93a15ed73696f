"""The home page: a public part, and for members what is new for them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from portal.access.models import MarkedPage
from portal.bulletins.permissions import FixedPagePermissionTester


class HomePage(MarkedPage):
    """What this is, where to go, what is new."""

    intro = models.TextField(_("what this is, in two sentences"), max_length=600, blank=True)
    join_text = models.TextField(_("how to join"), max_length=1000, blank=True)

    content_panels: ClassVar[list[Any]] = [*MarkedPage.content_panels, FieldPanel("intro"), FieldPanel("join_text")]
    promote_panels: ClassVar[list[Any]] = []
    settings_panels: ClassVar[list[Any]] = []
    template = "home/home_page.html"
    max_count = 1
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from portal.bulletins.home import home_context

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, **home_context(request)}

    def permissions_for_user(self, user: Any) -> FixedPagePermissionTester:
        return FixedPagePermissionTester(user, self)
