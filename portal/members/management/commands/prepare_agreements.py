"""The agreements that an installation begins with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from portal import audit
from portal.members import agreement_texts


class Command(BaseCommand):
    help = (
        "Put version 1 of each agreement in force that has no version yet. Read the texts first "
        "(portal/members/agreement_texts.py). Run again, it changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            made = agreement_texts.begin()
            audit.ran("prepare_agreements", made=made)
        self.stdout.write(f"{made} of {len(agreement_texts.TEXTS)} agreements put in force.")
