"""What of reporting supervisors edit in Wagtail: the approved sentences. The settings are there by themselves."""

from __future__ import annotations

from wagtail.admin.panels import FieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from portal.reporting.models import ApprovedSentence


class ApprovedSentenceViewSet(SnippetViewSet):
    """Closing messages. One that was used stays with its case as it was; here it is only offered, or no longer."""

    model = ApprovedSentence
    icon = "comment"
    list_display = ["text", "order", "is_in_use"]
    panels = [FieldPanel("text"), FieldPanel("order"), FieldPanel("is_in_use")]


register_snippet(ApprovedSentenceViewSet)
