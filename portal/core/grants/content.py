"""The table of grants of the content's database (alias `default`)."""

from __future__ import annotations

from portal.core.grants.partnership import DELIVERY, FIGURES, MEETINGS, PARTNERSHIP
from portal.core.grants.rights import ALL, DESK, PAGES, Grant, closed, marked, reads, with_parts

UNUSED = "not used by the portal"


CORE = (
    *reads("shown on every page", "core_portalsettings"),
    Grant(
        "core_outgoingmail",
        select=ALL,
        insert=True,
        update=("attempts", "due_at", "sent_at", "given_up_at", "problem"),
        why="mail that Front asks for, and its worker sends",
    ),
    *reads("shared lists", "vocabulary_sector", "vocabulary_county", "vocabulary_hazard", "vocabulary_holiday"),
    *reads("the access rule", "access_token"),
    *closed("the journal of destructions; the vault's own", "vault_destruction"),
)

TRAIL = (
    Grant("audit_event", select=("id",), insert=True, why="what happens is recorded; nobody on Front reads it again"),
    Grant("audit_reference", insert=True, why="whom a recorded event means; nobody on Front reads it again"),
    *closed("Desk seals, signs and takes outside", "audit_seal", "audit_checkpoint", "audit_delivery", "audit_segment"),
    *reads("what a member sees of the trail; Desk writes it", "audit_ownevent"),
    *closed("weekly reviews are Desk's", "oversight_review"),
)

PEOPLE = (
    Grant(
        "members_person",
        select=ALL,
        update=("password", "last_login", "email"),
        why="a member changes their password or address; standing, dates and roles are Desk's",
    ),
    *reads("who is staff", "members_person_groups", "members_person_user_permissions"),
    Grant(
        "account_emailaddress",
        select=ALL,
        insert=True,
        update=("user_id", "email", "verified", "primary"),
        delete=True,
        why="a member changes their address; allauth writes whole rows",
    ),
    Grant(
        "mfa_authenticator",
        select=ALL,
        insert=True,
        update=("user_id", "type", "data", "created_at", "last_used_at"),
        delete=True,
        why="a member sets up and removes second factors; allauth writes whole rows",
    ),
    Grant("account_emailconfirmation", select=ALL, delete=True, why="always empty; emptied with an address that goes"),
    Grant("members_formeraddress", select=ALL, insert=True, why="the address before is told of the change"),
    Grant(
        "members_frontsession",
        select=ALL,
        insert=True,
        update=("session_data", "expire_date", "person_id", "begun_at", "seen_at", "browser", "network"),
        delete=True,
        why="Front's own sessions",
    ),
    *closed("Desk's sessions", "members_desksession"),
    Grant("members_usedcode", select=ALL, insert=True, delete=True, why="a code counts once"),
    Grant("members_signinfailure", select=ALL, insert=True, delete=True, why="failures that add up to a lock"),
    Grant("members_lock", select=ALL, insert=True, why="Front locks; staff release"),
    Grant("members_alarm", select=ALL, insert=True, update=("count",), why="Front raises and counts; staff close"),
    *closed(DESK, "members_factorrecovery"),
    Grant(
        "members_visit",
        select=ALL,
        update=("began_at", "previous_began_at", "active_at"),
        why="when somebody was last here",
    ),
    Grant(
        "members_feedtoken",
        select=ALL,
        insert=True,
        update=("used_at", "revoked_at"),
        why="a member makes and revokes tokens",
    ),
    Grant(
        "members_readtally",
        select=ALL,
        insert=True,
        update=("count",),
        why="how much one account reads on a day",
    ),
)

MEMBERSHIP = (
    *reads("what is agreed to", "members_agreement"),
    Grant("members_agreementanswer", select=ALL, insert=True, why="a member answers; answers are never changed"),
    *reads("the reason for a standing is shown to its person", "members_standingchange"),
    Grant(
        "members_validation",
        select=ALL,
        update=(
            "answered_at",
            "same_employer",
            "same_sponsor",
            "changes",
            "confirmed_by_id",
            "confirmed_at",
            "is_confirmed",
        ),
        why="a member answers, their organisation confirms; Desk asks and completes",
    ),
    Grant("members_sealedprofile", select=("id",), insert=True, why="what changed is sealed to Desk"),
    Grant("members_departure", select=ALL, insert=True, why="a point of contact says that somebody left"),
    *closed(DESK, "members_rolechange", "members_clearance", "members_reminder", "members_bounce"),
    *closed(DESK, "members_exposurereport"),
    *with_parts(
        Grant("members_organisation", select=ALL, why="who belongs where; Desk writes it"), "sectors", "counties"
    ),
    *reads("who belongs where; Desk writes it", "members_community", "members_affiliation"),
    *reads("who belongs where; Desk writes it", "members_communitymembership", "members_office"),
    Grant("members_term", select=ALL, update=("told_at",), why="a candidate says that they know that office is public"),
    Grant(
        "members_officemessage",
        select=("id", "uuid", "term_id", "relayed_at", "was_reached", "answered_at"),
        insert=True,
        update=("answer", "shares_address", "answered_at"),
        why="anybody writes to an office holder, sealed; the holder answers, sealed",
    ),
    Grant("members_membershipproposal", select=ALL, insert=True, why="a steward proposes; staff decide"),
)

