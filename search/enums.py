"""Closed lists of search."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Alerts(models.TextChoices):
    """How often the owner of a saved search is told of what is new in it."""

    NONE = "none", _("no mail")
    AT_ONCE = "at once", _("as soon as there is something new")
    DAILY = "daily", _("once a day")
    WEEKLY = "weekly", _("once a week")
