"""The words of protected submissions: where one stands, what is done with it, and what it may not hold."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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
    DISPOSE = "dispose", _("dispose of it, two people")


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
