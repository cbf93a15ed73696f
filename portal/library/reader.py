"""The reader: the text of one page, with its neighbours, and the words that somebody looked for."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.library import inside
from portal.library.documents import crumbs, file_form, get_document, numbers, reading_of, remember
from portal.library.languages import as_attribute
from portal.library.models import DocumentPage, PortalDocument
from portal.library.withdrawn import is_told

PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
CELLS = " | "  # between the cells of a row, as tables are read
FULL_LINE, LONG_LINE = 60, 40  # characters after which a line was probably broken by its page's width


@dataclass(frozen=True)
class Neighbours:
    """Where one gets from a page: '' where there is nothing. The last two lead to pages that have the words."""

    before: str = ""
    after: str = ""
    found_before: str = ""
    found_after: str = ""


@require_safe
@is_told
def page(request: HttpRequest, identifier: uuid.UUID, number: int) -> HttpResponse:
    """The text of one page, sheet, slide or part. Raises `Http404` where there is none of this number."""
    document = get_document(request, identifier)
    reading = reading_of(document)
    shown = DocumentPage.objects.filter(document=document, number=number).first() if reading else None
    if reading is None or shown is None:
        raise Http404
    remember(request, document)
    words = inside.words_in(request.GET.get("q", ""))
    context = {
        "document": document,
        "reading": reading,
        "shown": shown,
        "paragraphs": paragraphs(shown.text, has_broken_lines=file_form(document) == "PDF"),
        "words": words,
        "typed": " ".join(words),
        "neighbours": _neighbours(document, number, words),
        "text_language": as_attribute(document.language),
        "file_form": file_form(document),
        "page_label": document.label,
        "crumbs": crumbs(document),
        **numbers(document),
    }
    return render(request, "library/page.html", context)


def paragraphs(text: str, *, has_broken_lines: bool) -> list[str]:
    """A page's text in paragraphs. A PDF breaks lines at its page's width, which a phone has not: these are joined."""
    whole = "".join(_joined(text.split("\n"))) if has_broken_lines else text
    return [piece.strip() for piece in PARAGRAPH.split(whole) if piece.strip()]


def _joined(lines: list[str]) -> Iterator[str]:
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        yield line + (" " if _runs_on(line, following) else "\n")


def _runs_on(line: str, following: str) -> bool:
    """Whether a sentence goes on in the next line, as far as one can tell; a table's rows stay apart."""
    if not following[:1].isalnum() or CELLS in line or CELLS in following:
        return False
    if following[0].islower():
        return len(line) >= LONG_LINE
    return len(line) >= FULL_LINE and (line[-1].islower() or line[-1] == ",")


def _neighbours(document: PortalDocument, number: int, words: tuple[str, ...]) -> Neighbours:
    typed = " ".join(words)
    pages: Any = DocumentPage.objects.filter(document=document)
    ways = {"before": _before(pages, number), "after": _after(pages, number)}
    if words:
        found = inside.pages_with(document, words)
        ways |= {"found_before": _before(found, number), "found_after": _after(found, number)}
    return Neighbours(**{name: _address(document, other, typed) for name, other in ways.items()})


def _before(pages: Any, number: int) -> int | None:
    found: int | None = pages.filter(number__lt=number).order_by("-number").values_list("number", flat=True).first()
    return found


def _after(pages: Any, number: int) -> int | None:
    found: int | None = pages.filter(number__gt=number).order_by("number").values_list("number", flat=True).first()
    return found


def _address(document: PortalDocument, number: int | None, typed: str) -> str:
    if number is None:
        return ""
    return document.get_page_url(number) + (f"?{urlencode({'q': typed})}" if typed else "")
