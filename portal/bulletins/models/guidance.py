"""Preparedness guidance by sector and hazard, and sheets that employers pass on to their people."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext, gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.fields import RichTextField, StreamField
from wagtail.models import PageManager

from portal.access.enums import Label
from portal.access.models import MarkedPage
from portal.access.rule import Verdict
from portal.access.viewer import Viewer, viewer_of
from portal.bulletins.blocks import FEATURES, guidance_blocks
from portal.bulletins.body import hide_unreadable
from portal.bulletins.panels import guidance_edit_handler
from portal.bulletins.permissions import FixedPagePermissionTester
from portal.bulletins.querysets import GuidanceQuerySet

SHEET_LIMIT = 2_200  # characters that fit on one printed page at 12 points


class GuidanceIndexPage(MarkedPage):
    """The list of guidance, with its filters."""

    template = "guidance/guidance_index_page.html"
    max_count = 1
    promote_panels: ClassVar[list[Any]] = []
    settings_panels: ClassVar[list[Any]] = []
    parent_page_types: ClassVar[list[str]] = ["bulletins.HomePage"]
    subpage_types: ClassVar[list[str]] = ["bulletins.GuidancePage", "bulletins.EmployeeSheetPage"]

    class Meta:
        verbose_name = _("list of guidance")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from portal.bulletins.lists import guidance_listing

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, **guidance_listing(request)}

    def permissions_for_user(self, user: Any) -> FixedPagePermissionTester:
        return FixedPagePermissionTester(user, self)


class GuidancePage(MarkedPage):
    """How to prepare for a hazard."""

    summary = models.TextField(_("summary"), max_length=600)
    hazards = ParentalManyToManyField("vocabulary.Hazard", verbose_name=_("hazards"), blank=True, related_name="+")
    sectors = ParentalManyToManyField("vocabulary.Sector", verbose_name=_("sectors"), blank=True, related_name="+")
    source_name = models.CharField(_("source"), max_length=200, blank=True)
    source_reference = models.URLField(_("source reference"), max_length=500, blank=True)
    reviewed_on = models.DateField(_("last reviewed"), null=True, blank=True)
    review_by = models.DateField(_("review by"), null=True, blank=True)
    body = StreamField(guidance_blocks(), verbose_name=_("body"), blank=True)

    objects: ClassVar[Any] = PageManager.from_queryset(GuidanceQuerySet)()

    edit_handler = guidance_edit_handler(
        "summary", "hazards", "sectors", "body", "source_name", "source_reference", "reviewed_on", "review_by"
    )
    template = "guidance/guidance_page.html"
    parent_page_types: ClassVar[list[str]] = ["bulletins.GuidanceIndexPage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("guidance")
        verbose_name_plural = _("guidance")

    @property
    def leakable_title(self) -> str:
        """The title that may stand in mail. Guidance has no safe title: above TLP:GREEN it is not named."""
        return str(self.title) if self.label.may_leave_in_full else gettext("A piece of guidance")

    @property
    def permalink(self) -> str:
        """An address that carries no words, for mail."""
        return reverse("page_by_number", args=[self.pk])

    @property
    def sector_names(self) -> list[str]:
        return [sector.name for sector in self.sectors.all()]

    @property
    def hazard_names(self) -> list[str]:
        return [hazard.name for hazard in self.hazards.all()]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        viewer, is_preview = viewer_of(request), getattr(request, "is_preview", False)
        if not is_preview:
            hide_unreadable(self.body, viewer)
        sheets: Any = EmployeeSheetPage.objects.filter(guidance=self)
        can_ask_wider = viewer.is_member and not is_preview and self.label is not Label.CLEAR
        return {**context, "employee_sheets": sheets.readable_by(viewer), "can_ask_wider": can_ask_wider}

    def notice_due(self, viewer: Viewer, verdict: Verdict) -> Verdict | None:
        """Those who could otherwise read it are told that it has expired."""
        return verdict if verdict is Verdict.ENDED else None

    def serve_notice(self, request: HttpRequest, verdict: Verdict) -> HttpResponse:
        """Tell those who could have read it that it is no longer in force."""
        context = {"page": self, "heading": gettext("This guidance has expired"), "ended_at": self.expires_at}
        text = gettext("It is no longer in force, and its text is closed.")
        return render(request, "bulletins/notice_page.html", {**context, "text": text}, status=410)


class EmployeeSheetPage(MarkedPage):
    """One page in plain words, made to be forwarded and printed; always TLP:CLEAR.

    It stands beside its guidance and not below it, so that its address does not carry the title of something that its
    readers may not see.
    """

    guidance = models.ForeignKey(
        GuidancePage,
        verbose_name=_("belongs to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="sheets",
    )
    text = RichTextField(
        _("text"), features=FEATURES, help_text=_("At most 2,200 characters: it must fit on one page.")
    )
    prepared_by = models.CharField(_("prepared by"), max_length=160, blank=True)

    edit_handler = guidance_edit_handler("guidance", "text", "prepared_by")
    template = "guidance/employee_sheet_page.html"
    parent_page_types: ClassVar[list[str]] = ["bulletins.GuidanceIndexPage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("employee sheet")
        verbose_name_plural = _("employee sheets")

    def clean(self) -> None:
        super().clean()
        self.tlp = Label.CLEAR
        if len(strip_tags(self.text)) > SHEET_LIMIT:
            raise ValidationError({"text": _("This does not fit on one printed page. Shorten it to 2,200 characters.")})
