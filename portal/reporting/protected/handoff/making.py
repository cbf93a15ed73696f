"""That a hand-off was made: the one thing that is kept of it, with CISA's number once there is one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.audit import Verb
from portal.members.models import Person
from portal.reporting.models import HandOff, ReportingSettings
from portal.reporting.protected.handoff.forms import Described
from portal.reporting.protected.handoff.sheets import HowTo


def how_to() -> HowTo:
    kept = ReportingSettings.load()
    return HowTo(kept.cisa_how_to, kept.cisa_verified_on)


def note_made(by: Person, files: Iterable[Described], *, mark: uuid.UUID) -> HandOff:
    """Put down that a package was made. The same page pressed twice with the same files is one hand-off."""
    digests = [one.file.sha256 for one in files]
    identifier = uuid.uuid5(mark, f"{by.pk} {' '.join(digests)}")
    with transaction.atomic():
        made, is_new = HandOff.objects.get_or_create(
            uuid=identifier, defaults={"person": by, "made_on": timezone.localdate(), "files": len(digests)}
        )
        if is_new:
            audit.record(Verb.HAND_OFF, made, facts={"files": len(digests)})
    return made


def made_by(person: Person) -> Any:
    return HandOff.objects.filter(person=person)


def keep_number(made: HandOff, number: str) -> None:
    """Keep CISA's number, or a better one in its place."""
    with transaction.atomic():
        HandOff.objects.filter(pk=made.pk).update(cisa_number=number)
        audit.record(Verb.HAND_OFF_NUMBER, made)
