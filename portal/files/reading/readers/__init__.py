"""The readers of text. They run in the child process only, and each imports what it needs before it is confined."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from importlib import import_module

from portal.files.copies import ENCODINGS
from portal.files.reading.enums import Form
from portal.files.reading.wire import Delivery, Order

_MODULES = {
    Form.PDF: "pdf",
    Form.DOCX: "writer",
    Form.XLSX: "tables",
    Form.PPTX: "tables",
    Form.ODT: "opendocument",
    Form.ODS: "tables",
    Form.ODP: "tables",
    Form.HTML: "web",
    Form.MARKDOWN: "plain",
    Form.TEXT: "plain",
}


def reader_of(order: Order) -> Callable[[bytes, Order, Delivery], None]:
    """The function that reads such a file. Python imports each encoding at its first use, which would be too late."""
    for encoding in ENCODINGS.split():
        codecs.lookup(encoding)
    read: Callable[[bytes, Order, Delivery], None] = import_module(f"{__name__}.{_MODULES[order.form]}").read
    return read
