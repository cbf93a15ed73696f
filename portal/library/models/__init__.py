"""Files of the library, what was read in them, and the liability resources, which are structured and no files."""

from portal.library.models.evidence import EvidenceTag
from portal.library.models.files import FACT_FORM_FIELDS, MARKING_FORM_FIELDS, PortalDocument, PortalImage, Rendition
from portal.library.models.imports import BundleImport, BundleRow
from portal.library.models.liability import LiabilityGap, Provision
from portal.library.models.plan import PlanCell, PlanComment, PlanPart, PlanVersion
from portal.library.models.reading import DocumentPage, DocumentReading

__all__ = [
    "FACT_FORM_FIELDS",
    "MARKING_FORM_FIELDS",
    "BundleImport",
    "BundleRow",
    "DocumentPage",
    "DocumentReading",
    "EvidenceTag",
    "LiabilityGap",
    "PlanCell",
    "PlanComment",
    "PlanPart",
    "PlanVersion",
    "PortalDocument",
    "PortalImage",
    "Provision",
    "Rendition",
]
