"""What a line of text from outside must not hold."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

ALLOWED_CONTROLS = "\n\r\t"
SOCIAL_SECURITY = re.compile(r"(?<![\d-])\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])")


def printable(text: str) -> None:
    """Refuse control characters, and those that turn the direction of text around or cannot be seen."""
    hidden = {"Cc", "Cf", "Cs", "Co"}
    if any(unicodedata.category(character) in hidden and character not in ALLOWED_CONTROLS for character in text):
        raise ValidationError(
            _("There is a character in it that cannot be seen. Type it again instead of pasting it."), code="printable"
        )


def one_line(text: str) -> None:
    """Refuse line breaks and web addresses in what is a name: it stands in headings and mail."""
    if any(character in text for character in ALLOWED_CONTROLS) or "://" in text:
        raise ValidationError(_("Write this on one line, without a web address."), code="one_line")


def without_social_security_number(text: str) -> None:
    """Refuse what looks like a social security number: the portal never asks for one and never keeps one."""
    if SOCIAL_SECURITY.search(text):
        raise ValidationError(
            _("This looks like a social security number. We never ask for one; leave it out."), code="ssn"
        )
