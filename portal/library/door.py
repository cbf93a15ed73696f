"""Whether a file is one that the library takes: by its name, its bytes, and the virus scanner where there is one.

What staff upload is not sealed and goes out as it came in, so the rule is the portal's own for files
(`files.identify`), and nothing is held for two people: what would be held is refused. Beside it the library takes web
pages and Markdown, in which statutes and guidance are published; they go out as attachments that run nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from portal.core.clamd import Outcome, Scanner, Stream, Verdict as Scan
from portal.files import content, identify, names
from portal.files.enums import Reason, Shape, Verdict
from portal.library.models import PortalDocument

CHUNK = 64 * 1024
WRITTEN = {"html", "htm", "xhtml", "md", "markdown"}
READABLE_SHAPES = {Shape.TEXT, Shape.WEB_PAGE}


@dataclass(frozen=True)
class Looked:
    """What was seen of a file. `trouble` is one sentence; '' where it may come in."""

    length: int
    sha1: str
    sha256: str
    trouble: str = ""


def look(name: str, file: BinaryIO) -> Looked:
    """Read a file once: weigh it, judge it, and have it scanned. Leaves it at its beginning."""
    file.seek(0)
    sha1, sha256 = hashlib.sha1(usedforsecurity=False), hashlib.sha256()  # Wagtail's own hash, and the manifest's
    head, tail, length = b"", b"", 0
    with _scan() as scan:
        while length <= identify.LARGEST and (chunk := file.read(CHUNK)):
            length += len(chunk)
            head = (head + chunk)[: identify.HEAD_BYTES] if len(head) < identify.HEAD_BYTES else head
            tail = (tail + chunk)[-identify.TAIL_BYTES :]
            sha1.update(chunk)
            sha256.update(chunk)
            scan.feed(chunk)
        trouble = _judge(name, head=head, tail=tail, length=length) or _scanned(scan)
    file.seek(0)
    return Looked(length, sha1.hexdigest(), sha256.hexdigest(), trouble)


def look_at(document: PortalDocument) -> Looked:
    """The same for the file of a document, as it is stored now."""
    with document.file.storage.open(document.file.name, "rb") as file:
        return look(document.filename, file)


def _judge(name: str, *, head: bytes, tail: bytes, length: int) -> str:
    ending = names.extension(names.clean(name))
    if ending in WRITTEN and 0 < length <= identify.LARGEST:
        is_text = content.shape(head) in READABLE_SHAPES and b"\0" not in head + tail
        return "" if is_text else _("What is in it does not fit its name: it is no text.")
    found = identify.identify(name, "", head=head, tail=tail, length=length)
    if found.verdict is Verdict.HELD:
        return _held(found.reason)
    return found.sentence


def _held(reason: Reason) -> str:
    """What is wrong with a file that would be held for two people, had it come with a report."""
    if reason is Reason.MACROS:
        return _("It holds macros, which run when it is opened. Save it without them.")
    if reason is Reason.NESTED:
        return _("It holds other files, packed or runnable. Save it without them.")
    return _("It is built so that two programs would see two things in it. Save it again, or as a PDF.")


class _NoScanner:
    """Stands for a scanner where none is set up."""

    def __enter__(self) -> _NoScanner:
        return self

    def __exit__(self, *problem: object) -> None:
        return None

    def feed(self, data: bytes) -> None:
        return None

    def verdict(self) -> Scan:
        return Scan(Outcome.CLEAN)


def _scan() -> Stream | _NoScanner:
    address = settings.PORTAL_CLAMD_ADDRESS
    return Scanner(address).stream() if address else _NoScanner()


def _scanned(scan: Stream | _NoScanner) -> str:
    """What the scanner says. Where it does not answer, nothing comes in."""
    verdict = scan.verdict()
    if verdict.outcome is Outcome.INFECTED:
        return _("The virus scanner found something in it: %(name)s.") % {"name": verdict.name}
    if verdict.outcome is Outcome.NOT_SCANNED:
        return _("The virus scanner did not answer. Try again in some minutes.")
    return ""
