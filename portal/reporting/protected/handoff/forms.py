"""What a package for CISA holds, as one form: each element that 6 CFR 29.5 asks for, the contacts, and the files.

Nothing of it is stored, so what is wrong is said with the page as it was typed; files have to be chosen again, since a
browser does not fill them in. Any member may make one: 6 CFR 29.5(a)(4) knows a submitting person or entity, and does
not ask who owns the infrastructure, as RSMo 610.021(19) does.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext, gettext_lazy as _

from portal.members.forms.applications import line, text
from portal.members.models import Person
from portal.reporting.protected.forms import tick
from portal.reporting.protected.handoff.spool import ROW, Spool, Spooled

DESCRIPTION = "description_"
FIRST_ROWS = 3  # that stand open on the page; the others are folded


class Standing(models.TextChoices):
    """On what ground somebody submits (CISA: the owner of the information, or whom the owner authorised)."""

    OWNER = "owner", _("My organisation owns the information")
    AUTHORISED = "authorised", _("The owner has authorised me to submit it")


class Otherwise(models.TextChoices):
    """What CISA is to do where it does not validate the submission (6 CFR 29.6)."""

    KEEP = "keep", _("Keep it, without the protection of the CII Act")
    RETURN = "return", _("Return it to me")
    DESTROY = "destroy", _("Destroy it")


@dataclass(frozen=True)
class Described:
    """A file of the package with the description that CISA asks for."""

    file: Spooled
    description: str


class PackageForm(forms.Form):
    """The package. `once` is the mark by which a second press with the same files counts as the same hand-off."""

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)

    entity = line(
        _("Who submits: the person or organisation"), most=200, help_text=_("As CISA is to write it on the receipt.")
    )
    standing = forms.ChoiceField(
        label=_("On what ground do you submit it?"), choices=Standing.choices, widget=forms.RadioSelect
    )
    position = line(_("Your position, and who authorised you"), most=300)

    name = line(_("Contact: name"), most=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Contact: e-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    telephone = line(_("Contact: telephone number"), most=60, widget=forms.TextInput(attrs={"autocomplete": "tel"}))
    address = text(_("Contact: mailing address"), most=500, rows=3)
    second_name = line(_("Second contact: name"), most=120, required=False)
    second_email = forms.EmailField(label=_("Second contact: e-mail address"), max_length=254, required=False)
    second_telephone = line(_("Second contact: telephone number"), most=60, required=False)

    what = text(_("What is the information?"), most=4_000, rows=4, help_text=_("In a few sentences."))
    use = text(
        _("What has it to do with the security of critical infrastructure?"),
        most=4_000,
        rows=3,
        help_text=_("CISA protects what is submitted for such a use (6 CFR 29.5(a)(2))."),
    )
    required_by = text(
        _("If a federal agency requires any of it: which, and under which law?"),
        most=1_000,
        rows=2,
        required=False,
        help_text=_("What is submitted in place of a duty to report is not protected."),
    )
    earlier = line(
        _("If it adds to an earlier submission: CISA's number of that"),
        most=60,
        required=False,
    )
    otherwise = forms.ChoiceField(
        label=_("If CISA finds that it does not qualify, what should CISA do with it?"),
        choices=Otherwise.choices,
        widget=forms.RadioSelect,
    )

    order = tick(
        _("I know that a copy given to the state is not PCII, even if the same file goes to CISA."),
        unless=_("Read the page before this one first: the order counts."),
    )
    others = tick(
        _("None of it is classified, Safeguards Information or CVI, and none of it is marked as PCII already."),
        unless=_("Such information may not pass through this portal. Ask CISA how to send it."),
    )
    voluntary = tick(
        _("I submit it voluntarily, and not in place of a duty to report under a law or rule."),
        unless=_("Only what is submitted voluntarily can be protected."),
    )
    nonpublic = tick(
        _("The information is not customarily in the public domain."),
        unless=_("Without this CISA does not protect it (6 CFR 29.5(a)(4))."),
    )
    authority = tick(
        _("I have the authority to submit it, and know it well enough to certify this."),
        unless=_("Without authority it cannot be submitted. Ask who has it."),
    )
    signed = line(
        _("Your full name, as your signature"),
        most=120,
        help_text=_("A false statement to the federal government can be a crime (18 U.S.C. 1001)."),
    )

    def __init__(self, *args: Any, person: Person, spool: Spool | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person, self._spool = person, spool or Spool()
        for number in range(settings.PORTAL_FILES_A_REPORT):
            self.fields[f"{DESCRIPTION}{number}"] = line(
                _("File %(number)d: what is in it?") % {"number": number + 1}, most=500, required=False
            )

    def clean_signed(self) -> str:
        signed: str = self.cleaned_data["signed"]
        if _plain(signed) != _plain(self._person.name):
            raise forms.ValidationError(_("This is not the name of your account. Type it as it stands there."))
        return signed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("second_name") and not (cleaned.get("second_email") or cleaned.get("second_telephone")):
            self.add_error("second_email", _("Say how CISA reaches the second contact, or leave the name out."))
        self._check_files(cleaned)
        return cleaned

    def _check_files(self, cleaned: dict[str, Any]) -> None:
        came = {file.row for file in self._spool.files}
        for row, sentence in sorted(self._spool.problems.items()):
            self.add_error(f"{DESCRIPTION}{row}", sentence)
        for row in range(settings.PORTAL_FILES_A_REPORT):
            described = bool(cleaned.get(f"{DESCRIPTION}{row}"))
            if row in came and not described:
                self.add_error(f"{DESCRIPTION}{row}", _("Say in a sentence what is in this file."))
            if described and row not in came and row not in self._spool.problems:
                self.add_error(f"{DESCRIPTION}{row}", _("No file came in with this. Choose it, or clear the line."))
        if not came and not self._spool.problems:
            self.add_error(None, gettext("Choose at least one file."))

    def described(self) -> list[Described]:
        """The files that came in, in the order of the page."""
        files = sorted(self._spool.files, key=lambda file: file.row)
        return [Described(file, self.cleaned_data[f"{DESCRIPTION}{file.row}"]) for file in files]

    @property
    def mark(self) -> uuid.UUID:
        found: uuid.UUID | None = self.cleaned_data.get("once")
        return found or uuid.uuid4()

    def rows(self) -> list[tuple[forms.BoundField, str]]:
        """Each row of the page: the field of the description, and the name of the field of its file."""
        count = settings.PORTAL_FILES_A_REPORT
        return [(self[f"{DESCRIPTION}{number}"], f"{ROW}{number}") for number in range(count)]

    def first_rows(self) -> list[tuple[forms.BoundField, str]]:
        return self.rows()[:FIRST_ROWS]

    def more_rows(self) -> list[tuple[forms.BoundField, str]]:
        return self.rows()[FIRST_ROWS:]

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The other fields under their headings."""
        return [(heading, [self[name] for name in names]) for heading, names in GROUPS]


GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("Who submits"), ("entity", "standing", "position")),
    (
        _("Whom CISA asks"),
        ("name", "email", "telephone", "address", "second_name", "second_email", "second_telephone"),
    ),
    (_("What it is"), ("what", "use", "required_by", "earlier", "otherwise")),
    (_("Certification"), ("order", "others", "voluntary", "nonpublic", "authority", "signed")),
)


class NumberForm(forms.Form):
    """The number that CISA gave, as it stands on its receipt."""

    number = forms.CharField(
        label=_("CISA's tracking number"),
        max_length=60,
        validators=[
            RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9 ./_-]*\Z", _("A number has letters, digits, dots and dashes."))
        ],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
