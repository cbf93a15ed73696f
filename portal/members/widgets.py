"""Naming people without listing everybody."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.members.models import Person
from portal.members.models.people import fold


def people_by_address(text: str) -> list[int | str]:
    """The keys of the people whose addresses stand in `text`, one a line; an unknown address stays as it is."""
    addresses = [fold(line) for line in text.replace(",", "\n").splitlines() if line.strip()]
    known = dict(Person.objects.filter(email__in=addresses).values_list("email", "pk"))
    return [known.get(address, address) for address in addresses]


class PeopleByAddress(forms.Textarea):
    """A field for people's addresses, one a line: there is no list of members to look through."""

    def format_value(self, value: Any) -> str:
        keys = [key for key in value or [] if str(key).isdigit()]
        return "\n".join(Person.objects.filter(pk__in=keys).values_list("email", flat=True).order_by("email"))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[int | str]:
        return people_by_address(data.get(name, ""))
