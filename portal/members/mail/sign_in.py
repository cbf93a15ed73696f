"""The mail of sign-in. A row holds numbers alone; which site put it, the database knows (`OutgoingMail.site`)."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils.translation import gettext as _, gettext_lazy

from portal.core import outbox
from portal.core.outbox import Letter
from portal.members.models import Alarm, FormerAddress, Person

NOBODY = 0

# By the last part of the name that allauth gives its templates: what the subject and the first sentence say.
CHANGES = {
    "password_changed": (
        gettext_lazy("Your password was changed"),
        gettext_lazy("The password of your account was changed."),
    ),
    "password_set": (gettext_lazy("Your password was set"), gettext_lazy("A password was set for your account.")),
    "password_reset": (
        gettext_lazy("Your password was changed"),
        gettext_lazy("The password of your account was changed with a link from a mail."),
    ),
    "totp_activated": (
        gettext_lazy("An authenticator app was set up"),
        gettext_lazy("An authenticator app was set up for your account."),
    ),
    "totp_deactivated": (
        gettext_lazy("An authenticator app was removed"),
        gettext_lazy("The authenticator app of your account was removed."),
    ),
    "webauthn_added": (gettext_lazy("A passkey was added"), gettext_lazy("A passkey was added to your account.")),
    "webauthn_removed": (
        gettext_lazy("A passkey was removed"),
        gettext_lazy("A passkey of your account was removed."),
    ),
    "recovery_codes_generated": (
        gettext_lazy("New recovery codes were made"),
        gettext_lazy("New recovery codes were made for your account; the old ones no longer work."),
    ),
    "address_asked": (
        gettext_lazy("Another address was asked for"),
        gettext_lazy(
            "Somebody who was signed in to your account asked for another e-mail address for it. "
            "Nothing changes until the link that was sent to the new address is opened."
        ),
    ),
    "factor_recovered": (
        gettext_lazy("Your second factor was replaced"),
        gettext_lazy(
            "After a call back, staff removed the second factor of your account and gave out one recovery code. "
            "Open sessions were ended. Whoever signs in next sets up a new factor first."
        ),
    ),
}

OF_DESK = frozenset({"factor_recovered"})


def tell_of_change(template: str, *, person: Person) -> None:
    """Ask for the mail that tells a person of a change to their account; `template` is allauth's name for it."""
    change = template.rpartition("/")[2]
    if change in CHANGES:
        outbox.put("account_change", f"{person.pk}:{change}")


def ask_for_password_link(email: str) -> None:
    """Ask for the link to a new password. A row either way: nothing tells whether somebody has this address."""
    found = Person.objects.filter(email=email).values_list("pk", flat=True).first()
    outbox.put("password_reset", str(found or NOBODY))


def ask_to_confirm(address: EmailAddress) -> None:
    outbox.put("confirm_address", str(address.pk))


@outbox.kind("account_change", knows_site=True)
def account_change(about: str, *, site: str) -> Letter | None:
    """Nothing that Front says of staff, or of what Desk alone does: nobody who holds it frightens them with that."""
    from portal.members.desk_only import is_staff

    pk, _mark, change = about.partition(":")
    person = Person.objects.filter(pk=pk).first()
    if person is None or change not in CHANGES:
        return None
    if site != "desk" and (change in OF_DESK or is_staff(person)):
        return None
    subject, sentence = CHANGES[change]
    return Letter(person.email, "account_change", {"subject": subject, "sentence": sentence})


@outbox.kind("password_reset", knows_site=True)
def password_reset(about: str, *, site: str) -> Letter | None:
    """The link to a new password. Staff who asked on Front get none: they are told to ask on Desk."""
    from portal.members import links
    from portal.members.desk_only import is_staff

    person = Person.objects.filter(pk=about, is_active=True).first()
    if person is None:
        return None
    opens_on = _opens_on(site)
    if opens_on != "desk" and is_staff(person):
        return Letter(person.email, "password_on_desk")
    return Letter(person.email, "password_reset", {"link": links.password_reset_url(person, site=opens_on)})


@outbox.kind("confirm_address", knows_site=True)
def confirm_address(about: str, *, site: str) -> Letter | None:
    """The link goes to the new address. If that is somebody's already, they are told that it was tried.

    Staff who asked on Front get no link: they are told to sign in on Desk.
    """
    from portal.members import links
    from portal.members.desk_only import is_staff

    address = EmailAddress.objects.filter(pk=about, verified=False).select_related("user").first()
    if address is None:
        return None
    opens_on = _opens_on(site)
    if Person.objects.filter(email=address.email).exclude(pk=address.user_id).exists():
        return Letter(address.email, "address_taken")
    if opens_on != "desk" and is_staff(address.user):
        return Letter(address.email, "confirm_on_desk")
    return Letter(address.email, "confirm_address", {"link": links.confirm_url(address, site=opens_on)})


@outbox.kind("address_changed")
def address_changed(about: str) -> Letter | None:
    """To the old address: the new one is not named."""
    former = FormerAddress.objects.filter(pk=about).first()
    return Letter(former.email, "address_changed") if former else None


@outbox.kind("alarm")
def alarm(about: str) -> Letter | None:
    """What alarms staff, without the account that it is about: that is read at the desk."""
    alarm_pk, _mark, person_pk = about.partition(":")
    raised = Alarm.objects.open().filter(pk=alarm_pk).first()
    reader = Person.objects.active().filter(pk=person_pk).first()
    if raised is None or reader is None:
        return None
    facts: dict[str, Any] = {"kind": raised.get_kind_display(), "subject": _("The portal raised an alarm")}
    return Letter(reader.email, "alarm", facts)


def _opens_on(site: str) -> str:
    """Where a link opens: on Desk for a row that Desk put and Desk's process writes, since Front puts rows as well."""
    return "desk" if site == settings.PORTAL_SITE_KIND == "desk" else "front"
