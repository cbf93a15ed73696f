"""The daily work on a submission: who answers for it, words to its submitter, what it was used for, its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb as Recorded
from portal.core.actions import ActionRefused
from portal.members.models import Person
from portal.reporting import contents
from portal.reporting.models import DeskMessage, Product, Separation
from portal.reporting.protected import parts, people
from portal.reporting.protected.actions.base import HoldingAction, OnePerson, WordsMissing, sealing
from portal.reporting.protected.enums import Note


class NotTheirs(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Name two different people who work on protected submissions at the desk, and who have nothing to do "
                "with its organisation. Nothing was changed."
            )
        )


class NotChecked(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("State that nothing in the product names or points to its source. If something does, change it first.")
        )


class CheckedAlready(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This product was checked before. Nothing was changed."))


class NoBasis(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("A part that is exempt needs the basis on which it is. Nothing was changed."))


@dataclass(frozen=True)
class Assign(HoldingAction):
    """Name who answers for it, and their deputy, who is warned next."""

    verb = Recorded.PROTECTED_ASSIGN

    responsible: Person | None = None
    deputy: Person | None = None

    def check(self) -> None:
        super().check()
        named = [person for person in (self.responsible, self.deputy) if person is not None]
        is_two = len({person.pk for person in named}) == 2  # noqa: PLR2004  (two people)
        if not is_two or not all(self._may(person) for person in named):
            raise NotTheirs

    def _may(self, person: Person) -> bool:
        return people.holds_now(person, *people.ANALYSTS) and not people.is_party(person, self.holding.report)

    def perform(self) -> None:
        self.holding.responsible, self.holding.deputy = self.responsible, self.deputy
        self.holding.save(update_fields=["responsible", "deputy"])
        self.note(Note.ASSIGNED, is_told=False)


@dataclass(frozen=True)
class Write(HoldingAction):
    """Write to the submitter, who reads it with the receipt code."""

    verb = Recorded.PROTECTED_MESSAGE
    ROLES = people.READERS

    words: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.words.strip():
            raise WordsMissing

    def perform(self) -> DeskMessage:
        made = sealing(lambda: contents.add_message(self.holding.report, self.words, by=self.by))
        self.note(Note.WRITTEN)
        return made


@dataclass(frozen=True)
class LinkProduct(HoldingAction):
    """Put down that a bulletin or plan used it."""

    verb = Recorded.PROTECTED_PRODUCT

    title: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.title.strip():
            raise WordsMissing

    def perform(self) -> Product:
        made: Product = Product.objects.create(holding=self.holding, title=self.title, linked_by=self.by)
        self.note(Note.PRODUCT)
        return made


@dataclass(frozen=True)
class CheckProduct(HoldingAction):
    """As the second person, find that nothing in a product names or points to its source."""

    verb = Recorded.PROTECTED_CHECK

    product: Product | None = None
    names_no_source: bool = False

    def check(self) -> None:
        super().check()
        if self.product is None or self.product.holding_id != self.holding.pk or not self.names_no_source:
            raise NotChecked
        if self.product.checked_at is not None:
            raise CheckedAlready
        if self.product.linked_by_id == self.by.pk:
            raise OnePerson

    def perform(self) -> None:
        found = self.holding.products.filter(pk=self.product.pk if self.product else 0)
        found.update(checked_by=self.by, checked_at=timezone.now())
        self.note(Note.PRODUCT_CHECKED)


@dataclass(frozen=True)
class Separate(HoldingAction):
    """Judge each part: exempt on a basis, or separable, so that a request can be answered with it."""

    verb = Recorded.PROTECTED_SEPARATE
    ROLES = people.READERS

    judged: Mapping[str, bool] = field(default_factory=dict)  # part: is it separable?
    basis: str = ""

    def check(self) -> None:
        super().check()
        if not self.judged or not set(self.judged) <= set(parts.of(self.holding)):
            raise WordsMissing
        if not all(self.judged.values()) and not self.basis.strip():
            raise NoBasis

    def perform(self) -> None:
        for part, is_separable in self.judged.items():
            said = {"is_separable": is_separable, "basis": "" if is_separable else self.basis, "by": self.by}
            Separation.objects.update_or_create(
                holding=self.holding, part=part, defaults={**said, "at": timezone.now()}
            )
        self.note(Note.SEPARATED, is_told=False)
