"""The words of reporting: what a report holds, where it stands, and how it ends."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DraftKind(models.TextChoices):
    ACTIVITY = "activity", _("suspicious activity")
    PROTECTED = "protected", _("protected submission")


class Section(models.TextChoices):
    """The parts of a report; each is sealed on its own, in versions."""

    URGENCY = "urgency", _("Is anyone in danger?")
    ACTIVITY = "activity", _("What happened")
    PLACE = "place", _("When and where")
    TARGET = "target", _("What it touched")
    SEEN = "seen", _("Who and what was seen")
    KNOWN = "known", _("How you know")
    CONTACT = "contact", _("How to reach you")
    REPORTER = "reporter", _("Who reports")
    FILES = "files", _("Pictures and files")
    ADDED = "added", _("Added later")


class FileState(models.TextChoices):
    """How far an attachment is. Nobody opens what is not CLEAN, save two people together."""

    WAITING = "waiting", _("awaiting scan")
    CLEAN = "clean", _("clean")
    HELD = "held", _("held")
    REFUSED = "refused", _("refused")


class CopyState(models.TextChoices):
    """The safe copy that analysts open in place of an original."""

    WAITING = "waiting", _("not made yet")
    MADE = "made", _("made")
    NONE = "none", _("none can be made")


class Stage(models.TextChoices):
    """Where a case stands on the desk."""

    NEW = "new", _("waits for the initial review")
    REVIEWED = "reviewed", _("waits for the determination")
    MORE_NEEDED = "more", _("more is needed")
    DETERMINED = "determined", _("determined; waits for a disposition")
    CLOSED = "closed", _("closed")
    PURGED = "purged", _("purged")


class Status(models.TextChoices):
    """What the submitter is told. It tips nobody off: no status says what the desk thinks of a report."""

    RECEIVED = "received", _("Received. The desk will read it.")
    READING = "reading", _("The desk is reading it.")
    ASKED = "asked", _("The desk has a question for you.")
    CLOSED = "closed", _("Closed. The desk has left you a message.")


class Review(models.TextChoices):
    """What the initial review found (first step of vetting)."""

    REAL = "real", _("describes something that can be looked into")
    UNFOUNDED = "unfounded", _("nothing in it can be looked into")
    DUPLICATE = "duplicate", _("was reported before")
    EMERGENCY = "emergency", _("an emergency: the police must be told at once")


class Finding(models.TextChoices):
    """The determination (second step, ISE-FS-200): reasonably indicative of pre-operational planning?"""

    YES = "yes", _("yes, reasonably indicative")
    NO = "no", _("no")
    MORE = "more", _("more is needed")


class Disposition(models.TextChoices):
    UNFOUNDED = "unfounded", _("closed as unfounded")
    DUPLICATE = "duplicate", _("closed as a duplicate")
    KEPT = "kept", _("kept as a tip")
    EMERGENCY = "emergency", _("handed off as an emergency")
    LOCAL_POLICE = "police", _("forwarded to local police")
    EGUARDIAN = "eguardian", _("forwarded to eGuardian or the JTTF")
    INTELLIGENCE = "intelligence", _("handed over to the criminal-intelligence system")


class MarkingState(models.TextChoices):
    """How far Desk has looked for markings in a file."""

    WAITING = "", _("not looked for yet")
    READ = "read", _("looked for everywhere")
    PART = "part", _("looked for where it could be read: read it for markings yourself")
    UNREAD = "unread", _("it could not be read for markings: read it for them yourself")
    PCII = "pcii", _("marked as PCII")


class EntryKind(models.TextChoices):
    """What is recorded on a case."""

    NOTE = "note", _("note")
    ASSIGNED = "assigned", _("assigned")
    INITIAL_REVIEW = "review", _("initial review")
    DETERMINATION = "determination", _("determination")
    DISPOSITION = "disposition", _("disposition")
    POLICE = "police", _("handed to the police at once")
    POLICE_REVIEWED = "police_reviewed", _("the hand-off was reviewed")
    WARNING_ASKED = "warning_asked", _("a warning was proposed")
    WARNING = "warning", _("a warning was released")
    RELEASE = "release", _("released outside the center")
    ORIGINAL = "original", _("an original was taken out by two people together")
    MESSAGE = "message", _("message to the submitter")
    CLOSING_ASKED = "closing_asked", _("closing words proposed")
    CLOSING = "closing", _("closed")
    IDENTITY = "identity", _("the reporter's identity was opened")
    CODE = "code", _("a new receipt code was issued after a call-back")
    RECORD_CLASS = "class", _("record class and closure basis set")
    MINOR = "minor", _("flagged: may be under 18")
    VALIDATED = "validated", _("kept after validation")
    PURGE_HELD = "purge_held", _("held: no approved schedule")
    PURGED = "purged", _("purged")
    PURGE_ASKED = "purge_asked", _("destruction proposed: waits for a second person")
    PURGE_DECLINED = "purge_declined", _("destruction declined: the proposal was taken back")
    HOLD = "hold", _("legal hold placed: nothing of it is destroyed while it lasts")
    HOLD_LIFTED = "hold_lifted", _("legal hold lifted")
    ACKNOWLEDGED = "acknowledged", _("the urgent report was taken up")
    MARKED = "marked", _("a file that is marked as PCII was locked away")


class DigestKind(models.TextChoices):
    """What can be looked up exactly. Never names."""

    PLATE = "plate", _("licence plate")
    PHONE = "phone", _("telephone number")
    EMAIL = "email", _("e-mail address")
    DRONE = "drone", _("drone registration")


class RecordClass(models.TextChoices):
    """What kind of record a report is under the open-records law (RSMo 610.010, 610.100)."""

    UNDECIDED = "undecided", _("not decided yet")
    INCIDENT = "incident", _("incident report: open in part (RSMo 610.100)")
    INVESTIGATIVE = "investigative", _("investigative report: closed while active (RSMo 610.100)")
    SECURITY = "security", _("security record (RSMo 610.021)")
    OTHER = "other", _("another record of the center")


class TwoPeople(models.TextChoices):
    """What only two people together may do with a file."""

    ORIGINAL = "original", _("release the original as evidence")
    HELD = "held", _("open a file that is held")


class PurgeBasis(models.TextChoices):
    """Why a record has no further value (RSMo 109.260)."""

    ENDED = "ended", _("its time has ended, and it has no further value")
    NOT_KEPT = "not_kept", _("it should not be kept: a correction or a review found so")


class ScheduleClass(models.TextChoices):
    """The classes of records that the retention schedule knows."""

    REPORT = "report", _("report of suspicious activity")
    REDRESS = "redress", _("answered request for redress")
    OPEN = "open", _("protected submission that is not closed")


class Trigger(models.TextChoices):
    """From which day the time of a record counts."""

    TAKEN_IN = "taken_in", _("the day on which the desk took it in")
    CLOSED = "closed", _("the day on which the case was closed")
    RECEIVED = "received", _("the day on which it came in")
    ANSWERED = "answered", _("the day of the answer")
    SUBMITTED = "submitted", _("the day of submission")
    DETERMINED = "determined", _("the day of the last determination")


class BatchState(models.TextChoices):
    """What came of one row of a disposal batch."""

    WAITING = "waiting", _("waits")
    DONE = "done", _("destroyed")
    REFUSED = "refused", _("not destroyed")


class Training(models.TextChoices):
    SAR_ANALYSIS = "sar", _("analysis of suspicious-activity reports")


class RedressKind(models.TextChoices):
    COMPLAINT = "complaint", _("a complaint about how the portal or the desk acted")
    CORRECTION = "correction", _("a correction of what is kept about me")


class RedressState(models.TextChoices):
    RECEIVED = "received", _("received")
    ANSWERED = "answered", _("answered")
    REFUSED = "refused", _("refused, with reasons")
