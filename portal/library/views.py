"""Files go out through here and nowhere else: the access rule first, then headers that make them harmless."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from portal.access import refusals
from portal.access.querysets import get_readable_or_404
from portal.access.rule import may_read
from portal.access.viewer import viewer_of
from portal.audit import Verb
from portal.core.models import PortalSettings
from portal.library import withdrawn
from portal.library.models import PortalDocument, PortalImage, Rendition
from portal.library.permissions import is_visible_on_desk
from portal.members import tallies
from portal.members.requests import person_of

SANDBOX = "default-src 'none'; sandbox"


@require_safe
def download(request: HttpRequest, identifier: uuid.UUID) -> HttpResponseBase:
    """Send a document that the viewer may read."""
    document = PortalDocument.objects.filter(uuid=identifier).first()
    if document is None or not _edits(request, document):
        if document is not None and (told := withdrawn.notice(request, document)):
            return told
        document = get_readable_or_404(PortalDocument.objects.all(), viewer_of(request), uuid=identifier)
    if not tallies.may_download(request):
        return tallies.too_much(request)
    tallies.count_read(request, document, verb=Verb.DOWNLOAD)
    return send(document.file, name=document.filename)


@require_safe
def image(request: HttpRequest, identifier: uuid.UUID, rendition: int) -> HttpResponseBase:
    """Send a picture in one of its sizes; shown in pages, so not as an attachment."""
    row = get_object_or_404(Rendition.objects.select_related("image"), pk=rendition, image__uuid=identifier)
    if not may_read(viewer_of(request), row.image) and not _edits(request, row.image):
        refusals.tell(row.image, viewer_of(request))
        raise Http404
    tallies.record_read(request, row.image)
    return send(row.file, name="", is_attachment=False)


@require_safe
def logo(request: HttpRequest) -> HttpResponseBase:
    """Send the portal's logo, if it has one that everybody may see."""
    picture = PortalSettings.load(request).logo
    if picture is None or not may_read(viewer_of(request), picture):
        raise Http404
    return send(picture.get_rendition("max-480x120|format-png").file, name="", is_attachment=False)


def send(file: Any, *, name: str, is_attachment: bool = True) -> HttpResponseBase:
    """A stored file with the headers of architecture.md, 'Files'."""
    response = FileResponse(file.open("rb"), as_attachment=is_attachment, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


def _edits(request: HttpRequest, thing: PortalDocument | PortalImage) -> bool:
    """Whether this is Desk and the file one that the person works with there (docs/access.md, 'Files on Desk')."""
    if settings.PORTAL_SITE_KIND != "desk" or not request.user.has_perm("wagtailadmin.access_admin"):
        return False
    return is_visible_on_desk(thing, person_of(request))
