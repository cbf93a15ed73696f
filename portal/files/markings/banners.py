"""CUI banner markings (32 CFR 2002.20; CUI Marking Handbook 1.1): read as they came, and never made here.

A banner is a line with nothing but the control marking (CUI or CONTROLLED), the categories, and the limits of
dissemination, in capitals, with `//` between these and `/` within them. A marking in round brackets is a portion's, and
no banner. The categories of the registry change, so they are known by their form.
"""

from __future__ import annotations

import re

LONGEST = 120  # characters
_CONTROL = r"(?:CUI|CONTROLLED)"
_CATEGORY = r"(?:SP-)?[A-Z][A-Z0-9-]{1,11}"
_NATIONS = r"[A-Z]{3,4}(?:, ?[A-Z]{3,4}){0,20}"
_LIMIT = (
    r"(?:NOFORN|NF|FED ?ONLY|FEDCON|NOCON|DL ONLY|DISPLAY ONLY(?: " + _NATIONS + r")?|REL TO " + _NATIONS + r"|RELIDO"
    r"|ATTORNEY-CLIENT|ATTORNEY-WP|AC|AWP|DELIB(?:ERATIVE)?)"
)
_CATEGORIES = rf"{_CATEGORY}(?: ?/ ?{_CATEGORY}){{0,11}}"
_LIMITS = rf"{_LIMIT}(?: ?/ ?{_LIMIT}){{0,7}}"
_BANNER = re.compile(rf"{_CONTROL}(?: ?// ?(?:{_LIMITS}|{_CATEGORIES}(?: ?// ?{_LIMITS})?))?")
_PCII = re.compile(r"(?<![A-Z0-9-])(?:SP-)?PCII(?![A-Z0-9-])")
_AROUND = " \t*_=|.\u2013\u2014\u2022-"


def read(line: str) -> str:
    """The banner that a line is, as it came but for signs around it; '' where it is none."""
    plain = line.strip(_AROUND)
    return plain if len(plain) <= LONGEST and _BANNER.fullmatch(plain) else ""


def is_bare(banner: str) -> bool:
    """Whether it is one word, which also stands in tables and sentences and means nothing there."""
    return "//" not in banner


def names_pcii(banner: str) -> bool:
    return bool(_PCII.search(banner))
