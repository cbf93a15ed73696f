"""The words of figures."""

from __future__ import annotations

from enum import Enum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Counts(Enum):
    """What a measure counts. On this hangs how its small numbers are treated."""

    THINGS = "things"  # exercises, documents, deliverables: nobody is counted, nothing is left out
    PEOPLE = "people"  # members, or their answers, each in one row: small numbers are left out
    TIMES = "times"  # how long something took: left out as a whole where too little was measured


class Shape(models.TextChoices):
    """How a measure is drawn."""

    BARS = "bars", _("bars")
    SHARES = "shares", _("shares of a whole")
    SPAN = "span", _("a span of time")


class RowKind(models.TextChoices):
    """What a row of a released table is."""

    ROW = "row", _("number")
    HIDDEN = "hidden", _("left out")
    OTHER = "other", _("all that are left out, together")
    TOTAL = "total", _("total")
