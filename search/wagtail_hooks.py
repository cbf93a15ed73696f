"""What of search staff edit in Wagtail: words that mean the same."""

from __future__ import annotations

from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from search.forms import SynonymsForm
from search.models import Synonyms


class SynonymsViewSet(SnippetViewSet):
    """What is changed here counts from the next search on."""

    model = Synonyms
    icon = "search"
    list_display = ["words", "note", "is_used"]
    edit_handler = ObjectList(
        [FieldPanel("words"), FieldPanel("note"), FieldPanel("is_used")], base_form_class=SynonymsForm
    )


register_snippet(SynonymsViewSet)
