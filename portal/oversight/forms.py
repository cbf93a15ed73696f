"""What an auditor fills in: the filters of the search, whom or what to look for, why something leaves, a finding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from portal.audit.enums import Outcome, Verb
from portal.audit.models import Event
from portal.core.environment import SITES
from portal.core.listings import ActiveFilter, address_without
from portal.core.rows import LARGEST_KEY
from portal.core.validators import one_line, printable, without_social_security_number
from portal.members.models import Person
from portal.oversight import selection, things
from portal.oversight.models import LONGEST_FINDING
from portal.oversight.weeks import Week, day_after, midnight

PLAIN = [printable, without_social_security_number]
LONGEST_PURPOSE = 200  # what an event holds
SHORTEST_PURPOSE = 10
FORMATS = [
    ("json", gettext_lazy("JSON, with the proof of each event")),
    ("csv", gettext_lazy("CSV for a spreadsheet, packed together with the JSON file")),
]


def _day(label: Any, widget: forms.Widget | None = None) -> forms.DateField:
    within = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2200, 1, 1))]  # beyond it no week has an end
    shown = widget or forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=shown, validators=within)


def _key() -> forms.IntegerField:
    return forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY, widget=forms.HiddenInput(), label="")


def _any(words: Any, choices: Any) -> list[tuple[str, Any]]:
    return [("", words), *choices]


class TrailFilter(forms.Form):
    """The search. Its values stand in the address, and so does a person by number, never by name or mail address."""

    verb = forms.ChoiceField(label=gettext_lazy("What was done"), required=False)
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of thing"), required=False)
    since = _day(gettext_lazy("From this day"))
    until = _day(gettext_lazy("Until this day, with it"))
    hours = forms.ChoiceField(label=gettext_lazy("Time of day"), required=False)
    site = forms.ChoiceField(label=gettext_lazy("Site"), required=False)
    sealed = forms.ChoiceField(label=gettext_lazy("Sealing"), required=False)
    person = _key()
    late = _day("", forms.HiddenInput())
    about = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput(), label="")
    network = _key()

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query)
        self.query = query
        verbs = sorted(Verb.choices, key=lambda choice: str(choice[1]))
        self._offer("verb", _any(_("Anything"), verbs))
        self._offer("outcome", _any(_("Done or refused"), Outcome.choices))
        self._offer("kind", _any(_("Any kind"), things.kinds()))
        self._offer("hours", _any(_("Any time"), [("night", _("At night"))]))
        self._offer("sealed", _any(_("Sealed or not"), [("no", _("Not sealed yet"))]))
        self._offer("site", _any(_("Any site"), [(site, site) for site in SITES]))

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean_about(self) -> str:
        about: str = self.cleaned_data["about"]
        if about and not things.is_name(about):
            raise ValidationError(_("Nothing is called so."))
        return about

    def events(self) -> selection.Events:
        """What the search finds, the newest first. A value that is none finds nothing, rather than everything."""
        if not self.is_valid():
            return Event.objects.none()
        return self._of_whom(self._of_what(Event.objects.order_by("-at", "-pk")))

    def _of_what(self, events: selection.Events) -> selection.Events:
        given = self.cleaned_data
        plain = {name: given[name] for name in ("verb", "outcome", "site") if given[name]}
        events = selection.within(events.filter(**plain), midnight(given["since"]), midnight(day_after(given["until"])))
        if given["about"]:
            events = events.filter(about__in=things.names_of(given["about"]))
        if given["kind"]:
            events = selection.of_kind(events, given["kind"])
        return self._when(events)

    def _when(self, events: selection.Events) -> selection.Events:
        given = self.cleaned_data
        if given["late"]:
            events = selection.sealed_late(events, Week.with_day(given["late"]))
        if given["sealed"]:
            events = selection.not_sealed(events)
        return selection.at_night(events) if given["hours"] else events

    def _of_whom(self, events: selection.Events) -> selection.Events:
        given = self.cleaned_data
        if given["person"]:
            events = selection.by_person(events, given["person"])
        return selection.from_network_of(events, given["network"]) if given["network"] else events

    def active(self, *, names: dict[str, str]) -> list[ActiveFilter]:
        """One chip for each filter that is on; `names` has the words for people and things by their fields."""
        return [
            ActiveFilter(f"{label}: {words}" if label else words, address_without(self.query, name))
            for name, label, words in self._chips(names)
        ]

    def _chips(self, names: dict[str, str]) -> Iterator[tuple[str, str, str]]:
        for name, field in self.fields.items():
            value = self.query.get(name)
            if value and name in names:
                yield name, "", names[name]
            elif value:
                choices = dict(getattr(field, "choices", ()))
                words = choices.get(value, value if not choices else _("not in the list"))
                yield name, str(field.label), str(words)

    def in_facts(self) -> list[str]:
        """The names of the filters that are on, as the trail keeps them of a page that was read."""
        return sorted(name for name in self.fields if self.query.get(name))

    def in_full(self) -> dict[str, str]:
        """The filters that are on with their values, save whom they mean: the trail could not erase that later."""
        by_whom = {"person", "network"}
        return {name: "one" if name in by_whom else str(self.cleaned_data[name]) for name in self.in_facts()}


class FindForm(forms.Form):
    """Whom or what to look for. It is sent as a form: neither an address nor a name may stand in a log."""

    person = forms.CharField(
        label=gettext_lazy("Person"),
        help_text=gettext_lazy("The whole e-mail address, or three letters or more of the name."),
        max_length=254,
        required=False,
        validators=[printable],
    )
    thing = forms.CharField(
        label=gettext_lazy("Thing"),
        help_text=gettext_lazy(
            "The web address of its page, or its name in the trail, such as bulletins.bulletinpage:12."
        ),
        max_length=500,
        required=False,
        validators=[printable],
    )

    def clean_person(self) -> str:
        text: str = self.cleaned_data["person"].strip()
        self.people = _people(text)
        if text and not self.people:
            raise ValidationError(_("Nobody here has this address or name. Check how it is written."))
        return text

    def clean_thing(self) -> str:
        text: str = self.cleaned_data["thing"].strip()
        self.thing_name = things.named_by(text) if text else None
        if text and self.thing_name is None:
            raise ValidationError(_("Nothing here has this address. Copy it from the browser once more."))
        return self.thing_name or ""

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(given.values()):
            raise ValidationError(_("Say whom or what you look for."))
        return given


MOST_NAMED = 20
SHORTEST_NAME = 3


def _people(text: str) -> list[Person]:
    """Whom a text means: the one with this mail address, or those with this in their name."""
    if "@" in text:
        return list(Person.objects.filter(email=text.casefold()))
    if len(text) < SHORTEST_NAME:
        return []
    return list(Person.objects.filter(name__icontains=text)[:MOST_NAMED])


class PurposeForm(forms.Form):
    """Why part of the trail leaves the portal. The words are recorded with it."""

    purpose = forms.CharField(
        label=gettext_lazy("What it is for"),
        help_text=gettext_lazy("For whom and why, such as a case number. Recorded in the trail."),
        min_length=SHORTEST_PURPOSE,
        max_length=LONGEST_PURPOSE,
        validators=[*PLAIN, one_line],
    )
    with_people = forms.BooleanField(
        label=gettext_lazy("Say who the people were"),
        help_text=gettext_lazy(
            "Without it, people and network addresses stay references that only this portal can resolve."
        ),
        required=False,
    )


class ExportForm(PurposeForm):
    """The same, and in which form."""

    format = forms.ChoiceField(label=gettext_lazy("Form"), choices=FORMATS, widget=forms.RadioSelect, initial="json")
    field_order = ["format", "purpose", "with_people"]


class SignForm(forms.Form):
    """What was found when a week was looked at."""

    finding = forms.CharField(
        label=gettext_lazy("What you found"),
        help_text=gettext_lazy(
            "What you looked at, what was odd, and what was done about it. It cannot be changed later."
        ),
        min_length=SHORTEST_PURPOSE,
        max_length=LONGEST_FINDING,
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=PLAIN,
    )
