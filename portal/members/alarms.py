"""What staff must look at. One alarm of a kind about one thing is open at a time; repetition raises its count."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import outbox
from portal.core.actions import ActionRefused
from portal.members.enums import AlarmKind, StaffRole
from portal.members.models import Alarm, Person
from portal.members.models.people import fold

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HIGHEST = 2**31 - 1  # what the column holds
LOOKED_AFTER_BY = (StaffRole.VETTING_OFFICER, StaffRole.ADMINISTRATOR)


class OwnAlarm(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This alarm is about your own account. A colleague looks at it and closes it."))


def raise_alarm(kind: AlarmKind, *, about: str = "", person: Person | None = None) -> Alarm:
    """Raise an alarm, or count once more on the one that is open. Those who look after alarms are told once."""
    if not _count_once_more(kind, about):
        try:
            with transaction.atomic():
                alarm: Alarm = Alarm.objects.create(kind=kind, about=about, person=person)
                tell_staff(alarm)
        except IntegrityError:  # another request raised it a moment ago
            _count_once_more(kind, about)
    open_one: Alarm = Alarm.objects.open().get(kind=kind, about=about)
    return open_one


def tell_staff(alarm: Alarm) -> None:
    """Ask for a mail to each of those who look after alarms; each is written for one reader."""
    for pk in recipients():
        outbox.put("alarm", f"{alarm.pk}:{pk}")


def recipients() -> list[int]:
    """Those who look after alarms and are active members now."""
    held = Person.objects.active().filter(groups__name__in=[role.value for role in LOOKED_AFTER_BY])
    return list(held.order_by("pk").values_list("pk", flat=True).distinct())


def close(alarm: Alarm, *, by: Person, finding: str) -> bool:
    """Close an alarm with what was found; False if somebody closed it before.

    Raises `OwnAlarm`: nobody closes an alarm about their own account.
    """
    if by.pk == alarm.person_id or fold(alarm.about) == fold(by.email):
        raise OwnAlarm
    still_open = Alarm.objects.open().filter(pk=alarm.pk)
    return bool(still_open.update(closed_at=timezone.now(), closed_by=by, finding=finding))


def _count_once_more(kind: AlarmKind, about: str) -> bool:
    """Count on the open alarm, if there is one. Front counts as well: at the highest number it stays there."""
    still_open = Alarm.objects.open().filter(kind=kind, about=about)
    still_open.filter(count__lt=HIGHEST).update(count=F("count") + 1)
    return bool(still_open.exists())
