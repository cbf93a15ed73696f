"""What of reporting supervisors edit in Wagtail: approved sentences, the schedule. The settings are there already."""

from __future__ import annotations

from wagtail.admin.panels import FieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from portal.reporting.models import ApprovedSentence, ScheduleEntry


class ApprovedSentenceViewSet(SnippetViewSet):
    """Closing messages. One that was used stays with its case as it was; here it is only offered, or no longer."""

    model = ApprovedSentence
    icon = "comment"
    list_display = ["text", "order", "is_in_use"]
    panels = [FieldPanel("text"), FieldPanel("order"), FieldPanel("is_in_use")]


class ScheduleEntryViewSet(SnippetViewSet):
    """The retention schedule: what may be destroyed without a decision of RSMo 610.021(19)(c) (RSMo 109.260)."""

    model = ScheduleEntry
    icon = "calendar"
    list_display = ["record_class", "authority", "days", "trigger"]
    panels = [FieldPanel(name) for name in ("record_class", "authority", "days", "trigger", "note")]


register_snippet(ApprovedSentenceViewSet)
register_snippet(ScheduleEntryViewSet)
