"""Bulletins, guidance, the home page, and what belongs to releasing and reading them."""

from portal.bulletins.models.bulletin import BulletinChange, BulletinIndexPage, BulletinPage, CveReference
from portal.bulletins.models.guidance import EmployeeSheetPage, GuidanceIndexPage, GuidancePage
from portal.bulletins.models.home import HomePage
from portal.bulletins.models.information import InformationIndexPage, InformationPage
from portal.bulletins.models.reading import Feedback, FeedMemory, FormerReader, PulseCount, Reading, ShareRequest
from portal.bulletins.models.release import Release, ReleaseRequest

__all__ = [
    "BulletinChange",
    "BulletinIndexPage",
    "BulletinPage",
    "CveReference",
    "EmployeeSheetPage",
    "FeedMemory",
    "Feedback",
    "FormerReader",
    "GuidanceIndexPage",
    "GuidancePage",
    "HomePage",
    "InformationIndexPage",
    "InformationPage",
    "PulseCount",
    "Reading",
    "Release",
    "ReleaseRequest",
    "ShareRequest",
]
