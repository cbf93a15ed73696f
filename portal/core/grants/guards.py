"""Which rows Front may write where it may write some.

A grant knows tables and columns. Whether the account is a member's or of staff, and whether an entry speaks for the
applicant or for an officer, depends on the row. docs/decisions/ says why these are triggers.
"""

from __future__ import annotations

from portal.core.grants.partnership_guards import DELIVERY, MEETINGS, PARTNERSHIP, SEARCH
from portal.core.grants.rights import Guard, just_now

# Functions that guards ask. They run with their owner's rights, so that Front needs none for the answer.
FUNCTIONS: dict[str, str] = {
    "portal_is_staff(person bigint)": (
        "SELECT EXISTS (SELECT FROM members_person p WHERE p.id = person AND p.is_superuser)"
        " OR EXISTS (SELECT FROM members_person_groups g WHERE g.person_id = person)"
        " OR EXISTS (SELECT FROM members_person_user_permissions u WHERE u.person_id = person)"
    ),
    "portal_is_contact(contact bigint, person bigint)": (
        "SELECT contact <> person AND EXISTS (SELECT FROM members_affiliation c JOIN members_affiliation p"
        " USING (organisation_id) WHERE c.person_id = contact AND c.is_point_of_contact AND p.person_id = person)"
    ),
    "portal_is_co_chair(who bigint, concern bigint)": (
        "SELECT EXISTS (SELECT FROM meetings_concern c JOIN members_community m ON m.sector_id = c.sector_id"
        " JOIN members_office o ON o.community_id = m.id AND o.closed_at IS NULL"
        " JOIN members_term t ON t.office_id = o.id AND t.told_at IS NOT NULL"
        " WHERE c.id = concern AND t.person_id = who AND t.since <= current_date + 1"
        " AND (t.until IS NULL OR t.until >= current_date - 1))"
    ),
    "portal_may_report(contact bigint, person bigint, organisation bigint)": (
        "SELECT contact <> person AND NOT portal_is_staff(person) AND EXISTS (SELECT FROM members_organisation o"
        " JOIN members_affiliation c ON c.organisation_id = o.id JOIN members_affiliation p ON p.organisation_id = o.id"
        " WHERE o.id = organisation AND o.closed_at IS NULL"
        " AND c.person_id = contact AND c.is_point_of_contact AND (c.ended_at IS NULL OR c.ended_at > now())"
        " AND p.person_id = person AND (p.ended_at IS NULL OR p.ended_at > now()))"
    ),
    # Facts of the trail: an object of text, whole numbers, yes and no, and lists of those. `$.*[*]` gives what is in
    # lists, and what is no list itself. Of numbers those that JSON carries without loss (RFC 8785).
    "portal_are_facts(facts jsonb)": (
        "SELECT CASE WHEN jsonb_typeof(facts) <> 'object' OR octet_length(facts::text) > 16384 THEN false ELSE"
        " NOT EXISTS (SELECT FROM jsonb_object_keys(facts) k WHERE k !~ '^[A-Za-z0-9_-]{1,40}$')"
        " AND NOT EXISTS (SELECT FROM jsonb_path_query(facts, '$.*[*]') i WHERE CASE jsonb_typeof(i)"
        " WHEN 'string' THEN false WHEN 'boolean' THEN false"
        " WHEN 'number' THEN i::text !~ '^-?[0-9]{1,16}$' OR abs(i::text::numeric) > 9007199254740991"
        " ELSE true END) END"
    ),
}


def kept_or_just_now(column: str) -> str:
    return f"(NEW.{column} IS NOT DISTINCT FROM OLD.{column} OR {just_now(f'NEW.{column}')})"


# An address that is verified is its account's alone: a planted one would keep another person out.
NOBODY_ELSES = (
    "(NOT NEW.verified OR NOT EXISTS (SELECT FROM members_person p WHERE p.email = lower(NEW.email)"
    " AND p.id <> NEW.user_id))"
)

