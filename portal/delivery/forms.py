"""What members choose: one choice to begin with, and the whole matrix below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import gettext as _, gettext_lazy

from portal.delivery.choosing import GENERAL, NAMED, Preferences
from portal.delivery.enums import Mode, Rhythm, Severity
from portal.delivery.models import Choice
from portal.delivery.sources import kinds
from portal.members.forms.fields import KeyChoices
from portal.members.models import Community
from portal.vocabulary.models import County, Sector

PLACES = {"sectors", "committees"}
HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]
COUNTY_RHYTHMS = {
    Rhythm.AT_ONCE: gettext_lazy("Counties: at once"),
    Rhythm.DAILY: gettext_lazy("Counties: once a day"),
    Rhythm.WEEKLY: gettext_lazy("Counties: once a week"),
}
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
AT_MOST = [
    (Rhythm.AT_ONCE.value, gettext_lazy("as my places say")),
    (Rhythm.DAILY.value, gettext_lazy("once a day at most")),
    (Rhythm.WEEKLY.value, gettext_lazy("once a week at most")),
    (Rhythm.NONE.value, gettext_lazy("no mail")),
]


class ChoiceForm(forms.ModelForm[Choice]):
    """One field a topic. The fields of topics are made from what there is: sectors, committees, kinds."""

    class Meta:
        model = Choice
        fields = (*("mode", "critical_at_once", "floor", "quiet_from", "quiet_until", "digest_hour", "wants_texts"),)
        widgets = {
            "mode": forms.RadioSelect,
            "quiet_from": TIME,
            "quiet_until": TIME,
            "digest_hour": forms.Select(choices=HOURS),
        }

    def __init__(self, *args: Any, chosen: Preferences, committees: Sequence[Community], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = chosen
        mode: Any = self.fields["mode"]
        mode.choices, mode.widget.choices = Mode.choices, Mode.choices
        floor: Any = self.fields["floor"]
        floor.choices = [("", _("everything")), *Severity.choices]
        if not settings.PORTAL_TEXT_URL:
            del self.fields["wants_texts"]
        self.groups: dict[str, list[str]] = {
            "sectors": [self._topic(f"sector:{row.pk}", row.name) for row in Sector.objects.all()],
            "committees": [self._topic(f"committee:{row.pk}", row.name, default=Rhythm.AT_ONCE) for row in committees],
            "others": [
                self._topic(GENERAL, _("News that names no sector and no county"), default=Rhythm.WEEKLY),
                self._topic(NAMED, _("What is meant for me by name"), default=Rhythm.AT_ONCE),
            ],
            "kinds": [
                self._topic(topic, words, default=Rhythm.AT_ONCE, choices=AT_MOST) for topic, words in kinds().items()
            ],
            "digests": [
                self._topic(f"digest:{rhythm.value}", words, default=rhythm, choices=choices)
                for rhythm, words, choices in (
                    (Rhythm.DAILY, _("Daily mail"), _on_or_off(Rhythm.DAILY)),
                    (Rhythm.WEEKLY, _("Weekly mail"), _on_or_off(Rhythm.WEEKLY)),
                )
            ],
        }
        self._counties()

    def _topic(self, topic: str, words: Any, *, default: Rhythm = Rhythm.NONE, choices: Any = Rhythm.choices) -> str:
        name = f"topic-{topic}"
        self.fields[name] = forms.ChoiceField(
            label=words, choices=choices, required=False, initial=self._initial(topic, default)
        )
        return name

    def _initial(self, topic: str, default: Rhythm) -> str:
        """What holds now: of their own places the default, where nothing was chosen yet."""
        if topic in self.chosen.wishes or self.chosen.mode is not Mode.MINE:
            return self.chosen.wish(topic, default).value
        place, _colon, key = topic.partition(":")
        if place == "sector" and int(key) in self.chosen.sectors:
            return Rhythm.WEEKLY.value
        return Rhythm.AT_ONCE.value if place == "committee" else default.value

    def _counties(self) -> None:
        """A list for each rhythm: there are too many counties for a field each."""
        counties = County.objects.all()
        is_own = self.chosen.mode is Mode.MINE and not any(map(_is_county, self.chosen.wishes))
        for rhythm, words in COUNTY_RHYTHMS.items():
            own = self.chosen.counties if is_own and rhythm is Rhythm.WEEKLY else ()
            wished = [_key(topic) for topic, wish in self.chosen.wishes.items() if _is_county(topic) and wish is rhythm]
            self.fields[_county_field(rhythm)] = KeyChoices(
                label=words, queryset=counties, required=False, widget=forms.SelectMultiple(attrs={"size": 6})
            )
            self.initial[_county_field(rhythm)] = [*wished, *own]

    @property
    def county_fields(self) -> list[BoundField]:
        return [self[_county_field(rhythm)] for rhythm in COUNTY_RHYTHMS]

    def fields_of(self, group: str) -> list[BoundField]:
        return [self[name] for name in self.groups[group]]

    @property
    def sections(self) -> list[tuple[str, str, list[BoundField]]]:
        """The parts of the matrix: heading, what it is for, and fields."""
        return [
            (_("Sectors"), _("How soon you hear of what concerns a sector."), self.fields_of("sectors")),
            (_("Committees"), _("Notices of committees that you are in."), self.fields_of("committees")),
            (_("Counties"), _("Choose several with Ctrl or Command."), self.county_fields),
            (_("Other news"), "", self.fields_of("others")),
            (_("Kinds"), _("How often at most, whatever the place."), self.fields_of("kinds")),
        ]

    @property
    def times(self) -> list[BoundField]:
        names = ("critical_at_once", "wants_texts", "floor", "quiet_from", "quiet_until", "digest_hour")
        return [*(self[name] for name in names if name in self.fields), *self.fields_of("digests")]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if bool(given.get("quiet_from") is None) != bool(given.get("quiet_until") is None):
            self.add_error("quiet_until", _("Say both when quiet hours begin and when they end, or neither."))
        return given

    def wishes(self) -> dict[str, Rhythm | None]:
        """What `ChooseNews` takes; None takes a wish away. Of places only for those who chose the matrix."""
        said = self.cleaned_data
        is_matrix = said["mode"] == Mode.MATRIX
        found: dict[str, Rhythm | None] = {
            name.removeprefix("topic-"): Rhythm(said[name]) if said.get(name) else None
            for group, names in self.groups.items()
            for name in names
            if is_matrix or group not in PLACES
        }
        return found | self._county_wishes() if is_matrix else found

    def _county_wishes(self) -> dict[str, Rhythm | None]:
        """What is in several lists comes the soonest. What is in none any more is taken away."""
        found: dict[str, Rhythm | None] = {topic: None for topic in self.chosen.wishes if _is_county(topic)}
        for rhythm in reversed(COUNTY_RHYTHMS):
            found |= {f"county:{row.pk}": rhythm for row in self.cleaned_data[_county_field(rhythm)]}
        return found


def _county_field(rhythm: Rhythm) -> str:
    return f"counties-{rhythm.name.lower()}"


def _is_county(topic: str) -> bool:
    return topic.startswith("county:")


def _key(topic: str) -> int:
    return int(topic.partition(":")[2])


def _on_or_off(rhythm: Rhythm) -> list[tuple[str, str]]:
    return [(rhythm.value, _("send it")), (Rhythm.NONE.value, _("do not send it"))]
