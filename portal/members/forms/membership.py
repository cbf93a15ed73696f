"""What members fill in to stay members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from portal.core.validators import printable, without_social_security_number
from portal.members import own_address
from portal.members.clearance import agencies_of
from portal.members.ends import BY_STAFF, was_taken_over
from portal.members.enums import EndReason
from portal.members.models import Agreement, Organisation, Person
from portal.members.models.people import fold

YES_OR_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
PLAIN = [printable, without_social_security_number]


def yes_or_no(label: Any, **options: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=YES_OR_NO, coerce=lambda value: value == "yes", widget=forms.RadioSelect, **options
    )


class AgreementsForm(forms.Form):
    """A tick for each agreement that is owed, and the hash of the words above it."""

    def __init__(self, *args: Any, agreements: Sequence[Agreement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreements = list(agreements)
        for agreement in self.agreements:
            self.fields[f"accept_{agreement.pk}"] = forms.BooleanField(
                label=_("I have read “%(title)s” and accept it") % {"title": agreement.title}, required=False
            )
            self.fields[f"hash_{agreement.pk}"] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=agreement.text_hash, max_length=64
            )

    @property
    def parts(self) -> list[tuple[Agreement, forms.BoundField, forms.BoundField]]:
        """Each agreement with its tick and its hash."""
        return [(row, self[f"accept_{row.pk}"], self[f"hash_{row.pk}"]) for row in self.agreements]

    @property
    def refuses(self) -> bool:
        return self.data.get("verb") == "refuse"

    @property
    def refused(self) -> set[int]:
        """What was left unticked."""
        return {row.pk for row in self.agreements if not self.cleaned_data.get(f"accept_{row.pk}")}

    def shown(self) -> dict[int, str]:
        """The hash of each text as it stood on the page. Read from what was sent: it may name others than are owed."""
        found = {}
        for name in self.data:
            key = name.removeprefix("hash_")
            if key != name and key.isascii() and key.isdigit() and len(key) < 19:  # noqa: PLR2004  (digits of a key)
                found[int(key)] = str(self.data[name])
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for agreement in self.agreements:
            is_ticked = cleaned.get(f"accept_{agreement.pk}")
            if not self.refuses and not is_ticked:
                self.add_error(f"accept_{agreement.pk}", _("Tick this if you accept it, or choose “I do not accept”."))
        if self.refuses and self.agreements and not self.refused:
            raise forms.ValidationError(_("Untick what you do not accept, then choose “I do not accept” again."))
        return cleaned


class ComeBackForm(forms.Form):
    """A dormant member says that they are still where they were."""

    still_there = forms.BooleanField(label=gettext_lazy("I still work for my employer, in the work that I told you of"))
    next = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2000)


class ValidationForm(forms.Form):
    """The yearly questions. What has changed is sealed; the portal cannot show what was told before."""

    same_employer = yes_or_no(gettext_lazy("Do you still work for the same employer?"))
    same_sponsor = yes_or_no(gettext_lazy("Does the same person still vouch for you?"))
    position = forms.CharField(
        label=gettext_lazy("Your position, if it changed"),
        required=False,
        max_length=120,
        validators=PLAIN,
        help_text=gettext_lazy("Encrypted for the vetting desk. Leave it empty if it is as it was."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Your work telephone, if it changed"),
        required=False,
        max_length=40,
        validators=PLAIN,
        help_text=gettext_lazy("Encrypted for the vetting desk. Leave it empty if it is as it was."),
    )

    def __init__(self, *args: Any, sponsor: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sponsor:
            self.fields["same_sponsor"].help_text = sponsor
        else:
            del self.fields["same_sponsor"]


class FindForm(forms.Form):
    """One person, by the whole address: there is no list of members to look through."""

    email = forms.EmailField(label=gettext_lazy("Work e-mail address, in full"), max_length=254, validators=[printable])


def words(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=label, max_length=300, required=required, help_text=help_text, widget=widget, validators=PLAIN
    )


class SuspendForm(forms.Form):
    """Why, and in words that the person sees."""

    reason = forms.TypedChoiceField(
        label=gettext_lazy("Reason"),
        choices=[(reason.value, reason.label) for reason in BY_STAFF],
        coerce=EndReason,
        widget=forms.RadioSelect,
    )
    words = words(
        gettext_lazy("In words, which the person sees"),
        required=False,
        help_text=gettext_lazy("Needed when staff decide; the other reasons explain themselves."),
    )


class CloseForm(SuspendForm):
    """Closing always takes words."""

    words = words(gettext_lazy("In words, which the person sees"))


class LetBackInForm(forms.Form):
    """After an account was in other hands: which of its addresses is theirs. Asked only where there is a choice."""

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        before = own_address.former_of(person) if was_taken_over(person) else []
        if before:
            self.fields["email"] = forms.ChoiceField(
                label=_("Which address is theirs?"),
                choices=[(email, email) for email in (person.email, *before)],
                widget=forms.RadioSelect,
                help_text=_("The first one is the present one. Ask on the telephone: the way back in goes there."),
            )


class LiftForm(LetBackInForm):
    """What was done before it was lifted."""

    words = words(gettext_lazy("What you did before lifting it, which the person sees"), required=False)


class ReopenForm(LetBackInForm):
    """Why it is opened again."""

    words = words(gettext_lazy("Why, in words that the person sees"))


class SponsorForm(forms.Form):
    """The new sponsor, by address."""

    email = forms.EmailField(
        label=gettext_lazy("The new sponsor's work e-mail address"), max_length=254, validators=[printable]
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["sponsor"] = Person.objects.filter(email=fold(cleaned.get("email", ""))).first()
        if "email" in cleaned and cleaned["sponsor"] is None:
            self.add_error("email", _("Nobody here has this address."))
        return cleaned


class GrantForm(forms.Form):
    """The agency, and the evidence that was seen."""

    agency = forms.ModelChoiceField(label=gettext_lazy("Agency"), queryset=Organisation.objects.none())
    evidence = words(gettext_lazy("Evidence that you saw"))

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies = [agency.pk for agency in agencies_of(person)]
        agency: Any = self.fields["agency"]
        agency.queryset = Organisation.objects.filter(pk__in=agencies)


class NothingForm(forms.Form):
    """The button says it all."""
