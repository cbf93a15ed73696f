"""The words of meetings."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MeetingKind(models.TextChoices):
    MEETING = "meeting", _("meeting")
    TRAINING = "training", _("training")
    EXERCISE = "exercise", _("exercise")


class Mode(models.TextChoices):
    """Where people meet. The notice of an electronic meeting names the mode (RSMo 610.020.1)."""

    IN_PERSON = "in_person", _("in person")
    HYBRID = "hybrid", _("in person and by video")
    VIDEO = "video", _("by video")
    TELEPHONE = "telephone", _("by telephone")


class Openness(models.TextChoices):
    OPEN = "open", _("open to the public")
    PART = "part", _("closed in part")
    CLOSED = "closed", _("closed to the public")


class State(models.TextChoices):
    """Where a meeting stands. What was posted is never deleted."""

    DRAFT = "draft", _("draft")
    POSTED = "posted", _("posted")
    HELD = "held", _("held")
    CANCELLED = "cancelled", _("cancelled")


class NoticeKind(models.TextChoices):
    NOTICE = "notice", _("notice")
    AMENDMENT = "amendment", _("amendment")
    CANCELLATION = "cancellation", _("cancellation")


class Coming(models.TextChoices):
    """A member's answer."""

    YES = "yes", _("I will be there")
    REMOTE = "remote", _("I will attend remotely")
    NO = "no", _("I cannot come")


class Presence(models.TextChoices):
    PRESENT = "present", _("present")
    REMOTE = "remote", _("present remotely")
    ABSENT = "absent", _("absent")


class VoteKind(models.TextChoices):
    VOICE = "voice", _("by voice")
    ROLL_CALL = "roll_call", _("by roll call")


class Ballot(models.TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")
    ABSTAINED = "abstained", _("abstained")


class MinutesState(models.TextChoices):
    DRAFT = "draft", _("draft")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")


class Result(models.TextChoices):
    """What came of an objective of an exercise."""

    UNSAID = "", _("not said yet")
    MET = "met", _("met")
    PART = "part", _("met in part")
    NOT_MET = "not_met", _("not met")
