"""The words of protected submissions: where one stands, what is done with it, and what it may not hold."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProtectedSection(models.TextChoices):
    """The parts of a protected submission; each is sealed on its own, in versions. Four are as in any report."""

    REGIMES = "regimes", _("Other laws")
    ELEMENTS = "elements", _("Why the law protects it")
    MATTER = "matter", _("What you submit, and about which infrastructure")
    SECRET = "secret", _("Trade secret")
    READERS = "readers", _("Who may see it")
    WISH = "wish", _("Return or destroy")
    CONTACT = "contact", _("How to reach you")
    CERTIFY = "certify", _("Certification")
    REPORTER = "reporter", _("Who submits")
    FILES = "files", _("Files")
    ADDED = "added", _("Added later")


class Stage(models.TextChoices):
    """Where a protected submission stands. No word says 'protected' before the record is formally closed."""

    RECEIVED = "received", _("received: handled as closed, not yet determined")
    DEFECT = "defect", _("defect notice: waits for the submitter")
    REVIEW = "review", _("under review")
    CLOSED = "closed", _("closed by determination")
    NOT_CLOSED = "not_closed", _("not closed: the submitter may respond or withdraw")
    OPEN = "open", _("not closed: an open record")
    WITHDRAWN = "withdrawn", _("withdrawn: waits for the review of RSMo 610.021(19)(c)")
    RETAINED = "retained", _("closed and retained")
    UNPROTECTED = "unprotected", _("kept without protection, as the submitter asked")
    RETURNING = "returning", _("to be returned: waits to be collected")
    COLLECTED = "collected", _("collected: waits for destruction")
    DESTROYING = "destroying", _("to be destroyed: waits for two people")
    RETURNED = "returned", _("returned, and destroyed here")
    DESTROYED = "destroyed", _("destroyed")


class Verb(models.TextChoices):
    """What leads from one stage to another. The labels stand on the buttons and in the diagram."""

    BEGIN_REVIEW = "review", _("begin the review")
    NOTIFY_DEFECT = "defect", _("send a defect notice")
    CURE = "cure", _("complete it")
    LAPSE = "lapse", _("the time to complete it has passed")
    CLOSE = "close", _("determine that it is closed")
    REFUSE = "refuse", _("determine that it is not closed")
    RESPOND = "respond", _("respond to the refusal")
    LEAVE_OPEN = "open", _("the time to respond has passed")
    WITHDRAW = "withdraw", _("withdraw it")
    RETAIN = "retain", _("retain it")
    UNPROTECT = "unprotect", _("keep it without protection")
    RETURN = "return", _("return it")
    DESTROY = "destroy", _("destroy it")
    COLLECT = "collect", _("confirm that it was collected")
    DISPOSE = "dispose", _("destroy it, as the second of two people")


class Actor(models.TextChoices):
    """Who does something: the submitter, one of the desk, two of the desk together, or the clock."""

    SUBMITTER = "submitter", _("submitter")
    DESK = "desk", _("desk")
    SIGNATORY = "signatory", _("closure signatory")
    TWO = "two", _("two people of the desk")
    CLOCK = "clock", _("clock")


class Bar(models.TextChoices):
    """What stands against disposing of a record for as long as it is there."""

    REQUEST = "request", _("a records request is pending")
    HOLD = "hold", _("a legal hold")


class Wish(models.TextChoices):
    """What the submitter wants done with it where it need not be retained."""

    RETURN = "return", _("return it to us")
    DESTROY = "destroy", _("destroy it")


class WithdrawalWish(models.TextChoices):
    """What a submitter who withdraws asks for. The review of (19)(c) decides."""

    KEEP = "keep", _("keep it, without protection")
    RETURN = "return", _("return it to us")
    DESTROY = "destroy", _("destroy it")


class Owning(models.TextChoices):
    """What the submitting organisation is to the infrastructure."""

    OWNER = "owner", _("its owner")
    OPERATOR = "operator", _("its operator")
    BOTH = "both", _("both")


class Readers(models.TextChoices):
    """Who may see a submission, as the submitter allows it. Nobody else does."""

    ANALYSTS = "analysts", _("analysts of the fusion center alone")
    PLANNERS = "planners", _("analysts, and the planners whom I name")


class Act(models.TextChoices):
    """What a submitter does later. Each comes as a sealed part of this name, which Desk applies by the diagram."""

    CURE = "cure", _("completed it")
    RESPOND = "respond", _("responded to the refusal")
    WITHDRAW = "withdraw", _("asked to withdraw it")
    ALTERNATE = "alternate", _("named another alternate contact")


class Regime(models.TextChoices):
    """Other laws under which information may stand. The first three are refused before a file is chosen."""

    CLASSIFIED = "classified", _("classified national security information")
    SAFEGUARDS = "sgi", _("Safeguards Information of nuclear plants (10 CFR Part 73)")
    CVI = "cvi", _("Chemical-terrorism Vulnerability Information (6 CFR 27.400)")
    SSI = "ssi", _("Sensitive Security Information of transportation (49 CFR Parts 15 and 1520)")
    CEII = "ceii", _("Critical Energy Infrastructure Information (18 CFR 388.113)")
    BCSI = "bcsi", _("BES Cyber System Information (NERC CIP-011)")


REFUSED_REGIMES = frozenset({Regime.CLASSIFIED, Regime.SAFEGUARDS, Regime.CVI})
STATEMENT_REGIMES = frozenset({Regime.SSI})
ADVISED_REGIMES = frozenset({Regime.CEII, Regime.BCSI})


class Element(models.TextChoices):
    """The elements of RSMo 610.021(19), each asked as a question of its own."""

    NONPUBLIC = "nonpublic", _("a nonpublic entity submits it")
    OWNER = "owner", _("the entity owns or operates the infrastructure")
    VOLUNTARY = "voluntary", _("it is submitted voluntarily, and no regulator requires it")
    PLANNING = "planning", _("it is for use in planning the protection of that infrastructure")
    THREAT = "threat", _("its disclosure would threaten public safety")


class Clock(models.TextChoices):
    """What runs against the desk."""

    DETERMINATION = "determination", _("determination, by the third business day")
    REVIEW = "review", _("review within ninety days, or by the day that a retention named")
    REQUEST = "request", _("records request, by the third business day")


class Note(models.TextChoices):
    """What is put down on a submission beside the steps. The labels are what its submitter reads, where they are told.

    What Front asked for is noted by part and version ('cure:1') and is no word of this list.
    """

    ASSIGNED = "assigned", _("people of the desk were named who answer for it")
    WRITTEN = "written", _("the desk wrote a message")
    HOLD = "hold", _("a legal duty to keep it was put on record: nothing of it is destroyed while it lasts")
    HOLD_LIFTED = "hold_lifted", _("the legal duty to keep it has ended")
    REQUEST = "request", _("a request under the open-records law touches it")
    REQUEST_ANSWERED = "request_answered", _("the request under the open-records law was answered")
    STEP_LATE = "step_late", _("what you asked for was no longer possible: it had moved on before")
    STEP_BARRED = "step_barred", _("it cannot be withdrawn while a records request is pending; ask again afterwards")
    ALTERNATE = "alternate", _("another alternate contact was named")
    ALTERNATE_UNKNOWN = "alternate_unknown", _("the alternate contact was not changed: no such active member")
    SUCCEEDED = "succeeded", _("who submitted it is gone, and the alternate contact acts in their place")
    NOBODY = "nobody", _("nobody named on it is there any more: the desk asks your organisation who acts for it")
    PRODUCT = "product", _("a bulletin or plan that used it was put on record")
    PRODUCT_CHECKED = "product_checked", _("a second person found nothing in that product that names its source")
    SEPARATED = "separated", _("its parts were judged: exempt, or separable")
    OVERDUE = "overdue", _("the determination is overdue")
    ORIGINAL = "original", _("an original was taken out by two people together")
    MARKED = "marked", _("a file that is marked as PCII was locked away; the desk has written what that means")
    PLANNER_ASKED = "planner_asked", _("a planner was proposed, and waits for a second person")
    PLANNER = "planner", _("a planner was named who may open it")
    PLANNER_ENDED = "planner_ended", _("a planner is named no longer and opens nothing of it any more")


class PlannerEnd(models.TextChoices):
    """Why a planner is named no longer."""

    ACT = "act", _("the desk ended it")
    LOST = "lost", _("they lost the role, their place in the agency or their membership")
    WITHDRAWN = "withdrawn", _("the submission was withdrawn")
    GOES = "goes", _("the submission is returned or destroyed")


class UsePurpose(models.TextChoices):
    """Why a submission was opened. The submitter sees these words."""

    INTAKE = "intake", _("to check it on arrival")
    REVIEW = "review", _("to review it")
    PLANNING = "planning", _("to plan the protection of the infrastructure")
    PRODUCT = "product", _("to prepare a bulletin or plan")
    REQUEST = "request", _("to answer a records request")
    DISPOSAL = "disposal", _("to return or destroy it")
