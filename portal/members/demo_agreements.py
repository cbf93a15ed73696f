"""The agreements of the demo, which the demo accounts have accepted."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from portal.core import demo
from portal.members import agreement_texts
from portal.members.models import Agreement, AgreementAnswer, Person


@demo.seeder(order=12, title="Agreements")
def seed(echo: demo.Echo) -> None:
    """Put the texts in force; a demo account that never answered has accepted them."""
    with transaction.atomic():
        made = agreement_texts.begin()
        accounts = list(Person.objects.filter(is_demo=True, agreement_answers=None))
        for agreement in Agreement.objects.in_force():
            AgreementAnswer.objects.bulk_create(
                AgreementAnswer(
                    person=person,
                    agreement=agreement,
                    is_accepted=True,
                    text_hash=agreement.text_hash,
                    answered_at=timezone.now(),
                )
                for person in accounts
            )
    echo(f"{made} new; accepted by {len(accounts)} accounts")
