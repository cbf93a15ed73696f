"""What staff fill in on a case. Each form is given the case, and who fills it in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.members.forms.applications import PLAIN, line, text
from portal.members.models import Person
from portal.reporting import numbers, records_of_case as history
from portal.reporting.actions.closing import LONGEST_WORDS
from portal.reporting.actions.handing_over import CARRIED, DISMISSED
from portal.reporting.actions.vetting import STATEMENT
from portal.reporting.enums import Disposition, Finding, RecordClass, Review
from portal.reporting.forms.activity import MOMENT, NOT_CHOSEN
from portal.reporting.models import ApprovedSentence, Case, CaseEntry
from portal.reporting.opening import LONGEST_WORDS as LONGEST_PURPOSE, Purpose
from portal.reporting.people import DESK, holding
from portal.vocabulary.behaviours import behaviour_choices

WORDS = 4_000


def moment(label: Any, **options: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        input_formats=[MOMENT, "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        help_text=options.pop("help_text", _("Central time.")),
        **options,
    )


class CaseForm(forms.Form):
    """A form about one case."""

    def __init__(self, *args: Any, case: Case, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.by = case, by
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the case."""

    def choose(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        return dict(self.cleaned_data)


class NothingForm(CaseForm):
    """Nothing to fill in: the button says it all."""


class SeenForm(CaseForm):
    """Something that is said over what the report held when its page was opened."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)

    def prepare(self) -> None:
        self.initial.setdefault("seen", self.case.report.parts.count())

    def clean_seen(self) -> int:
        return int(self.cleaned_data["seen"] or 0)


class AssignForm(CaseForm):
    to = forms.ModelChoiceField(label=_("To"), queryset=Person.objects.none())

    def prepare(self) -> None:
        field: Any = self.fields["to"]
        field.queryset = holding(*DESK).exclude(pk=self.case.report.submitter_id).order_by("name", "pk")
        self.initial.setdefault("to", self.by.pk)


class NoteForm(CaseForm):
    words = text(_("Note"), most=WORDS, rows=4, help_text=_("Only the desk reads it. It stays with the case."))


class MessageForm(CaseForm):
    words = text(
        _("Your words to the submitter"),
        most=WORDS,
        rows=5,
        help_text=_("They read it with their receipt code. Tip nobody off: say nothing about what others reported."),
    )
    is_question = forms.BooleanField(label=_("It is a question: the case waits for an answer"), required=False)


class ClassForm(CaseForm):
    record_class = forms.ChoiceField(label=_("Record class"), choices=RecordClass.choices)
    basis = line(
        _("Closure basis"),
        most=200,
        help_text=_("The section of law, or why it is open. Nothing of the report: this line is not sealed."),
    )

    def prepare(self) -> None:
        self.choose("record_class", [NOT_CHOSEN, *(row for row in RecordClass.choices if row[0] != "undecided")])
        if self.case.record_class != RecordClass.UNDECIDED:
            self.initial.update(record_class=self.case.record_class, basis=self.case.closure_basis)

    def given(self) -> dict[str, Any]:
        return {**self.cleaned_data, "record_class": RecordClass(self.cleaned_data["record_class"])}


class MinorForm(CaseForm):
    flag = forms.ChoiceField(
        label=_("Is somebody in the report under 18, or may be?"),
        choices=[("yes", _("Yes, or it cannot be ruled out")), ("no", _("No. Take the flag away"))],
        widget=forms.RadioSelect,
        help_text=_("While the flag stands nobody so marked is named in a summary. Only a supervisor takes it away."),
    )
    why = text(_("Why"), most=WORDS, rows=2)

    def given(self) -> dict[str, Any]:
        return {"is_flagged": self.cleaned_data["flag"] == "yes", "why": self.cleaned_data["why"]}


class ReviewForm(SeenForm):
    """The first step."""

    review = forms.ChoiceField(
        label=_("What did you find?"),
        choices=[
            (Review.REAL.value, _("It describes something that can be looked into")),
            (Review.EMERGENCY.value, _("It is an emergency: the police must be told at once")),
            (Review.DUPLICATE.value, _("It was reported before")),
            (Review.UNFOUNDED.value, _("Nothing in it can be looked into")),
        ],
        widget=forms.RadioSelect,
    )
    behaviour = forms.ChoiceField(label=_("Which behaviour is it?"), choices=[NOT_CHOSEN], required=False)
    original = line(_("If it was reported before: number of that report"), most=40, required=False)
    why = text(_("Why"), most=WORDS, rows=3)

    def prepare(self) -> None:
        super().prepare()
        self.choose("behaviour", [NOT_CHOSEN, *behaviour_choices()])
        self.initial.setdefault("behaviour", self.case.behaviour)

    def clean_original(self) -> Case | None:
        typed = self.cleaned_data["original"].strip()
        if not typed:
            return None
        number = numbers.read_number(typed)
        found: Case | None = Case.objects.filter(report__number=number).exclude(pk=self.case.pk).first()
        if found is None:
            raise forms.ValidationError(_("No other report on the desk has this number."))
        return found

    def given(self) -> dict[str, Any]:
        kept = {name: value for name, value in self.cleaned_data.items() if name != "original"}
        return {**kept, "review": Review(kept["review"]), "duplicate_of": self.cleaned_data["original"]}


class DetermineForm(SeenForm):
    """The second step, by another person."""

    finding = forms.ChoiceField(
        label=_("Is it reasonably indicative of pre-operational planning?"),
        choices=Finding.choices,
        widget=forms.RadioSelect,
    )
    grounds = text(_("Grounds"), most=WORDS, rows=4, help_text=_("Why you find so."))
    facts = text(
        _("Articulable facts"),
        most=WORDS,
        rows=4,
        help_text=_("What was done, seen or recorded, that another person could check."),
    )
    unusual = text(
        _("What made it unusual, if the report does not say"),
        most=WORDS,
        rows=2,
        required=False,
        help_text=_("Facts that you learned since, and from where."),
    )
    is_free_of_protected_traits = forms.BooleanField(label=STATEMENT, required=False)

    def given(self) -> dict[str, Any]:
        return {**self.cleaned_data, "finding": Finding(self.cleaned_data["finding"])}


class DisposeForm(SeenForm):
    """What becomes of it. Only what the determination carries is offered."""

    disposition = forms.ChoiceField(label=_("What becomes of it?"), widget=forms.RadioSelect)
    why = text(_("Why"), most=WORDS, rows=3)
    to_whom = line(_("To whom"), most=200, required=False, help_text=_("When it goes outside: office and person."))
    at = moment(_("When"), required=False, help_text=_("When it goes outside. Central time."))
    number = line(
        _("Outside number"), most=60, required=False, help_text=_("The one that eGuardian or the JTTF gave it.")
    )
    sentence = forms.ModelChoiceField(
        label=_("Closing message"),
        queryset=ApprovedSentence.objects.none(),
        required=False,
        help_text=_("Only for a hand-over to the criminal-intelligence system, which closes the case."),
    )

    def prepare(self) -> None:
        super().prepare()
        offered = carried_by(self.case)
        self.choose("disposition", [(row.value, row.label) for row in Disposition if row in offered])
        field: Any = self.fields["sentence"]
        field.queryset = ApprovedSentence.objects.filter(is_in_use=True)
        if Disposition.INTELLIGENCE not in offered:
            del self.fields["sentence"]

    def given(self) -> dict[str, Any]:
        return {**self.cleaned_data, "disposition": Disposition(self.cleaned_data["disposition"])}


def carried_by(case: Case) -> frozenset[Disposition]:
    """The dispositions that a case as it stands may have."""
    if case.review in DISMISSED:
        return frozenset({DISMISSED[Review(case.review)]})
    return CARRIED.get(Finding(case.finding), frozenset()) if case.finding else frozenset()


class PoliceForm(CaseForm):
    to_whom = line(_("Whom did you tell?"), most=200, help_text=_("Office and person."))
    at = moment(_("When?"))
    told = text(_("What did you tell them?"), most=WORDS, rows=3)

    def prepare(self) -> None:
        self.initial.setdefault("at", now_here())


class WordsForm(CaseForm):
    words = text(_("What you found"), most=WORDS, rows=3)


class WarningForm(CaseForm):
    recipient = line(_("Company, and whom there"), most=200)
    danger = text(_("The imminent danger to life or property"), most=WORDS, rows=2)
    words = text(_("What they are to be told"), most=WORDS, rows=3)
    is_imminent = forms.BooleanField(label=_("The danger is imminent, and to life or property."), required=False)


class ReleaseWarningForm(CaseForm):
    proposal = forms.ModelChoiceField(label=_("Which warning"), queryset=CaseEntry.objects.none())
    at = moment(_("When were they told?"))
    how = line(_("How, and by whom"), most=200)

    def prepare(self) -> None:
        waiting = history.warnings_waiting(self.case)
        field: Any = self.fields["proposal"]
        field.queryset = self.case.entries.filter(pk__in=[entry.pk for entry in waiting]).select_related("by")
        field.label_from_instance = lambda entry: (
            _("Proposed by %(name)s, %(day)s")
            % {
                "name": entry.by.name,
                "day": timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M"),
            }
        )
        self.initial.setdefault("at", now_here())
        if waiting:
            self.initial.setdefault("proposal", waiting[0].pk)


class CloseForm(SeenForm):
    sentence = forms.ModelChoiceField(
        label=_("Closing message"),
        queryset=ApprovedSentence.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        help_text=_("The submitter reads it, signed in, without the code. None of these tips anybody off."),
    )

    def prepare(self) -> None:
        super().prepare()
        field: Any = self.fields["sentence"]
        field.queryset = ApprovedSentence.objects.filter(is_in_use=True)


class ProposeForm(CaseForm):
    words = text(
        _("Your own closing words"),
        most=LONGEST_WORDS,
        rows=3,
        help_text=_("A supervisor allows them before anybody reads them."),
    )


class ReasonForm(CaseForm):
    reason = text(_("Why do you need to know?"), most=1_000, rows=2, help_text=_("It stays in the case."))


class CodeForm(CaseForm):
    number = line(_("Number that you called"), most=40)
    found_where = line(_("Where you found the number"), most=200, help_text=_("Not from the report, nor from a mail."))
    spoken_to = line(_("Whom you spoke to, and how you knew them"), most=300)


class TextForm(CaseForm):
    """What goes into the text."""

    with_identity = forms.BooleanField(label=_("Say who reported"), required=False)
    reason = text(_("If so, why?"), most=1_000, rows=2, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("with_identity") and not cleaned.get("reason"):
            self.add_error("reason", _("Say why the reporter's identity leaves the desk."))
        return cleaned


class PurposeForm(forms.Form):
    """Why somebody opens a report that is not assigned to them."""

    purpose = forms.ChoiceField(
        label=_("What do you open it for?"),
        choices=[row for row in Purpose.choices if row[0] != Purpose.MINE],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("If something else, what?"),
        max_length=LONGEST_PURPOSE,
        required=False,
        validators=PLAIN,
        help_text=_("Say what you need it for, not what it says: this goes to the trail and cannot be erased."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("purpose") == Purpose.OTHER and not cleaned.get("words", "").strip():
            self.add_error("words", _("Say in a few words what you need it for."))
        return cleaned


def now_here() -> datetime:
    """The present minute."""
    return timezone.now().replace(second=0, microsecond=0)
