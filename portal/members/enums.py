"""Where a person stands, and what kinds of circles there are."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    """Where a person stands with the partnership. Only ACTIVE reads anything above TLP:CLEAR.

    DORMANT, EXPIRED and UNSIGNED are never stored: they follow from the time and from what was signed
    (`standing.py`), so that no scheduler has to run for a membership to end.
    """

    APPLIED = "applied", _("applied, not yet vetted")
    ACTIVE = "active", _("active member")
    SUSPENDED = "suspended", _("suspended")
    DORMANT = "dormant", _("dormant")
    EXPIRED = "expired", _("validation lapsed")
    UNSIGNED = "unsigned", _("an agreement is not accepted")
    CLOSED = "closed", _("closed")


class OrganisationKind(models.TextChoices):
    COMPANY = "company", _("company")
    ASSOCIATION = "association", _("association")
    NON_GOVERNMENTAL = "ngo", _("non-governmental organisation")
    PUBLIC_AGENCY = "agency", _("public agency")


class CommunityKind(models.TextChoices):
    SECTOR = "sector", _("sector")
    COMMITTEE = "committee", _("committee")
    REGION = "region", _("region")
    DISCIPLINE = "discipline", _("discipline")
    CIRCLE = "circle", _("circle")


class StaffRole(models.TextChoices):
    """The roles of staff: the value is the name of the Django group. docs/roles.md says what each may do."""

    MOP3_EDITOR = "MOP3 editor", _("MOP3 editor")
    MIAC_AUTHOR = "MIAC author", _("MIAC author")
    MIAC_ANALYST = "MIAC analyst", _("MIAC analyst")
    MIAC_SUPERVISOR = "MIAC supervisor", _("MIAC supervisor")
    DUTY_OFFICER = "Duty officer", _("Duty officer")
    VETTING_OFFICER = "Vetting officer", _("Vetting officer")
    PRIVACY_OFFICER = "Privacy officer", _("Privacy officer")
    RECORDS_CUSTODIAN = "Records custodian", _("Records custodian")
    CLOSURE_SIGNATORY = "Closure signatory", _("Closure signatory")
    AUDITOR = "Auditor", _("Auditor")
    ADMINISTRATOR = "Administrator", _("Administrator")
    PLANNER = "Planner", _("Planner")


class EndReason(models.TextChoices):
    """Why a membership was suspended or closed. `ways_back.py` says each in a sentence, with the way back."""

    STAFF = "staff", _("by staff")
    TAKEN_OVER = "taken_over", _("the account may be in other hands")
    VALIDATION = "validation", _("the yearly validation was answered with no")
    AGREEMENT = "agreement", _("an agreement was refused")
    SPONSOR = "sponsor", _("the sponsor left")
    BOUNCES = "bounces", _("mail comes back")
    LEFT_EMPLOYER = "left_employer", _("left the employer")
    OWN_WISH = "own_wish", _("at the member's own wish")


class AgreementKind(models.TextChoices):
    """What every member agrees to, each in a version of its own."""

    CONDUCT = "conduct", _("rules of behaviour")
    NON_DISCLOSURE = "nda", _("non-disclosure")
    TLP = "tlp", _("handling by the Traffic Light Protocol")
    PRIVACY = "privacy", _("privacy")


class ApplicationState(models.TextChoices):
    """How far an application is. The steps of vetting in between follow from its entries (`vetting.py`)."""

    STARTED = "started", _("being written")
    SUBMITTED = "submitted", _("with the vetting desk")
    MORE_ASKED = "more_asked", _("waiting for the applicant")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    APPEALED = "appealed", _("appealed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class VettingKind(models.TextChoices):
    """What is recorded about an application."""

    CALL_BACK = "call_back", _("call-back to an independently found number")
    WORD = "word", _("word of the sponsor or supervisor")
    REVIEW = "review", _("review by a sector captain or staff")
    RECORDS_CHECK = "records", _("records check")
    MORE_ASKED = "more_asked", _("more was asked")
    ANSWERED = "answered", _("the applicant answered")
    DECISION = "decision", _("decision")
    APPEAL = "appeal", _("appeal")
    WITHDRAWAL = "withdrawal", _("withdrawal")


class Outcome(models.TextChoices):
    """What an entry found."""

    GOOD = "good", _("confirmed")
    BAD = "bad", _("not confirmed")
    NONE = "none", _("without finding")


class FailureKind(models.TextChoices):
    """Where somebody failed to sign in."""

    PASSWORD = "password", _("password")
    CODE = "code", _("one-time or recovery code")


class AlarmKind(models.TextChoices):
    """What staff are alarmed by."""

    LOCKS_OF_ONE = "locks_of_one", _("one account is locked again and again")
    MANY_LOCKS = "many_locks", _("many accounts are locked at once")
    READS_MUCH = "reads_much", _("one account reads far more than is usual for it")
    STAFF_MAIL = "staff_mail", _("mail to a member of staff comes back")
    STAFF_RULE = "staff_rule", _("a rule would have suspended a member of staff")
    STAFF_OUT = "staff_out", _("a member of staff was switched off as taken over")
    EXPOSURE = "exposure", _("far more people can read something than a week ago")
    SCANNER_AWAY = "scanner_away", _("the virus scanner is away, or misses the test string")
    SCANNER_OLD = "scanner_old", _("the virus scanner does not know what is new: its signatures are old")
    SWEEP_HALTED = "sweep_halted", _("keys and files that nothing names are not swept: a database was restored")
