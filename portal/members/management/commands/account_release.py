"""Open the last door: end locks from the command line."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from portal.members import ends, locks
from portal.members.actions.ends import undo_what_followed
from portal.members.enums import Standing
from portal.members.models import Person
from portal.members.models.people import fold


class Command(BaseCommand):
    help = (
        "End the locks of an account, so that it can be signed in to again at once. "
        "Exit code 0: something was ended; 1: nothing held; 2: wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", metavar="EMAIL", help="the account, as it is typed at sign-in")
        parser.add_argument("--network", metavar="ADDRESS", help="only the locks for the network of this address")
        parser.add_argument("--all", action="store_true", help="the locks of all accounts")
        parser.add_argument(
            "--bounces", action="store_true", help="lift a suspension as well that only mail that came back led to"
        )
        parser.add_argument(
            "--lift",
            action="store_true",
            help="lift a suspension as well, whatever it was for: the last door when nobody is left who could",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["email"]) == options["all"]:
            raise CommandError("Name one account, or say --all.", returncode=2)
        if (options["bounces"] or options["lift"]) and options["all"]:
            raise CommandError("A suspension is lifted for one account at a time.", returncode=2)
        email = None if options["all"] else locks.account_of(options["email"])
        audit.ran("account_release", all=options["all"], bounces=options["bounces"], lift=options["lift"])
        ended = locks.release(email=email, network=_network(options["network"]))
        is_lifted = bool(options["lift"] and _lift(options["email"]))
        is_lifted = is_lifted or bool(options["bounces"] and _lift_bounces(options["email"]))
        if is_lifted:
            self.stdout.write("The suspension is lifted.")
        if not ended and not is_lifted:
            raise CommandError("No lock held. Failures that were counted are forgotten.", returncode=1)
        self.stdout.write(f"{ended} ended.")


def _lift_bounces(email: str) -> bool:
    """Lift one person's suspension, if mail that came back was its only reason."""
    with transaction.atomic():
        found = Person.objects.filter(email=fold(email)).first()
        return found is not None and ends.lift_bounces(ends.hold(found.pk), words=_("Lifted on the server."))


def _lift(email: str) -> bool:
    """Lift one person's suspension, whatever its reasons. Of a lost sponsor staff hear; here nobody is left to ask."""
    with transaction.atomic():
        found = Person.objects.filter(email=fold(email), standing=Standing.SUSPENDED).first()
        if found is None:
            return False
        person = ends.hold(found.pk)
        undo_what_followed(person)
        ends.lift(person, words=_("Lifted on the server."))
        return True


def _network(given: str | None) -> str | None:
    if given is None:
        return None
    network = locks.network_of_address(given)
    if network == locks.UNREADABLE:
        raise CommandError(f"{given} is not a network address.", returncode=2)
    return network
