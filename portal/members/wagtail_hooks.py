"""What of the members' room is edited in Wagtail."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from portal.members.models import Agreement
from portal.members.tallies import count_read
from portal.vocabulary.models import Sector

SECTOR_PANELS = ("name", "slug", "federal_name", "niem_code", "misp_tag", "description", "in_force_from", "closed_on")
IN_FORCE = _("It is in force, so this stays as it is. Make a new version for what should change.")


class AgreementForm(WagtailAdminModelForm):
    """Shows that what is in force is fixed; the model refuses it anyway."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agreement: Agreement = self.instance
        if agreement.pk and agreement.in_force_from <= timezone.now():
            for name in set(Agreement.FIXED_ONCE_IN_FORCE) & set(self.fields):
                self.fields[name].disabled = True
                self.fields[name].help_text = IN_FORCE


class AgreementViewSet(SnippetViewSet):
    """Agreements, for those whom the groups let write them."""

    model = Agreement
    icon = "doc-full"
    list_display = ["title", "kind", "number", "in_force_from"]
    list_filter = ["kind"]
    edit_handler = ObjectList(
        [FieldPanel(panel.field_name) for panel in Agreement.panels], base_form_class=AgreementForm
    )
    copy_view_enabled = True


class SectorForm(WagtailAdminModelForm):
    """The address of a sector stays: links and communities go by it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "slug" in self.fields:
            self.fields["slug"].disabled = True


class SectorViewSet(SnippetViewSet):
    """The sectors; the state adds its own. A new one gets its community and the office of its co-chairs at once."""

    model = Sector
    icon = "group"
    list_display = ["name", "federal_name", "in_force_from", "closed_on"]
    edit_handler = ObjectList([FieldPanel(name) for name in SECTOR_PANELS], base_form_class=SectorForm)


register_snippet(SectorViewSet)
register_snippet(AgreementViewSet)


@hooks.register("before_serve_page", order=100)
def count_what_is_read(page: Any, request: Any, args: Any, kwargs: Any) -> None:
    """After the access rule has let the page through, whatever type of page it is."""
    count_read(request, page)
