"""Fields that more than one form of this room needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from portal.core.rows import LARGEST_KEY


class KeyChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """Several rows by their keys. A key that no database can hold is no choice, and does not reach one."""

    def clean(self, value: Any) -> Any:
        for key in value if isinstance(value, Iterable) and not isinstance(value, str) else ():
            if str(key).isdecimal() and int(str(key)[:40]) > LARGEST_KEY:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": str(key)[:40]}
                )
        return super().clean(value)
