"""The markings: TLP 2.0 labels, the reach of GREEN, and caveats."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Label(models.TextChoices):
    """The Traffic Light Protocol's labels, version 2.0 (FIRST, August 2022): capitals, no space, never translated."""

    CLEAR = "TLP:CLEAR", "TLP:CLEAR"
    GREEN = "TLP:GREEN", "TLP:GREEN"
    AMBER = "TLP:AMBER", "TLP:AMBER"
    AMBER_STRICT = "TLP:AMBER+STRICT", "TLP:AMBER+STRICT"
    RED = "TLP:RED", "TLP:RED"

    @property
    def slug(self) -> str:
        return self.value.removeprefix("TLP:").lower().replace("+", "-")

    @property
    def share_sentence(self) -> Promise:
        """With whom a reader may share it, in words (TLP 2.0, section 'TLP definitions')."""
        return SHARE_SENTENCES[self]

    @property
    def may_leave_in_full(self) -> bool:
        """Whether the text itself may go into mail or a feed; above GREEN only a safe title and a link may."""
        return self in {Label.CLEAR, Label.GREEN}

    @classmethod
    def from_slug(cls, slug: str) -> Label | None:
        return next((label for label in cls if label.slug == slug), None)


SHARE_SENTENCES = {
    Label.CLEAR: _("You may share this with anyone; copyright still applies."),
    Label.GREEN: _("You may share this with peers and partner organisations in your community, but not in public."),
    Label.AMBER: _(
        "You may share this inside your organisation and with its clients who need to know, and no further."
    ),
    Label.AMBER_STRICT: _(
        "You may share this with people inside your own organisation who need to know, and no further."
    ),
    Label.RED: _("You may not share this with anyone: it is for the people named, and for nobody else."),
}


class Reach(models.TextChoices):
    """How far a TLP:GREEN item goes."""

    NAMED = "named", _("only those named")
    MEMBERS = "members", _("all active members")


class Caveat(models.TextChoices):
    """A handling caveat. An enforced one is a condition of the access rule; the legacy one is only shown."""

    LAW_ENFORCEMENT_SENSITIVE = "les", _("Law enforcement sensitive")
    FOR_OFFICIAL_USE_ONLY = "fouo", _("For official use only")

    @property
    def is_enforced(self) -> bool:
        return self is Caveat.LAW_ENFORCEMENT_SENSITIVE
