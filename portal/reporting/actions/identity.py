"""Who reported: opened apart, with a reason. And a new receipt code, after a call-back."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.audit import Verb
from portal.reporting import contents
from portal.reporting.actions.cases import CaseAction, with_key
from portal.reporting.actions.triage import KEPT
from portal.reporting.contents import Answers
from portal.reporting.enums import EntryKind, Section
from portal.reporting.reading import calls_of
from portal.reporting.refusals import ReasonMissing, RecipientMissing
from portal.vault import receipts

CALLS = "calls"


@dataclass(frozen=True)
class OpenIdentity(CaseAction):
    """Read who reported and how to reach them.

    `execute` gives what the report says of it, by section, and whom the desk called to give a new code.
    """

    verb = Verb.IDENTITY_OPEN
    STAGES = KEPT

    reason: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.reason.strip():
            raise ReasonMissing

    def perform(self) -> dict[str, Answers]:
        self.record(EntryKind.IDENTITY, details={"why": self.reason})
        report = self.case.report
        contact = contents.sections_of(report)[Section.CONTACT]
        reporter = contents.reporter_of(report)
        return {Section.REPORTER.value: reporter, Section.CONTACT.value: contact, CALLS: self._calls()}

    def _calls(self) -> Answers:
        """Whom the desk called to give a new code: each label once, the later ones with a number."""
        found: Answers = {}
        for label, value in calls_of(self.case):
            times = sum(name.partition(" (")[0] == label for name in found)
            found[f"{label} ({times + 1})" if times else label] = value
        return found


@dataclass(frozen=True)
class ReissueCode(CaseAction):
    """Give a new receipt code, which `execute` returns, after a call to a number that was found independently.

    The code before opens nothing any more. The new one is read out, and shown nowhere else.
    """

    verb = Verb.CODE_ISSUE
    STAGES = KEPT

    number: str = field(default="", repr=False)
    found_where: str = field(default="", repr=False)
    spoken_to: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not (self.number.strip() and self.found_where.strip() and self.spoken_to.strip()):
            raise RecipientMissing

    def perform(self) -> str:
        with_key(lambda: contents.known_key_of(self.case.report))  # first: a refusal leaves no new key behind
        details = {"called": self.number, "found_where": self.found_where, "spoken_to": self.spoken_to}
        self.record(EntryKind.CODE, details=details)
        words = receipts.new_words()
        with_key(lambda: contents.issue_code(self.case.report, words))
        return words
