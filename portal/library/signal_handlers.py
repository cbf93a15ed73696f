"""What must not happen to documents that were released, and what follows when a file came in."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.utils.translation import gettext as _

from portal.library import readings
from portal.library.models import DocumentReading, PortalDocument


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


@receiver(pre_save, sender=PortalDocument)
def new_file_is_measured(sender: Any, instance: PortalDocument, raw: bool = False, **kwargs: Any) -> None:
    """Its length and hash are noted as by Wagtail's forms: by the hash we know whether it was read."""
    is_stored = bool(instance.file) and instance.file._committed
    if instance.file and not raw and not (is_stored and instance.file_hash):
        with suppress(FileNotFoundError):
            instance._set_document_file_metadata()
        if is_stored:
            instance.file.close()


@receiver(post_save, sender=PortalDocument)
def new_file_is_read(sender: Any, instance: PortalDocument, raw: bool = False, **kwargs: Any) -> None:
    """Of every document, those that a bulletin carries as well: staff see the accessibility check of each."""
    if instance.file and not raw:
        readings.ask(instance)


@receiver(post_delete, sender=DocumentReading)
def picture_goes_with_its_reading(sender: Any, instance: DocumentReading, **kwargs: Any) -> None:
    """Django leaves the file."""
    if instance.picture:
        readings.drop_picture(str(instance.picture.name))
