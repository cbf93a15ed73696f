"""The words of markings. Only the standard library: the child process imports this as well."""

from __future__ import annotations

from enum import Enum


class Sign(Enum):
    """By what a file was found to be marked as PCII. The value is short and stable: it is put down in the trail."""

    STATEMENT = "statement"  # 'This document contains PCII.'
    BANNER = "banner"  # 'CUI//SP-PCII'
    WORDS = "words"  # 'PCII' or its long form alone, where headers and footers stand


class Place(Enum):
    """Where a text of a file stands, which decides what counts there."""

    PAGE = "page"  # a page, slide or sheet, or the whole of what has no pages
    MARGIN = "margin"  # a header, a footer, a watermark, a stamp
    ASIDE = "aside"  # a value beside the content: of a picture, or a property of a document
    TOPIC = "topic"  # a property that says what a document is about: title, subject, keywords
    LOOSE = "loose"  # words found in bytes that nobody reads as text; where they stand is not known
