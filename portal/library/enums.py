"""Closed lists of the library."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Evidence(models.TextChoices):
    """How far a provision was verified. Only what was read in full is offered by the finder."""

    FULL = "full", _("read in full in the statute")
    EXCERPT = "excerpt", _("an excerpt was read")
    EARLIER = "earlier", _("in part from an earlier version")
    SECOND_HAND = "second-hand", _("second-hand")


class Party(models.TextChoices):
    """Whom a provision may concern, in the words in which people ask."""

    VOLUNTEER = "volunteer", _("Individual volunteers")
    HELPER = "helper", _("Trained individuals who help at the scene")
    HEALTH = "health", _("Health professionals")
    DESIGN = "design", _("Architects, engineers and other design professionals")
    INSPECTOR = "inspector", _("Building inspectors")
    BUILDER = "builder", _("Construction owners and operators, equipment dealers")
    LENDER = "lender", _("Companies that lend equipment or staff")
    AGREED = "agreed", _("Companies in mutual-aid agreements")
    AGENCY = "agency", _("Mutual-aid agencies")
    OUT_OF_STATE = "out-of-state", _("Out-of-state firms")
    OWNER = "owner", _("Owners of vehicles, communication systems or other property")


class Condition(models.TextChoices):
    """What a provision asks for before it can apply, as far as the finder asks about it."""

    DECLARED = "declared", _("an emergency was declared")
    UNPAID = "unpaid", _("the help is given without pay")
    PROGRAM = "program", _("one was sent by the state, a county or a city, or serves in its programme")
    AGREEMENT = "agreement", _("a mutual-aid arrangement exists")
    SCENE = "scene", _("the help is given at the scene of an emergency")
    OFFICIAL = "official", _("one acts within official duties for a nonprofit or a government")


class GapState(models.TextChoices):
    """Where a gap in the law stands."""

    OPEN = "open", _("open")
    PROPOSED = "proposed", _("a bill was proposed")
    CLOSED = "closed", _("closed by law")


class DocumentKind(models.TextChoices):
    """What a document of the library is. The values are the kinds of search as well."""

    TEMPLATE = "template", _("Plan template")
    FORM = "form", _("Form")
    CHECKLIST = "checklist", _("Checklist")
    PLAN = "plan", _("Protection plan (CIPP)")
    GUIDE = "guide", _("Guide or standard")
    EXERCISE = "exercise", _("Exercise material")
    AFTER_ACTION = "after-action", _("After-action report")
    REPORT = "report", _("Report")
    STATUTE = "statute", _("Statute or rule")
    DATASET = "dataset", _("Data")


TEMPLATES = frozenset({DocumentKind.TEMPLATE, DocumentKind.FORM, DocumentKind.CHECKLIST})


class ReadingState(models.TextChoices):
    """How far the reading of a file is."""

    WAITING = "waiting", _("waiting to be read")
    READ = "read", _("read")
    REFUSED = "refused", _("could not be read")


class Outcome(models.TextChoices):
    """What became of one row of an import."""

    WAITING = "waiting", _("waits")
    CREATED = "created", _("new")
    VERSION = "version", _("a new version of what was there")
    UPDATED = "updated", _("facts changed")
    ADOPTED = "adopted", _("there already, and taken in")
    UNCHANGED = "unchanged", _("unchanged")
    REFUSED = "refused", _("refused")
