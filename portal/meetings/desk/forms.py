"""What staff fill in about a meeting."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import formset_factory
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from wagtail.documents import get_document_model

from portal.meetings.actions import FIELDS, Item, Prepared
from portal.meetings.desk.repeating import MOST, Rhythm
from portal.meetings.models import ClosureException, Meeting, Series
from portal.members.enums import CommunityKind
from portal.members.forms.fields import KeyChoices
from portal.members.models import Community

IN_ADDRESS = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
MOST_ITEMS = 40
EMPTY_ROWS = 4


FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
ODD_YEAR = gettext_lazy("Look at the year: it is none in which the partnership meets.")
MOST_IN_QUORUM = 999


def moment(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateTimeField:
    """A day and a time, in a year in which people meet."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    bounds = [MinValueValidator(FIRST, ODD_YEAR), MaxValueValidator(LAST, ODD_YEAR)]
    return forms.DateTimeField(label=label, required=required, help_text=help_text, widget=widget, validators=bounds)


def day(label: Any, *, help_text: Any = "") -> forms.DateField:
    """A day that may be left out."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    bounds = [MinValueValidator(FIRST.date(), ODD_YEAR), MaxValueValidator(LAST.date(), ODD_YEAR)]
    return forms.DateField(label=label, required=False, help_text=help_text, widget=widget, validators=bounds)


class MeetingForm(forms.ModelForm[Meeting]):
    """A meeting without its agenda. Storing is the action's."""

    starts_at = moment(gettext_lazy("Begins"), help_text=gettext_lazy("In the state’s time."))
    ends_at = moment(gettext_lazy("Ends"), required=False)
    exceptions = KeyChoices(
        label=gettext_lazy("Exceptions that close it"),
        queryset=ClosureException.objects.filter(in_use=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only for a meeting that is closed, in part or whole. Counsel says which applies."),
    )
    is_for_committee = forms.BooleanField(
        label=gettext_lazy("Only members of the committee know of it"),
        required=False,
        help_text=gettext_lazy("For trainings and exercises. The notice of a meeting is for everybody."),
    )
    quorum = forms.IntegerField(
        label=gettext_lazy("Quorum"),
        required=False,
        min_value=1,
        max_value=MOST_IN_QUORUM,
        help_text=gettext_lazy("How many of those who vote must be there."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    field_order = (
        "kind",
        "committee",
        "series",
        "title",
        "is_for_committee",
        "safe_title",
        "starts_at",
        "ends_at",
        "mode",
        "place",
        "remote",
        "openness",
        "exceptions",
        "accommodation",
        "quorum",
    )

    class Meta:
        model = Meeting
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        committees = Community.objects.open().filter(kind__in=[CommunityKind.COMMITTEE, CommunityKind.SECTOR])
        self.fields["committee"].queryset = committees.filter(is_confidential=False)  # type: ignore[attr-defined]  # a choice of models
        self.fields["series"].queryset = Series.objects.filter(closed_at=None)  # type: ignore[attr-defined]  # a choice of models
        if self.instance.pk:
            self.initial["exceptions"] = list(self.instance.exceptions.all())
            self.initial["is_for_committee"] = not self.instance.is_public

    def prepared(self, agenda: list[Item]) -> Prepared:
        said = self.cleaned_data
        fields = {name: said[name] for name in FIELDS}
        return Prepared(fields, list(said["exceptions"]), agenda, is_for_committee=said["is_for_committee"])

    def _post_clean(self) -> None:
        """Nothing is written on the row: the action stores, or nobody does."""


def documents_at(words: str) -> list[Any]:
    """The documents of the library whose addresses these lines are. Raises `ValidationError` for any other line."""
    keys = [uuid.UUID(found) for found in IN_ADDRESS.findall(words)]
    rows = list(get_document_model().objects.filter(uuid__in=keys, in_library=True))
    lines = [line for line in words.splitlines() if line.strip()]
    if len(rows) != len(set(keys)) or len(lines) != len(keys):
        raise forms.ValidationError(_("A line is no address of a document in the library."))
    return rows


class ItemForm(forms.Form):
    """One item of the agenda, with documents of the library by their addresses."""

    words = forms.CharField(label=gettext_lazy("Item"), max_length=300)
    is_closed = forms.BooleanField(label=gettext_lazy("In the closed part"), required=False)
    documents = forms.CharField(
        label=gettext_lazy("Documents of the library"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Their addresses, one a line."),
    )

    def clean_documents(self) -> list[Any]:
        return documents_at(self.cleaned_data["documents"])

    def item(self) -> Item:
        said = self.cleaned_data
        return Item(said["words"], is_closed=said["is_closed"], documents=said["documents"])


class _Agenda(forms.BaseFormSet[ItemForm]):
    def items(self) -> list[Item]:
        """What was filled in, in its order."""
        return [form.item() for form in self.forms if form.has_changed()]


AgendaForms: Any = formset_factory(
    ItemForm, formset=_Agenda, extra=EMPTY_ROWS, max_num=MOST_ITEMS, absolute_max=MOST_ITEMS, validate_max=True
)


def agenda_of(meeting: Meeting | None, data: Any = None) -> Any:
    """The forms of an agenda: as stored, or as typed."""
    rows = list(meeting.agenda.prefetch_related("documents")) if meeting else []
    initial = [
        {
            "words": row.words,
            "is_closed": row.is_closed,
            "documents": "\n".join(document.get_absolute_url() for document in row.documents.all()),
        }
        for row in rows
    ]
    forms_of: Any = AgendaForms(data, prefix="agenda", initial=None if data is not None else initial)
    return forms_of


class GroundsForm(forms.Form):
    """The good cause for short notice; empty where there is time enough."""

    grounds = forms.CharField(
        label=gettext_lazy("Good cause for short notice"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Only where 24 hours are impossible (RSMo 610.020.4). It stands in the notice and goes into the minutes."
        ),
    )


class PostForm(GroundsForm):
    """Posting, of the draft as it was when its poster looked at it."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)


class RepeatForm(forms.Form):
    """How many of a series, and how often."""

    rhythm = forms.ChoiceField(label=gettext_lazy("How often"), choices=Rhythm.choices, initial=Rhythm.QUARTERLY)
    count = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=MOST, initial=3)


class SheetForm(forms.Form):
    """That a notice was put up."""

    place = forms.CharField(label=gettext_lazy("Where at the principal office"), max_length=200)
    at = moment(gettext_lazy("When"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("at", timezone.localtime())


class CancelForm(forms.Form):
    """Calling off asks for the word."""

    word = forms.CharField(label=gettext_lazy("Type CANCEL"), max_length=10)

    def clean_word(self) -> str:
        if self.cleaned_data["word"].strip().upper() != "CANCEL":
            raise forms.ValidationError(_("Type the word CANCEL, if you mean it. Nothing was changed."))
        return "CANCEL"
