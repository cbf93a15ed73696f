"""What Front may do with meetings, the partnership, news and figures."""

from __future__ import annotations

from portal.core.grants.rights import ALL, PAGES, Grant, closed, marked, reads

MEETINGS = (
    *marked("meetings_meeting", "exceptions"),
    *reads(
        PAGES,
        "meetings_series",
        "meetings_agendaitem",
        "meetings_agendaitem_documents",
        "meetings_notice",
        "meetings_sheet",
        "meetings_closureexception",
        "meetings_capability",
        "meetings_exercisefacts",
        "meetings_exercisefacts_hazards",
        "meetings_exercisefacts_capabilities",
        "meetings_vote",
        "meetings_rollcall",
        "meetings_attendance",
    ),
    Grant(
        "meetings_minutes",
        select=(
            "meeting_id",
            "state",
            "began_at",
            "ended_at",
            "words",
            "has_closed_part",
            "closed_until",
            "approved_at_meeting_id",
            "approved_at",
            "published_at",
            "written_by_id",
        ),
        why="published minutes; their closed part, sealed, is Desk's",
    ),
    Grant("meetings_objective", select=("id", "exercise_id", "result"), why="how many were met; the words are Desk's"),
    Grant(
        "meetings_actionitem",
        select=ALL,
        update=("done_at", "outcome"),
        why="whoever was asked to do something says that it is done",
    ),
    Grant(
        "meetings_answer",
        select=ALL,
        insert=True,
        update=("coming", "at"),
        why="a member answers an invitation",
    ),
    Grant("meetings_accessneed", select=("id", "uuid"), insert=True, why="what somebody needs, sealed; Desk reads it"),
    Grant(
        "meetings_calendarfeed",
        select=ALL,
        insert=True,
        update=("carried",),
        why="a member's own calendar, and what it carried before",
    ),
    Grant(
        "meetings_subscriber",
        select=ALL,
        insert=True,
        update=("is_media", "asked_at", "confirmed_at", "ended_at"),
        why="the public and the media subscribe without an account",
    ),
)

PARTNERSHIP = (
    Grant(
        "meetings_concern",
        select=(
            *("id", "uuid", "sector_id", "kind", "title", "words", "agencies", "region", "person_id", "raised_at"),
            *("closed_at", "closing_words", "purged_at"),
        ),
        insert=True,
        why="a member raises a concern; its raiser and co-chairs read it, details for staff are sealed",
    ),
    Grant("meetings_merge", select=ALL, insert=True, why="a co-chair says that two concerns are the same"),
    *reads("what becomes of a concern; Desk writes it", "meetings_ranking", "meetings_rank", "meetings_recommendation"),
    *reads("yearly deliverables; Desk writes them", "meetings_initiative", "meetings_initiativefigure"),
    Grant(
        "meetings_visitrequest",
        select=(
            *("id", "uuid", "person_id", "kind", "sector_id", "county_id", "wished", "state", "asked_at"),
            *("planned_for", "answer", "moved_at", "purged_at"),
        ),
        insert=True,
        why="a member asks for a visit, sealed, and reads the answer",
    ),
)

DELIVERY = (
    Grant(
        "delivery_choice",
        select=ALL,
        insert=True,
        update=(
            *("person_id", "mode", "critical_at_once", "floor", "quiet_from", "quiet_until"),
            *("digest_hour", "wants_texts", "changed_at"),
        ),
        why="a member chooses how they are told of news, or stops it by a link",
    ),
    Grant(
        "delivery_wish",
        select=ALL,
        insert=True,
        update=("person_id", "topic", "rhythm"),
        delete=True,
        why="a member chooses topics, or stops one by a link; rows are written whole",
    ),
    Grant(
        "delivery_providerreport", select=("id",), insert=True, why="what a provider of mail reports; Desk acts on it"
    ),
    *closed("who was told what is Desk's", "delivery_delivery", "delivery_news", "delivery_digestround"),
    *closed("Desk looks for news", "delivery_watch"),
)

FIGURES = (
    Grant(
        "figures_edition",
        select=("id", "year", "number", "floor", "released_at", "withdrawn_at"),
        why="that a year was released; never who released it, and why one was withdrawn",
    ),
    *reads("what was released to everybody", "figures_releasedmeasure", "figures_releasedfigure"),
    *closed("what is computed, small numbers among it, is Desk's", "figures_figure"),
)
