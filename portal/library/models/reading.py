"""What was read in a file: its text page by page, and what the reader noticed. Never the source of who may see it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.library.enums import ReadingState
from portal.library.models.files import PortalDocument


class DocumentReading(models.Model):
    """How the reading of a document's file ended. The file can be downloaded whatever became of it.

    `file_hash` is Wagtail's own hash of the file that was read: where the document has another one, it is read again.
    `findings` holds what an accessibility check found (`files.reading.Finding` values), `trouble` why nothing was read.
    Suggestions are only that: staff take them over, or do not.
    """

    document = models.OneToOneField(PortalDocument, on_delete=models.CASCADE, related_name="reading")
    state = models.CharField(_("state"), max_length=8, choices=ReadingState.choices, default=ReadingState.WAITING)
    trouble = models.CharField(_("why not"), max_length=20, blank=True)
    file_hash = models.CharField(max_length=40, blank=True)
    page_count = models.PositiveIntegerField(_("pages"), default=0)
    has_pages = models.BooleanField(_("has pages that a viewer opens"), default=False)
    from_pictures = models.PositiveIntegerField(_("pages read from pictures"), default=0)
    is_cut_short = models.BooleanField(_("cut short"), default=False)
    language = models.CharField(_("language found"), max_length=12, blank=True)
    suggested_title = models.CharField(_("title found"), max_length=300, blank=True)
    suggested_date = models.DateField(_("date found"), null=True, blank=True)
    findings = models.JSONField(_("accessibility"), default=list, blank=True)
    picture = models.FileField(_("first page"), upload_to="first-pages", blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.document_id} {self.state}"

    @property
    def is_read(self) -> bool:
        return self.state == ReadingState.READ


class DocumentPage(models.Model):
    """The text of one page, sheet or slide; of what has no pages, one part with the number 0."""

    document = models.ForeignKey(PortalDocument, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("Of a sheet; of a slide, its title."))
    text = models.TextField(blank=True)
    is_from_picture = models.BooleanField(_("read from a picture"), default=False)

    class Meta:
        ordering = ["document", "number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="library_page_once")]

    def __str__(self) -> str:
        return f"{self.document_id}/{self.number}"
