"""Which rows of meetings, the partnership, saved searches and news Front may write."""

from __future__ import annotations

from portal.core.grants.rights import Guard, just_now

# A meeting that is posted and has not begun. A minute of grace: the clocks of two machines differ.
AHEAD = (
    "EXISTS (SELECT FROM meetings_meeting m WHERE m.id = NEW.meeting_id AND m.state = 'posted'"
    " AND m.starts_at > clock_timestamp() - interval '1 minute')"
)

MEETINGS = (
    Guard(
        "meetings_actionitem",
        "UPDATE",
        f"OLD.done_at IS NULL AND OLD.owner_id IS NOT NULL AND NEW.outcome <> '' AND {just_now('NEW.done_at')}",
        "that an item of somebody with an account is done, once, and now",
    ),
    Guard(
        "meetings_answer",
        "INSERT",
        f"{just_now('NEW.at')} AND {AHEAD}",
        "answers of now, to meetings that are posted and have not begun",
    ),
    Guard(
        "meetings_answer",
        "UPDATE",
        f"{just_now('NEW.at')} AND {AHEAD}",
        "answers of now, to meetings that are posted and have not begun",
    ),
    Guard(
        "meetings_accessneed",
        "INSERT",
        f"{just_now('NEW.at')} AND octet_length(NEW.words) > 0 AND {AHEAD}",
        "what somebody needs now, sealed, for meetings that are posted and have not begun",
    ),
    Guard(
        "meetings_subscriber",
        "INSERT",
        f"NEW.confirmed_at IS NULL AND NEW.ended_at IS NULL AND {just_now('NEW.asked_at')}",
        "addresses of now that nobody has confirmed",
    ),
    Guard(
        "meetings_subscriber",
        "UPDATE",
        f"(NEW.asked_at = OLD.asked_at OR {just_now('NEW.asked_at')})"
        f" AND (NEW.confirmed_at IS NOT DISTINCT FROM OLD.confirmed_at OR {just_now('NEW.confirmed_at')})"
        f" AND (NEW.ended_at IS NULL OR NEW.ended_at IS NOT DISTINCT FROM OLD.ended_at OR {just_now('NEW.ended_at')})",
        "asked for, confirmed and ended now",
    ),
)

PARTNERSHIP = (
    Guard(
        "members_term",
        "UPDATE",
        "OLD.told_at IS NULL AND OLD.notified_at IS NOT NULL AND OLD.person_id IS NOT NULL"
        f" AND {just_now('NEW.told_at')}",
        "of terms whose notice was mailed to an account: that the candidate knows, once, and now",
    ),
    Guard(
        "members_officemessage",
        "INSERT",
        "NEW.relayed_at IS NULL AND NOT NEW.was_reached AND NEW.answered_at IS NULL AND NEW.returned_at IS NULL"
        " AND octet_length(NEW.answer) = 0 AND NEW.words_emptied_at IS NULL AND NEW.emptied_at IS NULL"
        f" AND {just_now('NEW.at')}",
        "messages of now that nobody has relayed or answered",
    ),
    Guard(
        "members_officemessage",
        "UPDATE",
        f"OLD.was_reached AND OLD.answered_at IS NULL AND OLD.emptied_at IS NULL AND {just_now('NEW.answered_at')}",
        "the answer to a message that was relayed, once, and now",
    ),
    Guard(
        "meetings_concern",
        "INSERT",
        "NEW.closed_at IS NULL AND NEW.closed_by_id IS NULL AND NEW.closing_words = '' AND NEW.purged_at IS NULL"
        f" AND {just_now('NEW.raised_at')}",
        "concerns of now that nobody has closed",
    ),
    Guard(
        "meetings_merge",
        "INSERT",
        f"{just_now('NEW.at')} AND portal_is_co_chair(NEW.by_id, NEW.concern_id)"
        " AND portal_is_co_chair(NEW.by_id, NEW.into_id)",
        "of two concerns of a sector, by one of its co-chairs, now",
    ),
    Guard(
        "meetings_visitrequest",
        "INSERT",
        "NEW.state = 'new' AND NEW.planned_for IS NULL AND NEW.answer = '' AND NEW.answered_by_id IS NULL"
        f" AND NEW.moved_at IS NULL AND NEW.purged_at IS NULL AND {just_now('NEW.asked_at')}",
        "requests of now that nobody has answered",
    ),
)

DELIVERY = (
    Guard(
        "delivery_providerreport",
        "INSERT",
        f"NEW.handled_at IS NULL AND {just_now('NEW.at')}",
        "reports of now on which Desk has not acted",
    ),
)

SEARCH = (
    Guard(
        "search_savedsearch",
        "INSERT",
        f"{just_now('NEW.saved_at')} AND {just_now('NEW.told_until')}",
        "searches saved now; of nothing from before is anybody told",
    ),
    Guard("search_savedsearch", "UPDATE", "NEW.told_until >= OLD.told_until", "what was told is not told again"),
)
