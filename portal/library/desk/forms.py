"""What editors of the library fill in on Desk."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _, gettext_lazy

from portal.core.validators import printable, without_social_security_number
from portal.library import actions, door
from portal.library.models import MARKING_FORM_FIELDS, PortalDocument
from portal.library.permissions import visible_on_desk
from portal.members.enums import StaffRole
from portal.members.forms.fields import KeyChoices
from portal.members.models import Community, Organisation, Person
from portal.members.models.people import fold
from portal.members.widgets import PeopleByAddress

MEGABYTE = 1024 * 1024
LARGEST_BUNDLE = 100 * MEGABYTE  # a larger one is imported by the command
LONGEST_REASON = 600
IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
REVIEWERS = (
    *(StaffRole.MOP3_EDITOR, StaffRole.MIAC_AUTHOR, StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR),
    StaffRole.PRIVACY_OFFICER,
)
FACTS = (
    *("title", "kind", "summary", "number", "publisher", "dated", "version"),
    *("sectors", "is_cross_sector", "hazards", "written_for", "language"),
    *("used_by", "editable_file", "example", "supersedes"),
    *("review_by", "reviewer", "licence", "source_url", "accessible_note", "evidence"),
)
MARKING = (*MARKING_FORM_FIELDS, "for_official_use_only")
DAY = {"type": "date"}
MOMENT = {"type": "datetime-local"}


class DocumentByAddress(forms.CharField):
    """Another document by the address of its page, so that no list names what one may not see."""

    def __init__(self, **options: Any) -> None:
        helped = gettext_lazy("Paste the address of its page, here or in the library.")
        super().__init__(required=False, max_length=300, help_text=helped, **options)
        self.person: Person | None = None

    def clean(self, value: Any) -> PortalDocument | None:
        text = super().clean(value).strip()
        if not text:
            return None
        found = self._find(text)
        if found is None:
            raise ValidationError(_("No document has this address."))
        return found

    def _find(self, text: str) -> PortalDocument | None:
        named = IDENTIFIER.search(text.lower())
        if named is None or self.person is None:
            return None
        rows = visible_on_desk(PortalDocument.objects.filter(uuid=UUID(named[0])), self.person)
        found: PortalDocument | None = rows.first()
        return found


class _Seen(forms.ModelForm[Any]):
    """Some values of a document, and the sum of those over which the form was filled in."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = actions.fingerprint(self.instance, self._meta.fields)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.validators.extend([printable, without_social_security_number])

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class FactsForm(_Seen):
    """What the library says of a document. Of one that was released the title stays."""

    reviewer = forms.CharField(
        label=gettext_lazy("Reviewer's work e-mail address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Somebody on staff who looks at it again in time."),
    )
    supersedes = DocumentByAddress(label=gettext_lazy("The version that it supersedes"))
    editable_file = DocumentByAddress(label=gettext_lazy("Its editable file"))
    example = DocumentByAddress(label=gettext_lazy("A filled-in example of it"))
    source_url = forms.URLField(label=gettext_lazy("Where it comes from"), required=False, assume_scheme="https")

    class Meta:
        model = PortalDocument
        fields = FACTS
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "accessible_note": forms.Textarea(attrs={"rows": 2}),
            "dated": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
            "review_by": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
            "sectors": forms.CheckboxSelectMultiple,
            "hazards": forms.CheckboxSelectMultiple,
            "evidence": forms.SelectMultiple(attrs={"size": 8}),
        }
        field_classes = {"sectors": KeyChoices, "hazards": KeyChoices, "evidence": KeyChoices}

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, person=person, **kwargs)
        document: PortalDocument = self.instance
        self.fields["title"].disabled = document.is_released
        for name in ("supersedes", "editable_file", "example"):
            self.fields[name].person = person  # type: ignore[attr-defined]  # a DocumentByAddress
            other = getattr(document, name)
            self.initial[name] = other.get_absolute_url() if other else ""
        self.initial["reviewer"] = document.reviewer.email if document.reviewer else ""

    def clean_reviewer(self) -> Person | None:
        address = fold(self.cleaned_data["reviewer"])
        if not address:
            return None
        found: Person | None = Person.objects.filter(email=address).first()
        if found is None or not found.has_role(*REVIEWERS):
            raise ValidationError(_("Nobody on staff who works with documents has this address."))
        return found


class MarkingForm(_Seen):
    """Who can read a draft."""

    class Meta:
        model = PortalDocument
        fields = MARKING
        widgets = {
            "audience_communities": forms.CheckboxSelectMultiple,
            "audience_organisations": forms.SelectMultiple(attrs={"size": 8}),
            "audience_people": PeopleByAddress(attrs={"rows": 3}),
            "visible_from": forms.DateTimeInput(attrs=MOMENT, format="%Y-%m-%dT%H:%M"),
            "expires_at": forms.DateTimeInput(attrs=MOMENT, format="%Y-%m-%dT%H:%M"),
        }
        field_classes = {"audience_communities": KeyChoices, "audience_organisations": KeyChoices}

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, person=person, **kwargs)
        chosen = self.instance.audience()
        offered = {
            "audience_communities": Community.objects.filter(Q(closed_at=None) | Q(pk__in=chosen.communities)),
            "audience_organisations": Organisation.objects.filter(Q(closed_at=None) | Q(pk__in=chosen.organisations)),
        }
        for name, rows in offered.items():
            self.fields[name].queryset = rows.order_by("name")  # type: ignore[attr-defined]  # a choice of rows


class FileForm(forms.Form):
    """One file, judged and scanned before anything is made of it."""

    file = forms.FileField(label=gettext_lazy("File"), max_length=255)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        self.looked = door.look(file.name, file)
        if self.looked.trouble:
            raise ValidationError(self.looked.trouble)
        return file


class AddForm(FileForm):
    """One new document."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=255,
        required=False,
        validators=[printable, without_social_security_number],
        help_text=gettext_lazy("Left empty, it is called after its file until you change it."),
    )


class BundleForm(forms.Form):
    """A zip with a manifest."""

    bundle = forms.FileField(
        label=gettext_lazy("Zip"), help_text=gettext_lazy("With a MANIFEST.csv in it; at most 100 MB.")
    )

    def clean_bundle(self) -> Any:
        bundle = self.cleaned_data["bundle"]
        if bundle.size > LARGEST_BUNDLE:
            raise ValidationError(_("It is larger than 100 MB. Split it, or have it imported at the server."))
        return bundle


class ReasonForm(forms.Form):
    """Why a document is withdrawn."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it withdrawn?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[printable, without_social_security_number],
    )


class ReviewForm(forms.Form):
    """Until when it holds."""

    again_by = forms.DateField(
        label=gettext_lazy("To be looked at again by"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )


class PurposeForm(forms.Form):
    """What an export is for."""

    purpose = forms.CharField(
        label=gettext_lazy("What is it for?"),
        min_length=10,
        max_length=200,
        validators=[printable, without_social_security_number],
        help_text=gettext_lazy("The trail keeps it. Name no person."),
    )
