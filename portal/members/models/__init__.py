"""People, organisations, communities, offices, applications, standing, sessions, locks, feed tokens."""

from __future__ import annotations

from portal.members.models.applications import (
    Application,
    ApplicationLink,
    ApplicationPart,
    CaptainReview,
    VettingEntry,
)
from portal.members.models.circles import (
    Affiliation,
    Community,
    CommunityMembership,
    MembershipProposal,
    Organisation,
)
from portal.members.models.codes import UsedCode
from portal.members.models.feeds import FeedToken
from portal.members.models.locks import Alarm, FactorRecovery, FormerAddress, Lock, SignInFailure
from portal.members.models.offices import Office, OfficeMessage, Term
from portal.members.models.people import Person
from portal.members.models.sessions import DeskSession, FrontSession
from portal.members.models.standing import (
    Agreement,
    AgreementAnswer,
    Bounce,
    Clearance,
    Departure,
    ExposureReport,
    ReadTally,
    Reminder,
    RoleChange,
    SealedProfile,
    StandingChange,
    Validation,
    Visit,
)

__all__ = [
    "Affiliation",
    "Agreement",
    "AgreementAnswer",
    "Alarm",
    "Application",
    "ApplicationLink",
    "ApplicationPart",
    "Bounce",
    "CaptainReview",
    "Clearance",
    "Community",
    "CommunityMembership",
    "Departure",
    "DeskSession",
    "ExposureReport",
    "FactorRecovery",
    "FeedToken",
    "FormerAddress",
    "FrontSession",
    "Lock",
    "MembershipProposal",
    "Office",
    "OfficeMessage",
    "Organisation",
    "Person",
    "ReadTally",
    "Reminder",
    "RoleChange",
    "SealedProfile",
    "SignInFailure",
    "StandingChange",
    "Term",
    "UsedCode",
    "Validation",
    "VettingEntry",
    "Visit",
]
