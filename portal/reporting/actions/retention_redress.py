"""What happens to an answered request for redress when its time ends: it is destroyed under an approved schedule."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action, ActionRefused
from portal.members.models import Person
from portal.members.refusals import only_for
from portal.reporting import retention
from portal.reporting.actions.retention import PURGERS
from portal.reporting.enums import RedressState
from portal.reporting.models import Redress, ReportingSettings
from portal.reporting.models.retention import RedressPurge


class NotAnswered(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This request waits for its answer. Nothing was destroyed."))


class RedressGone(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This request was destroyed before. Its certificate stands below."))


class RedressNotDue(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("The time of this request has not ended. Nothing was destroyed."))


class RedressHeld(ActionRefused):
    """That it was held stands in the trail, as every refusal does."""

    def __init__(self) -> None:
        super().__init__(
            _("The reporting settings name no approved schedule, so this request is held. Nothing was destroyed.")
        )


@dataclass(frozen=True)
class PurgeRedress(Action):
    """Destroy what was asked and answered, and the key of it. Without an approved schedule it is held."""

    verb = Verb.REDRESS_PURGE

    redress: Redress
    by: Person

    def check(self) -> None:
        only_for(self.by, *PURGERS)
        if self.redress.state == RedressState.RECEIVED:
            raise NotAnswered
        if RedressPurge.objects.filter(redress=self.redress).exists():
            raise RedressGone
        if not retention.redress_ended().filter(pk=self.redress.pk).exists():
            raise RedressNotDue
        if not self._schedule:
            raise RedressHeld

    def perform(self) -> RedressPurge:
        return retention.purge_redress(self.redress, by=self.by, schedule=self._schedule)

    @property
    def _schedule(self) -> str:
        return str(ReportingSettings.load().purge_schedule).strip()
