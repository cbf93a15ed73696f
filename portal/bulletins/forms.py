"""What readers and staff fill in about bulletins."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.bulletins.models import ShareRequest

RECALL_WORD = "recall"


class ShareRequestForm(forms.ModelForm[ShareRequest]):
    """Ask whether a bulletin or guidance may go further."""

    class Meta:
        model = ShareRequest
        fields = ("with_whom", "reason")
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}


class ShareAnswerForm(forms.Form):
    """Answer such a question."""

    is_granted = forms.TypedChoiceField(
        label=_("Your answer"),
        choices=[("yes", _("Yes, they may share it so")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=_("Words to the reader"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class SeenForm(forms.Form):
    """A decision about the version that was on the page; one saved meanwhile is not what was read."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class SubmitForm(SeenForm):
    """The checklist before release."""

    names_people = forms.TypedChoiceField(
        label=_("Does it name persons or groups?"),
        choices=[("no", _("No")), ("yes", _("Yes"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        help_text=_("If so, the privacy officer must clear it as well."),
    )
    touches_expression = forms.TypedChoiceField(
        label=_("Does it touch protest, religion or politics?"),
        choices=[("no", _("No")), ("yes", _("Yes"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        help_text=_("If so, the privacy officer must clear it as well."),
    )
    note = forms.CharField(
        label=_("Note to the second person"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(forms.Form):
    """Why something is sent back, or cannot wait."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class UrgentForm(SubmitForm):
    """The checklist, and why it cannot wait for a second person."""

    note = None  # type: ignore[assignment]  # Django's way to take a field away
    reason = forms.CharField(label=_("Why can it not wait?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class RecallForm(forms.Form):
    """Why a bulletin is recalled; asks for a word, since it closes the bulletin to all its readers."""

    reason = forms.CharField(
        label=_("Why is it recalled?"),
        help_text=_("Its readers are told this."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    word = forms.CharField(label=_("Type the word “recall” to confirm"), max_length=20)

    def clean_word(self) -> str:
        word = str(self.cleaned_data["word"]).strip().lower()
        if word != RECALL_WORD:
            raise forms.ValidationError(_("Type the word “recall”. Nothing was recalled yet."))
        return word
