"""The rows of reporting. Front inserts what a submitter sends; what Desk decides stands in tables of its own."""

from portal.reporting.models.cases import Case, CaseEntry, SeenDigest
from portal.reporting.models.desk import ApprovedSentence, Redress, ReportingSettings, TrainingRecord
from portal.reporting.models.drafts import Draft, DraftPart
from portal.reporting.models.files import Attachment, Evidence, SafeCopyPart, TwoPeopleRequest
from portal.reporting.models.reports import DeskMessage, Report, ReportPart
from portal.reporting.models.retention import Purge, SweepGeneration

__all__ = [
    "ApprovedSentence",
    "Attachment",
    "Case",
    "CaseEntry",
    "DeskMessage",
    "Draft",
    "DraftPart",
    "Evidence",
    "Purge",
    "Redress",
    "Report",
    "ReportPart",
    "ReportingSettings",
    "SafeCopyPart",
    "SeenDigest",
    "SweepGeneration",
    "TrainingRecord",
    "TwoPeopleRequest",
]
