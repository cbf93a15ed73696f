"""The closed vocabulary of the trail. docs/trail.md shows it; a test keeps the two alike."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kept(models.TextChoices):
    """How long an event keeps its person: plain reads for months, decisions as long as their segment is kept."""

    READ = "read", _("until plain reads are erased")
    DECISION = "decision", _("as long as the event")


class Outcome(models.TextChoices):
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")


class Verb(models.TextChoices):
    """What can be recorded. A verb is never renamed or given away: the trail keeps the word for years."""

    # Reading
    READ = "read", _("opened")
    DOWNLOAD = "download", _("downloaded")
    SEARCH = "search", _("searched")
    OPEN_CASE = "case.open", _("opened an application, a person's page or another case on Desk")
    LOOK = "page.open", _("opened another page of Desk: a list, a form")
    SUBSCRIBE = "feed.read", _("read through a feed")
    # Signing in
    SIGN_IN = "session.begin", _("signed in")
    SIGN_OUT = "session.end", _("signed out, or a session was ended")
    REAUTHENTICATE = "session.confirm", _("confirmed who they are")
    LOCK = "account.lock", _("locked")
    RELEASE_ACCOUNT = "account.release", _("released from a lock")
    FACTOR_ADD = "factor.add", _("added a second factor")
    FACTOR_REMOVE = "factor.remove", _("removed a second factor")
    PASSWORD_CHANGE = "password.change", _("changed the password")
    PASSWORD_ASK = "password.ask", _("asked for a link to a new password")
    ADDRESS_CHANGE = "address.change", _("changed the e-mail address")
    TOKEN_CREATE = "token.create", _("made a feed address")
    TOKEN_REVOKE = "token.revoke", _("revoked a feed address")
    # What staff do beyond the actions that have verbs of their own
    CONTENT = "content.change", _("changed something in the editor")
    SEND = "form.send", _("sent a form on Desk")
    COMMAND = "command.run", _("ran a command that changes something")
    # Membership, roles and circles; release of bulletins
    VETTING_FINDING = "vetting.finding", _("recorded a step of vetting")
    VETTING_ASK = "vetting.ask", _("asked an applicant for more")
    VETTING_CAPTAIN = "vetting.captain", _("asked a sector captain")
    VETTING_APPROVE = "vetting.approve", _("admitted an applicant")
    VETTING_REFUSE = "vetting.refuse", _("refused an applicant")
    SUSPEND = "standing.suspend", _("suspended a member")
    LIFT = "standing.lift", _("lifted a suspension")
    SPONSOR = "standing.sponsor", _("named another sponsor")
    CLOSE_ACCOUNT = "standing.close", _("closed an account")
    REOPEN_ACCOUNT = "standing.reopen", _("opened a closed account again")
    CLEARANCE_GRANT = "clearance.grant", _("granted the law-enforcement clearance")
    CLEARANCE_END = "clearance.end", _("ended the law-enforcement clearance")
    ROLE_GIVE = "role.give", _("gave a staff role")
    ROLE_TAKE = "role.take", _("took a staff role away")
    RECOVERY_CALL = "recovery.call", _("recorded the call-back of a recovery")
    RECOVERY_GRANT = "recovery.grant", _("let somebody in again who had lost their second factor")
    RECOVERY_REFUSE = "recovery.refuse", _("refused a recovery")
    ORGANISATION_CREATE = "organisation.create", _("entered an organisation")
    ORGANISATION_EDIT = "organisation.edit", _("changed an organisation")
    COMMUNITY_CREATE = "community.create", _("made a community")
    COMMUNITY_EDIT = "community.edit", _("changed a community")
    CIRCLE_CLOSE = "circle.close", _("closed an organisation or community")
    CIRCLE_REOPEN = "circle.reopen", _("opened an organisation or community again")
    CIRCLE_ADD = "circle.add", _("added people to a community")
    CIRCLE_REMOVE = "circle.remove", _("took people out of a community")
    STEWARD_NAME = "steward.name", _("named stewards")
    STEWARD_RELEASE = "steward.release", _("released stewards")
    PROPOSE = "circle.propose", _("proposed somebody for a community")
    PROPOSAL_DECIDE = "circle.decide", _("decided on a proposal")
    VALIDATION_CONFIRM = "validation.confirm", _("confirmed a yearly validation")
    PLACE_ADD = "place.add", _("added somebody to an organisation")
    CONTACT_END = "place.contact-end", _("ended somebody's being point of contact")
    PLACE_END = "place.end", _("ended somebody's place in an organisation")
    RELEASE_SUBMIT = "release.submit", _("submitted for release")
    RELEASE_PRIVACY = "release.privacy", _("cleared as privacy officer")
    RELEASE = "release.release", _("released")
    RELEASE_URGENT = "release.urgent", _("released alone, because it was urgent")
    COUNTERSIGN = "release.countersign", _("countersigned an urgent release")
    RELEASE_BACK = "release.back", _("sent back")
    RELEASE_WITHDRAW = "release.withdraw", _("withdrew a request for release")
    RECALL = "release.recall", _("recalled")
    STANDING = "standing.change", _("changed a member's standing, by a rule or by hand")
    # The library
    DOCUMENT_PUBLISH = "document.publish", _("put a document into the library")
    DOCUMENT_WITHDRAW = "document.withdraw", _("took a document out of the library")
    DOCUMENT_VERSION = "document.version", _("made a new version of a document")
    DOCUMENT_FACTS = "document.facts", _("changed what the library says of a document")
    DOCUMENT_MARK = "document.mark", _("changed who can read a document")
    DOCUMENT_REVIEW = "document.review", _("looked at a document again in time")
    LIBRARY_IMPORT = "library.import", _("sent a zip of documents for the library")
    LIBRARY_IMPORT_STOP = "library.import-stop", _("stopped the import of a zip")
    LIBRARY_IMPORT_RESUME = "library.import-resume", _("let the import of a zip go on")
    LIBRARY_EXPORT = "library.export", _("exported the list of evidence")
    # Reports: what their submitters do
    UPLOAD = "file.upload", _("sent a file")
    REPORT_SUBMIT = "report.submit", _("sent a report")
    REPORT_REOPEN = "report.reopen", _("opened their own report again with its code")
    REPORT_ADD = "report.add", _("added to their own report")
    # Reports: what the desk does
    REPORT_OPEN = "report.open", _("opened a report")
    CASE_ASSIGN = "case.assign", _("assigned a case")
    CASE_TAKE_UP = "case.take-up", _("took up an urgent report")
    CASE_NOTE = "case.note", _("wrote a note on a case")
    CASE_MESSAGE = "case.message", _("wrote to a submitter")
    CASE_REVIEW = "case.review", _("recorded the initial review")
    CASE_DETERMINE = "case.determine", _("recorded the determination")
    CASE_DISPOSE = "case.dispose", _("recorded a disposition")
    CASE_POLICE = "case.police", _("handed an urgent report to the police")
    CASE_POLICE_REVIEW = "case.police-review", _("reviewed a hand-off to the police")
    CASE_CLOSING = "case.closing", _("proposed closing words")
    CASE_CLOSE = "case.close", _("closed a case")
    CASE_CLASS = "case.class", _("set record class and closure basis")
    CASE_MINOR = "case.minor", _("flagged that somebody may be under 18")
    IDENTITY_OPEN = "identity.open", _("opened who reported")
    WARNING_ASK = "warning.ask", _("proposed a warning to a company")
    WARNING_RELEASE = "warning.release", _("released a warning to a company")
    TRAINING = "training.record", _("entered somebody's training")
    COPY_OPEN = "copy.open", _("opened a safe copy")
    ORIGINAL_ASK = "original.ask", _("asked for an original or a held file")
    ORIGINAL_DECIDE = "original.decide", _("allowed or refused an original or a held file")
    ORIGINAL_TAKE = "original.take", _("took out an original or a held file")
    FILE_MARKED = "file.marked", _("found a file to be marked as PCII, and locked it away")
    DIGEST_LOOK_UP = "digest.look-up", _("looked up whether something was seen before")
    CASE_VALIDATE = "case.validate", _("validated that a case is kept")
    CASE_PURGE_ASK = "case.purge-ask", _("proposed to destroy a report, or held it for want of a schedule")
    CASE_PURGE = "case.purge", _("approved the destruction of a report, as the second person")
    CASE_PURGE_DECLINE = "case.purge-decline", _("took back a proposal to destroy a report")
    CASE_HOLD = "case.hold", _("placed a legal hold on a report")
    CASE_LIFT = "case.lift", _("lifted a legal hold from a report")
    DISPOSAL_BATCH = "disposal.batch", _("approved a disposal batch")
    DISPOSAL_STOP = "disposal.stop", _("stopped a disposal batch")
    DISPOSAL_RESUME = "disposal.resume", _("resumed a disposal batch")
    # Protected submissions: what the desk does
    PROTECTED_OPEN = "protected.open", _("opened a protected submission")
    PROTECTED_ASSIGN = "protected.assign", _("named who answers for a protected submission")
    PROTECTED_MESSAGE = "protected.message", _("wrote to the submitter of a protected submission")
    PROTECTED_REVIEW = "protected.review", _("began the review of a protected submission")
    PROTECTED_DEFECT = "protected.defect", _("sent a defect notice")
    PROTECTED_CLOSE = "protected.close", _("determined that a submission is closed")
    PROTECTED_REFUSE = "protected.refuse", _("determined that a submission is not closed")
    PROTECTED_RETAIN = "protected.retain", _("decided that a submission is retained")
    PROTECTED_UNPROTECT = "protected.unprotect", _("decided that a withdrawn submission is kept without protection")
    PROTECTED_RETURN = "protected.return", _("decided that a submission is returned")
    PROTECTED_DESTROY = "protected.destroy", _("decided that a submission is destroyed")
    PROTECTED_COLLECT = "protected.collect", _("confirmed that a submission was collected")
    PROTECTED_DISPOSE = "protected.dispose", _("approved the destruction of a submission, as the second person")
    PROTECTED_HOLD = "protected.hold", _("placed a legal hold on a submission")
    PROTECTED_LIFT = "protected.lift", _("lifted a legal hold from a submission")
    PROTECTED_PRODUCT = "protected.product", _("linked a product that used a submission")
    PROTECTED_CHECK = "protected.check", _("checked, as the second person, that a product names no source")
    PROTECTED_SEPARATE = "protected.separate", _("judged which parts of a submission are separable")
    HAND_OFF = "handoff.make", _("made a package for CISA")
    HAND_OFF_NUMBER = "handoff.number", _("kept CISA's number with a hand-off")
    PLANNER_NAME = "planner.name", _("proposed a planner who may open a submission")
    PLANNER_APPROVE = "planner.approve", _("approved a planner of a submission, as the second person")
    PLANNER_END = "planner.end", _("ended that a planner may open a submission")
    REQUEST_ENTER = "request.enter", _("entered a records request")
    REQUEST_ANSWER = "request.answer", _("recorded that a records request was answered")
    REQUEST_EXPORT = "request.export", _("took out the list for a records request")
    PRINT = "print", _("printed sealed content")
    EXPORT = "export", _("exported sealed content")
    REDRESS = "redress.submit", _("asked for redress")
    REDRESS_ANSWER = "redress.answer", _("answered a redress request")
    REDRESS_PURGE_ASK = "redress.purge-ask", _("proposed to destroy a redress request")
    REDRESS_PURGE = "redress.purge", _("approved the destruction of a redress request, as the second person")
    REDRESS_PURGE_DECLINE = "redress.purge-decline", _("took back a proposal to destroy a redress request")
    # The protection plan
    PLAN_COMMENT = "plan.comment", _("commented on a draft of the protection plan")
    PLAN_BEGIN = "plan.begin", _("began a cell of the protection plan")
    PLAN_EDIT = "plan.edit", _("changed owner, due date or audience of a cell of the plan")
    PLAN_ADD = "plan.add", _("added a version to the plan")
    PLAN_DATE = "plan.date", _("set until when comments on a version are taken")
    PLAN_REVIEW = "plan.review", _("sent a version of the plan for review")
    PLAN_RETURN = "plan.return", _("took a version of the plan back to draft")
    PLAN_ADOPT = "plan.adopt", _("adopted a version of the plan")
    PLAN_WITHDRAW = "plan.withdraw", _("withdrew a version of the plan")
    PLAN_ANSWER = "plan.answer", _("answered a comment on the plan")
    MEETING_PREPARE = "meeting.prepare", _("prepared a meeting")
    MEETING_POST = "meeting.post", _("posted the notice of a meeting")
    MEETING_AMEND = "meeting.amend", _("amended the notice of a meeting")
    MEETING_CANCEL = "meeting.cancel", _("called a meeting off")
    MEETING_SHEET = "meeting.sheet", _("noted that a notice was put up at the principal office")
    MEETING_DISCARD = "meeting.discard", _("discarded the draft of a meeting")
    MEETING_REPEAT = "meeting.repeat", _("made drafts of the next meetings of a series")
    MEETING_ORGANISE = "meeting.organise", _("became the organiser of a meeting")
    EXERCISE_WRITE = "exercise.write", _("entered what a training or an exercise was for, and what came of it")
    MINUTES_BEGIN = "minutes.begin", _("began the minutes of a meeting")
    MINUTES_WRITE = "minutes.write", _("wrote in the minutes of a meeting")
    MINUTES_ATTENDANCE = "minutes.attendance", _("noted who was at a meeting")
    MINUTES_VOTE = "minutes.vote", _("noted a vote")
    MINUTES_APPROVE = "minutes.approve", _("recorded that minutes were approved")
    MINUTES_PUBLISH = "minutes.publish", _("published minutes")
    ACTION_ASSIGN = "action.assign", _("put down an action item")
    ACTION_CHANGE = "action.change", _("changed who does an action item, or by when")
    ACTION_CLOSE = "action.close", _("closed an action item")
    ACTION_DONE = "action.done", _("closed an action item of their own")
    MEETING_ANSWER = "meeting.answer", _("answered an invitation")
    MEETING_NEED = "meeting.need", _("said what somebody needs to take part")
    # Offices of the partnership
    OFFICE_MAKE = "office.make", _("made an office")
    OFFICE_EDIT = "office.edit", _("changed or abolished an office")
    TERM_ADD = "term.add", _("entered a term of office")
    TERM_EDIT = "term.edit", _("changed a term of office")
    TERM_NOTIFY = "term.notify", _("mailed a candidate that office and attendance are public")
    TERM_TOLD = "term.told", _("noted how a candidate was told that office and attendance are public")
    TERM_KNOWN = "term.known", _("said that they know that office and attendance are public")
    TERM_END = "term.end", _("ended a term of office")
    OFFICE_WRITE = "office.write", _("wrote to an office holder")
    OFFICE_ANSWER = "office.answer", _("answered somebody who wrote to their office")
    # Concerns, initiatives, visits
    CONCERN_RAISE = "concern.raise", _("raised a concern")
    CONCERN_MERGE = "concern.merge", _("merged a concern with another")
    CONCERN_PART = "concern.part", _("took concerns apart that were merged")
    CONCERN_RANK = "concern.rank", _("entered how a committee ranked concerns")
    CONCERN_RECOMMEND = "concern.recommend", _("entered a recommendation to Homeland Security")
    CONCERN_REPLY = "concern.reply", _("entered the reply to a recommendation")
    CONCERN_CLOSE = "concern.close", _("closed a concern")
    INITIATIVE_MAKE = "initiative.make", _("made an initiative")
    INITIATIVE_EDIT = "initiative.edit", _("changed an initiative")
    INITIATIVE_FIGURE = "initiative.figure", _("entered a figure of an initiative")
    VISIT_ASK = "visit.ask", _("asked for a visit or a briefing")
    VISIT_PLAN = "visit.plan", _("planned a visit or a briefing")
    VISIT_DONE = "visit.done", _("noted that a visit or a briefing took place")
    VISIT_DECLINE = "visit.decline", _("declined a visit or a briefing")
    # Mail about news
    NEWS_CHOOSE = "news.choose", _("chose how they are told of news")
    NEWS_STOP = "news.stop", _("stopped mail by the link in it")
    NEWS_UNWANTED = "news.unwanted", _("reported mail about news as unwanted, which stopped it")
    NEWS_RETRY = "news.retry", _("had failed messages tried again")
    # Figures of the partnership
    FIGURES_EXPORT = "figures.export", _("exported figures of the partnership")
    FIGURES_RELEASE = "figures.release", _("released the figures of a year to everybody")
    FIGURES_WITHDRAW = "figures.withdraw", _("withdrew the released figures of a year")
    # The trail itself
    TRAIL_READ = "trail.read", _("read the trail")
    TRAIL_EXPORT = "trail.export", _("exported the trail")
    TRAIL_REVIEW = "trail.review", _("signed a weekly review")
    TRAIL_ERASE = "trail.erase", _("erased references of the trail")
    TRAIL_DROP = "trail.drop", _("dropped a segment of the trail")
    # Keys
    KEY_CREATE = "key.create", _("made a key")
    KEY_ROTATE = "key.rotate", _("sealed data keys anew")
    KEY_DESTROY = "key.destroy", _("destroyed a data key")
    CODE_ISSUE = "code.issue", _("issued a new receipt code")
    UNSEAL = "unseal", _("opened sealed content")

    @property
    def kept(self) -> Kept:
        return Kept.READ if self in PLAIN_READS else Kept.DECISION

    @property
    def is_shown_to_person(self) -> bool:
        """Whether the person whose doing it is sees it among their own sign-ins."""
        return self in OF_ONES_OWN


PLAIN_READS = frozenset({Verb.READ, Verb.DOWNLOAD, Verb.SEARCH, Verb.LOOK, Verb.SUBSCRIBE})
OF_ONES_OWN = frozenset(
    {
        Verb.SIGN_IN,
        Verb.SIGN_OUT,
        Verb.REAUTHENTICATE,
        Verb.LOCK,
        Verb.RELEASE_ACCOUNT,
        Verb.FACTOR_ADD,
        Verb.FACTOR_REMOVE,
        Verb.PASSWORD_CHANGE,
        Verb.PASSWORD_ASK,
        Verb.ADDRESS_CHANGE,
        Verb.TOKEN_CREATE,
        Verb.TOKEN_REVOKE,
    }
)
