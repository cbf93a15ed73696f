"""What staff fill in about concerns and initiatives."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from portal.core.validators import one_line
from portal.meetings.concerns.enums import REGION_CHOICES, ReplyOutcome
from portal.meetings.concerns.forms import MOST_OFFERED, long_text
from portal.meetings.models import Concern, Initiative, InitiativeFigure
from portal.members import offices
from portal.members.enums import CommunityKind
from portal.members.forms.membership import PLAIN
from portal.members.forms.offices import day
from portal.members.models import Community, Person
from portal.members.models.people import fold
from portal.vocabulary.models import Sector

FIRST_YEAR, LAST_YEAR = 2000, 2100
SELECT_PLACE = {"inputmode": "numeric"}


def _committee(label: Any) -> forms.ModelChoiceField[Community]:
    field: forms.ModelChoiceField[Community] = forms.ModelChoiceField(
        label=label, queryset=Community.objects.none(), empty_label=gettext_lazy("choose one")
    )
    return field


def _offer_committees(form: forms.BaseForm) -> None:
    field: Any = form.fields["committee"]
    field.queryset = offices.public_communities().filter(kind=CommunityKind.COMMITTEE).order_by("name")


class FilterForm(forms.Form):
    """Which concerns are listed."""

    SHOWN = (("", gettext_lazy("open")), ("closed", gettext_lazy("closed or merged")), ("all", gettext_lazy("all")))

    shown = forms.ChoiceField(label=gettext_lazy("Show"), choices=SHOWN, required=False)
    sector = forms.ModelChoiceField(
        label=gettext_lazy("Sector"),
        queryset=Sector.objects.all(),
        required=False,
        to_field_name="slug",
        empty_label=gettext_lazy("any"),
    )
    region = forms.ChoiceField(
        label=gettext_lazy("Region"),
        required=False,
        choices=[("", gettext_lazy("any")), *[choice for choice in REGION_CHOICES if choice[0]]],
    )


class IntoByKeyForm(forms.Form):
    """Which concern is kept: one of the newest of the sector, or any other by its number."""

    into = forms.ModelChoiceField(
        label=gettext_lazy("It is the same as"),
        queryset=Concern.objects.none(),
        empty_label=gettext_lazy("choose one"),
        required=False,
        help_text=gettext_lazy("The newest open ones of the same sector."),
    )
    number = forms.IntegerField(
        label=gettext_lazy("Or the number of another one"), required=False, min_value=1, max_value=2**63 - 1
    )

    def __init__(self, *args: Any, concern: Concern, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Concern.objects.open().exclude(pk=concern.pk)
        newest = others.filter(sector=concern.sector_id).order_by("-raised_at", "-pk")
        keys = list(newest.values_list("pk", flat=True)[:MOST_OFFERED])
        chosen: Any = self.fields["into"]
        chosen.queryset = Concern.objects.on_front().filter(pk__in=keys)
        chosen.label_from_instance = lambda row: f"{row.pk}: {row.title}"
        self.others = others

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("number"):
            given["into"] = self.others.filter(pk=given["number"]).first()
        if not self.errors and given.get("into") is None:
            self.add_error("into", _("Choose an open concern, or give the number of one."))
        return given

    def given(self) -> dict[str, Any]:
        return {"into": self.cleaned_data["into"]}


class PartForm(forms.Form):
    """The button says it all."""

    def __init__(self, *args: Any, concern: Concern, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def given(self) -> dict[str, Any]:
        return {}


class RecommendForm(forms.Form):
    """A recommendation to the Office of Homeland Security."""

    committee = _committee(gettext_lazy("Recommended by"))
    words = long_text(
        gettext_lazy("Recommendation"),
        help_text=gettext_lazy("Everybody who raised this, or one that was merged into it, reads these words."),
    )
    sent_on = day(gettext_lazy("Sent on"))
    due_on = day(gettext_lazy("Reply due on"), required=False)

    def __init__(self, *args: Any, concern: Concern, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_committees(self)

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class CloseForm(forms.Form):
    """Why a concern is closed."""

    words = long_text(gettext_lazy("Why, in words that whoever raised it reads"), rows=3)

    def __init__(self, *args: Any, concern: Concern, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].max_length = 1000  # type: ignore[attr-defined]  # a CharField, as long_text makes it

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        if len(words) > 1000:  # noqa: PLR2004  (what the row holds)
            raise forms.ValidationError(_("At most 1000 characters."))
        return words

    def given(self) -> dict[str, Any]:
        return {"words": self.cleaned_data["words"]}


class ReplyForm(forms.Form):
    """What came back."""

    outcome = forms.TypedChoiceField(
        label=gettext_lazy("Outcome"), choices=ReplyOutcome.choices, coerce=ReplyOutcome, widget=forms.RadioSelect
    )
    replied_on = day(gettext_lazy("It came on"))
    reply = long_text(
        gettext_lazy("The reply, in words"), required=False, help_text=gettext_lazy("Whoever raised it reads them.")
    )

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class RankingForm(forms.Form):
    """How a committee ranked the open concerns of a region: a place for each that it ranked, 1 first."""

    committee = _committee(gettext_lazy("Ranked by"))
    decided_on = day(gettext_lazy("Decided on"))

    def __init__(self, *args: Any, concerns: list[Concern], places: dict[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_committees(self)
        self.concerns = concerns
        for row in concerns:
            self.fields[f"place_{row.pk}"] = forms.IntegerField(
                label=f"{row.title} ({row.sector.name}, {row.get_region_display()})",
                required=False,
                min_value=1,
                max_value=999,
                initial=places.get(row.pk),
            )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        taken: dict[int, str] = {}
        for row in self.concerns:
            name, place = f"place_{row.pk}", given.get(f"place_{row.pk}")
            if place is not None and place in taken:
                self.add_error(name, _("Two have this place."))
            elif place is not None:
                taken[place] = name
        if not taken and not self.errors:
            self.add_error(None, _("Give at least one of them a place."))
        return given

    def ranked(self) -> tuple[Concern, ...]:
        """Those that have a place, in its order."""
        placed = [(self.cleaned_data[f"place_{row.pk}"], row) for row in self.concerns]
        return tuple(row for _place, row in sorted((pair for pair in placed if pair[0]), key=lambda pair: pair[0]))


class InitiativeForm(forms.ModelForm[Initiative]):
    """A deliverable of one year. Its owner may be named by address; what shows is the office."""

    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of who answers for it"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("For the desk alone. Shown is the office."),
    )
    done_on = day(gettext_lazy("Delivered on"), required=False)
    dropped_on = day(gettext_lazy("Given up on"), required=False)

    class Meta:
        model = Initiative
        fields = (
            *("title", "year", "committee", "owner_office", "measure", "target"),
            *("is_public", "done_on", "dropped_on", "outcome"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        committee: Any = self.fields["committee"]
        committee.queryset = offices.public_communities().order_by("kind", "name")
        committee.empty_label = _("the partnership as a whole")
        for name in ("title", "owner_office", "measure", "outcome"):
            self.fields[name].validators.extend([*PLAIN, one_line])
        self.initial["year"] = self.initial.get("year") or timezone.localdate().year
        self.initial["email"] = self.instance.owner.email if self.instance.owner else ""

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        address = fold(given.pop("email", "") or "")
        given["owner"] = Person.objects.filter(email=address).first() if address else None
        if address and given["owner"] is None:
            self.add_error("email", _("Nobody here has this address."))
        if given.get("done_on") and given.get("dropped_on"):
            self.add_error("dropped_on", _("It was either delivered or given up."))
        return given

    def given(self) -> dict[str, Any]:
        names = (*self.Meta.fields, "owner")
        return {"facts": {name: self.cleaned_data[name] for name in names}}


class FigureForm(forms.ModelForm[InitiativeFigure]):
    """The measure in one year."""

    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR)

    class Meta:
        model = InitiativeFigure
        fields = ("year", "figure", "note")

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
