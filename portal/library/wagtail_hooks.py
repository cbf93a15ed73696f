"""What of Wagtail's admin shows files without asking its rule of permissions, and the liability resources' editors."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, ObjectList, TabbedInterface
from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet
from wagtail.images.views.chooser import ImageSelectFormatView, viewset as image_chooser
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from portal.library import history
from portal.library.forms import GapForm, ProvisionForm
from portal.library.models import MARKING_FORM_FIELDS, EvidenceTag, LiabilityGap, PortalImage, Provision
from portal.library.permissions import is_visible_on_desk, visible_on_desk
from portal.library.plan import snippets  # noqa: F401  (it registers itself)

PROVISION_FIELDS = (
    *("citation", "title", "slug", "summary", "parties", "conditions", "condition_words", "standard", "not_covered"),
    *("text", "source", "source_url", "evidence", "verified_on", "verified_by", "review_by", "order", "is_shown"),
)
GAP_FIELDS = (
    *("title", "description", "parties", "provisions", "state", "bill", "bill_url", "bill_status", "updated_on"),
    "order",
)


@hooks.register("construct_document_chooser_queryset")
@hooks.register("construct_image_chooser_queryset")
def offer_what_one_sees(files: Any, request: HttpRequest) -> Any:
    """The choosers' lists. They ask the rule as well; a chooser of another room might not."""
    return visible_on_desk(files, request.user)  # type: ignore[arg-type]  # the admin is for people alone


class DocumentsViewSet(DocumentsAdminAPIViewSet):
    """Documents in the admin's API."""

    def get_queryset(self) -> Any:
        return visible_on_desk(super().get_queryset(), self.request.user)


class ImagesViewSet(ImagesAdminAPIViewSet):
    """Pictures in the admin's API."""

    def get_queryset(self) -> Any:
        return visible_on_desk(super().get_queryset(), self.request.user)


@hooks.register("construct_admin_api", order=100)
def narrow_the_api(router: Any) -> None:
    """After Wagtail's own, whose endpoints show every file."""
    router.register_endpoint("documents", DocumentsViewSet)
    router.register_endpoint("images", ImagesViewSet)


class SelectFormatView(ImageSelectFormatView):
    """Which size of a picture goes into a text; one that one does not see does not exist."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        picture = PortalImage.objects.filter(pk=kwargs["image_id"]).first()
        if picture is None or not is_visible_on_desk(picture, request.user):  # type: ignore[arg-type]  # as above
            raise Http404
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer


@hooks.register("register_log_actions")
def name_what_is_logged(actions: Any) -> None:
    """The words of Wagtail's log for what is done to documents on Desk."""
    for action, words in history.WORDS.items():
        actions.register_action(action, words, words)


MARKING = [FieldPanel(name) for name in MARKING_FORM_FIELDS]


class ProvisionViewSet(SnippetViewSet):
    """Liability provisions, with whom they may concern and how they were verified."""

    model = Provision
    icon = "clipboard-list"
    menu_label = _("Liability provisions")
    list_display = ["citation", "title", "evidence", "verified_on", "review_by", "is_shown"]
    edit_handler = TabbedInterface(
        [
            ObjectList([FieldPanel(name) for name in PROVISION_FIELDS], heading=_("Provision")),
            ObjectList(MARKING, heading=_("Who can read it")),
        ],
        base_form_class=ProvisionForm,
    )


class GapViewSet(SnippetViewSet):
    """Gaps in the law, and the bills that would close them."""

    model = LiabilityGap
    icon = "warning"
    list_display = ["title", "state", "bill", "updated_on"]
    edit_handler = ObjectList([FieldPanel(name) for name in GAP_FIELDS], base_form_class=GapForm)


class EvidenceTagViewSet(SnippetViewSet):
    """What documents can be evidence of: the requirements of an accreditation, the annexes of the plan."""

    model = EvidenceTag
    icon = "tag"
    menu_label = _("Evidence tags")
    list_display = ["scheme", "code", "title"]
    list_filter = ["scheme"]
    search_fields = ["scheme", "code", "title"]
    edit_handler = ObjectList([FieldPanel(name) for name in ("scheme", "code", "title")])


register_snippet(ProvisionViewSet)
register_snippet(EvidenceTagViewSet)
register_snippet(GapViewSet)

image_chooser.select_format_view_class = SelectFormatView
