"""What vetting officers fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.members import vetting
from portal.members.actions.vetting import Admission
from portal.members.enums import OrganisationKind, Outcome
from portal.members.forms.applications import line, text
from portal.members.forms.fields import KeyChoices
from portal.members.models import Community, Organisation, Person
from portal.members.models.people import fold

GOOD_OR_BAD = [(Outcome.GOOD.value, _("Confirmed")), (Outcome.BAD.value, _("Not confirmed"))]


class OverForm(forms.Form):
    """Something that is said over what the applicant had written when the page was opened: `seen` names that."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class FindingForm(OverForm):
    """The outcome of one finding; subclasses add what is kept with it."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=GOOD_OR_BAD, widget=forms.RadioSelect)

    def details(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in {"outcome", "seen"}}


class CallBackForm(FindingForm):
    """A call to a number that did not come from the applicant."""

    number = line(_("Number that you called"), most=40, help_text=_("Not the one that the applicant gave."))
    found_in = line(
        _("Where you found it"), most=200, help_text=_("A directory, the employer's own site, an earlier record.")
    )
    spoken_to = line(_("Who you spoke to"), most=160)
    said = text(_("What they said"), most=1000, rows=3)


class WordForm(FindingForm):
    """What the sponsor or supervisor says."""

    spoken_to = line(_("Who you heard"), most=160)
    said = text(_("What they said"), most=1000, rows=3)


class ReviewForm(FindingForm):
    """Staff's own review, or what a captain answered."""

    said = text(_("What the review found"), most=1000, rows=3)


class RecordsCheckForm(FindingForm):
    """Cleared or not, with day and officer. Nothing else of a records check is kept."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[(Outcome.GOOD.value, _("Cleared")), (Outcome.BAD.value, _("Not cleared"))],
        widget=forms.RadioSelect,
        help_text=_("Only this, the day and your name are kept."),
    )


FINDING_FORMS: dict[str, type[FindingForm]] = {
    "call_back": CallBackForm,
    "word": WordForm,
    "review": ReviewForm,
    "records": RecordsCheckForm,
}


class MoreForm(forms.Form):
    """Words to the applicant."""

    letter = text(
        _("What do you need from them?"),
        most=2000,
        rows=5,
        help_text=_("They get these words by mail, as you write them."),
    )


class CaptainForm(forms.Form):
    """Whom to ask."""

    captain = forms.ModelChoiceField(
        label=_("Captain"),
        queryset=Person.objects.none(),
        help_text=_("They are shown name, employer and position, nothing else."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["captain"]
        field.queryset = vetting.captains()


class RefuseForm(OverForm):
    """A refusal: a kind letter, and the reasons for the file."""

    letter = text(_("Letter to the applicant"), most=2000, rows=6, help_text=_("They get it by mail. They may appeal."))
    reasons = text(_("Reasons, for the file"), most=2000, rows=3)


class ApproveForm(OverForm):
    """Where the new member belongs."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("A new one, as below"),
    )
    new_name = line(_("New organisation: legal name"), most=200, required=False)
    new_kind = forms.ChoiceField(
        label=_("New organisation: kind"), choices=[("", "—"), *OrganisationKind.choices], required=False
    )
    new_phone = line(_("New organisation: telephone, verified"), most=40, required=False)
    new_phone_source = line(_("New organisation: where that number was found"), most=200, required=False)
    communities = KeyChoices(
        label=_("Communities"),
        queryset=Community.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    sponsor = forms.EmailField(
        label=_("Sponsor's e-mail address"), required=False, help_text=_("A member. Their leaving suspends this one.")
    )
    is_point_of_contact = forms.BooleanField(label=_("Point of contact of the organisation"), required=False)
    is_named_known = forms.BooleanField(
        label=_("They may read what names the account that this address had before"), required=False
    )
    reasons = text(_("Reasons, for the file"), most=2000, rows=3)

    def __init__(self, *args: Any, is_named: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if not is_named:
            del fields["is_named_known"]
        fields["organisation"].queryset = Organisation.objects.open()
        fields["communities"].queryset = Community.objects.open()

    def clean_sponsor(self) -> Person | None:
        address = fold(self.cleaned_data["sponsor"])
        if not address:
            return None
        found: Person | None = Person.objects.active().filter(email=address).first()
        if found is None:
            raise forms.ValidationError(_("No active member has this address."))
        return found

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("organisation"):
            self._check_new(given)
        return given

    def _check_new(self, given: dict[str, Any]) -> None:
        for name in ("new_name", "new_kind", "new_phone", "new_phone_source"):
            if not given.get(name) and name not in self.errors:
                self.add_error(name, _("A new organisation needs this, or choose a known one above."))
        if Organisation.objects.filter(name=given.get("new_name", "")).exists():
            self.add_error("new_name", _("There is an organisation of this name. Choose it above."))

    def admission(self) -> Admission:
        """What was filled in, as the action takes it."""
        given = self.cleaned_data
        new = {name: given[f"new_{name}"] for name in ("name", "kind", "phone", "phone_source")}
        return Admission(
            organisation=given["organisation"],
            new_organisation=new,
            communities=tuple(given["communities"]),
            sponsor=given["sponsor"],
            is_point_of_contact=given["is_point_of_contact"],
            is_named_known=given.get("is_named_known", False),
        )
