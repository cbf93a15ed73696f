"""The name of an uploaded file, as it may be shown and offered for saving."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 255  # bytes in UTF-8: what common file systems take
_LONGEST_READ = 4096  # characters
_LONGEST_EXTENSION = 24
_UNNAMED = "file"
# Control and format characters (which turn the direction of writing), halves of pairs, private and unassigned ones.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_SPACING = {"Zs", "Zl", "Zp"}
_RESERVED = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)", re.IGNORECASE)


def clean(name: str) -> str:
    """A name without path, hidden characters or the power to turn the text around it; never empty.

    At most 255 bytes in UTF-8; what is too long loses its middle, so that the extension stays. Cleaning a clean name
    changes nothing.
    """
    base = re.split(r"[/\\]", name[-_LONGEST_READ:])[-1]
    shown = "".join(_seen(character) for character in unicodedata.normalize("NFC", base))
    shown = " ".join(unicodedata.normalize("NFC", shown).translate(_RESERVED).split())
    stem, dot, ending = shown.rstrip(". ").rpartition(".")
    if not dot or not ending or " " in ending:
        stem, dot, ending = shown.rstrip(". "), "", ""
    stem = stem.strip(". ") or _UNNAMED
    if _DEVICE.match(stem):
        stem = f"_{stem}"
    return _shortened(stem, dot + ending)


def extension(name: str) -> str:
    """The extension of a clean name in lower case, without its dot; '' if it has none."""
    _stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and ending.isascii() and len(ending) <= _LONGEST_EXTENSION else ""


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    if category in _SPACING or character in "\t\n\r":
        return " "
    return "" if category in _UNSEEN else character


def _shortened(stem: str, ending: str) -> str:
    whole = stem + ending
    if len(whole.encode()) <= LONGEST:
        return whole
    if len(ending.encode()) > _LONGEST_EXTENSION:
        stem, ending = whole, ""
    cut = stem.encode()[: LONGEST - len(ending.encode())].decode("utf-8", "ignore")
    return cut.rstrip(". ") + ending
