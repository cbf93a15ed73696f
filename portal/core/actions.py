"""Sensitive verbs as objects: `check()` says whether it may be done, `execute()` does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from django.db import models, transaction


class ActionRefused(Exception):
    """The action may not be done. The message is one plain sentence for the person; nothing was written."""


@dataclass(frozen=True)
class Told:
    """What is told of an action: itself, what it was done to, and why it was refused (the name of the refusal)."""

    action: Action
    about: models.Model | None
    refused: str = ""


Fact = str | int | bool | list[str]
Listener = Callable[[Told], None]
_listeners: list[Listener] = []


def tell(listener: Listener) -> None:
    """Have `listener` told of every action: when done, inside its transaction; when refused, after it was undone."""
    _listeners.append(listener)


class Action:
    """A verb that matters. Subclasses are frozen dataclasses whose fields are what it is done with."""

    verb: ClassVar[str] = ""  # its word in the trail's vocabulary

    def check(self) -> None:
        """Raise an `ActionRefused` when the rules forbid it. Writes nothing."""
        raise NotImplementedError

    def perform(self) -> Any:
        """Do it. Runs inside one transaction, after `check`."""
        raise NotImplementedError

    def recorded_about(self) -> models.Model | None:
        """What it is done to: the first row among its fields, save the person who does it. Overridden where not."""
        rows = (value for name, value in vars(self).items() if name != "by" and isinstance(value, models.Model))
        return next(rows, None)

    def recorded_facts(self) -> dict[str, Fact]:
        """What else the trail keeps of its fields: rows by name, choices, numbers. Never what was written."""
        about = self.recorded_about()
        fields = {name: value for name, value in vars(self).items() if name != "by" and value is not about}
        facts = {name: _fact(value) for name, value in fields.items()}
        return {name: fact for name, fact in facts.items() if fact is not None}

    def execute(self) -> Any:
        """Check, then perform, in one transaction. What was done, or that it was refused, is told."""
        try:
            with transaction.atomic():
                self._read_anew()
                self.check()
                result = self.perform()
                self._tell(self.recorded_about() or (result if isinstance(result, models.Model) else None))
                return result
        except ActionRefused as refusal:
            self._tell(self.recorded_about(), refused=type(refusal).__name__)
            raise

    def _tell(self, about: models.Model | None, *, refused: str = "") -> None:
        for listener in _listeners:
            listener(Told(self, about, refused))

    def _read_anew(self) -> None:
        """Look at the rows as they are now, and hold them until this is done.

        Two people may decide at the same moment; what was fetched before the transaction tells one of them lies. Rows
        are held in one order, whatever the action, so that no two actions wait for one another.
        """
        rows = [value for value in vars(self).values() if isinstance(value, models.Model) and value.pk is not None]
        for value in sorted(rows, key=lambda row: (row._meta.label, str(row.pk))):
            value.refresh_from_db(from_queryset=value.__class__._base_manager.select_for_update(of=("self",)))


def _fact(value: Any) -> Fact | None:
    """A value of an action as a fact; None for text, and whatever else may hold some."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool | int):
        return value
    if isinstance(value, models.Model):
        return _name(value)
    if isinstance(value, tuple | list) and value and all(isinstance(row, models.Model) for row in value):
        return [_name(row) for row in value]
    return None


def _name(row: models.Model) -> str:
    return f"{row._meta.label_lower}:{row.pk}"


def tried(form: Any, action: Action) -> Any:
    """Do it, and give what it gives, or True; None where it was refused, which is then said on the form."""
    try:
        return action.execute() or True
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return None
