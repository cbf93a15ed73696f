"""Which staff open the library's pages on Desk, and which document is there for whom."""

from __future__ import annotations

from django.http import Http404

from portal.core.rows import LARGEST_KEY
from portal.library.actions import EDITORS, PUBLISHERS
from portal.library.models import PortalDocument
from portal.library.permissions import visible_on_desk
from portal.members.enums import StaffRole
from portal.members.models import Person

__all__ = ["EDITORS", "PUBLISHERS", "READERS", "get_document"]

# All who may enter the editor's admin see what they may see there; editors alone change anything.
READERS = (
    *(StaffRole.MOP3_EDITOR, StaffRole.MIAC_AUTHOR, StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR),
    *(StaffRole.PRIVACY_OFFICER, StaffRole.ADMINISTRATOR),
)


def get_document(person: Person, pk: int) -> PortalDocument:
    """The document with this key, if the person sees it on Desk. Raises `Http404`."""
    if pk > LARGEST_KEY:
        raise Http404
    rows = PortalDocument.objects.filter(pk=pk).select_related("reading", "reviewer", "supersedes")
    found: PortalDocument | None = visible_on_desk(rows, person).first()
    if found is None:
        raise Http404
    return found
