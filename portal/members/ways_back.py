"""Why somebody is no active member, in a sentence, and the way back from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.members.ends import reason_of
from portal.members.enums import EndReason, Standing
from portal.members.models import Person

Words = str | Promise


@dataclass(frozen=True)
class Explanation:
    """What happened, what to do now, and the page on which to do it, if there is one."""

    why: Words
    way_back: Words
    view_name: str = ""
    label: Words = ""

    @property
    def url(self) -> str:
        return reverse(self.view_name) if self.view_name else ""


CALL = _("Call the duty desk. Staff will call you back at a number that they know, and then open your account again.")

BY_STANDING = {
    Standing.APPLIED: Explanation(
        _("Your application is not decided yet."),
        _("The link in the mail that you got when you applied shows how far it is. Nothing else is needed."),
    ),
    Standing.EXPIRED: Explanation(
        _("Your membership was not confirmed in time this year."),
        _("Answer the questions of the yearly validation. As soon as your organisation confirms, you can read again."),
        "validation",
        _("Answer the yearly validation"),
    ),
    Standing.DORMANT: Explanation(
        _("You were away for so long that your membership was put to rest."),
        _("Confirm that you still work for your employer, and you can go on at once."),
        "come_back",
        _("Come back"),
    ),
    Standing.UNSIGNED: Explanation(
        _("There is an agreement that you have not accepted yet."),
        _("Read it and accept it, and you can go on at once."),
        "agreements",
        _("Read the agreements"),
    ),
    Standing.CLOSED: Explanation(
        _("Your membership is closed."),
        _("If you need access again, apply anew, or ask the vetting desk to open this membership again."),
    ),
    Standing.SUSPENDED: Explanation(
        _("Your membership is suspended."),
        _("Call the duty desk and ask what is needed to lift the suspension."),
    ),
}

BY_REASON = {
    EndReason.STAFF: Explanation(
        _("Staff suspended your membership."),
        _("Call the duty desk. Whoever decided said why; a second person can look at the decision if you ask for it."),
    ),
    EndReason.TAKEN_OVER: Explanation(
        _("Your account may be in other hands, so it was switched off to protect you and others."), CALL
    ),
    EndReason.VALIDATION: Explanation(
        _("A question of the yearly validation was answered with no."),
        _(
            "Tell the vetting desk who your employer and sponsor are now. They lift the suspension, and ask you the "
            "questions anew."
        ),
    ),
    EndReason.AGREEMENT: Explanation(
        _("You did not accept an agreement that every member accepts."),
        _("Accept it, and the suspension is lifted within minutes. Nobody else can do that for you."),
        "agreements",
        _("Read the agreements"),
    ),
    EndReason.SPONSOR: Explanation(
        _("Your sponsor is no longer a member, and every membership stands on a sponsor's word."),
        _("Name another sponsor to the vetting desk: an active member who knows your work. They lift the suspension."),
    ),
    EndReason.BOUNCES: Explanation(
        _("Mail to your address came back more than once, so warnings would not have reached you."),
        _("Have the address put right, or tell the vetting desk that it works again. They lift the suspension."),
    ),
    EndReason.LEFT_EMPLOYER: Explanation(
        _("Your organisation says that you no longer work there."),
        _(
            "If that is a mistake, tell the vetting desk, who call your organisation and put it right. If you work "
            "elsewhere now, apply with your new work address."
        ),
    ),
    EndReason.OWN_WISH: Explanation(
        _("You asked for your membership to end."),
        _("If you want to come back, tell the vetting desk. They know your record and can open it again."),
    ),
}

# Those who are led to a page need no line on top of every page.
LED = {Standing.ACTIVE, Standing.UNSIGNED, Standing.DORMANT}


def explain(person: Person) -> Explanation | None:
    """Why this person is no active member now; None if they are one."""
    standing = person.standing_now()
    if standing is Standing.ACTIVE:
        return None
    if standing is Standing.SUSPENDED and (reason := reason_of(person)):
        return BY_REASON[reason]
    return BY_STANDING[standing]


def notice_for(user: Any) -> dict[str, Words] | None:
    """The line on top of each page for somebody who is signed in and no active member. Costs no query."""
    if not isinstance(user, Person):
        return None
    standing = user.standing_now()
    if standing in LED:
        return None
    said = BY_STANDING[standing]
    return {
        "text": said.why,
        "link_url": reverse("standing"),
        "link_text": _("Why, and the way back"),
    }
