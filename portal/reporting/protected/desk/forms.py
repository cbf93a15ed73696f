"""What staff fill in on a protected submission. Each form is given the submission, and who fills it in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now, gettext_lazy as _

from portal.members.forms.applications import line, text
from portal.members.models import Person
from portal.reporting.forms.desk import moment, now_here
from portal.reporting.models import Holding, Product
from portal.reporting.people import holding as holding_role
from portal.reporting.protected import clocks, findings, parts, people
from portal.reporting.protected.enums import UsePurpose

WORDS = 4_000


class HoldingForm(forms.Form):
    """A form about one submission."""

    def __init__(self, *args: Any, kept: Holding, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept, self.by = kept, by
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the submission."""

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        return dict(self.cleaned_data)


class NothingForm(HoldingForm):
    """Nothing to fill in: the button says it all."""


class AssignForm(HoldingForm):
    responsible = forms.ModelChoiceField(label=_("Who answers for it"), queryset=Person.objects.none())
    deputy = forms.ModelChoiceField(label=_("Their deputy"), queryset=Person.objects.none())

    def prepare(self) -> None:
        rows = holding_role(*people.ANALYSTS).order_by("name", "pk")
        for name in ("responsible", "deputy"):
            field: Any = self.fields[name]
            field.queryset = rows
            self.initial.setdefault(name, getattr(self.kept, f"{name}_id"))
        if self.initial["responsible"] is None:
            self.initial["responsible"] = self.by.pk


class DefectForm(HoldingForm):
    words = text(
        _("What is missing, and how to complete it"),
        most=WORDS,
        rows=5,
        help_text=_("The submitter reads it with the receipt code, and has 30 days. The clocks of the law go on."),
    )


class SignedForm(HoldingForm):
    """Something that is signed over what had come in when the page was opened."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    signed = line(_("Your full name, as your signature"), most=160, help_text=_("As it stands in your account."))

    def prepare(self) -> None:
        self.initial.setdefault("seen", self.kept.report.parts.count())

    def clean_seen(self) -> int:
        return int(self.cleaned_data["seen"] or 0)


class CloseForm(SignedForm):
    impairs = forms.BooleanField(label=findings.IMPAIR, required=False)
    outweighs = forms.BooleanField(label=findings.OUTWEIGH, required=False)
    subdivision = line(_("Subdivision relied on"), most=80, initial=findings.SUBDIVISION)

    field_order = ["seen", "impairs", "outweighs", "subdivision", "signed"]


class RefuseForm(SignedForm):
    reasons = text(
        _("Reasons"),
        most=WORDS,
        rows=5,
        help_text=_("The submitter reads them with the receipt code, and has 30 days to respond or withdraw."),
    )

    field_order = ["seen", "reasons", "signed"]


class ReasonsForm(HoldingForm):
    reasons = text(_("Why"), most=WORDS, rows=3, help_text=_("Your words are sealed."))


class KeepForm(HoldingForm):
    reasons = text(
        _("Why it is necessary to retain it, in furtherance of a state security interest"),
        most=WORDS,
        rows=4,
        help_text=_("Your words are sealed."),
    )
    again_on = forms.DateField(
        label=_("Next review"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("At most a year from today. The warnings come before it as before day 90."),
    )

    def prepare(self) -> None:
        self.initial.setdefault("again_on", timezone.localdate() + timedelta(days=clocks.REVIEW_DAYS))


class UnprotectForm(KeepForm):
    reasons = text(_("Why it is kept without protection"), most=WORDS, rows=3, help_text=_("Your words are sealed."))


class CollectForm(HoldingForm):
    receipt = text(
        _("Who collected the originals, when, and how the receipt was given"),
        most=WORDS,
        rows=3,
        help_text=_("Your words are sealed. After this two people destroy what is here."),
    )


class DisposeForm(HoldingForm):
    """The number is typed, so that nobody does it by a slip."""

    number = line(_("Number of the submission, to confirm"), most=20)

    def clean_number(self) -> str:
        typed: str = self.cleaned_data["number"].strip().upper()
        if typed != self.kept.report.number.upper():
            raise forms.ValidationError(_now("This is not the number of this submission. Nothing was destroyed."))
        return typed

    def given(self) -> dict[str, Any]:
        return {}


class HoldForm(HoldingForm):
    matter = text(
        _("Matter"),
        most=1_000,
        rows=2,
        help_text=_("Whose duty it is and since when. Sealed; the submitter learns only that there is a hold."),
    )


class MessageForm(HoldingForm):
    words = text(_("Your words to the submitter"), most=WORDS, rows=5, help_text=_("Read with the receipt code."))


class ProductForm(HoldingForm):
    title = line(_("Title or number of the bulletin or plan"), most=200, help_text=_("Nothing of the submission."))


class CheckForm(HoldingForm):
    product = forms.ModelChoiceField(label=_("Which product"), queryset=Product.objects.none(), empty_label=None)
    names_no_source = forms.BooleanField(
        label=_("I read it. Nothing in it names its source, or points to it."), required=False
    )

    def prepare(self) -> None:
        field: Any = self.fields["product"]
        field.queryset = self.kept.products.filter(checked_at=None)
        field.label_from_instance = lambda row: row.title


class SeparateForm(HoldingForm):
    separable = forms.MultipleChoiceField(
        label=_("Which parts are separable, and so open?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("All others are recorded as exempt, on the basis below."),
    )
    basis = line(_("Basis of the exempt parts"), most=80, required=False, initial=findings.SUBDIVISION)

    def prepare(self) -> None:
        field: Any = self.fields["separable"]
        field.choices = [(part, parts.label_of(part)) for part in parts.of(self.kept)]
        judged = self.kept.separations.filter(is_separable=True)
        self.initial.setdefault("separable", list(judged.values_list("part", flat=True)))

    def given(self) -> dict[str, Any]:
        chosen = set(self.cleaned_data["separable"])
        judged = {part: part in chosen for part in parts.of(self.kept)}
        return {"judged": judged, "basis": self.cleaned_data["basis"]}


class PurposeForm(forms.Form):
    """Why somebody opens a submission. The submitter reads it."""

    purpose = forms.ChoiceField(
        label=_("What do you open it for?"),
        choices=UsePurpose.choices,
        widget=forms.RadioSelect,
        help_text=_("The submitter sees your role, your agency, this purpose and the time. Not your name."),
    )


class RequestForm(forms.Form):
    """A request under the open-records law, and which submissions it touches."""

    number = line(_("Number of the request"), most=40)
    received_at = moment(_("When it came in"))
    holdings = line(
        _("Numbers of the submissions that it touches"),
        most=2_000,
        help_text=_("With commas between them. They stand in the list of submissions."),
    )

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.initial.setdefault("received_at", now_here())

    def clean_holdings(self) -> tuple[Holding, ...]:
        typed = {part.strip().upper() for part in self.cleaned_data["holdings"].split(",") if part.strip()}
        rows = tuple(Holding.objects.of_others(self.by).filter(report__number__in=typed).select_related("report"))
        missing = sorted(typed - {row.report.number for row in rows})
        if missing:
            raise forms.ValidationError(_now("No submission has this number: %(number)s") % {"number": missing[0]})
        return rows