ACCOUNTS = (
    Guard(
        "members_person",
        "UPDATE",
        "(NOT portal_is_staff(OLD.id) OR (NEW.password, NEW.email) IS NOT DISTINCT FROM (OLD.password, OLD.email))"
        " AND (NEW.email = OLD.email OR OLD.standing = 'active')"
        f" AND {kept_or_just_now('last_login')}",
        "password of members and address of active ones; of staff neither; the last sign-in is now",
    ),
    Guard(
        "account_emailaddress",
        "INSERT",
        f"NOT portal_is_staff(NEW.user_id) AND {NOBODY_ELSES}",
        "of members, not of staff; none as verified that is another account's",
    ),
    Guard(
        "account_emailaddress",
        "UPDATE",
        f"NEW.user_id = OLD.user_id AND NOT portal_is_staff(OLD.user_id) AND {NOBODY_ELSES}",
        "of members, not of staff; nobody's becomes another's, none is verified that is another account's",
    ),
    Guard("account_emailaddress", "DELETE", "NOT portal_is_staff(OLD.user_id)", "of members, not of staff"),
    Guard("mfa_authenticator", "INSERT", "NOT portal_is_staff(NEW.user_id)", "of members, not of staff"),
    Guard(
        "mfa_authenticator",
        "UPDATE",
        "(NEW.user_id, NEW.type) IS NOT DISTINCT FROM (OLD.user_id, OLD.type) AND (NOT portal_is_staff(OLD.user_id)"
        " OR (NEW.data, NEW.created_at) IS NOT DISTINCT FROM (OLD.data, OLD.created_at))",
        "of staff the time of the last use alone; nobody's becomes another's",
    ),
    Guard("mfa_authenticator", "DELETE", "NOT portal_is_staff(OLD.user_id)", "of members, not of staff"),
    Guard(
        "members_feedtoken",
        "UPDATE",
        "OLD.revoked_at IS NULL OR NEW.revoked_at IS NOT DISTINCT FROM OLD.revoked_at",
        "what is revoked stays revoked",
    ),
    Guard(
        "members_lock",
        "INSERT",
        "NEW.released_at IS NULL AND NEW.released_by_id IS NULL",
        "locks that hold",
    ),
    Guard(
        "members_alarm",
        "INSERT",
        "NEW.closed_at IS NULL AND NEW.closed_by_id IS NULL AND NEW.finding = '' AND NEW.count = 1"
        f" AND NEW.kind IN ('locks_of_one', 'many_locks') AND {just_now('NEW.raised_at')}",
        "open alarms about locks, raised now; the others are Desk's",
    ),
    Guard("members_alarm", "UPDATE", "NEW.count = OLD.count + 1", "the count goes up by one"),
    Guard("members_formeraddress", "INSERT", "NOT portal_is_staff(NEW.person_id)", "of members, not of staff"),
    Guard(
        "members_visit",
        "UPDATE",
        "NEW.active_at = OLD.active_at"
        " OR NEW.active_at BETWEEN OLD.active_at AND clock_timestamp() + interval '1 minute'",
        "the day from which absence counts never goes back, and never into the future",
    ),
    Guard("members_readtally", "INSERT", "NEW.alarmed_at IS NULL", "days that have alarmed nobody"),
    Guard("members_readtally", "UPDATE", "NEW.count > OLD.count", "the count goes up"),
)

