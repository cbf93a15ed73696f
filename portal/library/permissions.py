"""Which files an editor sees on Desk (docs/access.md, 'Files on Desk').

Wagtail's own rule is about collections: whoever may choose from one sees every title in it. Here one sees the files
that the access rule lets one read, those that one uploaded, those on drafts that one may edit or review, and, if one
looks after the library, what lies on its shelf.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, Q, Value
from wagtail import hooks
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy

from portal.access.enums import Caveat
from portal.access.viewer import Viewer
from portal.library.models import PortalDocument, PortalImage
from portal.library.shelf import on_shelf
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.viewers import viewer_for

# Rooms whose pages carry documents register a function under this name. It takes a person and returns the keys of the
# documents on versions not yet public that this person may edit or review.
DRAFTED = "drafted_documents"
# They look after what lies on the library's shelf, drafts that somebody else put there as well.
LIBRARIANS = (StaffRole.MOP3_EDITOR, StaffRole.MIAC_SUPERVISOR)
SEEN = "is_visible_on_desk"


def visible_on_desk(rows: Any, person: Person) -> Any:
    """Those of `rows`, documents or pictures, that this person sees on Desk; each is marked as seen."""
    model = rows.model
    if person.is_superuser:
        return rows
    viewer = viewer_for(person)
    seen = Q(pk__in=model.objects.readable_by(viewer).values("pk")) | Q(uploaded_by_user=person)
    if issubclass(model, PortalDocument):
        seen |= Q(pk__in=drafted_documents(person)) | Q(pk__in=_shelved(person, viewer))
    # As a subquery, since Wagtail's search takes filters on keys but not on every field.
    mine = model.objects.filter(seen).values("pk")
    return rows.filter(pk__in=mine).annotate(**{SEEN: Value(True, BooleanField())})


def _shelved(person: Person, viewer: Viewer) -> Any:
    """The documents of the library's shelf, for those who look after it; without clearance not the sensitive ones."""
    if not person.has_role(*LIBRARIANS):
        return PortalDocument.objects.none().values("pk")
    rows = PortalDocument.objects.filter(on_shelf())
    if Caveat.LAW_ENFORCEMENT_SENSITIVE not in viewer.clearances:
        rows = rows.filter(law_enforcement_sensitive=False)
    return rows.values("pk")


def drafted_documents(person: Person) -> set[int]:
    """The keys of documents on versions not yet public that this person may edit or review."""
    found: Iterable[set[int]] = (source(person) for source in hooks.get_hooks(DRAFTED))
    return set().union(*found)


def is_visible_on_desk(thing: PortalDocument | PortalImage, person: Person) -> bool:
    """Whether this person sees one file on Desk. A row of `visible_on_desk` is not asked about again."""
    if getattr(thing, SEEN, False):
        return True
    return bool(visible_on_desk(type(thing).objects.filter(pk=thing.pk), person).exists())


class VisibleFilesPolicy(CollectionOwnershipPermissionPolicy):
    """Wagtail's rule of collections, narrowed to the files that one sees."""

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        is_allowed = super().user_has_any_permission_for_instance(user, actions, instance)
        return bool(is_allowed) and (user.is_superuser or is_visible_on_desk(instance, user))

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> Any:
        rows = super().instances_user_has_any_permission_for(user, actions)
        return visible_on_desk(rows, user) if user.is_authenticated else rows


def install() -> None:
    """Make Wagtail's two rules ours. Its views hold the two objects already, so each stays and changes its class."""
    from wagtail.documents.permissions import permission_policy as documents
    from wagtail.images.permissions import permission_policy as images

    for policy in (documents, images):
        policy.__class__ = VisibleFilesPolicy
