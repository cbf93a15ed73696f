"""What staff do with offices and terms, and what a candidate says. Terms are ended, never deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core import outbox
from portal.core.actions import Action
from portal.members.enums import StaffRole
from portal.members.models import Office, Person, Term
from portal.members.refusals import Incomplete, NotNow, NotYours, only_for

OFFICE_STAFF = (StaffRole.MOP3_EDITOR,)
OFFICE_FACTS = ("title", "seats", "is_private", "order")
TERM_FACTS = ("name", "employer", "person", "since", "until")


def _set(row: Any, facts: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        setattr(row, name, facts[name])
    row.save()


def _has_days_in_order(facts: dict[str, Any]) -> None:
    if facts["until"] is not None and facts["until"] < facts["since"]:
        raise Incomplete(_("The term would end before it begins. Nothing was changed."))


@dataclass(frozen=True)
class MakeOffice(Action):
    """Make an office of a committee or sector, or of the partnership as a whole."""

    verb = Verb.OFFICE_MAKE

    by: Person
    facts: dict[str, Any] = field(repr=False)

    def recorded_about(self) -> models.Model | None:
        return None  # the office, which is there afterwards

    def check(self) -> None:
        only_for(self.by, *OFFICE_STAFF)
        same = Office.objects.filter(community=self.facts["community"], title__iexact=self.facts["title"])
        if same.exists():
            raise NotNow(_("There is an office of this name already. Nothing was made."))

    def perform(self) -> Office:
        made = Office(community=self.facts["community"])
        _set(made, self.facts, OFFICE_FACTS)
        return made


@dataclass(frozen=True)
class EditOffice(Action):
    """Change an office, or abolish it once nobody holds it. It is never deleted: its history stays."""

    verb = Verb.OFFICE_EDIT

    office: Office
    by: Person
    facts: dict[str, Any] = field(repr=False)

    def check(self) -> None:
        only_for(self.by, *OFFICE_STAFF)
        others = Office.objects.filter(community=self.office.community_id).exclude(pk=self.office.pk)
        if others.filter(title__iexact=self.facts["title"]).exists():
            raise NotNow(_("There is an office of this name already. Nothing was changed."))
        if self.facts["is_abolished"] and self.office.terms.current().exists():
            raise NotNow(_("Somebody holds it. End their term first. Nothing was changed."))

    def perform(self) -> Office:
        closed_at = self.office.closed_at or timezone.now()
        self.office.closed_at = closed_at if self.facts["is_abolished"] else None
        _set(self.office, self.facts, OFFICE_FACTS)
        return self.office


@dataclass(frozen=True)
class AddTerm(Action):
    """Enter somebody's term. Nothing of it shows before they were told that it is public."""

    verb = Verb.TERM_ADD

    office: Office
    by: Person
    facts: dict[str, Any] = field(repr=False)

    def recorded_about(self) -> models.Model | None:
        return self.office

    def check(self) -> None:
        only_for(self.by, *OFFICE_STAFF)
        _has_days_in_order(self.facts)
        if self.office.closed_at is not None:
            raise NotNow(_("This office was abolished. Nothing was entered."))
        if self._most_at_once() >= self.office.seats:
            raise NotNow(_("All its seats are taken in that time. End a term first. Nothing was entered."))

    def _most_at_once(self) -> int:
        """How many others hold it at the same time within this term; told or not, each takes a seat."""
        since, until = self.facts["since"], self.facts["until"]
        rows = self.office.terms.filter(models.Q(until=None) | models.Q(until__gte=since))
        others = list(rows.filter(since__lte=until) if until else rows)
        begins = {since, *(term.since for term in others if term.since > since)}
        return max(sum(term.is_current(on=day) for term in others) for day in begins)

    def perform(self) -> Term:
        made = Term(office=self.office)
        _set(made, self.facts, TERM_FACTS)
        return made


@dataclass(frozen=True)
class _OfTerm(Action):
    """Something that staff do with one term."""

    term: Term
    by: Person

    def check(self) -> None:
        only_for(self.by, *OFFICE_STAFF)

    def _not_told(self) -> None:
        if self.term.told_at is not None:
            raise NotNow(_("They were told already. Nothing was changed."))


@dataclass(frozen=True)
class EditTerm(_OfTerm):
    """Put right what was entered. Whose account it is changes only before they were told."""

    verb = Verb.TERM_EDIT

    facts: dict[str, Any] = field(default_factory=dict, repr=False)

    def check(self) -> None:
        super().check()
        _has_days_in_order(self.facts)
        person: Person | None = self.facts["person"]
        if self.term.told_at is not None and (person.pk if person else None) != self.term.person_id:
            raise NotNow(_("They were told already. For somebody else, end this term and enter another."))

    def perform(self) -> None:
        person: Person | None = self.facts["person"]
        if (person.pk if person else None) != self.term.person_id:
            self.term.notified_at = None
        _set(self.term, self.facts, TERM_FACTS)


@dataclass(frozen=True)
class NotifyTerm(_OfTerm):
    """Mail the candidate what will be public, with a link where they say that they know."""

    verb = Verb.TERM_NOTIFY

    def check(self) -> None:
        super().check()
        self._not_told()
        if self.term.person is None or not self.term.person.is_vetted:
            raise NotNow(_("They have no active account. Tell them yourself, and note when and how. No mail was sent."))

    def perform(self) -> None:
        self.term.notified_at = timezone.now()
        self.term.save(update_fields=["notified_at"])
        outbox.put("office_candidate", str(self.term.pk))


@dataclass(frozen=True)
class NoteTold(_OfTerm):
    """Staff told a candidate themselves: when, and how."""

    verb = Verb.TERM_TOLD

    at: datetime = field(default_factory=timezone.now)
    how: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        self._not_told()
        if not self.how.strip():
            raise Incomplete(_("Say how they were told. Nothing was changed."))
        if self.at > timezone.now():
            raise Incomplete(_("That day has not come yet. Nothing was changed."))

    def perform(self) -> None:
        self.term.told_at, self.term.told_how, self.term.told_by = self.at, self.how.strip(), self.by
        self.term.save(update_fields=["told_at", "told_how", "told_by"])


@dataclass(frozen=True)
class EndTerm(_OfTerm):
    """End a term on a day; that day is its last."""

    verb = Verb.TERM_END

    until: date = field(default_factory=timezone.localdate)

    def check(self) -> None:
        super().check()
        if self.until < self.term.since - timedelta(days=1):
            raise Incomplete(_("The term would end before it begins. Nothing was changed."))
        if self.term.until is not None and self.term.until < timezone.localdate():
            raise NotNow(_("This term has ended already. Nothing was changed."))

    def perform(self) -> None:
        self.term.until = self.until
        self.term.save(update_fields=["until"])


@dataclass(frozen=True)
class SayKnown(Action):
    """A candidate says on Front that they know what is public. From then on name, office and employer show."""

    verb = Verb.TERM_KNOWN

    term: Term
    by: Person

    def _read_anew(self) -> None:
        """Nothing is held: Front may not lock people. Said twice at once it counts once."""

    def check(self) -> None:
        if self.term.person_id != self.by.pk or not self.by.is_vetted or self.term.notified_at is None:
            raise NotYours(_("This is for the candidate alone. Nothing was changed."))

    def perform(self) -> None:
        Term.objects.filter(pk=self.term.pk, told_at=None).update(told_at=timezone.now())
