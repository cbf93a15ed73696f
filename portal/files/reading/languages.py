"""Which language a text is in, by its letters and by its smallest words.

A guess for a person to confirm, among the languages that people in Missouri write. See
docs/decisions/a-texts-language-is-told-by-its-smallest-words.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_SAMPLE = 60_000  # characters
_FEWEST = 8  # words that must speak for a language
_LEAST = 0.08  # of all words
_CLEARLY = 1.25  # times as many as for the next
_WORD = re.compile(r"[^\W\d_]+")
_SMALL = {
    "en": "the of and to in is that for are with as be this by from or an have not which their will should must when",
    "es": "el la los las de que y en un una por con para del se su al es como más pero sus esta son debe ante cuando",
    "fr": "le la les des et en un une du que est pour dans qui par sur au avec pas plus ce sont cette aux ou doit vous",
    "de": "der die das und in zu den mit von für auf ist im dem nicht ein eine als auch es an werden aus bei nach sind",
    "pt": "o os as de que e em um uma por com para do da se não mais dos das como mas ao pelo seu sua são ou quando",
    "it": "il lo gli di che e la un una per con del della non si sono è nel più anche alla dei delle come da ed questo",
    "nl": "de het een en van in is dat op te zijn met voor niet aan er om ook als bij door maar naar of uit wordt deze",
    "vi": "và của là có được cho các trong không một người với những đã khi để này từ về phải hoặc tại bạn nếu",
    "bs": "i je u na se da su za od koji sa ne što kao ili iz bi će po samo kako ako te biti može vam ima koja prije",
    "so": "iyo ka ku oo waa in ay la si uu u waxaa ee ama kuwa leh haddii hadii dadka waxa aad kale loo lagu markii",
    "sw": "na ya wa kwa ni katika la za kuwa hii cha kama au ili huo hiyo si yako watu wako lakini pia wakati baada",
    "tl": "ang ng sa mga na at ay para kung ito o hindi may mo ka rin ang isang kapag nang lang iyong kayo upang dahil",
    "ht": "ak nan yo pou se ki te ou la a pa sa gen moun kote lè oswa tout nou avèk fè ka yon si konsa sou apre anvan",
}
_SMALLEST = {language: frozenset(words.split()) for language, words in _SMALL.items()}
_SCRIPTS = {
    "CYRILLIC": "ru",
    "ARABIC": "ar",
    "HANGUL": "ko",
    "CJK": "zh",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "DEVANAGARI": "hi",
    "ETHIOPIC": "am",
    "GREEK": "el",
    "HEBREW": "he",
    "THAI": "th",
    "MYANMAR": "my",
}
_JAPANESE = 0.05  # of kana among the letters tell it from Chinese


def language_of(text: str, *, declared: str = "") -> str:
    """The code (RFC 5646) of the language; what the file declares where its words do not tell; '' if nothing does."""
    sample = text[:_SAMPLE]
    return _by_script(sample) or _by_words(sample) or _plain(declared)


def _plain(declared: str) -> str:
    primary = declared.strip().lower().replace("_", "-").partition("-")[0]
    return primary if primary.isascii() and primary.isalpha() and len(primary) in {2, 3} else ""


def _by_script(sample: str) -> str:
    letters = [one for one in sample if one.isalpha()]
    if not letters:
        return ""
    found = Counter(unicodedata.name(one, "").partition(" ")[0] for one in letters if ord(one) > 0x24F)  # noqa: PLR2004  [behind Latin]
    kana = found["HIRAGANA"] + found["KATAKANA"]
    script, count = max(found.items(), key=lambda pair: pair[1], default=("", 0))
    if count * 2 < len(letters):
        return "ja" if kana > _JAPANESE * len(letters) else ""
    return "ja" if script == "CJK" and kana > _JAPANESE * len(letters) else _SCRIPTS.get(script, "")


def _by_words(sample: str) -> str:
    words = Counter(word.lower() for word in _WORD.findall(sample))
    total = sum(words.values())
    votes = sorted(
        ((sum(words[word] for word in small), language) for language, small in _SMALLEST.items()), reverse=True
    )
    (most, language), (next_most, _other) = votes[0], votes[1]
    is_clear = most >= _FEWEST and most >= _LEAST * total and most >= _CLEARLY * next_most
    return language if is_clear else ""
