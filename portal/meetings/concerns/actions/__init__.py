"""What is done with concerns, initiatives and requests for visits."""

from portal.meetings.concerns.actions.concerns import (
    CONCERN_STAFF,
    CloseConcern,
    EnterReply,
    MergeAsCoChair,
    MergeConcern,
    PartConcern,
    RankConcerns,
    Recommend,
)

__all__ = [
    "CONCERN_STAFF",
    "CloseConcern",
    "EnterReply",
    "MergeAsCoChair",
    "MergeConcern",
    "PartConcern",
    "RankConcerns",
    "Recommend",
]