MEMBERSHIP = (
    Guard(
        "members_validation",
        "UPDATE",
        "NOT portal_is_staff(OLD.person_id) AND OLD.completed_at IS NULL AND"
        " (OLD.answered_at IS NULL OR (NEW.answered_at, NEW.same_employer, NEW.same_sponsor, NEW.changes)"
        " IS NOT DISTINCT FROM (OLD.answered_at, OLD.same_employer, OLD.same_sponsor, OLD.changes)) AND"
        " ((NEW.confirmed_by_id, NEW.confirmed_at, NEW.is_confirmed)"
        " IS NOT DISTINCT FROM (OLD.confirmed_by_id, OLD.confirmed_at, OLD.is_confirmed)"
        " OR (OLD.confirmed_at IS NULL AND portal_is_contact(NEW.confirmed_by_id, OLD.person_id)))",
        "each answer once; confirmed by a point of contact of the person's organisation, never by staff; of staff none",
    ),
    Guard(
        "members_agreementanswer",
        "INSERT",
        f"(NEW.is_accepted OR NOT portal_is_staff(NEW.person_id)) AND {just_now('NEW.answered_at')}",
        "answers of now; no refusal of staff",
    ),
    Guard(
        "members_sealedprofile",
        "INSERT",
        f"NOT portal_is_staff(NEW.person_id) AND {just_now('NEW.sealed_at')}",
        "of members, not of staff; sealed now",
    ),
    Guard(
        "members_departure",
        "INSERT",
        "NEW.handled_at IS NULL AND portal_may_report(NEW.reported_by_id, NEW.person_id, NEW.organisation_id)",
        "reports on which Desk has not acted, by a point of contact of the same open organisation, never of staff",
    ),
    Guard(
        "members_membershipproposal",
        "INSERT",
        "NEW.decided_at IS NULL AND NEW.decided_by_id IS NULL AND NEW.is_accepted IS NULL",
        "proposals on which nobody has decided",
    ),
    Guard(
        "bulletins_sharerequest",
        "INSERT",
        "NEW.answered_at IS NULL AND NEW.answered_by_id IS NULL AND NEW.is_granted IS NULL",
        "questions that nobody has answered",
    ),
    Guard(
        "bulletins_feedback",
        "INSERT",
        "NEW.person_id IS NULL AND NEW.reader ~ '^[A-Za-z0-9_-]{43}$'"
        " AND NEW.given_at BETWEEN clock_timestamp() - interval '26 hours' AND clock_timestamp() + interval '1 minute'",
        "answers of today, under a mark and in nobody's name",
    ),
    Guard(
        "bulletins_feedback",
        "UPDATE",
        "NEW.given_at BETWEEN clock_timestamp() - interval '26 hours' AND clock_timestamp() + interval '1 minute'",
        "the answer under a mark changes today",
    ),
    Guard(
        "library_plancomment",
        "INSERT",
        "NEW.answered_at IS NULL AND NEW.answered_by_id IS NULL AND NEW.answer = '' AND NEW.outcome = ''"  # noqa: S608  (our own words)
        " AND NEW.purged_at IS NULL"
        f" AND {just_now('NEW.at')} AND EXISTS (SELECT 1 FROM library_planversion v WHERE v.id = NEW.version_id"
        " AND v.state IN ('draft', 'review') AND v.comments_until >= current_date - 1)",
        "comments of now that nobody has answered, on versions that take some",
    ),
)


def entries(kind: str, application: str) -> str:
    """How many entries of a kind an application has by now."""
    return f"(SELECT count(*) FROM members_vettingentry e WHERE e.application_id = {application} AND e.kind = '{kind}')"  # noqa: S608  (names of this file)


SAME = "NEW.application_id"

APPLICATIONS = (
    Guard(
        "members_application",
        "INSERT",
        "NEW.state = 'started' AND NEW.person_id IS NULL AND NEW.decided_at IS NULL AND NEW.submitted_at IS NULL"
        " AND NEW.reached_desk_at IS NULL AND NEW.withdrawal_seen_at IS NULL",
        "applications that begin",
    ),
    Guard(
        "members_application",
        "UPDATE",
        "(NEW.state = OLD.state OR (NEW.state = 'submitted' AND OLD.state IN ('started', 'more_asked'))"
        f" OR (NEW.state = 'appealed' AND OLD.state = 'refused' AND {entries('decision', 'NEW.id')} = 1)"
        " OR (NEW.state = 'withdrawn' AND OLD.state IN ('started', 'submitted', 'more_asked')))"
        " AND CASE WHEN OLD.state = 'started' AND NEW.state = 'submitted'"
        f" THEN OLD.submitted_at IS NULL AND {just_now('NEW.submitted_at')}"
        " ELSE NEW.submitted_at IS NOT DISTINCT FROM OLD.submitted_at END"
        " AND (NEW.name = OLD.name OR OLD.state IN ('started', 'more_asked'))"
        " AND (NEW.email_verified_at IS NOT DISTINCT FROM OLD.email_verified_at"
        f" OR (OLD.email_verified_at IS NULL AND {just_now('NEW.email_verified_at')}))",
        "submitted when it was being written or more was asked; appealed once, when it was refused; withdrawn while it"
        " is not decided on; the name while it is being written; the moments of sending and of verifying once, and now",
    ),
    Guard(
        "members_applicationpart",
        "INSERT",
        "EXISTS (SELECT 1 FROM members_application a WHERE a.id = NEW.application_id"  # noqa: S608  (our own words)
        f" AND a.state IN ('started', 'more_asked')) AND {just_now('NEW.saved_at')}"
        " AND NEW.version = 1 + COALESCE((SELECT max(p.version) FROM members_applicationpart p"
        " WHERE p.application_id = NEW.application_id AND p.page = NEW.page), 0)",
        "pages of applications that are being written: the next version, saved now",
    ),
    Guard(
        "members_vettingentry",
        "INSERT",
        f"NEW.by_id IS NULL AND NEW.outcome = 'none' AND NEW.over = '' AND {just_now('NEW.at')}"  # noqa: S608  (own words)
        f" AND EXISTS (SELECT 1 FROM members_application a WHERE a.id = {SAME} AND CASE NEW.kind"
        f" WHEN 'answered' THEN a.state = 'submitted' AND {entries('answered', SAME)} < {entries('more_asked', SAME)}"
        f" WHEN 'appeal' THEN a.state = 'appealed' AND {entries('appeal', SAME)} = 0"
        f" WHEN 'withdrawal' THEN a.state = 'withdrawn' AND {entries('withdrawal', SAME)} = 0 ELSE false END)",
        "the applicant's answer to each question, one appeal, one withdrawal: in nobody's name, without a finding, now,"
        " of an application that stands there",
    ),
    Guard("members_captainreview", "UPDATE", "OLD.answered_at IS NULL", "an answer that was not given before"),
)

