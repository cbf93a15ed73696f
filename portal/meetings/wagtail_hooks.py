"""What of meetings is edited in Wagtail: series, exceptions, capabilities, and the days on which offices are closed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from portal.meetings.models import Capability, ClosureException, Series
from portal.vocabulary.models import Holiday


class HolidayViewSet(SnippetViewSet):
    """The state's holidays. One that is added counts at once, also for notices that were posted before."""

    model = Holiday
    icon = "calendar"
    list_display = ["day", "name", "is_closed"]
    list_filter = ["is_closed"]
    edit_handler = ObjectList([FieldPanel(name) for name in ("day", "name", "is_closed")])


class SeriesViewSet(SnippetViewSet):
    """Series of meetings. One that has ended is chosen no more, and keeps its meetings."""

    model = Series
    icon = "list-ol"
    list_display = ["title", "committee", "rhythm", "closed_at"]
    edit_handler = ObjectList([FieldPanel(name) for name in ("title", "committee", "rhythm", "closed_at")])


class ExceptionViewSet(SnippetViewSet):
    """Exceptions that a notice can cite. One that is repealed is chosen no more; notices that cite it keep it."""

    model = ClosureException
    icon = "lock"
    list_display = ["citation", "title", "order", "in_use"]
    edit_handler = ObjectList([FieldPanel(name) for name in ("citation", "title", "order", "in_use")])


class CapabilityViewSet(SnippetViewSet):
    """What exercises train: the core capabilities, and the state's own."""

    model = Capability
    icon = "tag"
    list_display = ["name"]
    edit_handler = ObjectList([FieldPanel(name) for name in ("name", "slug")])


class MeetingsGroup(SnippetViewSetGroup):
    items = (HolidayViewSet, SeriesViewSet, ExceptionViewSet, CapabilityViewSet)
    menu_label = _("Meetings")
    menu_icon = "calendar"
    menu_name = "meetings"


register_snippet(MeetingsGroup)
