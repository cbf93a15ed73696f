"""The words of delivery."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rhythm(models.TextChoices):
    """How soon somebody is told of a topic, the soonest first."""

    AT_ONCE = "at once", _("at once")
    DAILY = "daily", _("once a day")
    WEEKLY = "weekly", _("once a week")
    NONE = "none", _("no mail")

    @property
    def place(self) -> int:
        return PLACES[self]


PLACES = {rhythm: place for place, rhythm in enumerate(Rhythm)}


def soonest(rhythms: Collection[Rhythm]) -> Rhythm:
    return min(rhythms, key=PLACES.__getitem__, default=Rhythm.NONE)


def latest(*rhythms: Rhythm) -> Rhythm:
    return max(rhythms, key=PLACES.__getitem__)


DIGESTS = (Rhythm.DAILY, Rhythm.WEEKLY)


class Mode(models.TextChoices):
    """What somebody chose to begin with. `MINE` is where everybody stands who never chose."""

    MINE = "mine", _("My sectors and counties: critical at once, the rest once a week")
    MATRIX = "matrix", _("What I choose below")
    NOTHING = "nothing", _("No mail about news")


class Severity(models.TextChoices):
    """How bad it could be, the worst first. The same words as FIRST's qualitative scale of CVSS."""

    CRITICAL = "critical", _("critical")
    HIGH = "high", _("high or worse")
    MEDIUM = "medium", _("medium or worse")
    LOW = "low", _("low or worse")

    def is_below(self, floor: str) -> bool:
        return floor in WORST_FIRST and WORST_FIRST.index(self.value) > WORST_FIRST.index(floor)


WORST_FIRST = tuple(Severity.values)


class Channel(models.TextChoices):
    MAIL = "mail", _("mail")
    TEXT = "text", _("text message")


class State(models.TextChoices):
    """Where one message to one person stands."""

    QUEUED = "queued", _("queued")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    BOUNCED = "bounced", _("bounced")
    FAILED = "failed", _("failed")
    SUPPRESSED = "suppressed", _("not sent on purpose")


class Why(models.TextChoices):
    """Why a message was not sent on purpose."""

    PERSON = "person", _("no active member any more")
    ACCESS = "access", _("may not read it, or not any more")
    CHOICE = "choice", _("does not want it any more")
    REPLACED = "replaced", _("a newer version came")
    NOTHING = "nothing", _("nothing was left to tell")
    ADDRESS = "address", _("no address of this kind")


class Event(models.TextChoices):
    """What a provider of mail reports, of all that it could."""

    DELIVERED = "delivered", _("delivered")
    BOUNCED = "bounced", _("came back")
    REFUSED = "refused", _("refused by the provider")
    COMPLAINED = "complained", _("reported as unwanted")
