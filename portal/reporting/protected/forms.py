"""The pages of a protected submission: other laws first, then each element of RSMo 610.021(19) as its own question.

What is sealed is text alone: a box that is ticked becomes 'yes'. Names of fields are the codes of `enums`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from portal.members.forms.applications import line, text
from portal.members.models import Organisation, Person
from portal.members.models.people import fold
from portal.reporting.forms.activity import NOT_CHOSEN, SectionForm, YesNo
from portal.reporting.protected import organisations
from portal.reporting.protected.enums import (
    ADVISED_REGIMES,
    REFUSED_REGIMES,
    Element,
    Owning,
    ProtectedSection,
    Readers,
    Regime,
    Wish,
)
from portal.vocabulary.models import County, Sector


def yes_or_no(label: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=[(YesNo.YES, _("Yes")), (YesNo.NO, _("No"))], widget=forms.RadioSelect, **options
    )


def tick(label: Any, *, unless: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, error_messages={"required": unless})


class ProtectedForm(SectionForm):
    """A page of a protected submission."""

    def answers(self) -> dict[str, Any]:
        return {name: _as_text(value) for name, value in super().answers().items()}

    def _in_words(self, field: forms.BoundField) -> str:
        if isinstance(field.field, forms.BooleanField):
            return str(YesNo.YES.label) if self.initial.get(field.name) else ""
        return super()._in_words(field)


class RegimesForm(ProtectedForm):
    """What stands under other laws. Three of them are refused before anything is stored (`REFUSED_REGIMES`)."""

    section = ProtectedSection.REGIMES
    title = _("Other laws, before you begin")

    classified = yes_or_no(
        _("Is any of it classified national security information?"),
        help_text=_("Confidential, secret or top secret, by order of the federal government."),
    )
    sgi = yes_or_no(
        _("Is any of it Safeguards Information of a nuclear plant?"),
        help_text=_("Marked so under 10 CFR Part 73: guards, alarms and the protection of nuclear material."),
    )
    cvi = yes_or_no(
        _("Is any of it Chemical-terrorism Vulnerability Information (CVI)?"),
        help_text=_("Made for the federal program on chemical plants (6 CFR 27.400)."),
    )
    ssi = yes_or_no(
        _("Is any of it Sensitive Security Information (SSI) of transportation?"),
        help_text=_("Airports, airlines, ports, ships, rail, pipelines (49 CFR Parts 15 and 1520)."),
    )
    authority = text(
        _("If yes: who allows you to share it with the state, and on what authority?"),
        most=2_000,
        rows=3,
        required=False,
        help_text=_("SSI goes only to people with a need to know. Say who decided that, and when."),
    )
    ceii = yes_or_no(
        _("Is any of it Critical Energy Infrastructure Information (CEII)?"),
        help_text=_("As the federal energy regulator designates it (18 CFR 388.113)."),
    )
    bcsi = yes_or_no(
        _("Is any of it BES Cyber System Information (BCSI)?"),
        help_text=_("Information on the cyber systems of the bulk electric system (NERC CIP-011)."),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        for regime in self.refused:
            self.add_error(regime.value, _("This portal may not take it. Nothing was kept."))
        if cleaned.get("ssi") == YesNo.YES and not cleaned.get("authority"):
            self.add_error("authority", _("Say on what authority you share it. Without that it stays with you."))
        return cleaned

    @property
    def refused(self) -> list[Regime]:
        """The laws that were named under which nothing may come in; asked of what was typed, right or wrong."""
        return [regime for regime in Regime if regime in REFUSED_REGIMES and self._is_yes(regime)]

    @property
    def advised(self) -> list[Regime]:
        """The laws that were named for which the compliance officer is asked first."""
        return [regime for regime in Regime if regime in ADVISED_REGIMES and self._is_yes(regime)]

    def _is_yes(self, regime: Regime) -> bool:
        return bool(self.data.get(regime.value) == YesNo.YES)


# What takes it outside the statute, in the words of the page. The fifth element is asked for in words.
OUTSIDE: dict[Element, Promise] = {
    Element.NONPUBLIC: _("The law covers what a nonpublic entity submits. A public body is none."),
    Element.OWNER: _("The law covers what the owner or operator of the infrastructure submits, and nobody else."),
    Element.VOLUNTARY: _("The law covers what is submitted voluntarily. What a regulator requires is not."),
    Element.PLANNING: _("The law covers what a public body is to use for planning the protection of the same place."),
}


class ElementsForm(ProtectedForm):
    """The elements of RSMo 610.021(19), each asked apart; an answer may take it outside the statute."""

    section = ProtectedSection.ELEMENTS
    title = _("Does the law reach it?")

    nonpublic = yes_or_no(
        _("Does a nonpublic entity submit it?"),
        help_text=_("A company, cooperative or association. Not a city, county, district or state agency."),
    )
    owner = yes_or_no(
        _("Does that entity own or operate the infrastructure?"),
        help_text=_("The plant, line, building or system that the information is about."),
    )
    voluntary = yes_or_no(
        _("Is it submitted voluntarily?"),
        help_text=_("No law, permit, licence or regulator requires you to give it to a public body."),
    )
    planning = yes_or_no(
        _("Is it for planning how to protect that infrastructure?"),
        help_text=_("The law covers only what is for use in such plans."),
    )
    threat = text(
        _("How would it threaten public safety if anybody could read it?"),
        most=4_000,
        rows=5,
        help_text=_("In your words. The state's written finding needs to rest on something."),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        for element in self.outside:
            self.add_error(element.value, str(OUTSIDE[element]))
        return cleaned

    @property
    def outside(self) -> list[Element]:
        """The elements that are answered 'no': the statute does not reach it."""
        return [element for element in OUTSIDE if self.data.get(element.value) == YesNo.NO]


class SecretForm(ProtectedForm):
    section = ProtectedSection.SECRET
    title = _("Is it a trade secret?")

    claim = yes_or_no(
        _("Do you also claim that it is a trade secret?"),
        help_text=_(
            "This is another reason for which a record may be closed, and stands apart from the one before. "
            "A trade secret has value because others do not know it, and you take care that they do not."
        ),
    )
    why = text(
        _("If yes: which part, why does it have value, and how do you keep it secret?"), most=4_000, required=False
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("claim") == YesNo.YES and not cleaned.get("why"):
            self.add_error("why", _("Say what makes it a trade secret; the claim cannot be judged without that."))
        return cleaned


class MatterForm(ProtectedForm):
    section = ProtectedSection.MATTER
    title = _("What you submit")

    what = text(
        _("What do you submit?"),
        most=10_000,
        rows=5,
        help_text=_("For example: the single-line diagram of a substation, with the places of its cameras."),
    )
    infrastructure = line(_("Name of the infrastructure"), most=200)
    owning = forms.ChoiceField(
        label=_("What is your organisation to it?"), choices=Owning.choices, widget=forms.RadioSelect
    )
    sector = forms.ChoiceField(label=_("Sector"), choices=[NOT_CHOSEN])
    county = forms.ChoiceField(label=_("County"), choices=[NOT_CHOSEN], help_text=_("The one in which most of it is."))
    banners = text(
        _("Markings on it, as they stand there"),
        most=1_000,
        rows=2,
        required=False,
        help_text=_("For example a CUI banner: CUI//CEII. One a line. They are kept and shown as they came."),
    )
    use = text(
        _("What should the state use it for?"),
        most=4_000,
        rows=3,
        help_text=_("For example: the plan for protecting the north bank of the river."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = Sector.objects.filter(closed_on=None).values_list("slug", "name")
        self._offer("sector", sectors)
        self._offer("county", County.objects.values_list("fips", "name"))

    def _offer(self, name: str, rows: Any) -> None:
        field: Any = self.fields[name]
        field.choices = [NOT_CHOSEN, *rows]


class ReadersForm(ProtectedForm):
    section = ProtectedSection.READERS
    title = _("Who may see it")

    readers = forms.ChoiceField(
        label=_("Who may see it?"),
        choices=Readers.choices,
        widget=forms.RadioSelect,
        help_text=_("Who signs the determination reads it too; nobody else. You see each opening: role and purpose."),
    )
    planners = text(
        _("If planners: name each, with their agency"),
        most=2_000,
        rows=3,
        required=False,
        help_text=_("For example: the emergency manager of the county."),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("readers") == Readers.PLANNERS and not cleaned.get("planners"):
            self.add_error("planners", _("Name the planners, or choose analysts alone."))
        return cleaned


class WishForm(ProtectedForm):
    section = ProtectedSection.WISH
    title = _("Return or destroy")

    wish = forms.ChoiceField(
        label=_("When it need not be kept any more, what should become of it?"),
        choices=Wish.choices,
        widget=forms.RadioSelect,
        help_text=_("The state reviews within 90 days whether it must be kept. Either way you get a certificate."),
    )
    address = text(
        _("To which address do we write about its return?"),
        most=1_000,
        rows=3,
        required=False,
        help_text=_("Needed for a return. You collect the files; once that is confirmed, they are destroyed."),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("wish") == Wish.RETURN and not cleaned.get("address"):
            self.add_error("address", _("A return needs an address."))
        return cleaned


class ContactForm(ProtectedForm):
    """How to reach who submits, for which organisation, and who takes over when they leave."""

    section = ProtectedSection.CONTACT
    title = _("How to reach you")

    organisation = forms.ChoiceField(
        label=_("For which organisation do you submit?"),
        choices=[NOT_CHOSEN],
        help_text=_("The submission belongs to it, also when you leave."),
    )
    contact = line(
        _("Your telephone number or e-mail address"),
        most=254,
        help_text=_("Only the desk can read it. Mail that we send there never says what you submitted."),
    )
    when = line(_("When is a good time?"), most=200, required=False)
    alternate = forms.EmailField(
        label=_("Work e-mail address of your alternate contact"),
        max_length=254,
        required=False,
        help_text=_(
            "A member of this portal in your organisation. They get the number by mail, see where it stands, and take "
            "over when you leave. They cannot read it without the receipt code."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._organisations = {str(row.pk): row for row in organisations.submitting(self.person)}
        field: Any = self.fields["organisation"]
        field.choices = [(key, row.name) for key, row in self._organisations.items()]
        if len(self._organisations) > 1:
            field.choices = [NOT_CHOSEN, *field.choices]

    def clean_alternate(self) -> str:
        return fold(self.cleaned_data["alternate"])

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if self.submits_for is not None and "alternate" in cleaned:
            self._check_alternate(cleaned["alternate"], at=self.submits_for)
        return cleaned

    def _check_alternate(self, address: str, *, at: Organisation) -> None:
        if address and self.takes_over is None:
            self.add_error("alternate", no_colleague())
        if not address and organisations.has_colleagues(self.person, at=at):
            self.add_error("alternate", _("Name an alternate contact: somebody must be there when you leave."))

    @property
    def submits_for(self) -> Organisation | None:
        return self._organisations.get(self.cleaned_data.get("organisation", ""))

    @property
    def takes_over(self) -> Person | None:
        """Who takes over. Nobody unless the address is a colleague's."""
        address = self.cleaned_data.get("alternate", "")
        if not address or self.submits_for is None:
            return None
        return organisations.colleague(address, of=self.person, at=self.submits_for)

    def answers(self) -> dict[str, Any]:
        """Organisation and alternate stand with the submission."""
        return {name: value for name, value in super().answers().items() if name not in {"organisation", "alternate"}}


