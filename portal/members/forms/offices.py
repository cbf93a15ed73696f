"""What staff fill in about offices and terms, what a stranger writes to an office holder, and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from portal.core.validators import one_line, printable
from portal.members import offices
from portal.members.forms.membership import PLAIN
from portal.members.models import Community, Office, Person, Term
from portal.members.models.people import fold
from portal.vocabulary.calendar import start_of

LONGEST = 3000  # characters of a message or an answer
LINE = [*PLAIN, one_line]
MOST_SEATS = 60


def day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


class OfficeForm(forms.ModelForm[Office]):
    """A new office."""

    community = forms.ModelChoiceField(
        label=gettext_lazy("Committee or sector"),
        queryset=Community.objects.none(),
        required=False,
        empty_label=gettext_lazy("the partnership as a whole"),
    )
    seats = forms.IntegerField(label=gettext_lazy("Seats"), min_value=1, max_value=MOST_SEATS, initial=1)

    class Meta:
        model = Office
        fields: tuple[str, ...] = ("community", "title", "seats", "is_private", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].validators.extend(LINE)
        if "community" in self.fields:
            chosen: Any = self.fields["community"]
            chosen.queryset = offices.public_communities()

    def facts(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class EditOfficeForm(OfficeForm):
    """An office that is there: to whom it belongs stays."""

    community = None  # type: ignore[assignment]  # Django's way to leave an inherited field out
    is_abolished = forms.BooleanField(
        label=gettext_lazy("This office was abolished"),
        required=False,
        help_text=gettext_lazy("It shows no more, save in the history of who held it."),
    )

    class Meta(OfficeForm.Meta):
        fields = ("title", "seats", "is_private", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["is_abolished"] = self.instance.closed_at is not None


class TermForm(forms.Form):
    """Somebody's term. Of the account only the whole address is asked: there is no list of members."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, validators=LINE)
    employer = forms.CharField(label=gettext_lazy("Employer"), max_length=200, validators=LINE)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of their account"),
        required=False,
        max_length=254,
        validators=[printable],
        help_text=gettext_lazy("If they have one. It never shows; messages reach them through it."),
    )
    since = day(gettext_lazy("First day"))
    until = day(gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: not known yet."))

    @classmethod
    def of(cls, term: Term, **kwargs: Any) -> TermForm:
        """The form filled in with what a term says now."""
        email = term.person.email if term.person else ""
        facts = {"name": term.name, "employer": term.employer, "since": term.since, "until": term.until}
        return cls(initial={**facts, "email": email}, **kwargs)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        address = fold(given.get("email") or "")
        given["person"] = Person.objects.filter(email=address).first() if address else None
        if address and given["person"] is None:
            self.add_error("email", _("Nobody here has this address."))
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            self.add_error("until", _("The last day comes before the first."))
        return given

    def given(self) -> dict[str, Any]:
        names = ("name", "employer", "person", "since", "until")
        return {"facts": {name: self.cleaned_data[name] for name in names}}


class ToldForm(forms.Form):
    """When and how staff told a candidate."""

    on = day(gettext_lazy("They were told on"))
    how = forms.CharField(
        label=gettext_lazy("How, and by whom"),
        max_length=200,
        validators=PLAIN,
        help_text=gettext_lazy("By telephone, by letter, at a meeting."),
    )

    def clean_on(self) -> datetime:
        given = self.cleaned_data["on"]
        if given > timezone.localdate():
            raise forms.ValidationError(_("That day has not come yet."))
        return start_of(given)

    def given(self) -> dict[str, Any]:
        return {"at": self.cleaned_data["on"], "how": self.cleaned_data["how"]}


class EndTermForm(forms.Form):
    """The last day of a term."""

    until = day(gettext_lazy("Last day"), help_text=gettext_lazy("That day is still part of the term."))

    def given(self) -> dict[str, Any]:
        return {"until": self.cleaned_data["until"]}


class NotifyForm(forms.Form):
    """The button says it all."""

    def given(self) -> dict[str, Any]:
        return {}


class WriteForm(forms.Form):
    """What anybody writes to an office holder."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120, validators=LINE)
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        validators=[printable],
        help_text=gettext_lazy("Kept sealed. The office holder sees it when they answer you, not before."),
    )
    words = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=LONGEST,
        validators=PLAIN,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "It is sent as plain mail. Write nothing here that must stay protected: use the report forms for that."
        ),
    )
    once = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)


class OfficeAnswerForm(forms.Form):
    """What the office holder answers."""

    answer = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=LONGEST,
        validators=PLAIN,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    shares_address = forms.BooleanField(
        label=gettext_lazy("Show them my work e-mail address, so that we can go on by mail"), required=False
    )
