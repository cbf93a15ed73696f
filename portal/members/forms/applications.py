"""What applicants fill in. Social security numbers and dates of birth are neither asked for nor taken."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.core.validators import one_line, printable, without_social_security_number
from portal.members.enums import CommunityKind, OrganisationKind
from portal.members.models import Community
from portal.vocabulary.models import Sector

PLAIN = [printable, without_social_security_number]


def line(label: Any, *, most: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, validators=[*PLAIN, one_line], **options)


def text(label: Any, *, most: int, rows: int = 4, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=widget, validators=PLAIN, **options)


class BeginForm(forms.Form):
    """Who applies, and where the link goes."""

    name = line(_("Your name"), most=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Work e-mail address"),
        max_length=254,
        validators=[printable],
        help_text=_("We send a link there. With it you go on, now or later."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class PageForm(forms.Form):
    """A page of the application. `seen` is the version that it was filled in over."""

    title: str | Promise = ""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)

    def answers(self) -> dict[str, Any]:
        """What to seal: everything but the version, and the name, which stands with the application."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"seen", "name"}}

    def shown(self) -> list[tuple[str, str]]:
        """Labels and answers in words, for the page on which everything is checked."""
        return [(str(field.label), self._in_words(field)) for field in self.visible_fields() if field.name != "name"]

    def _in_words(self, field: forms.BoundField) -> str:
        value = self.initial.get(field.name, "")
        choices = dict(getattr(field.field, "choices", ()))
        given = value if isinstance(value, list) else [value]
        return ", ".join(str(choices.get(one, one)) for one in given if one not in (None, ""))


class WorkForm(PageForm):
    """Where the applicant works."""

    title = _("Your work")

    name = line(_("Your name"), most=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    employer = line(
        _("Employer, by its legal name"), most=200, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    employer_kind = forms.ChoiceField(
        label=_("What kind of organisation is it?"), choices=OrganisationKind.choices, widget=forms.RadioSelect
    )
    site = forms.CharField(label=_("Its public website"), max_length=200, validators=PLAIN, required=False)
    position = line(_("Your position"), most=120, widget=forms.TextInput(attrs={"autocomplete": "organization-title"}))


class ContactForm(PageForm):
    """How the applicant and somebody who can vouch for them are reached."""

    title = _("Telephone and supervisor")

    phone = line(
        _("Your telephone at work"),
        most=40,
        help_text=_("We call your employer at a number that we find ourselves, and ask for you."),
        widget=forms.TextInput(attrs={"autocomplete": "work tel", "inputmode": "tel"}),
    )
    supervisor = line(_("Your supervisor's name"), most=120)
    supervisor_contact = line(
        _("Your supervisor's telephone or e-mail address"), most=160, help_text=_("Tell them that we may call.")
    )


class WantedForm(PageForm):
    """What the applicant asks for, and why."""

    title = _("What you ask for")

    sectors = forms.MultipleChoiceField(label=_("Sectors that you work in"), widget=forms.CheckboxSelectMultiple)
    communities = forms.MultipleChoiceField(
        label=_("Other communities"), widget=forms.CheckboxSelectMultiple, required=False
    )
    sponsor = line(
        _("A member or public officer who knows you"),
        most=200,
        required=False,
        help_text=_("Name and e-mail address. Without one, your supervisor's word counts."),
    )
    reason = text(_("What would you use the portal for?"), most=1500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = Sector.objects.filter(closed_on=None).values_list("slug", "name")
        # Sectors are asked for above, and a seat on a committee is given, not asked for.
        asked_elsewhere = (CommunityKind.SECTOR, CommunityKind.COMMITTEE)
        others = Community.objects.known_to(None).exclude(kind__in=asked_elsewhere).values_list("slug", "name")
        self._choices("sectors", list(sectors))
        self._choices("communities", list(others))
        if not others:
            del self.fields["communities"]

    def _choices(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices


FORMS: dict[str, type[PageForm]] = {"work": WorkForm, "contact": ContactForm, "wanted": WantedForm}


class SubmitForm(forms.Form):
    """The last word before the application is sent."""

    is_true = forms.BooleanField(label=_("What I wrote is true, and my employer knows that I apply."))


class WordsForm(forms.Form):
    """Words of the applicant to the desk."""

    words = text(_("Your words to the vetting desk"), most=3000, rows=6)


class WithdrawForm(forms.Form):
    """Taking the application back."""

    is_sure = forms.BooleanField(label=_("Take my application back."))


class CaptainWordForm(forms.Form):
    """A sector captain's word."""

    is_supported = forms.TypedChoiceField(
        label=_("Should they be a member?"),
        choices=[("yes", _("Yes, as far as I know")), ("no", _("No, or I have a doubt"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    words = text(_("Why?"), most=1000, rows=3, help_text=_("Only the vetting desk reads this."))
