"""The words of reading. Only the standard library: the child process imports this as well."""

from __future__ import annotations

from enum import Enum


class Form(Enum):
    """What a file is read as. The value is short and stable: it may be stored."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODT = "odt"
    ODS = "ods"
    ODP = "odp"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"


class Finding(Enum):
    """What keeps some people from reading a file. The value is stored with the document."""

    NOT_TAGGED = "not-tagged"
    NO_TITLE = "no-title"
    NO_LANGUAGE = "no-language"
    LOCKED_FOR_READERS = "locked"
    IMAGE_ONLY = "image-only"
    PAGES_WITHOUT_TEXT = "pages-without-text"
    POOR_TEXT_LAYER = "poor-text"
    UNREAD_PAGES = "unread-pages"


class Fact(Enum):
    """What the child process tells of the whole file, beside its pages."""

    TITLE = "title"
    DATED = "dated"
    LANGUAGE = "language"
    PAGE_COUNT = "page count"
    HAS_PAGES = "has pages"
    CUT_SHORT = "cut short"
