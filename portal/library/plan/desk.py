"""The plan on Desk: the grid, one cell with its versions, and the steps that they take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from portal.core.actions import Action, ActionRefused
from portal.core.rows import LARGEST_KEY
from portal.library.models import PlanCell, PlanPart, PlanVersion, PortalDocument
from portal.library.permissions import visible_on_desk
from portal.library.plan import actions, cells, entitled
from portal.library.plan.desk_forms import AdoptForm, CellForm, DateForm, PlainMoveForm, UntilForm, VersionForm
from portal.library.plan.enums import PlanState
from portal.members.audience import report
from portal.members.models import Person
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.vocabulary.models import Sector

SAFE = ("GET", "HEAD")


@dataclass(frozen=True)
class Step:
    """What may be done with one version: its form, and what it says when done."""

    title: str | Promise
    action: Callable[..., Action]
    form: type[Any]
    done: str | Promise
    states: tuple[PlanState, ...]
    is_destructive: bool = False


DRAFT, REVIEW = PlanState.DRAFT, PlanState.REVIEW
STEPS = {
    "review": Step(
        gettext_lazy("Send for review"),
        actions.SendForReview,
        UntilForm,
        gettext_lazy("In review. Members who read the document can comment."),
        (DRAFT,),
    ),
    "adopt": Step(
        gettext_lazy("Adopt"),
        actions.AdoptVersion,
        AdoptForm,
        gettext_lazy("Adopted. The version before is superseded."),
        (REVIEW,),
    ),
    "date": Step(
        gettext_lazy("Set the comment date"),
        actions.SetCommentDate,
        DateForm,
        gettext_lazy("The date was set."),
        (DRAFT, REVIEW),
    ),
    "return": Step(
        gettext_lazy("Take back to draft"),
        actions.ReturnToDraft,
        PlainMoveForm,
        gettext_lazy("It is a draft again."),
        (REVIEW,),
    ),
    "withdraw": Step(
        gettext_lazy("Withdraw"),
        actions.WithdrawVersion,
        PlainMoveForm,
        gettext_lazy("Withdrawn. It stays on record."),
        (DRAFT, REVIEW),
        is_destructive=True,
    ),
}


@for_roles(*entitled.OWNERS)
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """The grid for editors, and an owner's own cells."""
    person = person_of(request)
    rows = list(entitled.cells_of(person).select_related("owner").order_by("pk"))
    grid = cells.grid_of(rows, waiting=_waiting(rows))
    is_manager = person.has_role(*entitled.MANAGERS)
    squares = [square for square in grid.squares if is_manager or square.cell]
    context = {
        "grid": grid,
        "squares": [] if is_manager else squares,
        "is_manager": is_manager,
        "overdue": sum(square.is_overdue for square in squares),
        "due": sum(square.is_due for square in squares),
    }
    return render(request, "desk/plan/plan.html", context)


def _waiting(rows: list[PlanCell]) -> dict[int, int]:
    """How many comments wait, by cell. The number is no secret to who looks after the cell; the words may be."""
    keys = [row.pk for row in rows]
    unanswered = Q(versions__comments__isnull=False, versions__comments__answered_at=None)
    found = PlanCell.objects.filter(unanswered, pk__in=keys).annotate(waiting=Count("versions__comments"))
    return dict(found.order_by("pk").values_list("pk", "waiting"))


@for_roles(*entitled.MANAGERS)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a cell; `cell` is its sector and its part, as `energy/goals`."""
    person = person_of(request)
    # PostgreSQL takes no NUL, and no slug has one.
    sector, _slash, part = request.POST.get("cell", "").replace("\0", " ").partition("/")
    action = actions.BeginCell(person, get_object_or_404(Sector, slug=sector), get_object_or_404(PlanPart, slug=part))
    made = tried(request, action, _("Begun. It is for nobody until you say who may read it."))
    return redirect("desk_plan_cell", pk=made.pk) if made else redirect("desk_plan")


@for_roles(*entitled.OWNERS)
def cell(request: HttpRequest, pk: int) -> HttpResponse:
    """One cell: its facts, its versions and what may be done with them.

    The method is looked at last: it tells nobody that a cell which is not theirs is there.
    """
    row = _get(request, pk)
    return _page(request, row) if request.method in SAFE else HttpResponseNotAllowed(SAFE)


@for_roles(*entitled.MANAGERS)
@require_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Owner, due date, note and marking."""
    form = CellForm(request.POST, instance=_get(request, pk))
    if form.is_valid():
        action = actions.EditCell(_get(request, pk), person_of(request), form.facts(), form.cleaned_data["seen"])
        if _taken(form, action, request, _("Changed.")):
            return redirect("desk_plan_cell", pk=pk)
    return _page(request, _get(request, pk), bad=Refused("edit", form))