APPLICATIONS = (
    Grant(
        "members_application",
        select=ALL,
        insert=True,
        update=("name", "state", "submitted_at", "email_verified_at"),
        why="an applicant begins, submits and withdraws; staff decide",
    ),
    Grant("members_applicationlink", select=ALL, insert=True, why="digests of the links that were mailed"),
    Grant("members_applicationpart", select=ALL, insert=True, why="what was written, sealed; each save adds a row"),
    Grant("members_vettingentry", select=ALL, insert=True, why="the applicant's own words, sealed"),
    Grant(
        "members_captainreview",
        select=ALL,
        update=("answered_at", "is_supported", "words"),
        why="a captain answers what Desk asked",
    ),
)

CONTENT = (
    *marked("library_portaldocument", "sectors", "hazards", "evidence"),
    *reads(PAGES, "library_evidencetag", "library_documentreading", "library_documentpage"),
    *closed(DESK, "library_bundleimport", "library_bundlerow"),
    *marked("library_portalimage"),
    *marked("library_provision"),
    *reads(PAGES, "library_liabilitygap", "library_liabilitygap_provisions"),
    *marked("library_plancell"),
    *reads(PAGES, "library_planpart", "library_planversion"),
    Grant(
        "library_plancomment",
        select=("id", "uuid", "version_id", "person_id", "page", "at", "answer", "answered_at", "outcome", "purged_at"),
        insert=True,
        why="a member comments on a draft, sealed, and reads the answer; staff answer",
    ),
    Grant("library_rendition", select=ALL, insert=True, why="sizes of pictures, made when they are first asked for"),
    *marked("bulletins_bulletinindexpage"),
    *marked("bulletins_bulletinpage", "sectors", "counties"),
    *reads(PAGES, "bulletins_cvereference", "bulletins_bulletinchange"),
    *marked("bulletins_guidanceindexpage"),
    *marked("bulletins_guidancepage", "hazards", "sectors"),
    *marked("bulletins_employeesheetpage"),
    *marked("bulletins_homepage"),
    *marked("bulletins_informationindexpage"),
    *marked("bulletins_informationpage"),
    Grant("bulletins_reading", select=ALL, insert=True, why="who opened what"),
    Grant("bulletins_feedmemory", select=ALL, insert=True, update=("carried",), why="what a feed carried before"),
    Grant("bulletins_sharerequest", select=ALL, insert=True, why="a member asks to share wider; staff answer"),
    Grant(
        "bulletins_feedback",
        select=ALL,
        insert=True,
        update=("was_useful", "given_at"),
        why="a reader says whether it was useful, under a mark that only Front can make",
    ),
    *reads("who could read it before it was recalled", "bulletins_formerreader"),
    *closed("what was answered, as two numbers, once the question has closed", "bulletins_pulsecount"),
    *closed(DESK, "bulletins_releaserequest"),
    *reads("whether a public bulletin was released; the check at the start", "bulletins_release"),
    *closed(DESK, "bulletins_release_editors"),
)

REPORTING = (
    Grant(
        "reporting_draft",
        select=ALL,
        insert=True,
        update=("saved_at", "sent_at"),
        delete=True,
        why="what a member is writing, and did not send",
    ),
    Grant(
        "reporting_draftpart",
        select=ALL,
        insert=True,
        update=("version", "envelope", "saved_at"),
        delete=True,
        why="its pages, sealed to the member's browser",
    ),
    Grant("reporting_report", select=ALL, insert=True, why="a member reports; nothing of it is changed afterwards"),
    Grant("reporting_reportpart", select=ALL, insert=True, why="what was written, sealed; each addition is a row"),
    Grant(
        "reporting_attachment",
        select=ALL,
        insert=True,
        update=("removed_at",),
        why="files that came in, sealed; Desk goes by the lists that were sealed with the report and what was added",
    ),
    Grant(
        "reporting_case",
        select=("report_id", "status", "closing_words", "closed_at"),
        why="the submitter reads where a report stands",
    ),
    *reads("what the desk wrote to a submitter, sealed", "reporting_deskmessage"),
    Grant(
        "reporting_holding",
        select=(
            *("report_id", "stage", "submitted_on", "determination_due_at", "noticed_at", "refused_at"),
            *("determined_at", "withdrawn_at", "reviewed_on", "again_on", "ended_at"),
        ),
        why="the submitter follows the clocks of a protected submission",
    ),
    Grant(
        "reporting_holdingentry",
        select=("id", "holding_id", "verb", "note", "at", "is_told", "agency"),
        why="what was done with it, without words and without who did it; of a planner the agency",
    ),
    *reads("the written findings; the reasons of a refusal are sealed", "reporting_determination"),
    Grant(
        "reporting_use",
        select=("id", "holding_id", "role", "agency", "purpose", "at"),
        why="the submitter sees who used it for what, and no officer's name",
    ),
    Grant(
        "reporting_legalhold",
        select=("id", "report_id", "placed_at", "lifted_at"),
        why="a hold is told to the submitter; what for is not",
    ),
    Grant(
        "reporting_disposal",
        select=("id", "report_id", "how", "collected_at", "done_at", "certificate", "signature"),
        why="the certificate that it was returned or destroyed",
    ),
    Grant(
        "reporting_handoff",
        select=ALL,
        insert=True,
        update=("cisa_number",),
        why="that a package for CISA was made, and CISA's number",
    ),
    *reads("what the form promises", "reporting_reportingsettings"),
    Grant("reporting_redress", select=("id",), insert=True, why="anybody asks for redress; the desk reads and answers"),
    *closed(DESK, "reporting_caseentry", "reporting_evidence", "reporting_safecopypart", "reporting_twopeoplerequest"),
    *closed(DESK, "reporting_seendigest", "reporting_approvedsentence", "reporting_trainingrecord"),
    *closed(DESK, "reporting_recordsrequest", "reporting_recordsrequest_holdings", "reporting_scheduleentry"),
    *closed(DESK, "reporting_clockend", "reporting_separation", "reporting_namedplanner"),
    Grant(
        "reporting_product",
        select=("id", "holding_id", "linked_at", "checked_at"),
        why="the submitter sees that a product used it, and whether it was checked; never which",
    ),
    *reads("the public keys that certificates are checked with", "reporting_certificatekey"),
    *closed(DESK, "reporting_disposalbatch", "reporting_disposalitem"),
    *closed(DESK, "reporting_sweepgeneration"),
)

