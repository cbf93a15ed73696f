"""What staff fill in about minutes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from portal.meetings.desk.forms import day, moment
from portal.meetings.enums import Ballot, Presence, State, VoteKind
from portal.meetings.minutes import rules
from portal.meetings.models import Attendance, ClosureException, Meeting, Minutes
from portal.members.models import Person
from portal.members.models.people import fold

LONG = forms.Textarea(attrs={"rows": 8})


class WordsForm(forms.Form):
    """When it was, and what was said."""

    began_at = moment(gettext_lazy("Began"), required=False)
    ended_at = moment(gettext_lazy("Ended"), required=False)
    words = forms.CharField(
        label=gettext_lazy("What was discussed and decided"), required=False, max_length=40_000, widget=LONG
    )
    closed_words = forms.CharField(
        label=gettext_lazy("What was said in the closed part"),
        required=False,
        max_length=40_000,
        widget=LONG,
        help_text=gettext_lazy(
            "Votes in it as well (by roll call, RSMo 610.015). Sealed, and held back when the rest is published. Left "
            "empty, it stays as it is."
        ),
    )
    closed_until = day(gettext_lazy("Look at the closed part again on"))

    @classmethod
    def shown(cls, *, has_closed_part: bool, **kwargs: Any) -> WordsForm:
        """The form as it is shown: of an open meeting without the closed part. What is sent is looked at whole."""
        form = cls(**kwargs)
        if not has_closed_part:
            del form.fields["closed_words"], form.fields["closed_until"]
        return form


@dataclass(frozen=True)
class Noted:
    """What is to be noted of one person."""

    name: str
    presence: Presence
    office: str = ""
    is_entitled: bool | None = None


class AttendanceForm(forms.Form):
    """Who was there: one choice for each who stands in the minutes, and a place for somebody else."""

    name = forms.CharField(label=gettext_lazy("Somebody else: name"), required=False, max_length=160)
    office = forms.CharField(label=gettext_lazy("Office or employer"), required=False, max_length=200)
    presence = forms.ChoiceField(label=gettext_lazy("Presence"), choices=Presence.choices, required=False)
    is_entitled = forms.BooleanField(
        label=gettext_lazy("They vote here, and count for the quorum"),
        required=False,
        help_text=gettext_lazy("Not for guests. For somebody in the list, give the same name again."),
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(Attendance.objects.filter(meeting=meeting))
        for row in self.rows:
            label = f"{row.name} ({row.office})" if row.office else row.name
            label += "" if row.is_entitled else f", {_('guest')}"
            self.fields[f"row_{row.pk}"] = forms.ChoiceField(
                label=label, choices=Presence.choices, initial=row.presence
            )
        self.order_fields([*(f"row_{row.pk}" for row in self.rows), "name", "office", "presence", "is_entitled"])

    def noted(self) -> list[Noted]:
        """Each that is different from what is stored, and the new one."""
        said = self.cleaned_data
        changed = [
            Noted(row.name, Presence(said[f"row_{row.pk}"]))
            for row in self.rows
            if said[f"row_{row.pk}"] != row.presence
        ]
        if said["name"].strip():
            presence = Presence(said["presence"] or Presence.PRESENT)
            changed.append(Noted(said["name"], presence, said["office"], is_entitled=said["is_entitled"]))
        return changed


class VoteForm(forms.Form):
    """A vote; by roll call with the ballot of each who was there."""

    motion = forms.CharField(
        label=gettext_lazy("Motion"),
        max_length=400,
        help_text=gettext_lazy(
            "It is published with the minutes. Write a vote of the closed part into the words of that part, with how"
            " each voted."
        ),
    )
    kind = forms.ChoiceField(label=gettext_lazy("How"), choices=VoteKind.choices)
    closes_for = forms.ModelChoiceField(
        label=gettext_lazy("It closes a part, under"),
        queryset=ClosureException.objects.filter(in_use=True),
        required=False,
    )
    is_carried = forms.BooleanField(label=gettext_lazy("Carried"), required=False)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.voters = sorted(rules.voters(meeting))
        for number, name in enumerate(self.voters):
            choices = [("", _("did not vote")), *Ballot.choices]
            self.fields[f"ballot_{number}"] = forms.ChoiceField(label=name, choices=choices, required=False)

    def given(self) -> dict[str, Any]:
        """What `NoteVote` takes."""
        said = self.cleaned_data
        cast = [(name, said[f"ballot_{number}"]) for number, name in enumerate(self.voters)]
        return {
            "motion": said["motion"],
            "kind": VoteKind(said["kind"]),
            "is_carried": said["is_carried"],
            "closes_for": said["closes_for"],
            "ballots": [(name, Ballot(ballot)) for name, ballot in cast if ballot],
        }


class ApproveForm(forms.Form):
    """The later meeting that approved them."""

    at_meeting = forms.ModelChoiceField(label=gettext_lazy("Approved at"), queryset=Meeting.objects.none())

    def __init__(self, *args: Any, minutes: Minutes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        meeting = minutes.meeting
        later = Meeting.objects.filter(committee=meeting.committee, starts_at__gt=meeting.starts_at, state=State.HELD)
        self.fields["at_meeting"].queryset = later.order_by("starts_at")  # type: ignore[attr-defined]  # a choice of models


class OwnerForm(forms.Form):
    """Who does something, and by when."""

    owner = forms.EmailField(
        label=gettext_lazy("Work e-mail address of who does it"),
        required=False,
        help_text=gettext_lazy("Of somebody with an account; or name the office below."),
    )
    owner_words = forms.CharField(label=gettext_lazy("Office that does it"), required=False, max_length=160)
    due_on = day(gettext_lazy("By"))

    def clean_owner(self) -> Person | None:
        address = fold(self.cleaned_data["owner"] or "")
        found: Person | None = Person.objects.active().filter(email=address).first() if address else None
        if address and found is None:
            raise forms.ValidationError(_("Nobody with this address can sign in here."))
        return found


class TaskForm(OwnerForm):
    """An action item."""

    words = forms.CharField(label=gettext_lazy("What is to be done"), max_length=300)
    is_improvement = forms.BooleanField(label=gettext_lazy("An improvement after an exercise"), required=False)

    field_order = ["words", "owner", "owner_words", "due_on", "is_improvement"]
