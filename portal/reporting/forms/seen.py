"""What was seen: people, vehicles, vessels, aircraft and drones, each with prompts of its own, as many as there were.

Race, ethnicity, national origin, religion, gender, gender identity and sexual orientation are not asked for.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.members.forms.applications import PageForm, line, text
from portal.reporting.forms.activity import NOT_CHOSEN, YesNo

MOST = 30  # things in one report


class ThingForm(PageForm):
    """One thing that was seen. Every answer is optional; an empty one is not kept."""

    kind = ""
    short: tuple[str, ...] = ()  # what names it in a list

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if not any(value for name, value in cleaned.items() if name != "seen"):
            raise forms.ValidationError(_("Write at least one thing about it, or go back without adding it."))
        return cleaned

    def answers(self) -> dict[str, Any]:
        return {"kind": self.kind, **super().answers()}


class PersonForm(ThingForm):
    kind = "person"
    title = _("A person")
    short = ("who", "did", "clothing")

    did = text(_("What did this person do or say?"), most=2_000, rows=3, required=False)
    clothing = line(_("Clothing, bags, tools"), most=300, required=False)
    build = line(_("Height, build, hair, voice: what would let somebody find them again"), most=300, required=False)
    minor = forms.ChoiceField(
        label=_("May this person be under 18?"),
        required=False,
        choices=[NOT_CHOSEN, *YesNo.choices],
    )
    who = line(_("Name, if known"), most=200, required=False)
    phone = line(_("Telephone number, if known"), most=40, required=False)
    email = line(_("E-mail address, if known"), most=254, required=False)
    went = line(_("Where did they go?"), most=300, required=False)


class VehicleForm(ThingForm):
    kind = "vehicle"
    title = _("A vehicle")
    short = ("plate", "make", "colour")

    make = line(_("Kind, make and model"), most=200, required=False)
    colour = line(_("Colour"), most=60, required=False)
    plate = line(_("Licence plate"), most=20, required=False)
    plate_state = line(_("State of the plate"), most=40, required=False)
    marks = line(_("Damage, stickers, lettering"), most=300, required=False)
    went = line(_("Where did it go?"), most=300, required=False)


class VesselForm(ThingForm):
    kind = "vessel"
    title = _("A boat or ship")
    short = ("hull", "registration", "type")

    type = line(_("Kind and size"), most=200, required=False)
    hull = line(_("Name on the hull"), most=100, required=False)
    registration = line(_("Registration number"), most=40, required=False)
    colour = line(_("Colour"), most=60, required=False)
    went = line(_("Where did it go?"), most=300, required=False)


class AircraftForm(ThingForm):
    kind = "aircraft"
    title = _("An aircraft")
    short = ("tail", "type", "colour")

    type = line(_("Kind: aeroplane, helicopter, balloon"), most=200, required=False)
    tail = line(_("Tail number"), most=20, required=False)
    colour = line(_("Colour and marks"), most=200, required=False)
    flight = line(_("Height and direction"), most=300, required=False)


class DroneForm(ThingForm):
    kind = "drone"
    title = _("A drone")
    short = ("registration", "type", "colour")

    type = line(_("Kind, size, number of rotors"), most=200, required=False)
    registration = line(_("Registration number or Remote ID"), most=40, required=False)
    colour = line(_("Colour and lights"), most=200, required=False)
    flight = line(_("Height, direction, how long"), most=300, required=False)
    pilot = line(_("Where was the person who flew it?"), most=300, required=False)


THINGS: dict[str, type[ThingForm]] = {
    form.kind: form for form in (PersonForm, VehicleForm, VesselForm, AircraftForm, DroneForm)
}


def shown_things(things: list[dict[str, Any]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each thing with everything that was written of it, labels as they were asked."""
    known = ((THINGS[str(thing.get("kind"))], thing) for thing in things if thing.get("kind") in THINGS)
    return [(str(form.title), [row for row in form(initial=thing).shown() if row[1]]) for form, thing in known]


def name_of(thing: dict[str, Any]) -> str:
    """A thing in a few words, for a list: its kind, and what was written that tells it apart."""
    form = THINGS.get(str(thing.get("kind")))
    if form is None:
        return ""
    told = [str(thing[field]) for field in form.short if thing.get(field)]
    return ": ".join([str(form.title), ", ".join(told)[:120]] if told else [str(form.title)])
