"""Forms of filters, whose fields stand in the address of a list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.core.listings import ActiveFilter, address_without


class ListFilter(forms.Form):
    """A filter form whose values come from the address; a value that is not a choice is refused in words."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.query = data

    def offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """Set what can be chosen in one of the fields."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def active(self) -> list[ActiveFilter]:
        """One chip for each filter that is on."""
        chips = []
        for name, field in self.fields.items():
            value = self.data.get(name)
            if value:
                words = dict(self._choices(field)).get(value) or _("not in the list")
                chips.append(ActiveFilter(f"{field.label}: {words}", address_without(self.query, name)))
        return chips

    @staticmethod
    def _choices(field: Any) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in field.choices]

    def value(self, name: str) -> str:
        """The value chosen, or '' when it was not valid."""
        return str(self.cleaned_data.get(name) or "") if self.is_valid() or hasattr(self, "cleaned_data") else ""

    @property
    def is_off_the_list(self) -> bool:
        """Whether the address names a value that no filter knows; such a list is empty, not whole."""
        return not self.is_valid()


def any_of(words: Any, choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The choices of a filter, and before them the one that does not filter."""
    return [("", words), *choices]
