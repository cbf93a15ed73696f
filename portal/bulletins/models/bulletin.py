"""Bulletins: warnings and advisories, released by a second person."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.fields import StreamField
from wagtail.models import Orderable, PageManager

from portal.access.enums import Label
from portal.access.models import MarkedPage
from portal.access.rule import Verdict
from portal.access.viewer import Viewer
from portal.bulletins.blocks import bulletin_blocks
from portal.bulletins.editing import BulletinForm
from portal.bulletins.enums import Kind, Severity
from portal.bulletins.panels import bulletin_edit_handler
from portal.bulletins.permissions import BulletinIndexPermissionTester, BulletinPermissionTester
from portal.bulletins.querysets import BulletinQuerySet

RESERVED_SLUGS = {"feed"}


class NotReleased(ValidationError):
    """A bulletin was to become public without a release; nothing was changed."""


class BulletinIndexPage(MarkedPage):
    """The list of bulletins, with its filters."""

    template = "bulletins/bulletin_index_page.html"
    max_count = 1
    promote_panels: ClassVar[list[Any]] = []
    settings_panels: ClassVar[list[Any]] = []
    parent_page_types: ClassVar[list[str]] = ["bulletins.HomePage"]
    subpage_types: ClassVar[list[str]] = ["bulletins.BulletinPage"]

    class Meta:
        verbose_name = _("list of bulletins")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from portal.bulletins.lists import bulletin_listing

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, **bulletin_listing(request)}

    def permissions_for_user(self, user: Any) -> BulletinIndexPermissionTester:
        return BulletinIndexPermissionTester(user, self)


class BulletinPage(MarkedPage):
    """One bulletin.

    It becomes public through `actions.ReleaseBulletin` alone: `save` refuses a live row whose live revision has no
    release, so that Wagtail's own publishing (button, bulk, schedule, API, copy) cannot pass the second person by.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    safe_title = models.CharField(
        _("safe title"),
        max_length=160,
        blank=True,
        help_text=_("Goes into mail and feeds above TLP:GREEN. Write what may be read on a stranger's screen."),
    )
    summary = models.TextField(_("summary"), max_length=1000)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.ADVISORY)
    number = models.CharField(_("number"), max_length=60, blank=True, db_index=True)
    originator = models.CharField(_("originator"), max_length=120, default="MIAC")
    source_reference = models.URLField(_("source reference"), max_length=500, blank=True)
    handling = models.TextField(_("handling"), max_length=2000, blank=True)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices, blank=True)
    cvss_score = models.DecimalField(_("CVSS base score"), max_digits=3, decimal_places=1, null=True, blank=True)
    cvss_version = models.CharField(_("CVSS version"), max_length=4, blank=True)
    sectors = ParentalManyToManyField("vocabulary.Sector", verbose_name=_("sectors"), blank=True, related_name="+")
    is_cross_sector = models.BooleanField(_("concerns several sectors that are not named"), default=False)
    unknown_sectors = models.JSONField(_("sector words not understood"), default=list, blank=True, editable=False)
    counties = ParentalManyToManyField("vocabulary.County", verbose_name=_("counties"), blank=True, related_name="+")
    event_date = models.DateField(_("date of the event"), null=True, blank=True)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True, db_index=True)
    revised_at = models.DateTimeField(_("revised"), null=True, blank=True)
    is_callout = models.BooleanField(_("is a call-out: asks readers to watch for something"), default=False)
    watch_for = models.TextField(_("what to watch for"), max_length=1000, blank=True)
    watch_until = models.DateTimeField(_("watch until"), null=True, blank=True)
    supersedes = models.ForeignKey(
        "self",
        verbose_name=_("supersedes"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="successors",
    )
    body = StreamField(bulletin_blocks(), verbose_name=_("body"), blank=True)
    closure_basis = models.CharField(
        _("closure basis"), max_length=200, blank=True, help_text=_("The provision that allows it to be kept closed.")
    )
    has_no_closure_basis = models.BooleanField(_("no closure basis found"), default=False)
    sources = models.TextField(_("sources (staff only)"), max_length=4000, blank=True)
    source_id = models.CharField(max_length=120, null=True, blank=True, unique=True, editable=False)
    source_data = models.JSONField(default=dict, blank=True, editable=False)
    recall_reason = models.CharField(_("reason for the recall"), max_length=500, blank=True, editable=False)

    objects: ClassVar[Any] = PageManager.from_queryset(BulletinQuerySet)()

    base_form_class = BulletinForm
    edit_handler = bulletin_edit_handler()
    template = "bulletins/bulletin_page.html"
    parent_page_types: ClassVar[list[str]] = ["bulletins.BulletinIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    exclude_fields_in_copy: ClassVar[list[str]] = [
        "public_id",
        "source_id",
        "source_data",
        "recalled_at",
        "recall_reason",
    ]

    # What belongs to the page as a whole and not to a revision of it.
    KEPT_ACROSS_REVISIONS = ("public_id", "recalled_at", "recall_reason")

    class Meta:
        verbose_name = _("bulletin")
        verbose_name_plural = _("bulletins")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(supersedes=models.F("page_ptr")),
                name="bulletins_supersedes_another",
                violation_error_message=_("A bulletin cannot supersede itself."),
            )
        ]

    def clean(self) -> None:
        super().clean()
        if self.pk and self.supersedes_id == self.pk:
            raise ValidationError({"supersedes": _("A bulletin cannot supersede itself.")})
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": _("This word is an address of the portal; choose another.")})
        if self.is_callout and not self.watch_for:
            raise ValidationError({"watch_for": _("A call-out says what to watch for.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it. Raises `NotReleased` when it would be public without a release."""
        if self.live and self._becomes_public():
            raise NotReleased(_("A bulletin becomes public only by being released. Ask for its release instead."))
        super().save(*args, **kwargs)

    def _becomes_public(self) -> bool:
        """Whether saving would show a version that was not released."""
        from portal.bulletins.models.release import Release

        before = type(self).objects.filter(pk=self.pk).values_list("live", "live_revision_id").first()
        if before == (True, self.live_revision_id) and self.live_revision_id is not None:
            return False
        return not Release.objects.filter(page_id=self.pk, revision=self.live_revision_id).exists()

    def copy(self, *args: Any, **kwargs: Any) -> Any:
        """A copy is a draft: it was not released."""
        return super().copy(*args, **{**kwargs, "keep_live": False})

    def create_alias(self, *args: Any, **kwargs: Any) -> Any:
        raise NotReleased(_("A bulletin has one address; link to it instead of showing it twice."))

    def with_content_json(self, content: dict[str, Any]) -> Self:
        restored: Self = super().with_content_json(content)
        for name in self.KEPT_ACROSS_REVISIONS:
            setattr(restored, name, getattr(self, name))
        return restored

    def save_revision(self, *args: Any, overwrite_revision: Any = None, **kwargs: Any) -> Any:
        """Save a revision. One that was submitted or released is never written over.

        Wagtail's editor keeps what is typed by writing over the newest revision, as long as it is one's own; so an
        author could change what the second person is reading, and what was released.
        """
        if overwrite_revision is not None and _is_on_record(overwrite_revision.pk):
            overwrite_revision = None
        return super().save_revision(*args, overwrite_revision=overwrite_revision, **kwargs)

    def permissions_for_user(self, user: Any) -> BulletinPermissionTester:
        return BulletinPermissionTester(user, self)

    @cached_property
    def sector_names(self) -> list[str]:
        return [sector.name for sector in self.sectors.all()]

    @property
    def county_names(self) -> list[str]:
        return [county.name for county in self.counties.all()]

    @property
    def cve_ids(self) -> list[str]:
        return [row.cve for row in self.cves.all()]

    @property
    def leakable_title(self) -> str:
        """The title that may stand in mail and feeds."""
        if self.label.may_leave_in_full:
            return str(self.title)
        return self.safe_title or str(_("New bulletin"))

    @property
    def permalink(self) -> str:
        """An address that carries no words, for mail and feeds."""
        return reverse("bulletin_permalink", args=[self.public_id])

    @cached_property
    def history(self) -> list[BulletinChange]:
        return sorted(self.changes.all(), key=lambda change: (change.date, change.pk or 0))

    def superseded_by(self, viewer: Viewer) -> BulletinPage | None:
        """The newest bulletin that replaces this one, if `viewer` may read it."""
        keys = list(BulletinPage.objects.filter(supersedes_id=self.pk).values_list("pk", flat=True))
        if not keys:
            return None
        readable: Any = BulletinPage.objects.readable_by(viewer).filter(pk__in=keys)
        newest: BulletinPage | None = readable.order_by("-issued_at").first()
        return newest

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from portal.bulletins.reading import page_context

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, **page_context(request, self)}

    def notice_due(self, viewer: Viewer, verdict: Verdict) -> Verdict | None:
        """Which notice this viewer gets in place of the bulletin, if any.

        Of a recall, those are told who could read it when it was recalled, whatever circles they are in today.
        """
        if self.live and self.recalled_at:
            was_able = self.label is Label.CLEAR or (
                viewer.is_member and self.former_readers.filter(person__in=[viewer.person]).exists()
            )
            return Verdict.RECALLED if was_able else None
        return verdict if verdict is Verdict.ENDED else None

    def serve_notice(self, request: HttpRequest, verdict: Verdict) -> HttpResponse:
        """Tell those who could have read it that it was recalled or has expired; its content stays closed."""
        from portal.bulletins.reading import notice_context

        return render(request, "bulletins/notice_page.html", notice_context(request, self, verdict), status=410)


def _is_on_record(revision: int) -> bool:
    """Whether a revision was ever submitted or released."""
    from portal.bulletins.models.release import Release, ReleaseRequest

    submitted = ReleaseRequest.objects.filter(revision=revision).exists()
    return submitted or Release.objects.filter(revision=revision).exists()


class CveReference(Orderable):
    """A CVE that a bulletin is about."""

    page = ParentalKey(BulletinPage, on_delete=models.CASCADE, related_name="cves")
    cve = models.CharField(_("CVE"), max_length=30, db_index=True)

    def __str__(self) -> str:
        return self.cve


class BulletinChange(models.Model):
    """One line of a bulletin's history, in its originator's words."""

    page = ParentalKey(BulletinPage, on_delete=models.CASCADE, related_name="changes")
    date = models.DateTimeField(_("date"))
    number = models.CharField(_("version"), max_length=30, blank=True)
    summary = models.CharField(_("what changed"), max_length=1000)

    class Meta:
        ordering = ["date", "pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.summary}"
