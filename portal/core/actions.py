"""Sensitive verbs as objects: `check()` says whether it may be done, `execute()` does it."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction


class ActionRefused(Exception):
    """The action may not be done. The message is one plain sentence for the person; nothing was written."""


class Action:
    """A verb that matters. Subclasses are frozen dataclasses whose fields are what it is done with."""

    def check(self) -> None:
        """Raise an `ActionRefused` when the rules forbid it. Writes nothing."""
        raise NotImplementedError

    def perform(self) -> Any:
        """Do it. Runs inside one transaction, after `check`."""
        raise NotImplementedError

    def execute(self) -> Any:
        """Check, then perform, in one transaction."""
        with transaction.atomic():
            self._read_anew()
            self.check()
            return self.perform()

    def _read_anew(self) -> None:
        """Look at the rows as they are now, and hold them until this is done.

        Two people may decide at the same moment; what was fetched before the transaction tells one of them lies.
        """
        for value in vars(self).values():
            if isinstance(value, models.Model) and value.pk is not None:
                value.refresh_from_db(from_queryset=value.__class__._base_manager.select_for_update(of=("self",)))
