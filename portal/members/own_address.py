"""The one address that an account has.

What was asked for and not confirmed yet stands beside it, and must not outlive whoever asked.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db.models import Q

from portal import audit
from portal.audit import Verb
from portal.members.models import FormerAddress, Person


def forget_asked(person: Person) -> None:
    """Forget every address but the person's own: no link that was mailed to another one opens anything."""
    EmailAddress.objects.filter(user=person).exclude(email=person.email).delete()


def make_own(person: Person) -> None:
    """Make `person.email` their one address, verified. A row of it under another account can only be a planted one."""
    of_it = EmailAddress.objects.filter(Q(user=person) | Q(email__iexact=person.email))
    of_it.exclude(user=person, email=person.email).delete()
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})


def former_of(person: Person) -> list[str]:
    """The addresses that somebody had before, the latest first, each once."""
    before = FormerAddress.objects.filter(person=person).order_by("-until", "-pk").values_list("email", flat=True)
    return [email for email in dict.fromkeys(before) if email != person.email]


def give_back(person: Person, email: str) -> None:
    """Give somebody the address again that they had before; the one that they leave is kept on record."""
    FormerAddress.objects.create(person=person, email=person.email)
    person.email = email
    person.save(update_fields=["email"])
    make_own(person)
    audit.record(Verb.ADDRESS_CHANGE, person)


def is_somebody_elses(email: str, person: Person) -> bool:
    """Whether another account has the address by now."""
    return bool(Person.objects.filter(email=email).exclude(pk=person.pk).exists())
