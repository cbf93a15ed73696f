"""Sending a zip of documents, stopping its import, and letting it go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action, ActionRefused
from portal.library import bundle_imports
from portal.library.actions import EDITORS, NotAllowed
from portal.library.manifest import Manifest
from portal.library.models import BundleImport
from portal.members.models import Person


class NotRunning(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This import has ended or was stopped already. Nothing was changed."))


class NotStopped(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This import has ended, or nobody stopped it. Nothing was changed."))


def _only_for_editors(by: Person) -> None:
    if not by.has_role(*EDITORS):
        raise NotAllowed(_("Only a MOP3 editor can do this."))


@dataclass(frozen=True)
class SendBundle(Action):
    """Take a zip down for the worker. What of it is taken is decided row by row, when it is its turn."""

    verb = Verb.LIBRARY_IMPORT

    file: Any
    told: Manifest
    by: Person

    def recorded_about(self) -> Model | None:
        return None

    def check(self) -> None:
        _only_for_editors(self.by)

    def perform(self) -> BundleImport:
        return bundle_imports.begin(self.file, self.told, by=self.by)


@dataclass(frozen=True)
class StopImport(Action):
    """The row in hand is finished, and no other begun."""

    verb = Verb.LIBRARY_IMPORT_STOP

    run: BundleImport
    by: Person

    def check(self) -> None:
        _only_for_editors(self.by)
        if not self.run.is_running:
            raise NotRunning

    def perform(self) -> None:
        self.run.stopped_at = timezone.now()
        self.run.save(update_fields=["stopped_at"])


@dataclass(frozen=True)
class ResumeImport(Action):
    """It goes on with the rows that wait."""

    verb = Verb.LIBRARY_IMPORT_RESUME

    run: BundleImport
    by: Person

    def check(self) -> None:
        _only_for_editors(self.by)
        if self.run.stopped_at is None or self.run.done_at is not None:
            raise NotStopped

    def perform(self) -> None:
        self.run.stopped_at = None
        self.run.save(update_fields=["stopped_at"])