class CertifyForm(ProtectedForm):
    """Authority and non-public status, under the submitter's own name."""

    section = ProtectedSection.CERTIFY
    title = _("Certification")

    authority = tick(
        _("I have the authority to submit this for my organisation."),
        unless=_("Without authority it cannot be submitted. Ask who has it."),
    )
    nonpublic = tick(
        _("To my knowledge, none of this is public, and my organisation keeps it from the public."),
        unless=_("What is public cannot be protected. Leave that part out."),
    )
    signed = line(
        _("Your full name, as your signature"),
        most=120,
        help_text=_("Exactly as it stands in your account."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_signed(self) -> str:
        signed: str = self.cleaned_data["signed"]
        if self.person is not None and _plain(signed) != _plain(self.person.name):
            raise forms.ValidationError(_("This is not the name of your account. Type it as it stands there."))
        return signed


PAGES: dict[str, type[ProtectedForm]] = {
    form.section.value: form
    for form in (
        RegimesForm,
        ElementsForm,
        SecretForm,
        MatterForm,
        ReadersForm,
        WishForm,
        ContactForm,
        CertifyForm,
    )
}


def no_colleague() -> str:
    return gettext(
        "No other active member of this organisation has this address. Look at it again, or ask them to join."
    )


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return YesNo.YES if value else YesNo.NO
    return str(value)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
