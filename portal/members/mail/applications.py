"""Mail to applicants, and to those who vet them."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from portal.core import outbox
from portal.core.outbox import Letter
from portal.members import applying, case_file, welcome
from portal.members.enums import VettingKind
from portal.members.models import Application, CaptainReview, Person


@outbox.kind("application_link")
def application_link(about: str) -> Letter | None:
    """The link with which an applicant goes on. Its code is made here, and only its digest is kept.

    If somebody applied with the address of a member, the member is told, and nobody else.
    """
    application = Application.objects.unended().filter(pk=about).first()
    if application is None:
        return None
    member = applying.member_with(application.email)
    if member is not None:
        return Letter(member.email, "application_known", {"name": member.name})
    return Letter(application.email, "application_link", _fresh_link(application))


@outbox.kind("application_received")
def application_received(about: str) -> Letter | None:
    application = Application.objects.filter(pk=about).first()
    return Letter(application.email, "application_received", {"name": application.name}) if application else None


@outbox.kind("application_more", is_of_desk=True)
def application_more(about: str) -> Letter | None:
    """What the desk asks of an applicant, in its own words, which only Desk can open."""
    return _words_of_desk(about, VettingKind.MORE_ASKED, "application_more")


@outbox.kind("application_refused", is_of_desk=True)
def application_refused(about: str) -> Letter | None:
    return _words_of_desk(about, VettingKind.DECISION, "application_refused")


def _words_of_desk(about: str, kind: VettingKind, template: str) -> Letter | None:
    application = Application.objects.filter(pk=about).first()
    entry = application.entries.filter(kind=kind).order_by("-at").first() if application else None
    if application is None or entry is None:
        return None
    words = case_file.details_of([entry])[0].get("letter", "")
    facts = {"name": application.name, "words": words, **_fresh_link(application)}
    return Letter(application.email, template, facts)


def _fresh_link(application: Application) -> dict[str, Any]:
    """A new link and how long it is good, so that nobody has to look for an old one."""
    link = f"{settings.PORTAL_FRONT_URL}/apply/link/{applying.make_link(application)}/"
    return {"link": link, "days": settings.PORTAL_APPLICATION_LINK_LASTS.days}


@outbox.kind("welcome", is_of_desk=True)
def welcome_letter(about: str) -> Letter | None:
    """An admitted member's link to their first password."""
    person = Person.objects.filter(pk=about, is_active=True).first()
    if person is None:
        return None
    link = f"{settings.PORTAL_FRONT_URL}/account/welcome/{welcome.token_for(person)}/"
    days = settings.PORTAL_WELCOME_LINK_LASTS.days
    return Letter(person.email, "welcome", {"name": person.name, "link": link, "days": days})


@outbox.kind("captain_asked", is_of_desk=True)
def captain_asked(about: str) -> Letter | None:
    """A sector captain is asked about somebody. The mail names nobody; what they may see opens with its link only."""
    review = CaptainReview.objects.select_related("captain", "application").filter(pk=about, answered_at=None).first()
    if review is None:
        return None
    link = f"{settings.PORTAL_FRONT_URL}/account/reviews/{review.uuid}/{case_file.seal_for_captain(review)}/"
    return Letter(review.captain.email, "captain_asked", {"name": review.captain.name, "link": link})


@outbox.kind("application_waits")
def application_waits(about: str) -> Letter | None:
    person = Person.objects.active().filter(pk=about).first()
    return Letter(person.email, "application_waits", {"name": person.name}) if person else None