SEARCH = (
    *reads("what can be found, and by whom; Desk writes it", "search_entry", "search_entrytoken", "search_entryword"),
    *reads("what can be found; Desk writes it", "search_entrypage", "search_change"),
    *reads("words that mean the same; Desk writes them", "search_synonyms"),
    Grant(
        "search_savedsearch",
        select=ALL,
        insert=True,
        update=("name", "alerts", "told_until"),
        delete=True,
        why="a member keeps searches, and is told of what is new in them",
    ),
)

WAGTAIL = (
    *reads(PAGES, "wagtailcore_page", "wagtailcore_site", "wagtailcore_locale", "wagtailcore_collection"),
    Grant(
        "wagtailcore_revision",
        select=("id", "content_type_id", "base_content_type_id", "object_id", "created_at", "user_id"),
        why="who wrote a page; never what stands in a draft",
    ),
    *reads(
        "that Wagtail's own privacy is not used; the check at the start",
        "wagtailcore_pageviewrestriction",
        "wagtailcore_pageviewrestriction_groups",
        "wagtailcore_collectionviewrestriction",
        "wagtailcore_collectionviewrestriction_groups",
    ),
    *reads("names of models and roles", "django_content_type", "auth_group"),
    *closed(DESK, "auth_permission", "auth_group_permissions"),
    *closed(DESK, "wagtailcore_groupsitepermission", "wagtailcore_groupcollectionpermission"),
    *closed(DESK, "wagtailcore_grouppagepermission"),
    *closed(DESK, "wagtailcore_modellogentry", "wagtailcore_pagelogentry", "wagtailcore_uploadedfile"),
    *closed(DESK, "wagtailcore_comment", "wagtailcore_commentreply", "wagtailcore_pagesubscription"),
    *closed(DESK, "wagtailadmin_admin", "wagtailadmin_editingsession", "wagtailadmin_formstate"),
    *closed(DESK, "wagtailusers_userprofile", "wagtailembeds_embed", "wagtailsearch_indexentry"),
    *closed(DESK, "taggit_tag", "taggit_taggeditem", "wagtailcore_referenceindex"),
    *closed(
        "workflows are switched off",
        "wagtailcore_workflow",
        "wagtailcore_workflowcontenttype",
        "wagtailcore_workflowpage",
        "wagtailcore_workflowstate",
        "wagtailcore_workflowtask",
        "wagtailcore_task",
        "wagtailcore_taskstate",
        "wagtailcore_groupapprovaltask",
        "wagtailcore_groupapprovaltask_groups",
    ),
    *closed(UNUSED, "wagtaildocs_document", "wagtailimages_image", "wagtailimages_rendition"),
)

OTHERS = (
    Grant(
        "django_tasks_database_dbtaskresult",
        select=ALL,
        insert=True,
        update=ALL,
        delete=True,
        why="Front's own jobs; Desk's are in the database `jobs`",
    ),
    *closed(UNUSED, "django_session"),
    *closed(UNUSED, "axes_accessfailurelog", "axes_accesslog"),
    *closed("kept from the time when django-axes counted", "axes_accessattempt", "axes_accessattemptexpiration"),
    *closed("which migrations have run", "django_migrations"),
)

TABLE: tuple[Grant, ...] = (
    *CORE,
    *TRAIL,
    *PEOPLE,
    *MEMBERSHIP,
    *APPLICATIONS,
    *CONTENT,
    *MEETINGS,
    *PARTNERSHIP,
    *REPORTING,
    *SEARCH,
    *DELIVERY,
    *FIGURES,
    *WAGTAIL,
    *OTHERS,
)
