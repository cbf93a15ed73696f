"""A training or an exercise on Desk: hazards, capabilities, objectives, the after-action report, improvements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.forms import formset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.core.actions import tried
from portal.meetings.actions import ORGANISERS
from portal.meetings.desk.exercise_actions import Aim, WriteExercise
from portal.meetings.desk.forms import documents_at
from portal.meetings.desk.item_actions import AssignAction
from portal.meetings.desk.minutes_forms import OwnerForm
from portal.meetings.desk.pages import SAFE, get_meeting
from portal.meetings.enums import MeetingKind, Result
from portal.meetings.models import ActionItem, Capability, ExerciseFacts, Meeting
from portal.members.forms.fields import KeyChoices
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.vocabulary.models import Hazard

MOST_AIMS = 30
EMPTY_ROWS = 3


class ExerciseForm(forms.Form):
    """What was trained, and the report about it."""

    hazards = KeyChoices(
        label=gettext_lazy("Hazards"),
        queryset=Hazard.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    capabilities = KeyChoices(
        label=gettext_lazy("Capabilities"),
        queryset=Capability.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Core capabilities of the National Preparedness Goal, and the state’s own."),
    )
    report = forms.CharField(
        label=gettext_lazy("After-action report"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Its address in the library. Who may read it is set there."),
    )

    def clean_report(self) -> Any:
        found = documents_at(self.cleaned_data["report"])
        if len(found) > 1:
            raise forms.ValidationError(_("Give one address."))
        return found[0] if found else None


class AimForm(forms.Form):
    """One objective."""

    words = forms.CharField(label=gettext_lazy("Objective"), max_length=300)
    result = forms.ChoiceField(label=gettext_lazy("Result"), choices=Result.choices, required=False)

    def aim(self) -> Aim:
        return Aim(self.cleaned_data["words"], Result(self.cleaned_data["result"]))


class _Aims(forms.BaseFormSet[AimForm]):
    def aims(self) -> list[Aim]:
        """What was filled in, in its order. A row that was emptied is left out."""
        return [form.aim() for form in self.forms if form.has_changed() and form.cleaned_data.get("words")]


AimForms: Any = formset_factory(
    AimForm, formset=_Aims, extra=EMPTY_ROWS, max_num=MOST_AIMS, absolute_max=MOST_AIMS, validate_max=True
)


class ImprovementForm(OwnerForm):
    """What is to be better next time."""

    words = forms.CharField(label=gettext_lazy("What is to be better"), max_length=300)

    field_order = ["words", "owner", "owner_words", "due_on"]


@for_roles(*ORGANISERS)
@require_http_methods(["GET", "HEAD", "POST"])
def exercise(request: HttpRequest, pk: int) -> HttpResponse:
    """The page, and its two forms: the facts, and one more improvement."""
    row = get_meeting(pk)
    if row.kind == MeetingKind.MEETING:
        raise Http404
    if request.method in SAFE:
        return _page(request, row)
    bad = _improve(request, row) if "improve" in request.POST else _write(request, row)
    return _page(request, get_meeting(pk), bad=bad) if bad else redirect("desk_exercise", pk=pk)


def _write(request: HttpRequest, row: Meeting) -> dict[str, Any]:
    form, aims = ExerciseForm(request.POST, auto_id="id_ex_%s"), AimForms(request.POST, prefix="aims")
    if form.is_valid() and aims.is_valid():
        said = {name: form.cleaned_data[name] for name in ("hazards", "capabilities", "report")}
        action = WriteExercise(row, person_of(request), aims=aims.aims(), **_plain(said))
        if tried(form, action) is not None:
            messages.success(request, _("Kept."))
            return {}
    return {"form": form, "aims": aims}


def _plain(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "hazards": list(said["hazards"]), "capabilities": list(said["capabilities"])}


def _improve(request: HttpRequest, row: Meeting) -> dict[str, Any]:
    form = ImprovementForm(request.POST, auto_id="id_better_%s")
    if form.is_valid():
        action = AssignAction(row, person_of(request), **form.cleaned_data, is_improvement=True)
        if tried(form, action) is not None:
            messages.success(request, _("Put down. It is open until somebody says what became of it."))
            return {}
    return {"improve_form": form}


def _page(request: HttpRequest, row: Meeting, *, bad: dict[str, Any] | None = None) -> HttpResponse:
    facts = ExerciseFacts.objects.select_related("report").prefetch_related("objectives").filter(meeting=row).first()
    items = ActionItem.objects.select_related("owner").filter(meeting=row, is_improvement=True)
    context = {
        "meeting": row,
        "facts": facts,
        "improvements": list(items),
        "form": _form_of(facts),
        "aims": _aims_of(facts),
        "improve_form": ImprovementForm(auto_id="id_better_%s"),
        "opened": next(iter(bad), "") if bad else "",
    }
    return render(request, "desk/meetings/exercise.html", {**context, **(bad or {})}, status=422 if bad else 200)


def _form_of(facts: ExerciseFacts | None) -> ExerciseForm:
    if facts is None:
        return ExerciseForm(auto_id="id_ex_%s")
    initial = {
        "hazards": list(facts.hazards.all()),
        "capabilities": list(facts.capabilities.all()),
        "report": facts.report.get_absolute_url() if facts.report else "",
    }
    return ExerciseForm(initial=initial, auto_id="id_ex_%s")


def _aims_of(facts: ExerciseFacts | None) -> Any:
    rows = facts.objectives.all() if facts else []
    return AimForms(prefix="aims", initial=[{"words": row.words, "result": row.result} for row in rows])
