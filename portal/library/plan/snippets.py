"""The parts of the plan in the Wagtail admin. Cells and versions have pages of their own on Desk."""

from __future__ import annotations

from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from portal.library.models import PlanPart


class PlanPartViewSet(SnippetViewSet):
    """The parts that every sector's plan has, in their order. One that has cells is not taken away."""

    model = PlanPart
    icon = "list-ol"
    list_display = ["name", "question", "order", "source"]
    edit_handler = ObjectList([FieldPanel(name) for name in ("name", "slug", "question", "order", "source")])


register_snippet(PlanPartViewSet)
