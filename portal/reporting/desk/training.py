"""Who is trained, and until when it counts: supervisors enter it, and not their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.members.models import Person
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.reporting.actions.training import RecordTraining
from portal.reporting.enums import Training
from portal.reporting.models import TrainingRecord
from portal.reporting.people import ANALYSTS, SUPERVISORS, holding

DAY = {"type": "date"}


class TrainingForm(forms.Form):
    """One training of one analyst."""

    person = forms.ModelChoiceField(label=gettext_lazy("Analyst"), queryset=Person.objects.none())
    subject = forms.ChoiceField(label=gettext_lazy("Subject"), choices=Training.choices)
    completed_on = forms.DateField(label=gettext_lazy("Completed"), widget=forms.DateInput(attrs=DAY))
    valid_until = forms.DateField(
        label=gettext_lazy("Counts until"),
        widget=forms.DateInput(attrs=DAY),
        help_text=gettext_lazy("Three years later at most. After that day nobody determines with it."),
    )

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = holding(*ANALYSTS).exclude(pk=by.pk).order_by("name", "pk")


@for_roles(*SUPERVISORS)
@require_http_methods(["GET", "HEAD", "POST"])
def records(request: HttpRequest) -> HttpResponse:
    """The trainings on file, those that count longest first, and a form for another."""
    form = TrainingForm(request.POST or None, by=person_of(request))
    if request.method == "POST" and form.is_valid() and _enter(request, form):
        return redirect("desk_report_training")
    rows = TrainingRecord.objects.select_related("person", "recorded_by")
    listing = paginate(rows, page=request.GET.get("page", ""))
    context = {"listing": listing, "form": form, "today": timezone.localdate()}
    return render(request, "desk/reports/training.html", context, status=422 if form.errors else 200)


def _enter(request: HttpRequest, form: TrainingForm) -> bool:
    given = {**form.cleaned_data, "subject": Training(form.cleaned_data["subject"])}
    try:
        RecordTraining(by=person_of(request), **given).execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The training is on file."))
    return True