MAIL = (
    Guard(
        "core_outgoingmail",
        "INSERT",
        "NEW.site = 'front' AND NEW.sent_at IS NULL AND NEW.attempts = 0",
        "mail of Front that waits and was not tried",
    ),
    Guard(
        "core_outgoingmail",
        "UPDATE",
        "OLD.site = 'front' AND NEW.attempts BETWEEN OLD.attempts AND OLD.attempts + 1"
        " AND (OLD.sent_at IS NULL OR NEW.sent_at IS NOT DISTINCT FROM OLD.sent_at)",
        "mail of Front; tried once more at most, and what was sent stays sent",
    ),
)

# A file belongs to a draft; once its report was sent, none is taken out, and who sent it adds some until it is closed.
# To a protected submission the alternate contact adds as well, until it is about to be returned or destroyed.
ADDED = "('added', 'cure', 'respond', 'withdraw', 'alternate')"
ENDING = "('returning', 'collected', 'destroying', 'returned', 'destroyed')"
NOT_SENT = "NOT EXISTS (SELECT FROM reporting_report r WHERE r.uuid = NEW.report_uuid)"
OPEN_AND_OWN = (
    "EXISTS (SELECT FROM reporting_report r LEFT JOIN reporting_case c ON c.report_id = r.id"  # noqa: S608  (constants)
    " LEFT JOIN reporting_holding h ON h.report_id = r.id WHERE r.uuid = NEW.report_uuid"
    " AND NEW.owner_id IN (r.submitter_id, r.alternate_id) AND c.status IS DISTINCT FROM 'closed'"
    f" AND (h.stage IS NULL OR h.stage NOT IN {ENDING}))"
)

REPORTING = (
    Guard(
        "reporting_report",
        "INSERT",
        f"NEW.submitter_id IS NOT NULL AND {just_now('NEW.submitted_at')}",
        "reports of now, by somebody",
    ),
    Guard(
        "reporting_reportpart",
        "INSERT",
        f"{just_now('NEW.at')} AND (NEW.name IN {ADDED} OR (NEW.version = 1 AND EXISTS (SELECT FROM reporting_report r"
        f" WHERE r.id = NEW.report_id AND {just_now('r.submitted_at')})))",
        "additions and acts of now, and the first version of each section of a report that is sent now",
    ),
    Guard(
        "reporting_attachment",
        "INSERT",
        f"NEW.removed_at IS NULL AND NEW.owner_id IS NOT NULL AND {just_now('NEW.stored_at')}"
        f" AND ({NOT_SENT} OR {OPEN_AND_OWN})",
        "files of drafts, and of what is not closed and does not end by who sent it or is its alternate, stored now",
    ),
    Guard(
        "reporting_attachment",
        "UPDATE",
        f"OLD.removed_at IS NULL AND {NOT_SENT}",
        "taken out of a draft, once; never out of a report",
    ),
    Guard(
        "reporting_handoff",
        "INSERT",
        "NEW.cisa_number = '' AND NEW.made_on BETWEEN current_date - 1 AND current_date + 1",
        "hand-offs of now, of which CISA has given no number yet",
    ),
    Guard(
        "reporting_redress",
        "INSERT",
        "NEW.state = 'received' AND NEW.answered_at IS NULL AND NEW.answered_by_id IS NULL AND NEW.told_at IS NULL"
        f" AND octet_length(NEW.answer) = 0 AND {just_now('NEW.received_at')}",
        "requests of now that nobody has answered",
    ),
)

