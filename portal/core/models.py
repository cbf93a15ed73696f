"""Site settings: what the owners of the portal say about themselves. And the mail that waits to be sent."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

is_colour = RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", _("Write the colour as # and six hexadecimal digits."))
WHITE = "#ffffff"
LEAST_CONTRAST = 4.5
LINEAR_BELOW = 0.04045  # sRGB, IEC 61966-2-1


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= LINEAR_BELOW else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, 'relative luminance' and 'contrast ratio')."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def telephone_address(number: str) -> str:
    """A tel: address for a number as people write it (RFC 3966)."""
    digits = re.sub(r"[^0-9+]", "", number)
    return f"tel:{digits}" if digits else ""


@register_setting(icon="cog")
class PortalSettings(BaseGenericSetting):
    """Name, logo, colours and contacts. The demonstration imitates no seal and no government banner."""

    name = models.CharField(_("name"), max_length=80, default="Partner Portal (demonstration)")
    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    about = models.TextField(_("about the partnership"), max_length=1000, blank=True)
    logo = models.ForeignKey(
        "library.PortalImage",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    tip_line = models.CharField(_("tip line"), max_length=40, blank=True)
    duty_line = models.CharField(_("duty officer's number"), max_length=40, blank=True)
    contact_email = models.EmailField(_("contact address"), blank=True)
    primary = models.CharField(_("primary colour"), max_length=7, default="#16416b", validators=[is_colour])
    primary_dark = models.CharField(
        _("primary colour, darker"), max_length=7, default="#0e2c4a", validators=[is_colour]
    )
    accent = models.CharField(_("accent colour"), max_length=7, default="#a8470f", validators=[is_colour])

    panels = [
        MultiFieldPanel(
            [FieldPanel("name"), FieldPanel("tagline"), FieldPanel("about"), FieldPanel("logo")], _("Name")
        ),
        MultiFieldPanel([FieldPanel("tip_line"), FieldPanel("duty_line"), FieldPanel("contact_email")], _("Contacts")),
        MultiFieldPanel([FieldPanel("primary"), FieldPanel("primary_dark"), FieldPanel("accent")], _("Colours")),
    ]

    class Meta:
        verbose_name = _("portal settings")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def load(cls, request_or_site: Any = None) -> PortalSettings:
        """The settings, read once a request. The parameter's name is Wagtail's."""
        loaded: PortalSettings = super().load(request_or_site=request_or_site)
        return loaded

    def clean(self) -> None:
        """Colours carry white text, so each needs 4.5 : 1 against it (WCAG 2.2, 1.4.3)."""
        super().clean()
        pale = {
            name: _("White text on this colour would be hard to read; choose a darker one.")
            for name in ("primary", "primary_dark", "accent")
            if re.fullmatch(r"#[0-9a-fA-F]{6}", getattr(self, name))
            and contrast(getattr(self, name), WHITE) < LEAST_CONTRAST
        }
        if pale:
            raise ValidationError(pale)

    @property
    def tip_line_href(self) -> str:
        return telephone_address(self.tip_line)

    @property
    def duty_line_href(self) -> str:
        return telephone_address(self.duty_line)

    @property
    def theme_url(self) -> str:
        return reverse("theme")

    @property
    def logo_url(self) -> str:
        if self.logo_id is None:
            return ""
        try:
            return reverse("logo")
        except NoReverseMatch:
            return ""

    def theme_css(self) -> str:
        """The stylesheet that sets the colours; each was validated, and is checked again before it leaves."""
        colours: dict[str, Any] = {"primary": self.primary, "primary-dark": self.primary_dark, "accent": self.accent}
        lines = [
            f"--portal-{name}: {value};" for name, value in colours.items() if re.fullmatch(r"#[0-9a-fA-F]{6}", value)
        ]
        return ":root { " + " ".join(lines) + " }\n"


class OutgoingMail(models.Model):
    """A mail that waits or was sent. It holds no words and no address: `outbox.py` makes both when it is sent."""

    kind = models.CharField(_("kind"), max_length=40)
    about = models.CharField(_("what it is about"), max_length=80, blank=True)
    site = models.CharField(_("side"), max_length=5)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)
    problem = models.CharField(_("what went wrong last"), max_length=80, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(sent_at=None, given_up_at=None), name="core_mail_waiting"
            )
        ]
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
