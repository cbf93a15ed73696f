"""What must not happen to documents that were released."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.db.models.signals import m2m_changed, pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext as _

from portal.library.models import PortalDocument


@receiver(pre_delete, sender=PortalDocument)
def released_documents_stay(sender: Any, instance: PortalDocument, **kwargs: Any) -> None:
    """A page that was released names it; taking it away would change what was released."""
    if instance.is_released:
        raise ProtectedError("A document that was released is not deleted.", {instance})


@receiver(m2m_changed)
def released_documents_keep_their_audience(sender: Any, instance: Any, action: str, **kwargs: Any) -> None:
    """The audience of a released document is part of what was released."""
    is_change = action == "pre_clear" or (action.startswith("pre_") and kwargs.get("pk_set"))
    if sender in _audiences() and isinstance(instance, PortalDocument) and instance.is_released and is_change:
        raise ValidationError(_("It was released as it is. Upload what changed as a new document."))


def _audiences() -> set[Any]:
    """The tables that hold who a document is for."""
    return {
        PortalDocument.audience_communities.through,
        PortalDocument.audience_organisations.through,
        PortalDocument.audience_people.through,
    }
