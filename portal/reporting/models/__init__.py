"""The rows of reporting. Front inserts what a submitter sends; what Desk decides stands in tables of its own."""

from portal.reporting.models.cases import Case, CaseEntry, SeenDigest
from portal.reporting.models.desk import ApprovedSentence, Redress, ReportingSettings, TrainingRecord
from portal.reporting.models.disposal import Disposal, DisposalBatch, DisposalItem, LegalHold, ScheduleEntry
from portal.reporting.models.drafts import Draft, DraftPart
from portal.reporting.models.files import Attachment, Evidence, SafeCopyPart, TwoPeopleRequest
from portal.reporting.models.planners import NamedPlanner
from portal.reporting.models.protected import (
    CertificateKey,
    ClockEnd,
    Determination,
    HandOff,
    Holding,
    HoldingEntry,
    Product,
    RecordsRequest,
    Separation,
    Use,
)
from portal.reporting.models.reports import DeskMessage, Report, ReportPart
from portal.reporting.models.retention import SweepGeneration

__all__ = [
    "ApprovedSentence",
    "Attachment",
    "Case",
    "CaseEntry",
    "CertificateKey",
    "ClockEnd",
    "DeskMessage",
    "Determination",
    "Disposal",
    "DisposalBatch",
    "DisposalItem",
    "Draft",
    "DraftPart",
    "Evidence",
    "HandOff",
    "Holding",
    "HoldingEntry",
    "LegalHold",
    "NamedPlanner",
    "Product",
    "RecordsRequest",
    "Redress",
    "Report",
    "ReportPart",
    "ReportingSettings",
    "SafeCopyPart",
    "ScheduleEntry",
    "SeenDigest",
    "Separation",
    "SweepGeneration",
    "TrainingRecord",
    "TwoPeopleRequest",
    "Use",
]
