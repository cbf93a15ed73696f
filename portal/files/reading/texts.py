"""Text as it is searched and shown: without ligatures, leaders and words that a line's end cut in two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LIGATURES = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
        "\u00a0": " ",
        "\u2007": " ",
        "\u2011": "-",
        "\u00ad": "",
        "\ufeff": "",
        "\ufffe": "\x02",
    }
)
# PDFium ends a line that was cut within a word with U+0002; others leave the hyphen and the line's end.
_CUT = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,40})(?:\x02|[-\u2010](?=\n)) {0,3}\n? {0,3}([^\W\d_]{2,40})")
_LEADERS = re.compile(r"(?:[.\u2026_\u00b7] ?){5,}")
_MANY_SPACES = re.compile(r"[ \t\u2002\u2003\u2009\u202f\u3000]+")
_BULLETS = re.compile(r"^[\u00ff\uf0b7\uf0a7] (?=\S)", re.MULTILINE)  # letters of fonts of signs
_MANY_LINES = re.compile(r"\n{3,}")
_WORD = re.compile(r"[^\W\d_]{2,40}(?:-[^\W\d_]{2,40})?")


def tidy(text: str) -> str:
    """One page's text: one kind of line end and of space. Words cut in two are for `joined`."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n"))
    plain = _LEADERS.sub(" … ", plain.translate(_LIGATURES))
    plain = _BULLETS.sub("• ", plain)
    lines = (_MANY_SPACES.sub(" ", line).strip() for line in plain.split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def joined(pages: Iterable[str]) -> list[str]:
    """The pages with words joined that a line's end had cut.

    Whether a hyphen belongs to the word, the document itself tells: by how it writes the word elsewhere.
    """
    pages = list(pages)
    known = {word.lower() for page in pages for word in _WORD.findall(_CUT.sub(" ", page))}
    return [_CUT.sub(lambda cut: _whole(cut[1], cut[2], known), page).replace("\x02", "-") for page in pages]


def _whole(first: str, second: str, known: set[str]) -> str:
    if (first + second).lower() in known:
        return first + second
    keeps = f"{first}-{second}".lower() in known or {first.lower(), second.lower()} <= known
    return f"{first}-{second}" if keeps or second[0].isupper() else first + second
