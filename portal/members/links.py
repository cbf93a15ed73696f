"""Links in mail: a worker writes them, and the site on which one was asked for opens them.

Nothing of a link is stored. A worker has another secret key than its site, so Django's own signatures would not be
believed there. Front's links are signed with `PORTAL_LINK_KEY`, which every process has, and Desk's with
`PORTAL_DESK_LINK_KEY`, which Front never has: whoever broke into Front cannot make a link that opens anything on Desk.
For staff, Front believes no link at all.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.members import desk_only
from portal.members.models import Person

CONFIRM_SALT = "portal.members.links.confirm-email"
CONFIRM_LASTS = 3 * 24 * 3600  # seconds


class MadeOnDesk(Exception):
    """A link to Desk is made by Desk's own processes alone."""


class PasswordResetTokens(PasswordResetTokenGenerator):
    """A token for a new password. It is void once the password, the address or the last sign-in changed.

    On Desk the last sign-in does not count, since Front writes it and could void every link of staff. There the token
    is void once all sessions were ended.

    Making one only reads: allauth's own may write an address, which a worker has no right to. `site` is where the link
    is opened; without one it is the site of this process.
    """

    key_salt = "portal.members.links.password-reset"
    secret_fallbacks = []

    def __init__(self, *, site: str = "") -> None:
        super().__init__()
        self.site = site

    @property
    def secret(self) -> str:  # type: ignore[override]  # Django's is a property as well; its stubs say an attribute
        return _key(self.site or settings.PORTAL_SITE_KIND)

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        seen = user.sessions_valid_from if (self.site or settings.PORTAL_SITE_KIND) == "desk" else user.last_login
        return f"{user.pk}{user.password}{seen.isoformat() if seen else ''}{timestamp}{user.email}"

    def check_token(self, user: Any, token: str | None) -> bool:
        """Whether this site believes the token; Front believes none for staff."""
        return not desk_only.is_closed_to(user) and super().check_token(user, token)


def password_reset_url(person: Person, *, site: str) -> str:
    """A link that opens on `site`, front or desk. Raises `MadeOnDesk`."""
    uid, key = user_pk_to_url_str(person), PasswordResetTokens(site=site).make_token(person)
    return _site(site) + reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})


def confirm_key(address: EmailAddress, *, site: str) -> str:
    """Names the row, and a digest of the address: should it change, or all sessions be ended, the link is void."""
    key = _key(site)
    return signing.dumps([address.pk, _digest(address, key=key)], key=key, salt=CONFIRM_SALT)


def confirm_url(address: EmailAddress, *, site: str) -> str:
    return _site(site) + reverse("account_confirm_email", kwargs={"key": confirm_key(address, site=site)})


def address_to_confirm(key: str) -> EmailAddress | None:
    """The address that a link of this site confirms; None if it was changed, is too old, or was confirmed before.

    None as well for staff on Front, and for a new address of somebody who is no active member by now.
    """
    signed_with = _key(settings.PORTAL_SITE_KIND)
    try:
        pk, digest = signing.loads(key, key=signed_with, salt=CONFIRM_SALT, max_age=CONFIRM_LASTS)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    found: EmailAddress | None = EmailAddress.objects.filter(pk=pk, verified=False).select_related("user").first()
    if found is None or not constant_time_compare(_digest(found, key=signed_with), digest):
        return None
    return found if _may_confirm(found) else None


def _may_confirm(address: EmailAddress) -> bool:
    """Whoever is not an active member confirms the address that they have, and takes no other."""
    person = address.user
    return not desk_only.is_closed_to(person) and (address.email == person.email or person.is_vetted)


def _digest(address: EmailAddress, *, key: str) -> str:
    ended = address.user.sessions_valid_from
    text = f"{address.email} {ended.isoformat() if ended else ''}"
    return salted_hmac(CONFIRM_SALT, text, secret=key, algorithm="sha256").hexdigest()[:32]


def _key(site: str) -> str:
    """What signs the links of a site. Raises `MadeOnDesk` when another process than Desk's asks for Desk's."""
    if site == "desk" and settings.PORTAL_SITE_KIND != "desk":
        raise MadeOnDesk
    key: str = settings.PORTAL_DESK_LINK_KEY if site == "desk" else settings.PORTAL_LINK_KEY
    return key


def _site(site: str) -> str:
    url: str = settings.PORTAL_DESK_URL if site == "desk" else settings.PORTAL_FRONT_URL
    return url.rstrip("/")
