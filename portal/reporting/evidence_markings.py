"""The look for markings on Desk, before anybody opens a file: PCII is locked away, CUI banners are kept.

Front looked before (`receiving.py`), but Desk believes only what it finds, has more time, and reads letters in pictures
where Tesseract is installed. What was taken in is a record, and no machine destroys a record (RSMo 109.260): a file
that is marked is refused to everybody, and goes with the rest when two people dispose of it (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from portal import audit
from portal.audit import Verb
from portal.core import outbox
from portal.files.enums import Kind, Trouble
from portal.files.markings import recognising, running
from portal.files.markings.enums import Sign
from portal.reporting import contents
from portal.reporting.enums import CopyState, EntryKind, FileState, MarkingState
from portal.reporting.models import Attachment, Case, Evidence, Holding
from portal.reporting.protected import records_of_holding, telling
from portal.reporting.protected.enums import Note

MOST_BANNERS = 20  # of one submission


Opening = Callable[[Attachment], Iterator[bytes]]


class NotStarted(Exception):
    """The process that looks did not start: the desk's own fault, so that the file waits."""


@dataclass(frozen=True)
class Looked:
    """What was found in a file, in codes."""

    state: MarkingState
    banners: tuple[str, ...] = ()
    signs: frozenset[Sign] = frozenset()


def look(file: Attachment, opening: Opening, *, name: str, kind: str) -> Looked:
    """Look through a file, whose plaintext `opening` gives each time that it is asked.

    Raises `NotStarted`, and what `opening` raises.
    """
    outcome = running.look(name, opening(file))
    if isinstance(outcome, running.NotSeen):
        if outcome.reason is Trouble.NOT_STARTED:
            raise NotStarted
        return Looked(MarkingState.UNREAD)
    found, is_whole = outcome.found, outcome.is_whole
    if outcome.has_pictures and not found.is_pcii:
        seen = _in_pictures(file, opening, kind)
        found, is_whole = found.with_(seen.found), is_whole and seen.is_whole
    state = MarkingState.READ if is_whole else MarkingState.PART
    return Looked(MarkingState.PCII if found.is_pcii else state, found.banners, found.signs)


def _in_pictures(file: Attachment, opening: Opening, kind: str) -> recognising.InPictures:
    try:
        return recognising.found_in_pictures(Kind(kind), opening(file), length=file.length)
    except ValueError:
        return recognising.InPictures()


def is_refused(looked: Looked) -> bool:
    return looked.state is MarkingState.PCII and not settings.PORTAL_PCII_ACCREDITED


def why_refused() -> str:
    return _(
        "It is marked as PCII, which this installation may not hold. Nobody opens it; it is destroyed with the rest."
    )


def note(row: Evidence, looked: Looked) -> None:
    """Put down what was found, on the row, which is not saved; in the same transaction tell of what is refused."""
    row.markings, row.banners = looked.state, list(looked.banners)
    if is_refused(looked):
        row.state, row.why = FileState.REFUSED, why_refused()
        row.copy_state, row.copy_why = CopyState.NONE, ""


def tell(row: Evidence, looked: Looked) -> None:
    """Inside the transaction that saves the row. Raises as `contents.key_of` does."""
    kept = row.kept
    if isinstance(kept, Holding) and looked.banners:
        _keep_banners(kept, looked.banners)
    if not is_refused(looked):
        return
    signs = sorted(sign.value for sign in looked.signs)
    audit.record(Verb.FILE_MARKED, kept.report, facts={"file": str(row.pk), "signs": signs})
    with suppress(*contents.LOST):  # without its key nobody reads a message either; the timeline says it
        contents.add_message(kept.report, message(), by=None)
    if isinstance(kept, Case):
        contents.add_entry(kept, EntryKind.MARKED, by=None)
        outbox.put("report_answered", kept.report.number)
    else:
        entry = records_of_holding.add_entry(kept, note=Note.MARKED, is_told=True)
        telling.tell_everybody(kept, entry)


def message() -> str:
    """What the submitter reads, with their receipt code."""
    return _(
        "A file that you sent is marked as PCII (Protected Critical Infrastructure Information). A portal of the state "
        "may not hold that, so the file is locked: nobody at the desk opens it, and it is destroyed with the rest of "
        "what you sent. What else you sent is kept and read as before.\n\n"
        "A copy that you give to the state is not PCII, even if CISA has the same file. If you want the federal "
        "protection, submit it to CISA yourself; the page 'Submit to CISA yourself' helps you with that. If the "
        "marking is a mistake, send the file again without it."
    )


def _keep_banners(kept: Holding, found: tuple[str, ...]) -> None:
    held = Holding.objects.select_for_update().get(pk=kept.pk)
    held.banners = list(dict.fromkeys([*held.banners, *found]))[:MOST_BANNERS]
    held.save(update_fields=["banners"])
    kept.banners = held.banners
