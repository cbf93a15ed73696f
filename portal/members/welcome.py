"""The link with which an admitted member sets their first password."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.core import signing

from portal.members import desk_only
from portal.members.models import Person

SALT = "portal.members.welcome"


def token_for(person: Person) -> str:
    """A link's token: signed with the key of links that cross sites, good once and for some days."""
    return signing.dumps({"p": person.pk, "f": _state(person)}, key=settings.PORTAL_LINK_KEY, salt=SALT)


def person_for(token: str) -> Person | None:
    """The person whom a token welcomes; None if it is forged, too old, or was used."""
    lasting = settings.PORTAL_WELCOME_LINK_LASTS
    try:
        said = signing.loads(token, key=settings.PORTAL_LINK_KEY, salt=SALT, max_age=lasting)
        person = Person.objects.get(pk=said["p"], is_active=True)
    except (signing.BadSignature, Person.DoesNotExist, KeyError, TypeError):
        return None
    # The key of these links is on Front as well: they open nothing on Desk, and nothing for staff.
    is_refused = settings.PORTAL_SITE_KIND == "desk" or desk_only.is_staff(person)
    return person if said["f"] == _state(person) and not is_refused else None


def _state(person: Person) -> str:
    """Changes with the password, so that a used link no longer fits."""
    return hashlib.sha256(person.password.encode()).hexdigest()[:24]
