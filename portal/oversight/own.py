"""A member's own events in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.audit.enums import Outcome, Verb
from portal.audit.models import OwnEvent

ACCOUNT = "members.person"
Words = str | Promise
DONE: dict[str, Words] = {
    Verb.SIGN_IN: _("You signed in."),
    Verb.SIGN_OUT: _("You signed out, or a session of yours was ended."),
    Verb.REAUTHENTICATE: _("You confirmed that it was you."),
    Verb.LOCK: _("Signing in to your account was locked after too many failed tries."),
    Verb.RELEASE_ACCOUNT: _("Staff released a lock of your account."),
    Verb.FACTOR_ADD: _("A second factor was added to your account."),
    Verb.FACTOR_REMOVE: _("A second factor was removed from your account."),
    Verb.PASSWORD_CHANGE: _("Your password was changed."),
    Verb.PASSWORD_ASK: _("Somebody asked for a link to a new password for your account."),
    Verb.ADDRESS_CHANGE: _("Your e-mail address was changed."),
    Verb.TOKEN_CREATE: _("A feed token was made."),
    Verb.TOKEN_REVOKE: _("A feed token was revoked."),
}
REFUSED: dict[str, Words] = {
    Verb.SIGN_IN: _("Somebody tried to sign in to your account and failed."),
    Verb.REAUTHENTICATE: _("Somebody was asked to confirm that it was you, and failed."),
    Verb.FACTOR_ADD: _("Adding a second factor to your account was refused."),
    Verb.FACTOR_REMOVE: _("Removing a second factor from your account was refused."),
    Verb.PASSWORD_CHANGE: _("Changing your password was refused."),
    Verb.ADDRESS_CHANGE: _("Changing your e-mail address was refused."),
}
OTHER_DONE = _("Something was done with your account.")
OTHER_REFUSED = _("Something was tried with your account and refused.")
OF_OTHERS = _("You did this to another account.")
USED: dict[str, Words] = {
    Verb.READ: _("Something that you sent was opened."),
    Verb.OPEN_CASE: _("Something that you sent was opened."),
    Verb.UNSEAL: _("Something that you sent was opened."),
    Verb.DOWNLOAD: _("A file that you sent was downloaded."),
    Verb.REPORT_SUBMIT: _("A report was sent from your account."),
    Verb.REPORT_REOPEN: _("A report of yours was opened with its code, or somebody tried."),
    Verb.REPORT_ADD: _("Something was added to a report of yours."),
    Verb.REPORT_OPEN: _("The desk opened a report of yours."),
}
OTHER_USE = _("Something was done with what you sent.")


@dataclass(frozen=True)
class Told:
    """One event as its person reads it. `is_of_account` is false for the uses of what they sent."""

    event: OwnEvent
    words: Words
    is_of_account: bool


def in_words(event: OwnEvent, person: int) -> Told:
    """The sentence for one event of a person."""
    verb = Verb(event.verb) if event.verb in Verb.values else None
    is_of_account = verb is not None and verb.is_shown_to_person
    return Told(event, _words(event, person, is_of_account=is_of_account), is_of_account)


def _words(event: OwnEvent, person: int, *, is_of_account: bool) -> Words:
    if not is_of_account:
        return USED.get(event.verb, OTHER_USE)
    if event.about.startswith(f"{ACCOUNT}:") and event.about != f"{ACCOUNT}:{person}":
        return OF_OTHERS
    if event.outcome == Outcome.REFUSED:
        return REFUSED.get(event.verb, OTHER_REFUSED)
    return DONE.get(event.verb, OTHER_DONE)
