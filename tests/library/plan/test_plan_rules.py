"""The steps that a version takes, by rule: what is allowed from where, and what always holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings as hypothesis_settings, strategies as st

from portal.access.enums import Label, Reach
from portal.core.actions import ActionRefused
from portal.library.models import PlanCell, PlanComment, PlanPart, PlanVersion
from portal.library.plan import entitled
from portal.library.plan.actions import (
    AddVersion,
    AdoptVersion,
    AnswerComment,
    BeginCell,
    EditCell,
    ReturnToDraft,
    SendForReview,
    SetCommentDate,
    WithdrawVersion,
)
from portal.library.plan.cells import SOON, Square
from portal.library.plan.enums import OPEN, CommentOutcome, PlanState
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.vocabulary.models import Sector
from tests.factories import CommunityFactory, PersonFactory, staff
from tests.library.plan.making import cell, commented, plan_document, tomorrow, version

pytestmark = pytest.mark.django_db
# From which states each step is taken, and where it leads.
RULE = {
    "review": ({PlanState.DRAFT}, PlanState.REVIEW),
    "return": ({PlanState.REVIEW}, PlanState.DRAFT),
    "adopt": ({PlanState.REVIEW}, PlanState.ADOPTED),
    "withdraw": ({PlanState.DRAFT, PlanState.REVIEW}, PlanState.WITHDRAWN),
}
# Editors see what lies in the library, save what takes a clearance.
SENSITIVE: dict[str, Any] = {"tlp": Label.AMBER, "law_enforcement_sensitive": True}
STEPS = st.lists(st.sampled_from([*RULE, "add", "comment", "answer", "day passes"]), max_size=14)


@pytest.fixture
def editor() -> Person:
    return staff(StaffRole.MOP3_EDITOR)


def step(name: str, about: PlanVersion, by: Person) -> Any:
    made: dict[str, Any] = {
        "review": lambda: SendForReview(about, by, tomorrow()),
        "return": lambda: ReturnToDraft(about, by),
        "adopt": lambda: AdoptVersion(about, by),
        "withdraw": lambda: WithdrawVersion(about, by),
    }
    return made[name]()


@pytest.mark.parametrize("name", RULE)
@pytest.mark.parametrize("state", PlanState)
def test_each_step_is_taken_from_where_the_rule_says_and_from_nowhere_else(
    editor: Person, name: str, state: PlanState
) -> None:
    about = version(state=state, comments_until=None)
    allowed, leads_to = RULE[name]
    if state in allowed:
        step(name, about, editor).execute()
        assert PlanVersion.objects.get().state == leads_to
        return
    with pytest.raises(ActionRefused), transaction.atomic():
        step(name, about, editor).execute()
    assert PlanVersion.objects.get().state == state


class Model:
    """What the cell should be by the rule: states of its versions, oldest first, and comments without an answer."""

    def __init__(self) -> None:
        self.states: list[PlanState] = []
        self.takes = False
        self.waiting: dict[int, int] = {}

    @property
    def last(self) -> PlanState | None:
        return self.states[-1] if self.states else None

    def allows(self, name: str) -> bool:
        match name:
            case "add":
                return self.last not in OPEN
            case "comment":
                return self.last in OPEN and self.takes
            case "answer":
                return any(self.waiting.values())
            case "day passes":
                return True
            case "adopt":
                return self.last is PlanState.REVIEW and not self.takes and not self.waiting.get(len(self.states))
        return self.last in RULE[name][0]

    def does(self, name: str) -> None:
        match name:
            case "add":
                self.states.append(PlanState.DRAFT)
                self.takes = False
            case "comment":
                self.waiting[len(self.states)] = self.waiting.get(len(self.states), 0) + 1
            case "answer":
                oldest = min(number for number, count in self.waiting.items() if count)
                self.waiting[oldest] -= 1
            case "day passes":
                self.takes = False
            case _:
                if name == "adopt":
                    for place, one in enumerate(self.states):
                        self.states[place] = PlanState.SUPERSEDED if one is PlanState.ADOPTED else one
                self.takes = name == "review"
                self.states[-1] = RULE[name][1]


class Portal:
    """The same, done to a cell of the portal."""

    def __init__(self, by: Person) -> None:
        self.by, self.cell, self.document, self.comments = by, cell(), plan_document(), 0

    def tries(self, name: str) -> bool:
        try:
            with transaction.atomic():
                self._does(name)
        except ActionRefused:
            return False
        return True

    def _does(self, name: str) -> None:
        last = self.cell.versions.order_by("pk").last()
        if name == "add":
            AddVersion(self.cell, self.by, self.document, words=str(self.cell.versions.count())).execute()
        elif name == "day passes":
            self.cell.versions.update(comments_until=timezone.localdate() - timedelta(days=1))
        elif name == "answer":
            waiting = PlanComment.objects.waiting().order_by("version", "pk").first()
            if waiting is None:
                raise ActionRefused
            AnswerComment(waiting, self.by, CommentOutcome.NOT, "Because.").execute()
        elif last is None or (name == "comment" and not last.takes_comments()):
            raise ActionRefused
        elif name == "comment":
            self.comments += 1
            commented(last, by=self.by, words=str(self.comments))
        else:
            step(name, last, self.by).execute()


@given(steps=STEPS)
@hypothesis_settings(max_examples=40)
def test_whatever_is_tried_in_whatever_order_the_rule_holds(steps: list[str]) -> None:
    with transaction.atomic():
        model, portal = Model(), Portal(staff(StaffRole.MOP3_EDITOR))
        for name in steps:
            is_allowed = model.allows(name)
            assert portal.tries(name) == is_allowed, (steps, name)
            if is_allowed:
                model.does(name)
            states = [PlanState(row.state) for row in portal.cell.versions.order_by("pk")]
            assert states == model.states, (steps, name)
            assert states.count(PlanState.ADOPTED) <= 1
            assert sum(state in OPEN for state in states) <= 1
        transaction.set_rollback(True)


@pytest.mark.parametrize("state", [PlanState.ADOPTED, PlanState.DRAFT, PlanState.REVIEW])
def test_the_database_holds_it_too(state: PlanState) -> None:
    about = cell()
    version(about, words="1", state=state)
    other = PlanState.REVIEW if state is PlanState.DRAFT else state
    with pytest.raises(IntegrityError), transaction.atomic():
        version(about, words="2", state=other)
    version(about, words="3", state=PlanState.SUPERSEDED)
    version(cell("dams"), words="1", state=state)


@given(days=st.integers(min_value=-400, max_value=400))
def test_due_and_overdue_never_hold_together(days: int) -> None:
    today = timezone.localdate()
    square = Square(Sector(), PlanPart(), today, PlanCell(due_on=today + timedelta(days=days)))
    assert square.is_overdue == (days < 0)
    assert square.is_due == (0 <= days <= SOON.days)


def test_adopting_sets_when_the_next_version_is_due_and_leaves_the_marking_alone(editor: Person) -> None:
    about = version(cell(due_on=timezone.localdate()), comments_until=None)
    before = (about.cell.tlp, about.cell.reach)
    AdoptVersion(about, editor, next_due=tomorrow()).execute()
    stored = PlanCell.objects.get()
    assert stored.due_on == tomorrow() and (stored.tlp, stored.reach) == before
    assert PlanVersion.objects.get().adopted_on == timezone.localdate()


def test_days_that_have_passed_are_refused(editor: Person) -> None:
    gone = timezone.localdate() - timedelta(days=1)
    about = version(state=PlanState.DRAFT, comments_until=None)
    for action in (
        SendForReview(about, editor, gone),
        SendForReview(about, editor),
        SetCommentDate(about, editor, gone),
    ):
        with pytest.raises(ActionRefused), transaction.atomic():
            action.execute()
    SetCommentDate(about, editor, timezone.localdate()).execute()
    assert PlanVersion.objects.get().takes_comments()


def test_a_draft_is_a_document_of_the_library_that_its_editor_sees(editor: Person) -> None:
    about = cell()
    theirs = plan_document(**SENSITIVE, audience_communities=[CommunityFactory()])
    outside = plan_document(in_library=False)
    for document in (theirs, outside):
        with pytest.raises(ActionRefused), transaction.atomic():
            AddVersion(about, editor, document, words="1").execute()
    AddVersion(about, editor, plan_document(), words="1").execute()
    with pytest.raises(ActionRefused), transaction.atomic():
        AddVersion(about, editor, plan_document(), words="2").execute()


ROLES_THAT_DO_NOT = [role for role in StaffRole if role is not StaffRole.MOP3_EDITOR]


@pytest.mark.parametrize("role", ROLES_THAT_DO_NOT)
def test_nobody_but_an_editor_moves_a_version_or_begins_a_cell(role: StaffRole) -> None:
    by = staff(role)
    about = version(cell(owner=by), comments_until=None)
    tried = [step(name, about, by) for name in RULE]
    tried += [AddVersion(about.cell, by, about.document, words="2"), SetCommentDate(about, by)]
    tried.append(BeginCell(by, Sector.objects.get(slug="dams"), PlanPart.objects.get(slug="goals")))
    for action in tried:
        with pytest.raises(ActionRefused), transaction.atomic():
            action.execute()


@pytest.mark.parametrize("role", StaffRole)
def test_an_owner_answers_for_their_own_cell_and_an_editor_for_each(role: StaffRole) -> None:
    by = staff(role)
    own = commented(version(cell(owner=by)))
    other = commented(version(cell("dams")))
    answers = [AnswerComment(comment, by, CommentOutcome.NOT, "Because.") for comment in (own, other)]
    expected = [role in entitled.OWNERS, role in entitled.MANAGERS]
    for action, is_allowed in zip(answers, expected, strict=True):
        if is_allowed:
            action.execute()
            assert PlanComment.objects.get(pk=action.comment.pk).answered_by == by
            continue
        with pytest.raises(ActionRefused), transaction.atomic():
            action.execute()


def test_comments_on_what_an_editor_does_not_see_are_not_theirs_to_answer(editor: Person) -> None:
    circle = CommunityFactory()
    owner = staff(StaffRole.MIAC_ANALYST, communities=[circle], cleared=True)
    theirs = plan_document(**SENSITIVE, audience_communities=[circle])
    comment = commented(version(cell(owner=owner), document=theirs))
    assert not entitled.may_answer(editor, comment)
    assert not entitled.comments_of(editor).exists()
    assert entitled.may_answer(owner, comment)
    assert entitled.comments_of(owner).get() == comment


def test_an_answer_is_given_once_and_with_words(editor: Person) -> None:
    comment = commented()
    with pytest.raises(ActionRefused), transaction.atomic():
        AnswerComment(comment, editor, CommentOutcome.NOT, "  ").execute()
    AnswerComment(comment, editor, CommentOutcome.NOT, "Because.").execute()
    with pytest.raises(ActionRefused), transaction.atomic():
        AnswerComment(comment, editor, CommentOutcome.TAKEN_OVER, "Changed my mind.").execute()
    assert PlanComment.objects.get().answer == "Because."


def facts_of(about: PlanCell, **changes: Any) -> dict[str, Any]:
    facts = {name: getattr(about, name) for name in entitled.FACTS}
    named = {name: list(getattr(about, name).all()) for name in entitled.AUDIENCE}
    return {**facts, **named, **changes}


def edits(about: PlanCell, by: Person, **changes: Any) -> EditCell:
    return EditCell(about, by, facts_of(about, **changes), entitled.fingerprint(about))


def test_a_cell_gets_an_owner_with_a_way_into_desk_and_an_office(editor: Person) -> None:
    about, owner = cell(), staff(StaffRole.MIAC_ANALYST)
    refused = [
        edits(about, editor, owner=PersonFactory(), owner_office="Office"),
        edits(about, editor, owner=staff(StaffRole.AUDITOR), owner_office="Office"),
        edits(about, editor, owner=owner, owner_office=" "),
    ]
    for action in refused:
        with pytest.raises(ActionRefused), transaction.atomic():
            action.execute()
    edits(about, editor, owner=owner, owner_office="Analysis").execute()
    assert PlanCell.objects.get().owner == owner


def test_a_marking_that_does_not_fit_is_refused_and_one_that_fits_holds_at_once(editor: Person) -> None:
    about, circle = cell(), CommunityFactory()
    member = PersonFactory(communities=[circle])
    with pytest.raises(ActionRefused), transaction.atomic():
        edits(about, editor, tlp=Label.AMBER).execute()
    edits(about, editor, tlp=Label.AMBER, reach=Reach.NAMED, audience_communities=[circle]).execute()
    from portal.members.viewers import viewer_for

    assert PlanCell.objects.readable_by(viewer_for(member)).exists()
    assert not PlanCell.objects.readable_by(viewer_for(PersonFactory())).exists()


def test_a_form_over_somebody_elses_change_is_refused(editor: Person) -> None:
    about = cell()
    late = edits(about, editor, note="Mine")
    edits(about, editor, note="Theirs").execute()
    with pytest.raises(ActionRefused), transaction.atomic():
        late.execute()
    assert PlanCell.objects.get().note == "Theirs"


def test_a_cell_begins_for_nobody_and_once(editor: Person) -> None:
    about = (Sector.objects.get(slug="energy"), PlanPart.objects.get(slug="goals"))
    made = BeginCell(editor, *about).execute()
    assert not made.marking().tokens()
    with pytest.raises(ActionRefused), transaction.atomic():
        BeginCell(editor, *about).execute()
