"""What staff fill in about the plan."""

from __future__ import annotations

import re
import uuid
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from portal.library.enums import DocumentKind
from portal.library.models import PlanCell, PortalDocument
from portal.library.permissions import visible_on_desk
from portal.library.plan import entitled
from portal.library.plan.enums import CommentOutcome
from portal.members.forms.fields import KeyChoices
from portal.members.models import Person
from portal.members.models.people import fold
from portal.members.widgets import PeopleByAddress

MOST_OFFERED = 50
IN_ADDRESS = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
LONG = forms.Textarea(attrs={"rows": 4})


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


class CellForm(forms.ModelForm[PlanCell]):
    """Owner, due date, note and marking of a cell. People are named by their addresses; nobody is listed."""

    owner = forms.CharField(
        label=gettext_lazy("Owner’s work e-mail address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Somebody of staff who can open Desk, and who reads the documents of this cell."),
    )
    due_on = _day(gettext_lazy("Next version due on"), required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    class Meta:
        model = PlanCell
        fields = (*entitled.FACTS, *entitled.AUDIENCE)
        widgets = {
            "note": LONG,
            "audience_communities": forms.SelectMultiple(attrs={"size": 6}),
            "audience_organisations": forms.SelectMultiple(attrs={"size": 6}),
            "audience_people": PeopleByAddress(attrs={"rows": 3}),
        }
        field_classes = dict.fromkeys(entitled.AUDIENCE, KeyChoices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["owner"] = self.instance.owner.email if self.instance.owner else ""
        self.initial["seen"] = entitled.fingerprint(self.instance)

    def clean_owner(self) -> Person | None:
        address = fold(self.cleaned_data["owner"])
        found: Person | None = Person.objects.filter(email=address).first() if address else None
        if address and found is None:
            raise forms.ValidationError(_("Nobody here has this address."))
        return found

    def facts(self) -> dict[str, Any]:
        """What `EditCell` takes. The form itself stores nothing."""
        return {name: self.cleaned_data[name] for name in (*entitled.FACTS, *entitled.AUDIENCE)}


class VersionForm(forms.Form):
    """A new draft: one of the newest documents of the plan, or any other by its address in the library."""

    words = forms.CharField(
        label=gettext_lazy("Version"), max_length=40, help_text=gettext_lazy("As people say it: 2.1, or 2026.")
    )
    chosen = forms.ModelChoiceField(
        label=gettext_lazy("Document"),
        queryset=PortalDocument.objects.none(),
        required=False,
        help_text=gettext_lazy("The newest of the kind “protection plan” that you see."),
    )
    address = forms.CharField(
        label=gettext_lazy("Or the address of another one"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Copy it from the document’s page in the library."),
    )
    what_changed = forms.CharField(
        label=gettext_lazy("What changed"),
        required=False,
        max_length=2000,
        widget=LONG,
        help_text=gettext_lazy("In plain words, for those who knew the version before."),
    )
    comments_until = _day(
        gettext_lazy("Comments until"), required=False, help_text=gettext_lazy("Empty: not yet. The day is included.")
    )

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = visible_on_desk(PortalDocument.objects.filter(in_library=True), by)
        newest = self.seen.filter(kind=DocumentKind.PLAN).order_by("-published_at", "-pk")
        keys = list(newest.values_list("pk", flat=True)[:MOST_OFFERED])
        chosen: Any = self.fields["chosen"]
        chosen.queryset = PortalDocument.objects.filter(pk__in=keys).order_by("-published_at", "-pk")

    def clean_address(self) -> PortalDocument | None:
        given = str(self.cleaned_data["address"]).strip()
        if not given:
            return None
        found = IN_ADDRESS.search(given)
        row: PortalDocument | None = self.seen.filter(uuid=uuid.UUID(found[0])).first() if found else None
        if row is None:
            raise forms.ValidationError(_("No document of the library that you see has this address."))
        return row

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(given.get("chosen")) == bool(given.get("address")):
            self.add_error("chosen", _("Choose a document, or give the address of another one."))
        return given

    def given(self) -> dict[str, Any]:
        """What `AddVersion` takes."""
        said = self.cleaned_data
        names = ("words", "what_changed", "comments_until")
        return {"document": said["chosen"] or said["address"], **{name: said[name] for name in names}}


class PlainMoveForm(forms.Form):
    """A step that asks nothing."""

    def given(self) -> dict[str, Any]:
        return {}


class UntilForm(forms.Form):
    """Until when comments are taken."""

    until = _day(gettext_lazy("Comments until"), help_text=gettext_lazy("The day is included."))

    def given(self) -> dict[str, Any]:
        return {"until": self.cleaned_data["until"]}


class DateForm(UntilForm):
    """The same, or none."""

    until = _day(gettext_lazy("Comments until"), required=False, help_text=gettext_lazy("Empty: none are taken."))


class AdoptForm(forms.Form):
    """When the next version is due."""

    next_due = _day(gettext_lazy("Next version due on"), required=False)

    def given(self) -> dict[str, date | None]:
        return {"next_due": self.cleaned_data["next_due"]}


class AnswerForm(forms.Form):
    """What became of a comment, and why."""

    outcome = forms.TypedChoiceField(
        label=gettext_lazy("What becomes of it"),
        choices=CommentOutcome.choices,
        coerce=CommentOutcome,
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "Its author reads this on the public site, where it is kept in clear. Give reasons, and name no weak point."
        ),
    )