@for_roles(*entitled.MANAGERS)
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a draft."""
    row, form = _get(request, pk), VersionForm(request.POST, by=person_of(request), auto_id="id_add_%s")
    if form.is_valid():
        action = actions.AddVersion(row, person_of(request), **form.given())
        if _taken(form, action, request, _("Added as a draft.")):
            return redirect("desk_plan_cell", pk=pk)
    return _page(request, row, bad=Refused("add", form))


@for_roles(*entitled.MANAGERS)
@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step of one version."""
    step = STEPS.get(name)
    if step is None or pk > LARGEST_KEY:
        raise Http404
    version = get_object_or_404(PlanVersion.objects.select_related("cell"), pk=pk)
    form = step.form(request.POST, auto_id=f"id_{name}_%s")
    if form.is_valid():
        action = step.action(version=version, by=person_of(request), **form.given())
        if _taken(form, action, request, str(step.done)):
            return redirect("desk_plan_cell", pk=version.cell_id)
    return _page(request, _get(request, version.cell_id), bad=Refused(name, form, version.pk))


def tried(request: HttpRequest, action: Action, done: str) -> Any:
    """Do it and say so; None, with the reason said, if the rules refuse."""
    try:
        result = action.execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, done)
    return result or True


def _taken(form: Any, action: Action, request: HttpRequest, done: str) -> bool:
    """Do it; a refusal is said on the form, with what was typed."""
    try:
        action.execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, done)
    return True


def _get(request: HttpRequest, pk: int) -> PlanCell:
    """A cell that this person works on; to others it does not exist."""
    if pk > LARGEST_KEY:
        raise Http404
    row: PlanCell = get_object_or_404(entitled.cells_of(person_of(request)).with_names(), pk=pk)
    return row


@dataclass(frozen=True)
class Refused:
    """A form that was refused: which, as it was typed, and of which version it was a step."""

    name: str = ""
    form: Any = None
    version: int | None = None


NOTHING = Refused()


@dataclass(frozen=True)
class DeskVersion:
    """One version on the page of its cell. Its document shows to who sees it; comments go with the document."""

    version: PlanVersion
    mark: cells.Mark
    document: PortalDocument | None
    waiting: int
    steps: list[tuple[str, Step, Any]]


def _page(request: HttpRequest, row: PlanCell, *, bad: Refused = NOTHING) -> HttpResponse:
    """The page of a cell, with a form that was refused as it was typed."""
    person = person_of(request)
    is_manager = person.has_role(*entitled.MANAGERS)
    versions = _versions(row, person, bad, is_manager=is_manager)
    name, form = bad.name, bad.form
    context = {
        "cell": row,
        "square": cells.square_of(row, row.sector, row.part),
        "audience": report(row.marking()),
        "versions": versions,
        "is_manager": is_manager,
        "can_add": is_manager and (name == "add" or not any(one.version.is_in_the_making for one in versions)),
        "edit_form": form if name == "edit" else CellForm(instance=row),
        "add_form": form if name == "add" else VersionForm(by=person, auto_id="id_add_%s"),
        "opened": name,
        "waiting": entitled.comments_of(person).waiting().filter(version__cell=row).count(),
    }
    return render(request, "desk/plan/cell.html", context, status=422 if bad.name else 200)


def _versions(row: PlanCell, person: Person, bad: Refused, *, is_manager: bool) -> list[DeskVersion]:
    waiting = Count("comments", filter=Q(comments__answered_at=None))
    versions = list(row.versions.annotate(waiting=waiting))
    keys = {version.document_id for version in versions}
    documents = {one.pk: one for one in visible_on_desk(PortalDocument.objects.filter(pk__in=keys), person)}
    return [
        DeskVersion(
            version,
            cells.mark_of(version),
            documents.get(version.document_id),
            version.waiting,  # type: ignore[attr-defined]  # annotated above
            _steps_of(version, bad) if is_manager else [],
        )
        for version in versions
    ]


def _steps_of(version: PlanVersion, bad: Refused) -> list[tuple[str, Step, Any]]:
    """What may be done with a version now, and what was refused of it: somebody else may have been first."""
    refused = bad.name if bad.version == version.pk else ""
    return [
        (name, step, bad.form if name == refused else step.form(auto_id=f"id_{name}_%s"))
        for name, step in STEPS.items()
        if version.state in step.states or name == refused
    ]
