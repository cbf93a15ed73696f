"""The kinds of what is odd, and the selections of events that more than one page makes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.audit.enums import Verb


class Oddity(models.TextChoices):
    """What a weekly review lists. The values are kept in signed reviews: none is renamed."""

    NIGHT = "night", _("Opened at night")
    REFUSALS_PERSON = "refusals_person", _("Many refusals of one person")
    REFUSALS_ADDRESS = "refusals_address", _("Many refusals of one network address")
    MUCH = "much", _("Opened far more than usual")
    BREAK_GLASS = "break_glass", _("Break-glass: urgent release, release from a lock, recovery")
    EXPORT = "export", _("Taken out of the portal")
    LATE = "late", _("Sealed much later than it says it happened")


# What somebody opens by hand. A feed reader fetches by itself, at night as well, and a search shows nothing marked.
OPENED = (Verb.READ, Verb.DOWNLOAD, Verb.OPEN_CASE, Verb.UNSEAL)
TAKEN_OUT = (Verb.TRAIL_EXPORT,)
# What one person may do where otherwise two must, or what lets somebody in past a lock or a lost factor.
BREAK_GLASS = (Verb.RELEASE_URGENT, Verb.RELEASE_ACCOUNT, Verb.RECOVERY_GRANT)
SIGNING_IN = (Verb.SIGN_IN, Verb.REAUTHENTICATE)
