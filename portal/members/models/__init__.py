"""People, organisations, communities, sessions, feed tokens."""

from portal.members.models.circles import Affiliation, CoChair, Community, CommunityMembership, Organisation
from portal.members.models.codes import UsedCode
from portal.members.models.feeds import FeedToken
from portal.members.models.people import Person
from portal.members.models.sessions import DeskSession, FrontSession

__all__ = [
    "Affiliation",
    "CoChair",
    "Community",
    "CommunityMembership",
    "DeskSession",
    "FeedToken",
    "FrontSession",
    "Organisation",
    "Person",
    "UsedCode",
]