# What Front and its worker record. Of what Desk alone does Front could only make things up: that whom something means
# was erased in order, that a segment was dropped, that a key was destroyed. A test holds the list against the code.
FRONTS_VERBS = (
    "read",
    "download",
    "search",
    "feed.read",
    "session.begin",
    "session.end",
    "session.confirm",
    "account.lock",
    "factor.add",
    "factor.remove",
    "password.change",
    "password.ask",
    "address.change",
    "token.create",
    "token.revoke",
    "command.run",
    "circle.propose",
    "file.upload",
    "report.submit",
    "report.reopen",
    "report.add",
    "redress.submit",
    "handoff.make",
    "handoff.number",
    "plan.comment",
    "term.known",
    "office.write",
    "office.answer",
    "concern.raise",
    "concern.merge",
    "visit.ask",
    "action.done",
    "meeting.answer",
    "meeting.need",
    "news.choose",
    "news.stop",
)
VERBS_IN_SQL = ", ".join(f"'{verb}'" for verb in FRONTS_VERBS)

# What the sealer and Desk's pages can read. An event may be an hour old: refusals wait for the end of their request.
TRAIL = (
    Guard(
        "audit_event",
        "INSERT",
        "NEW.site IN ('front', 'worker') AND NEW.id > 0 AND NEW.outcome IN ('done', 'refused')"
        " AND NEW.at BETWEEN clock_timestamp() - interval '1 hour' AND clock_timestamp() + interval '1 minute'"
        f" AND NEW.verb IN ({VERBS_IN_SQL}) AND NEW.who ~ '^(nobody|system|[A-Za-z0-9_-]{{43}})$'"
        " AND NEW.address ~ '^([A-Za-z0-9_-]{43})?$' AND NEW.session ~ '^[0-9a-f]{0,22}$'"
        " AND (NEW.about !~ '^members[.]person' OR NEW.about ~ '^members[.]person:[1-9][0-9]{0,17}$')"
        " AND portal_are_facts(NEW.facts)",
        "events of Front and its worker, of now or of the last hour, of what they do themselves; references, session"
        " and facts in the form that the portal writes",
    ),
    Guard(
        "audit_reference",
        "INSERT",
        "NEW.reference ~ '^[A-Za-z0-9_-]{43}$' AND octet_length(NEW.key) = 32 AND NEW.kept IN ('read', 'decision')"
        " AND NEW.month BETWEEN current_date - 32 AND current_date + 1 AND CASE NEW.kind"
        " WHEN 'person' THEN NEW.value ~ '^[1-9][0-9]{0,17}$'"
        " WHEN 'address' THEN NEW.value ~ '^[0-9A-Fa-f:.]{2,45}$' ELSE false END",
        "references of this month to the key of a person or to a network address",
    ),
)

GUARDS: tuple[Guard, ...] = (
    *ACCOUNTS,
    *MEMBERSHIP,
    *APPLICATIONS,
    *MAIL,
    *PARTNERSHIP,
    *MEETINGS,
    *REPORTING,
    *SEARCH,
    *DELIVERY,
    *TRAIL,
)


def guarded_tables() -> dict[str, tuple[Guard, ...]]:
    """The guards of each table that has some."""
    return {name: tuple(row for row in GUARDS if row.table == name) for name in dict.fromkeys(g.table for g in GUARDS)}
