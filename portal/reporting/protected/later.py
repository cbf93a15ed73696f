"""What a submitter does after sending: complete, respond, withdraw, name another alternate contact.

Front cannot write the desk's tables. It adds a sealed part, and Desk takes the step that the part asks for, if the
diagram has it from where the submission stands; where it has not, the submitter is told so in a message. Each part is
taken once. One that does not open is put down as such, and moves nothing.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from portal.members.models import Affiliation, Person
from portal.members.models.people import fold
from portal.reporting import contents
from portal.reporting.contents import Answers
from portal.reporting.models import Holding, Report, ReportPart
from portal.reporting.protected import moving, records_of_holding as history, telling
from portal.reporting.protected.enums import Act, Note, Verb, WithdrawalWish
from portal.reporting.protected.intake import one_of, word
from portal.reporting.protected.states import ENDED, Barred, NoSuchStep

logger = logging.getLogger(__name__)
ASKS = {Act.CURE.value: Verb.CURE, Act.RESPOND.value: Verb.RESPOND, Act.WITHDRAW.value: Verb.WITHDRAW}
MOST_AT_ONCE = 200
MOST_PARTS = 20  # of one submission in a round: Front may add thousands


def waiting() -> Any:
    """Parts that ask for a step and were not taken yet, in the order in which they came."""
    rows = ReportPart.objects.filter(name__in=Act.values).exclude(report__holding=None)
    return rows.exclude(report__holding__stage__in=ENDED).exclude(pk__in=_taken()).order_by("pk")


def _taken() -> Any:
    """Parts on which there is an entry; its `note` names part and version."""
    named = Concat(F("name"), Value(":"), Cast("version", CharField()))
    rows = ReportPart.objects.filter(name__in=Act.values).annotate(named=named)
    return rows.filter(report__holding__entries__note=F("named")).values("pk")


def waits_for(kept: Holding) -> bool:
    """Whether the submitter asked for something that was not taken yet. Until it is, no time passes over it."""
    return bool(waiting().filter(report=kept.report_id).exists())


def take_in() -> int:
    """Take the steps that submitters asked for; gives how many parts were taken."""
    keys = list(waiting().values_list("report_id", flat=True)[:MOST_AT_ONCE])
    return sum(_take_in_of(key) for key in dict.fromkeys(keys))


def _take_in_of(key: int) -> int:
    try:
        with transaction.atomic():
            kept = Holding.objects.select_for_update(of=("self",)).select_related("report").get(pk=key)
            parts = list(waiting().filter(report=key)[:MOST_PARTS])
            for part in parts:
                _take(kept, part)
            return len(parts)
    except Exception as problem:  # noqa: BLE001  (one submission, whatever was sealed with it, stops no other)
        logger.error("a submitter's step was not taken", extra={"problem": type(problem).__name__})
        return 0


def _take(kept: Holding, part: ReportPart) -> None:
    note = f"{part.name}:{part.version}"
    said = contents.open_or_wait([(kept.report.record, part.field, bytes(part.envelope))])[0]
    if not said:
        history.add_entry(kept, note=note)
        return
    if part.name == Act.ALTERNATE:
        _name_alternate(kept, said, note)
        return
    try:
        wish = one_of(WithdrawalWish.values, word(said, "wish")) or WithdrawalWish.KEEP
        moving.move(kept, ASKS[part.name], moving.Given(wish=WithdrawalWish(wish), note=note))
    except (NoSuchStep, Barred) as refusal:
        history.add_entry(kept, note=note)
        _tell(kept, Note.STEP_BARRED if isinstance(refusal, Barred) else Note.STEP_LATE)


def _tell(kept: Holding, note: Note) -> None:
    """The submitter reads what became of it by the note alone: nothing is sealed, so a lost key stops nothing."""
    telling.tell_everybody(kept, history.add_entry(kept, note=note, is_told=True))


def _name_alternate(kept: Holding, said: Answers, note: str) -> None:
    """The alternate is an active member of the organisation, and nobody else."""
    person = _colleague(kept.report, word(said, "alternate"))
    history.add_entry(kept, note=note)
    if person is not None:
        Report.objects.filter(pk=kept.report_id).update(alternate=person)
        kept.report.alternate = person
    _tell(kept, Note.ALTERNATE if person is not None else Note.ALTERNATE_UNKNOWN)


def _colleague(report: Report, email: str) -> Person | None:
    """Who has this address in the organisation. What no database takes as text is nobody's address."""
    if not email.isprintable():
        return None
    places = Affiliation.objects.current().filter(organisation=report.organisation_id).values("person")
    found: Person | None = Person.objects.active().filter(pk__in=places, email=fold(email)).first()
    return found
