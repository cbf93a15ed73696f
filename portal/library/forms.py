"""The admin's forms for documents, images and provisions, and the questions of the liability finder."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from portal.access.enums import Reach
from portal.access.rule import Marking
from portal.library import door
from portal.library.enums import Condition, Party
from portal.library.finder import Answer, Answers, Way
from portal.library.models import (
    FACT_FORM_FIELDS,
    MARKING_FORM_FIELDS,
    LiabilityGap,
    PortalDocument,
    PortalImage,
    Provision,
)
from portal.members.audience import report
from portal.members.widgets import PeopleByAddress

PEOPLE: dict[str, Any] = {"audience_people": PeopleByAddress(attrs={"rows": 3})}
ORDER = ["title", "file", "description", "collection", "tags", "who_can_read", *MARKING_FORM_FIELDS]
KEPT_IF_EMPTY = ("kind", "language")  # who attaches a file to a bulletin need not think of the library
DOCUMENT_ORDER = [
    *("title", "file", "collection", "tags"),
    *("readers_heading", "who_can_read", *MARKING_FORM_FIELDS),
    *("facts_heading", *FACT_FORM_FIELDS),
]


class AudienceSentence(forms.Widget):
    """Who will be able to read a file: not a setting but a sentence, which a script keeps in step with the form."""

    template_name = "desk/audience_panel.html"
    marking: Marking
    prefix = ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        return {**context, "report": report(self.marking), "prefix": self.prefix}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> None:
        return None


class SentenceField(forms.Field):
    """A place in a form for the sentence; nothing is filled in."""

    widget = AudienceSentence

    def __init__(self) -> None:
        super().__init__(required=False, disabled=True, label=_("Who will be able to read this"))


class Heading(forms.Widget):
    """A heading between the fields of a long form: nothing is filled in."""

    template_name = "desk/library/form_heading.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> None:
        return None


class HeadingField(forms.Field):
    """A place in a form for a heading, which its label is; `help_text` says what follows."""

    widget = Heading

    def __init__(self, label: Any, help_text: Any = "") -> None:
        super().__init__(required=False, disabled=True, label=label, help_text=help_text)


def saved_marking(thing: PortalDocument | PortalImage) -> Marking:
    """The marking of a file as it was saved; of a new one, what it starts with, since it has no audience yet."""
    stored = type(thing).objects.filter(pk=thing.pk).first() if thing.pk else None
    return stored.marking() if stored else Marking(label=thing.label, reach=Reach(thing.reach))


class SaysWhoCanRead:
    """A form that says who will be able to read the file, by the one rule, above the fields that decide it."""

    field_order: ClassVar[list[str]] = ORDER

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form: Any = self
        widget = form.fields["who_can_read"].widget
        widget.marking = saved_marking(form.instance)
        widget.prefix = f"{form.prefix}-" if form.prefix else ""


class WebAddress(forms.URLField):
    """An address; one without a scheme is taken as https."""

    def __init__(self, **options: Any) -> None:
        super().__init__(assume_scheme="https", **options)


class DocumentForm(SaysWhoCanRead, BaseDocumentForm):
    """People are named by their addresses; nobody is listed. The file is judged, and scanned where there is a scanner.

    The facts are the library's, and may stay empty of what only a bulletin carries.
    """

    field_order: ClassVar[list[str]] = DOCUMENT_ORDER

    readers_heading = HeadingField(_("Who can read it"))
    who_can_read = SentenceField()
    facts_heading = HeadingField(
        _("For the library"),
        _("Put it into the collection “Library” to publish it there, under “Library” on Desk."),
    )

    class Meta(BaseDocumentForm.Meta):
        widgets = {
            **BaseDocumentForm.Meta.widgets,
            **PEOPLE,
            **dict.fromkeys(("sectors", "hazards"), forms.CheckboxSelectMultiple),
            **dict.fromkeys(("summary", "accessible_note"), forms.Textarea(attrs={"rows": 3})),
            **dict.fromkeys(("dated", "review_by"), AdminDateInput),
        }
        field_classes: ClassVar[dict[str, Any]] = {"source_url": WebAddress}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who_can_read"].help_text = _(
            "From the moment that it is published in the library, or a page which carries it is public."
        )

        for name in KEPT_IF_EMPTY:
            self.fields[name].required = False

    def clean_kind(self) -> str:
        return str(self.cleaned_data["kind"] or self.instance.kind)

    def clean_language(self) -> str:
        return str(self.cleaned_data["language"] or self.instance.language)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile) and (trouble := _trouble(file)):
            raise ValidationError(trouble)
        return file


def _trouble(file: UploadedFile[bytes]) -> str:
    bytes_of_it: Any = file
    return door.look(file.name or "", bytes_of_it).trouble


class ImageForm(SaysWhoCanRead, BaseImageForm):
    """As above."""

    who_can_read = SentenceField()

    class Meta(BaseImageForm.Meta):
        widgets = {**BaseImageForm.Meta.widgets, **PEOPLE}


class ListField(forms.TypedMultipleChoiceField):
    """Several values of a closed list, kept as a list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, required=False, **options)


class ProvisionForm(WagtailAdminModelForm):
    """A provision, with its lists as boxes to tick."""

    parties = ListField(choices=Party.choices, label=_("Whom it may concern"))
    conditions = ListField(choices=Condition.choices, label=_("What must be so"))
    source_url = forms.URLField(label=_("Address of the source"), required=False, assume_scheme="https")

    class Meta:
        model = Provision
        exclude = ()


class GapForm(WagtailAdminModelForm):
    """A gap."""

    parties = ListField(choices=Party.choices, label=_("Whom it concerns"))
    bill_url = forms.URLField(label=_("Address of the bill"), required=False, assume_scheme="https")

    class Meta:
        model = LiabilityGap
        exclude = ()


class ProvisionFilter(forms.Form):
    """Which group of people the table is for."""

    party = forms.ChoiceField(label=_("Whom it may concern"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["party"].choices = [("", _("Everybody")), *Party.choices]  # type: ignore[attr-defined]  # a choice

    def chosen(self, name: str) -> str:
        """The value chosen; '' for none, and for one that is not in the list."""
        return str(self.cleaned_data.get(name, "")) if self.is_bound and self.is_valid() else ""


class FinderForm(forms.Form):
    """The four questions."""

    party = forms.ChoiceField(label=_("Who are you?"), choices=Party.choices, widget=forms.RadioSelect)
    declared = forms.ChoiceField(
        label=_("Has an emergency been declared?"), choices=Answer.choices, widget=forms.RadioSelect
    )
    paid = forms.ChoiceField(label=_("Are you paid for the help?"), choices=Answer.choices, widget=forms.RadioSelect)
    way = forms.ChoiceField(label=_("How do you come to help?"), choices=Way.choices, widget=forms.RadioSelect)

    def answers(self) -> Answers:
        said = self.cleaned_data
        return Answers(Party(said["party"]), Answer(said["declared"]), Answer(said["paid"]), Way(said["way"]))
