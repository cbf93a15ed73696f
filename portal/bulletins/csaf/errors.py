"""Why an advisory was not taken. Each reason is a class of its own; its text is one sentence that names the file."""

from typing import ClassVar

LONGEST_QUOTE = 60


class Refused(Exception):
    """An advisory was refused; nothing of it may be kept.

    `source` is the name of the file, made fit to print. `sentence` is the whole reason, for a person.
    """

    because: ClassVar[str] = "it was refused"

    def __init__(self, source: str, **facts: object) -> None:
        self.source = quoted(source, longest=200)
        self.sentence = f"{self.source}: {self.because.format(**{name: quoted(fact) for name, fact in facts.items()})}."
        super().__init__(self.sentence)


class NotReadable(Refused):
    because = "this is not a file that can be read ({what})"


class TooLarge(Refused):
    because = "the file is larger than the {limit} that an advisory may have"


class NotUtf8(Refused):
    because = "the file is not UTF-8 text, which CSAF requires"


class NotJson(Refused):
    because = "the file is not JSON (line {line}: {what})"


class CutOff(NotJson):
    because = "the file ends in the middle: it was cut off on its way here"


class TooDeep(Refused):
    because = "the file is nested deeper than {limit} levels, which no advisory is"


class DuplicateKey(Refused):
    because = "the key '{key}' stands twice in one object, so that readers would disagree on what it says"


class NotFinite(Refused):
    because = "the file holds {what}, which is not a number that JSON knows"


class TooMany(Refused):
    """Absurd sizes: too many values, products or vulnerabilities, or a text without end."""

    because = "{what} is longer than the {limit} that an advisory may have"


class ControlCharacters(Refused):
    because = "{where} holds characters that control a screen or are not text at all"


class NotCsaf(Refused):
    because = "the file is JSON but not a CSAF advisory: {where} is missing"


class OtherVersion(Refused):
    because = "the file is CSAF {version}; only version 2.0 is read"


class WrongSchema(Refused):
    because = "{where} {what}"


class OtherCategory(Refused):
    because = "the category '{category}' is none of the kinds of advisory that are read"


class Restricted(Refused):
    """Not marked as public. Imported advisories are shown to everyone, so that anything else must stay out."""

    because = "the file is marked '{label}'; only TLP:CLEAR (formerly TLP:WHITE) is taken"


class NotLabelled(Restricted):
    because = "the file carries no TLP label, and what is not marked as public is not published"


class NotReleased(Refused):
    because = "the advisory has the status '{status}'; only final and interim ones are taken"


class OtherPublisher(Refused):
    because = "the publisher '{namespace}' is not among those whose advisories are taken"


class MarkupInTitle(Refused):
    because = "{where} holds markup or a script"


class UnsafeLink(Refused):
    because = "{where} is a link that would run a program ('{url}')"


class DuplicateProduct(Refused):
    because = "the product id '{product}' is given to two different products"


class DuplicateAdvisory(Refused):
    """For whoever reads many files: the same advisory came twice in one run."""

    because = "the advisory '{tracking_id}' was already read from {other}"


def quoted(value: object, *, longest: int = LONGEST_QUOTE) -> str:
    """A value from a stranger's file, short and printable, for a sentence on a terminal or in a log."""
    text = "".join(character if character.isprintable() else "�" for character in str(value)[: longest + 1])
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
