"""Pictures of an Office file's pages, where LibreOffice is installed (docs/files.md, 'LibreOffice').

The file becomes a PDF in one enclosed process, and that PDF becomes pictures in another, like any PDF from outside.
"""

from __future__ import annotations

import shutil

from portal.files import converter, folders
from portal.files.conversation import Broken, Conversation, Patience
from portal.files.converter import Order
from portal.files.enums import Kind, Trouble

ENTRY = "portal.files.converter:main"
LARGEST = 32 * 1024 * 1024  # of a file to convert
PATIENCE = Patience(feeding=30, answering=converter.SECONDS + 15, leaving=5)
_ROOM = 16 * 1024 * 1024  # for the profile and the program's own files
_BEGINS = b"%PDF-"
_LONGEST_WORD = 40


def program() -> str:
    """Where LibreOffice is; '' if it is not installed."""
    return shutil.which("soffice") or ""


def to_pdf(kind: Kind, data: bytes, *, entry: str = ENTRY, patience: Patience = PATIENCE) -> bytes:
    """The file as LibreOffice would print it. Raises `Broken`; the plaintext is gone from the folder in each case."""
    if len(data) > LARGEST:
        raise Broken(Trouble.TOO_LARGE)
    try:
        with folders.in_memory(2 * len(data) + _ROOM) as folder, Conversation(entry, patience) as talk:
            order = Order(kind=kind, length=len(data), folder=str(folder), program=program())
            said = talk.hold(order.packed(), iter([data]))
    except (folders.NoFolder, OSError):
        raise Broken(Trouble.NOT_STARTED) from None
    if not said.startswith(_BEGINS):
        raise Broken(_trouble(said))
    return said


def _trouble(said: bytes) -> Trouble:
    try:
        return Trouble(said[:_LONGEST_WORD].decode())
    except ValueError:
        return Trouble.NONSENSE
