"""What publishing a guidance page brings with it."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from wagtail.signals import page_published

from portal.bulletins.body import release_attachments
from portal.bulletins.models import GuidancePage


@receiver(page_published, sender=GuidancePage)
def guidance_carries_its_documents(sender: Any, instance: GuidancePage, **kwargs: Any) -> None:
    """Its attachments can be read from now on, and stay as they are."""
    release_attachments(instance.body)
