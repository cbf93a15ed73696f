"""What staff and stewards fill in about organisations, communities and roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import EmailValidator, RegexValidator
from django.utils.translation import gettext as _, gettext_lazy

from portal.core.validators import printable
from portal.members import circles
from portal.members.enums import CommunityKind, OrganisationKind, StaffRole
from portal.members.forms.fields import KeyChoices
from portal.members.forms.membership import PLAIN, words
from portal.members.models import Community, Organisation, Person
from portal.members.models.people import fold

MOST_PEOPLE = 10
MOST_ADDRESSES = 3000  # characters
is_number = RegexValidator(r"\A[0-9+() ./x-]{3,40}\Z", gettext_lazy("Write the number in digits."))


class SearchForm(forms.Form):
    """Words of a name."""

    q = forms.CharField(
        label=gettext_lazy("Name"), required=False, max_length=100, validators=[printable], widget=forms.TextInput
    )


class _Facts(forms.ModelForm[Any]):
    """Facts of a circle, and the fingerprint of those over which the form was filled in."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = circles.fingerprint(self.instance)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.validators.extend(PLAIN)

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if self._meta.model.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is one of this name already."))
        return name

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class OrganisationForm(_Facts):
    """An organisation. Its sponsor is named by address."""

    sponsor = forms.CharField(
        label=gettext_lazy("Sponsor's work e-mail address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("An active member who vouches for the organisation."),
    )

    class Meta:
        model = Organisation
        fields = circles.ORGANISATION_FACTS
        widgets = {"sectors": forms.CheckboxSelectMultiple, "counties": forms.SelectMultiple(attrs={"size": 8})}
        field_classes = {"sectors": KeyChoices, "counties": KeyChoices}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].validators.append(is_number)
        if self.instance.sponsor:
            self.initial["sponsor"] = self.instance.sponsor.email

    def clean_sponsor(self) -> Person | None:
        address = fold(self.cleaned_data["sponsor"])
        if not address:
            return None
        found: Person | None = Person.objects.filter(email=address).first()
        if found is None:
            raise forms.ValidationError(_("Nobody here has this address."))
        return found

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for name, other in (("phone", "phone_source"), ("phone_source", "phone")):
            if given.get(name) and not given.get(other) and other not in self.errors:
                self.add_error(other, _("A number is kept with the place where it was found."))
        if given.get("is_criminal_justice") and given.get("kind") != OrganisationKind.PUBLIC_AGENCY:
            self.add_error(
                "is_criminal_justice", _("Only a public agency can be one: choose that kind, or untick this.")
            )
        return given


class CommunityForm(_Facts):
    """A community that is there already: its kind stays."""

    class Meta:
        model = Community
        fields: tuple[str, ...] = ("name", "purpose", "is_confidential")


class NewCommunityForm(CommunityForm):
    """A new one. Those of the sectors are there from the beginning."""

    class Meta(CommunityForm.Meta):
        fields = ("name", "kind", "purpose", "is_confidential")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [choice for choice in CommunityKind.choices if choice[0] != CommunityKind.SECTOR]
        kind.initial = CommunityKind.CIRCLE


class PeopleForm(forms.Form):
    """A few people, by their whole addresses: there is no list of members to look through."""

    addresses = forms.CharField(
        label=gettext_lazy("Work e-mail addresses, one a line"),
        max_length=MOST_ADDRESSES,
        validators=[printable],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("In full; ten at most."),
    )

    def clean_addresses(self) -> list[str]:
        given = [fold(line) for line in self.cleaned_data["addresses"].replace(",", "\n").splitlines() if line.strip()]
        addresses = list(dict.fromkeys(given))
        if len(addresses) > MOST_PEOPLE:
            raise forms.ValidationError(_("Ten at most. Do the others in a second step."))
        for address in addresses:
            EmailValidator(_("“%(value)s” is not an e-mail address."))(address)
        return addresses

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        addresses = given.get("addresses", [])
        people = list(Person.objects.filter(email__in=addresses).order_by("pk"))
        unknown = sorted(set(addresses) - {person.email for person in people})
        if unknown:
            self.add_error("addresses", _("Nobody here has the address %(address)s.") % {"address": ", ".join(unknown)})
        given["people"] = tuple(people)
        return given


class OnePersonForm(forms.Form):
    """One person of an organisation, by the whole address."""

    email = forms.EmailField(label=gettext_lazy("Work e-mail address, in full"), max_length=254, validators=[printable])

    def clean_email(self) -> str:
        address = fold(self.cleaned_data["email"])
        self.person = Person.objects.filter(email=address).first()
        if self.person is None:
            raise forms.ValidationError(_("Nobody here has this address."))
        return address

    def given(self) -> dict[str, Any]:
        return {"person": self.person}


class PlaceForm(OnePersonForm):
    """A place in an organisation."""

    role = forms.CharField(label=gettext_lazy("Role"), required=False, max_length=120, validators=PLAIN)
    is_point_of_contact = forms.BooleanField(
        label=gettext_lazy("Point of contact: confirms once a year who works there, and says who has left"),
        required=False,
    )

    def given(self) -> dict[str, Any]:
        return {**super().given(), **{name: self.cleaned_data[name] for name in ("role", "is_point_of_contact")}}


class ProposalForm(forms.Form):
    """Whom a steward proposes, and why."""

    email = forms.EmailField(label=gettext_lazy("Work e-mail address"), max_length=254, validators=[printable])
    reason = words(
        gettext_lazy("Why should they be in it?"), help_text=gettext_lazy("The desk reads this, and nobody else.")
    )


class RoleForm(forms.Form):
    """A role of staff, and why it is given or taken."""

    role = forms.TypedChoiceField(label=gettext_lazy("Role"), coerce=StaffRole, widget=forms.RadioSelect)
    reason = words(gettext_lazy("Reason, for the record"))

    def __init__(self, *args: Any, roles: list[StaffRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["role"]
        field.choices = [(role.value, role.label) for role in roles]
