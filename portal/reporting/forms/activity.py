"""The pages of a suspicious-activity report. Four answers are required: what, where, when, and how to reach you."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from portal.members.forms.applications import PageForm, line, text
from portal.members.models import Person
from portal.reporting.enums import Section
from portal.vocabulary.behaviours import Behaviour, behaviour_choices, behaviours, target_choices
from portal.vocabulary.models import County, Sector

NOT_CHOSEN = ("", _("– choose –"))
MOMENT = "%Y-%m-%dT%H:%M"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # what is said to have been before is a slip of the keyboard


class YesNo(models.TextChoices):
    NO = "no", _("No")
    YES = "yes", _("Yes")


class Known(models.TextChoices):
    SEEN = "seen", _("I saw it myself")
    TOLD = "told", _("Somebody told me")
    RECORDED = "recorded", _("A camera or another system recorded it")


class Reach(models.TextChoices):
    PHONE = "phone", _("By telephone")
    EMAIL = "email", _("By e-mail, without any content")
    CALL = "call", _("Call me instead: I would rather tell you the rest")


class SectionForm(PageForm):
    """A page of a form, and the section that it is sealed as. `person` is who fills it in; nobody where it is read."""

    section: Any

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)

    def _in_words(self, field: forms.BoundField) -> str:
        if isinstance(field.field, forms.DateTimeField):
            return in_words(self.initial.get(field.name))
        return super()._in_words(field)


class UrgencyForm(SectionForm):
    section = Section.URGENCY
    title = _("Is anyone in danger, or is it happening now?")

    now = forms.ChoiceField(
        label=_("Is anyone in danger, or is it happening now?"),
        choices=YesNo.choices,
        widget=forms.RadioSelect,
        help_text=_("In an emergency call 911 first. You can go on here afterwards."),
    )


class ActivityForm(SectionForm):
    section = Section.ACTIVITY
    title = _("What happened")

    behaviour = forms.ChoiceField(
        label=_("Which of these comes closest?"), choices=[NOT_CHOSEN], help_text=_("A guess is fine.")
    )
    what = text(
        _("What happened? Say what was done, step by step"),
        most=10_000,
        rows=7,
        help_text=_("Describe what people did, not what they look like. Leave out what you do not know."),
    )
    unusual = text(
        _("What made this unusual?"),
        most=4_000,
        required=False,
        help_text=_(
            "For example: at night, in a closed area, several times, from a hidden place, or after being asked to stop."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["behaviour"].choices = [NOT_CHOSEN, *behaviour_choices()]  # type: ignore[attr-defined]

    @property
    def behaviours(self) -> list[Behaviour]:
        """What each choice means, shown beside it."""
        return list(behaviours().values())

    def clean(self) -> dict[str, Any] | None:
        """Nine behaviours are often lawful in themselves: facts must say what made this one unusual."""
        cleaned = super().clean() or {}
        chosen = behaviours().get(cleaned.get("behaviour", ""))
        if chosen and chosen.is_potential and not cleaned.get("unusual"):
            self.add_error(
                "unusual",
                _("What you chose is often lawful. Say what made this time unusual; without that we cannot act on it."),
            )
        return cleaned


class PlaceForm(SectionForm):
    section = Section.PLACE
    title = _("When and where")

    begun = forms.DateTimeField(
        label=_("When was it, or when did it begin?"),
        input_formats=[MOMENT, "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        help_text=_("Central time. About when is fine."),
    )
    ended = forms.DateTimeField(
        label=_("When did it end, or when was the last time?"),
        required=False,
        input_formats=[MOMENT, "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    )
    where = text(
        _("Where? An address, or what it is near"),
        most=1_000,
        rows=2,
        help_text=_("For example: the north gate of the pumping station, near Highway 54."),
    )
    county = forms.ChoiceField(label=_("County"), choices=[NOT_CHOSEN], required=False)
    latitude = forms.FloatField(
        label=_("Latitude"),
        required=False,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("In degrees, such as 38.5767. You may leave it out."),
    )
    longitude = forms.FloatField(
        label=_("Longitude"),
        required=False,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("In degrees, such as -92.1735: west has a minus."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counties = [(row.fips, row.name) for row in County.objects.all()]
        self.fields["county"].choices = [NOT_CHOSEN, *counties]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        begun, ended = cleaned.get("begun"), cleaned.get("ended")
        for name, moment in (("begun", begun), ("ended", ended)):
            if moment and moment < EARLIEST:
                self.add_error(name, _("This was before the year 2000; look at the year again."))
        if begun and begun > timezone.now() + timedelta(days=1):
            self.add_error("begun", _("This lies in the future; look at the date again."))
        if begun and ended and ended < begun:
            self.add_error("ended", _("It ends before it begins; look at both dates again."))
        if (cleaned.get("latitude") is None) != (cleaned.get("longitude") is None):
            self.add_error("longitude", _("A point needs both latitude and longitude; give both or neither."))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """Moments as ISO 8601 with zone, numbers as text: what is sealed is text alone."""
        return {name: _as_text(value) for name, value in super().answers().items()}


class TargetForm(SectionForm):
    section = Section.TARGET
    title = _("What it touched")

    sector = forms.ChoiceField(label=_("Sector"), choices=[NOT_CHOSEN], required=False)
    target = forms.ChoiceField(label=_("Kind of place or thing"), choices=[NOT_CHOSEN], required=False)
    facility = line(_("Name of the place"), most=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = [(row.slug, row.name) for row in Sector.objects.filter(closed_on=None)]
        self.fields["sector"].choices = [NOT_CHOSEN, *sectors]  # type: ignore[attr-defined]
        self.fields["target"].choices = [NOT_CHOSEN, *target_choices()]  # type: ignore[attr-defined]


class KnownForm(SectionForm):
    section = Section.KNOWN
    title = _("How you know")

    how = forms.ChoiceField(
        label=_("How do you know of it?"), choices=Known.choices, required=False, widget=forms.RadioSelect
    )
    source = text(
        _("Who told you, or what recorded it?"),
        most=2_000,
        required=False,
        help_text=_("Say who or what the desk could ask. Leave it out if you do not know."),
    )


class ContactForm(SectionForm):
    section = Section.CONTACT
    title = _("How to reach you")

    reach = forms.ChoiceField(label=_("How may the desk reach you?"), choices=Reach.choices, widget=forms.RadioSelect)
    contact = line(
        _("Telephone number or e-mail address"),
        most=254,
        help_text=_("Only the desk can read it. Mail that we send there never says what you reported."),
    )
    when = line(_("When is a good time?"), most=200, required=False)


PAGES: dict[str, type[SectionForm]] = {
    form.section.value: form for form in (UrgencyForm, ActivityForm, PlaceForm, TargetForm, KnownForm, ContactForm)
}


def in_words(moment: Any) -> str:
    """A moment that was sealed or typed (ISO 8601), as people say it; what is none comes out as it is."""
    try:
        found = datetime.fromisoformat(str(moment or ""))
        aware = found if timezone.is_aware(found) else timezone.make_aware(found)
        local = timezone.localtime(aware)  # at the ends of the calendar another zone has no such day
    except (ValueError, OverflowError):
        return str(moment or "")
    return date_format(local, "D j F Y, H:i T")


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)
