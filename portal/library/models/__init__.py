"""Files of the library, and the liability resources, which are structured and no files."""

from portal.library.models.files import MARKING_FORM_FIELDS, PortalDocument, PortalImage, Rendition
from portal.library.models.liability import LiabilityGap, Provision

__all__ = ["MARKING_FORM_FIELDS", "LiabilityGap", "PortalDocument", "PortalImage", "Provision", "Rendition"]
