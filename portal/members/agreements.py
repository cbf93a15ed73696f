"""Accepting and refusing agreements. Whoever answers has seen the very words that their answer is stored with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core.actions import ActionRefused
from portal.members.enums import AgreementKind
from portal.members.models import Agreement, AgreementAnswer, Person

Shown = Mapping[int, str]
HIGHEST_NUMBER = 32767  # what the column holds


class Changed(ActionRefused):
    """What is asked for is no longer what was on the page."""


def owed(person: Person) -> list[Agreement]:
    """What a person has yet to answer, in the order of the kinds."""
    return list(Agreement.objects.owed_by(person.pk).order_by("kind"))


def accepted_by(person: Person) -> list[AgreementAnswer]:
    """The versions that a person has accepted, newest first, each once."""
    rows = person.agreement_answers.counting().filter(is_accepted=True).select_related("agreement")
    rows = rows.order_by("-answered_at", "-pk")
    once: dict[int, AgreementAnswer] = {}
    for row in rows:
        once.setdefault(row.agreement_id, row)
    return list(once.values())


def accept(*, person: Person, shown: Shown, address: str) -> None:
    """Store that a person accepts what was shown: the hash of each text by its key. Raises `Changed`."""
    with transaction.atomic():
        asked = as_shown(person, shown)
        _store(person, asked, is_accepted=True, address=address)


def refuse(*, person: Person, shown: Shown, refused: set[int], address: str) -> None:
    """Store that a person refuses some of what was shown; to the rest nothing is said. Raises `Changed`."""
    with transaction.atomic():
        asked = [agreement for agreement in as_shown(person, shown) if agreement.pk in refused]
        _store(person, asked, is_accepted=False, address=address)


def as_shown(person: Person, shown: Shown) -> list[Agreement]:
    """What is owed, if that was shown; raises `Changed` if not. What another window accepted does not matter."""
    asked = owed(person)
    done = set(person.agreement_answers.counting().filter(is_accepted=True).values_list("agreement_id", flat=True))
    left = {key: text_hash for key, text_hash in shown.items() if key not in done}
    if left != {agreement.pk: agreement.text_hash for agreement in asked}:
        raise Changed(_("The text was changed while you read it. Nothing was stored; please read it as it stands now."))
    return asked


def _store(person: Person, asked: list[Agreement], *, is_accepted: bool, address: str) -> None:
    """Write the answers. Front may only add such rows, so nobody is locked or changed here."""
    AgreementAnswer.objects.bulk_create(
        AgreementAnswer(
            person=person,
            agreement=agreement,
            is_accepted=is_accepted,
            text_hash=agreement.text_hash,
            answered_at=timezone.now(),
            address=address or None,
        )
        for agreement in asked
    )


def refusing() -> Q:
    """A filter on people: they refused an agreement that is in force, and have not accepted it since."""
    in_force = Agreement.objects.in_force()
    answers = AgreementAnswer.objects.counting().filter(person=OuterRef("pk"), agreement__in=in_force)
    accepted = AgreementAnswer.objects.counting().filter(
        person=OuterRef("person"), agreement=OuterRef("agreement"), is_accepted=True
    )
    return Q(Exists(answers.filter(~Exists(accepted), is_accepted=False)))


def version_for(person: Person, *, kind: str, number: int) -> tuple[Agreement, AgreementAnswer | None] | None:
    """A version that this person may read: one that they answered, or one that is asked of them now."""
    if kind not in AgreementKind.values or number > HIGHEST_NUMBER:
        return None
    agreement = Agreement.objects.filter(kind=kind, number=number).first()
    if agreement is None:
        return None
    given = person.agreement_answers.counting().filter(agreement=agreement)
    answer: Any = given.order_by("-is_accepted", "-answered_at").first()
    is_asked = any(row.pk == agreement.pk for row in owed(person))
    return (agreement, answer) if answer or is_asked else None


def kinds_without() -> list[str]:
    """The kinds of which no version is in force."""
    there = set(Agreement.objects.in_force().values_list("kind", flat=True))
    return [kind.value for kind in AgreementKind if kind.value not in there]
