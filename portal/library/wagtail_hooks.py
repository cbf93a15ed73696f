"""What of Wagtail's admin shows files without asking its rule of permissions: its API, and the sizes of a picture."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet
from wagtail.images.views.chooser import ImageSelectFormatView, viewset as image_chooser

from portal.library.models import PortalImage
from portal.library.permissions import is_visible_on_desk, visible_on_desk


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


image_chooser.select_format_view_class = SelectFormatView
