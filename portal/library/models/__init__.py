"""Files of the library, what was read in them, and the liability resources, which are structured and no files."""

from portal.library.models.evidence import EvidenceTag
from portal.library.models.files import MARKING_FORM_FIELDS, PortalDocument, PortalImage, Rendition
from portal.library.models.liability import LiabilityGap, Provision
from portal.library.models.reading import DocumentPage, DocumentReading

__all__ = [
    "MARKING_FORM_FIELDS",
    "DocumentPage",
    "DocumentReading",
    "EvidenceTag",
    "LiabilityGap",
    "PortalDocument",
    "PortalImage",
    "Provision",
    "Rendition",
]
