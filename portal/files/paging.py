"""A copy of text and tables, and pictures of the same pages, put together into one."""

from __future__ import annotations

from dataclasses import replace

from portal.files import wire
from portal.files.answers import Copy, NoCopy
from portal.files.enums import Finding, PartForm, Removed, Trouble

# What a page may still show when we read neither text nor table from the file.
_MAY_HAVE_PAGES = {Trouble.KIND, Trouble.NOTHING}
_SHOWN_BY_PAGES = {Removed.LAYOUT, Removed.PICTURES}


def may_have_pages(outcome: Copy | NoCopy) -> bool:
    """Whether the file may meet LibreOffice: the look inside found nothing for which it would be held."""
    is_read = isinstance(outcome, Copy) or outcome.reason in _MAY_HAVE_PAGES
    return is_read and not outcome.is_held


def without_pages(outcome: Copy | NoCopy) -> Copy | NoCopy:
    """The outcome as it is, and that there should have been pictures."""
    return replace(outcome, findings=(*outcome.findings, Finding.NO_PAGES))


def with_pages(outcome: Copy | NoCopy, pages: Copy | NoCopy) -> Copy | NoCopy:
    """`pages` is the copy of the PDF. The text of its pages counts only where the file's own could not be read.

    What the PDF's metadata says is LibreOffice's doing, and no evidence.
    """
    if isinstance(pages, NoCopy) or pages.is_held:
        return without_pages(outcome)
    if isinstance(outcome, NoCopy):
        base = Copy(outcome.findings, outcome.metadata, outcome.confinement, removals=pages.removals)
        shown = pages.parts
    else:
        base = replace(outcome, removals=tuple(one for one in outcome.removals if one not in _SHOWN_BY_PAGES))
        shown = tuple(part for part in pages.parts if part.form is PartForm.PICTURE)
    fitting = shown[: wire.MOST_PARTS - len(base.parts)]
    if len(fitting) < len(shown) or Removed.PAGES in pages.removals:
        base = _cut_short(base)
    return replace(base, parts=(*base.parts, *fitting))


def _cut_short(found: Copy) -> Copy:
    findings = dict.fromkeys((*found.findings, Finding.CUT_SHORT))
    return replace(found, findings=tuple(findings), removals=tuple(dict.fromkeys((*found.removals, Removed.PAGES))))
