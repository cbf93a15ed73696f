"""What is inside another file: judged by its name and its first bytes, as at the door."""

from __future__ import annotations

from portal.files import content, kinds, names
from portal.files.enums import Finding, Shape
from portal.files.wire import Delivery

_HEAD = 64 * 1024
_RUNS = {Shape.PROGRAM, Shape.WEB_PAGE}
_ENDINGS_THAT_RUN = kinds.PROGRAM_EXTENSIONS | kinds.WEB_PAGE_EXTENSIONS | kinds.MACRO_EXTENSIONS


def look(name: str, data: bytes, out: Delivery) -> None:
    """A program, a script or a packed file inside makes the whole one held; anything else is only told."""
    out.finding(Finding.EMBEDDED_FILE)
    out.enclosed(name, data)
    ending, shape = names.extension(names.clean(name)), content.shape(data[:_HEAD])
    if shape in _RUNS or ending in _ENDINGS_THAT_RUN:
        out.finding(Finding.EMBEDDED_PROGRAM)
    elif shape is Shape.ARCHIVE or ending in kinds.ARCHIVE_EXTENSIONS:
        out.finding(Finding.NESTED)
