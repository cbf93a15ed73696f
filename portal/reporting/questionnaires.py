"""The two forms of this room as data: their pages in order, the names of their addresses, and what they say.

What keeps, shows, checks and sends a form is written once, and asks its draft which of the two it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.reporting.enums import DraftKind, Section
from portal.reporting.forms import activity
from portal.reporting.forms.activity import SectionForm
from portal.reporting.protected import forms as protected
from portal.reporting.protected.enums import ProtectedSection

ADDRESSES = (
    *("page", "files", "upload", "file_remove", "check", "discard", "receipt"),
    *("status", "one", "add", "add_file", "close"),
)
FILES = Section.FILES.value  # both forms have this page, with a view of its own
CHANGE = "?change=1"  # after the address of the first page: show it although a draft is under way


@dataclass(frozen=True)
class Said:
    """What a form says when something is in the way. Each is a sentence or two for the person."""

    none_under_way: Promise
    sent_already: Promise
    not_kept: Promise
    not_saved_none: Promise
    not_saved_sent: Promise
    code_first: Promise
    sent_with_file: Promise
    too_many: Promise
    not_sealed: Promise
    wrong_code: Promise
    takes_no_words: Promise
    takes_no_file: Promise


@dataclass(frozen=True)
class Questionnaire:
    """One of the two forms. `steps` are its pages in order, with the short names that stand side by side."""

    kind: DraftKind
    title: Promise
    prefix: str  # of the names of its addresses
    start: str  # the name of the address of its first page
    pages: Mapping[str, type[SectionForm]] = field(repr=False)
    steps: Mapping[str, Promise] = field(repr=False)
    said: Said = field(repr=False)

    @property
    def order(self) -> list[str]:
        return list(self.steps)

    @property
    def first(self) -> str:
        return self.order[0]

    @property
    def names(self) -> dict[str, str]:
        """The names of its addresses, by what they are for."""
        return {what: f"{self.prefix}_{what}" for what in ADDRESSES}

    def template(self, name: str) -> str:
        return f"{self.prefix}/{name}.html"

    def address(self, section: str) -> str:
        """Where a section is filled in."""
        if section == self.first:
            return f"{reverse(self.start)}{CHANGE}"
        if section in self.pages:
            return reverse(self.names["page"], args=[section])
        return reverse(f"{self.prefix}_{section}")

    def address_after(self, section: str) -> str:
        at = self.order.index(section) + 1
        return self.address(self.order[at]) if at < len(self.order) else reverse(self.names["check"])

    def address_before(self, section: str) -> str:
        return self.address(self.order[self.order.index(section) - 1])

    def steps_at(self, section: str) -> dict[str, Any]:
        """The steps and where one is, for a template; the last one is the check, at `CHECK`."""
        current = len(self.order) if section == CHECK else self.order.index(section)
        return {"steps": [*self.steps.values(), _("Check")], "current": current + 1, "of": self}


CHECK = "check"

ACTIVITY = Questionnaire(
    kind=DraftKind.ACTIVITY,
    title=_("Report suspicious activity"),
    prefix="report",
    start="report_activity",
    pages=activity.PAGES,
    steps={
        Section.URGENCY.value: _("Danger"),
        Section.ACTIVITY.value: _("What"),
        Section.PLACE.value: _("When, where"),
        Section.SEEN.value: _("Seen"),
        FILES: _("Files"),
        Section.TARGET.value: _("Target"),
        Section.KNOWN.value: _("Source"),
        Section.CONTACT.value: _("Contact"),
    },
    said=Said(
        none_under_way=_("There is no report under way in this browser. You can begin one here."),
        sent_already=_("The report was sent already, from another window. Nothing of it was changed."),
        not_kept=_("What you typed was not kept: it was too long, or no report is under way here."),
        not_saved_none=_(
            "Not saved: there is no report under way in this browser. Press the button to see what to do."
        ),
        not_saved_sent=_("Not saved: the report was sent from another window. Press the button to add this to it."),
        code_first=_("Keep the code of the report that you sent first; then begin another one."),
        sent_with_file=_("The report was sent meanwhile, with this file."),
        too_many=_("You have sent many reports within an hour. This one is kept; send it later."),
        not_sealed=_("The report could not be sealed just now, so it was not sent. It is kept; try later."),
        wrong_code=_("This code does not open this report. Look at the number, and at each word."),
        takes_no_words=_("Nothing was added: the report is closed, or full. Your words stay below; report them anew."),
        takes_no_file=_(
            "The report is closed, or full. Nothing of this file was kept; report anew and send it with that."
        ),
    ),
)

PROTECTED = Questionnaire(
    kind=DraftKind.PROTECTED,
    title=_("Protected submission"),
    prefix="protected",
    start="protected",
    pages=protected.PAGES,
    steps={
        ProtectedSection.REGIMES.value: _("Other laws"),
        ProtectedSection.ELEMENTS.value: _("The law"),
        ProtectedSection.SECRET.value: _("Trade secret"),
        ProtectedSection.MATTER.value: _("What"),
        FILES: _("Files"),
        ProtectedSection.READERS.value: _("Readers"),
        ProtectedSection.WISH.value: _("Return"),
        ProtectedSection.CONTACT.value: _("Contact"),
        ProtectedSection.CERTIFY.value: _("Sign"),
    },
    said=Said(
        none_under_way=_("There is no submission under way in this browser. You can begin one here."),
        sent_already=_("It was submitted already, from another window. Nothing of it was changed."),
        not_kept=_("What you typed was not kept: it was too long, or no submission is under way here."),
        not_saved_none=_(
            "Not saved: there is no submission under way in this browser. Press the button to see what to do."
        ),
        not_saved_sent=_("Not saved: it was submitted from another window. Press the button to add this to it."),
        code_first=_("Keep the code of what you submitted first; then begin another submission."),
        sent_with_file=_("It was submitted meanwhile, with this file."),
        too_many=_("You have submitted much within an hour. This one is kept; submit it later."),
        not_sealed=_("It could not be sealed just now, so it was not submitted. It is kept; try later."),
        wrong_code=_("This code does not open this submission. Look at the number, and at each word."),
        takes_no_words=_(
            "Nothing was added: the submission has ended, is about to be returned or destroyed, or is full. "
            "Your words stay below; call the desk."
        ),
        takes_no_file=_(
            "The submission has ended, is about to be returned or destroyed, or is full. Nothing of this file was "
            "kept; call the desk, or submit it anew."
        ),
    ),
)

_ALL = {asked.kind: asked for asked in (ACTIVITY, PROTECTED)}


def of_kind(kind: str) -> Questionnaire:
    """The form of a draft, or of what it became."""
    return _ALL[DraftKind(kind)]
