"""What staff do with the plan. A version goes from draft to review to adopted; nothing is deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.access.enums import Label, Reach
from portal.access.rule import Audience, Marking
from portal.audit import Verb
from portal.core import outbox
from portal.core.actions import Action, Fact
from portal.library.models import PlanCell, PlanComment, PlanPart, PlanVersion, PortalDocument
from portal.library.permissions import is_visible_on_desk
from portal.library.plan import entitled
from portal.library.plan.enums import OPEN, CommentOutcome, PlanState
from portal.members.models import Person
from portal.members.refusals import Incomplete, NotNow, NotYours, only_for
from portal.vocabulary.models import Sector


def _not_past(day: date | None, *, is_required: bool = False) -> None:
    """Raises `Incomplete` for a day that has passed, or is missing where it must not."""
    if is_required and day is None:
        raise Incomplete(_("Say until when comments are taken. Nothing was changed."))
    if day is not None and day < timezone.localdate():
        raise Incomplete(_("That day has passed already. Nothing was changed."))


def _in_state(version: PlanVersion, *states: PlanState) -> None:
    if version.state not in states:
        said = {"state": version.get_state_display()}
        raise NotNow(_("This version is “%(state)s” by now. Nothing was changed.") % said)


@dataclass(frozen=True)
class BeginCell(Action):
    """Begin a cell: it is for nobody until its audience is set. Raises `NotNow` where there is one."""

    verb = Verb.PLAN_BEGIN

    by: Person
    sector: Sector
    part: PlanPart

    def recorded_about(self) -> models.Model | None:
        return None  # the cell, which is there afterwards

    def check(self) -> None:
        only_for(self.by, *entitled.MANAGERS)
        if PlanCell.objects.filter(sector=self.sector, part=self.part).exists():
            raise NotNow(_("This cell was begun already."))

    def perform(self) -> PlanCell:
        made: PlanCell = PlanCell.objects.create(sector=self.sector, part=self.part)
        return made


@dataclass(frozen=True)
class EditCell(Action):
    """Change owner, due date, note and marking; `seen` is the fingerprint of what stood on the form.

    `facts` are those of `entitled.FACTS` and `entitled.AUDIENCE`.
    """

    verb = Verb.PLAN_EDIT

    cell: PlanCell
    by: Person
    facts: dict[str, Any] = field(repr=False)
    seen: str = ""

    def recorded_facts(self) -> dict[str, Fact]:
        owner: Person | None = self.facts["owner"]
        named: dict[str, Fact] = {"owner": f"members.person:{owner.pk}"} if owner else {}
        return {"label": str(self.facts["tlp"]), **named}

    def check(self) -> None:
        only_for(self.by, *entitled.MANAGERS)
        if entitled.fingerprint(self.cell) != self.seen:
            raise NotNow(_("Somebody else changed it meanwhile. Nothing was changed; look at it again."))
        owner: Person | None = self.facts["owner"]
        if owner is not None and owner.pk != self.cell.owner_id and not owner.has_role(*entitled.OWNERS):
            raise NotYours(_("An owner needs a role of staff that opens the plan on Desk. Nothing was changed."))
        if owner is not None and not self.facts["owner_office"].strip():
            raise Incomplete(_("Say the owner’s office: it is shown in place of the name. Nothing was changed."))
        if not marking_of(self.facts).is_sound():
            raise Incomplete(_("Label and audience do not fit one another. Nothing was changed."))

    def perform(self) -> PlanCell:
        for name in entitled.FACTS:
            setattr(self.cell, name, self.facts[name])
        self.cell.save()
        for name in entitled.AUDIENCE:
            getattr(self.cell, name).set(self.facts[name])
        return self.cell


def marking_of(facts: dict[str, Any]) -> Marking:
    """The marking that these facts of a cell give."""
    audience = Audience(*(frozenset(row.pk for row in facts[name]) for name in entitled.AUDIENCE))
    bare = PlanCell(**{name: facts[name] for name in ("tlp", "law_enforcement_sensitive", "for_official_use_only")})
    return Marking(Label(facts["tlp"]), Reach(facts["reach"]), audience, bare.caveat_set)


@dataclass(frozen=True)
class AddVersion(Action):
    """Add a draft: a document of the library. A cell has one version in the making at most."""

    verb = Verb.PLAN_ADD

    cell: PlanCell
    by: Person
    document: PortalDocument
    words: str
    what_changed: str = field(default="", repr=False)
    comments_until: date | None = None

    def check(self) -> None:
        only_for(self.by, *entitled.MANAGERS)
        if not self.document.in_library or not is_visible_on_desk(self.document, self.by):
            raise NotNow(_("Choose a document that is published in the library. Nothing was added."))
        if self.cell.versions.in_the_making().exists():
            raise NotNow(_("Another version is in the making. Adopt or withdraw it first. Nothing was added."))
        if self.cell.versions.filter(words=self.words).exists():
            raise NotNow(_("There is a version of this name already. Nothing was added."))
        _not_past(self.comments_until)

    def perform(self) -> PlanVersion:
        facts = {"words": self.words, "what_changed": self.what_changed, "comments_until": self.comments_until}
        made: PlanVersion = PlanVersion.objects.create(cell=self.cell, document=self.document, **facts)
        return made


@dataclass(frozen=True)
class _Move(Action):
    """A step of one version. `FROM` says from which states it may be taken."""

    version: PlanVersion
    by: Person

    FROM: ClassVar[tuple[PlanState, ...]] = OPEN

    def check(self) -> None:
        only_for(self.by, *entitled.MANAGERS)
        _in_state(self.version, *self.FROM)

    def _becomes(self, state: PlanState, **facts: Any) -> None:
        for name, value in {"state": state, **facts}.items():
            setattr(self.version, name, value)
        self.version.save(update_fields=["state", *facts])


@dataclass(frozen=True)
class SetCommentDate(_Move):
    """Say until when comments on a draft are taken; None for not at all."""

    verb = Verb.PLAN_DATE

    until: date | None = None

    def check(self) -> None:
        super().check()
        _not_past(self.until)

    def perform(self) -> None:
        self.version.comments_until = self.until
        self.version.save(update_fields=["comments_until"])


@dataclass(frozen=True)
class SendForReview(_Move):
    """From draft to review, with the day until which partners comment."""

    verb = Verb.PLAN_REVIEW
    FROM = (PlanState.DRAFT,)

    until: date | None = None

    def check(self) -> None:
        super().check()
        _not_past(self.until, is_required=True)

    def perform(self) -> None:
        self._becomes(PlanState.REVIEW, comments_until=self.until)


@dataclass(frozen=True)
class ReturnToDraft(_Move):
    """From review back to draft. Comments that came stay, and are answered."""

    verb = Verb.PLAN_RETURN
    FROM = (PlanState.REVIEW,)

    def perform(self) -> None:
        self._becomes(PlanState.DRAFT, comments_until=None)


@dataclass(frozen=True)
class AdoptVersion(_Move):
    """Adopt what was in review, once comments are closed and each has its answer; the one before is superseded."""

    verb = Verb.PLAN_ADOPT
    FROM = (PlanState.REVIEW,)

    next_due: date | None = None

    def check(self) -> None:
        super().check()
        _not_past(self.next_due)
        if self.version.takes_comments():
            raise NotNow(_("Comments are still taken. Adopt it when that day has passed. Nothing was changed."))
        if self.version.comments.waiting().exists():
            raise NotNow(_("Some comments wait for an answer. Answer each first. Nothing was changed."))

    def perform(self) -> None:
        cell = self.version.cell
        cell.versions.filter(state=PlanState.ADOPTED).update(state=PlanState.SUPERSEDED)
        self._becomes(PlanState.ADOPTED, adopted_on=timezone.localdate())
        PlanCell.objects.filter(pk=cell.pk).update(due_on=self.next_due)  # the marking is not touched


@dataclass(frozen=True)
class WithdrawVersion(_Move):
    """Give up a version in the making. It stays on record, and comments on it are still answered."""

    verb = Verb.PLAN_WITHDRAW

    def perform(self) -> None:
        self._becomes(PlanState.WITHDRAWN)


@dataclass(frozen=True)
class AnswerComment(Action):
    """Answer one comment, once, in words that its author reads; they are told by mail that there is an answer."""

    verb = Verb.PLAN_ANSWER

    comment: PlanComment
    by: Person
    outcome: CommentOutcome
    answer: str = field(default="", repr=False)

    def check(self) -> None:
        if not entitled.may_answer(self.by, self.comment):
            raise NotYours(_("Only its owner or an editor answers this. Nothing was sent."))
        if self.comment.answered_at is not None:
            raise NotNow(_("This comment was answered before. That answer stands; yours was not sent."))
        if not self.answer.strip():
            raise Incomplete(_("Say why, in words that the author reads. Nothing was sent."))

    def perform(self) -> None:
        row = self.comment
        row.answer, row.outcome = self.answer.strip(), self.outcome
        row.answered_by, row.answered_at = self.by, timezone.now()
        row.save(update_fields=["answer", "outcome", "answered_by", "answered_at"])
        outbox.put("plan_answered", str(row.pk))
