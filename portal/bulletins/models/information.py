"""Pages that say something about the portal itself: privacy, redress, accessibility."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField

from portal.access.enums import Label
from portal.access.models import MarkedPage
from portal.bulletins.blocks import FEATURES
from portal.bulletins.permissions import FixedPagePermissionTester


class InformationIndexPage(MarkedPage):
    """The pages about the portal, below an address of their own, so that their editors edit nothing else."""

    template = "home/information_index_page.html"
    max_count = 1
    promote_panels: ClassVar[list[Any]] = []
    settings_panels: ClassVar[list[Any]] = []
    parent_page_types: ClassVar[list[str]] = ["bulletins.HomePage"]
    subpage_types: ClassVar[list[str]] = ["bulletins.InformationPage"]

    class Meta:
        verbose_name = _("pages about the portal")

    def permissions_for_user(self, user: Any) -> FixedPagePermissionTester:
        return FixedPagePermissionTester(user, self)


class InformationPage(MarkedPage):
    """A public page of text, linked in the footer of every page; always TLP:CLEAR."""

    text = RichTextField(_("text"), features=["h2", *FEATURES])
    reviewed_on = models.DateField(_("last reviewed"), null=True, blank=True)

    content_panels: ClassVar[list[Any]] = [*MarkedPage.content_panels, FieldPanel("text"), FieldPanel("reviewed_on")]
    settings_panels: ClassVar[list[Any]] = []
    template = "home/information_page.html"
    parent_page_types: ClassVar[list[str]] = ["bulletins.InformationIndexPage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("page about the portal")
        verbose_name_plural = _("pages about the portal")

    def clean(self) -> None:
        super().clean()
        self.tlp = Label.CLEAR
