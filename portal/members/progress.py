"""How far an application is, as its applicant may know it: steps reached and awaited, never what they found."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.members.enums import ApplicationState
from portal.members.models import Application
from portal.members.vetting import FINDINGS, findings_of

WAITING: dict[str, Promise] = {
    ApplicationState.STARTED: _("We wait for you to finish and send your application."),
    ApplicationState.SUBMITTED: _("Your application is with the vetting desk. You need do nothing now."),
    ApplicationState.MORE_ASKED: _("We asked you for something by mail, and wait for your answer."),
    ApplicationState.APPROVED: _("You are admitted. We sent you a link to set up your account."),
    ApplicationState.REFUSED: _("We could not admit you. Our letter to you says why, and how to appeal."),
    ApplicationState.APPEALED: _("Somebody who has not decided before looks at your appeal."),
    ApplicationState.WITHDRAWN: _("You took your application back."),
}
NAMES: dict[str, Promise] = {
    "call_back": _("We call your employer"),
    "word": _("We hear your sponsor or supervisor"),
    "review": _("Your sector's captain or staff review"),
    "records": _("Records check"),
}


@dataclass(frozen=True)
class Stage:
    """One step, as the applicant sees it."""

    name: str | Promise
    is_done: bool
    is_current: bool = False


@dataclass(frozen=True)
class Progress:
    """All steps, and one sentence about what is awaited."""

    stages: list[Stage]
    sentence: str | Promise


def progress_of(application: Application) -> Progress:
    """The steps of one application."""
    done = _done(application)
    first_open = next((index for index, (_name, is_done) in enumerate(done) if not is_done), None)
    under_way = not application.is_ended
    stages = [Stage(name, is_done, under_way and index == first_open) for index, (name, is_done) in enumerate(done)]
    return Progress(stages, WAITING[application.state])


def _done(application: Application) -> list[tuple[str | Promise, bool]]:
    found = findings_of(application)
    approved = application.state == ApplicationState.APPROVED
    return [
        (_("E-mail address verified"), application.email_verified_at is not None),
        (_("Application sent"), application.submitted_at is not None),
        *((NAMES[kind], approved or kind in found) for kind in FINDINGS),
        (_("Decision"), application.decided_at is not None),
        (_("Password, second factor and agreements"), False),
    ]
