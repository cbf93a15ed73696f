"""What a file of the library is read as: by what its bytes say, and where they say little, by its name."""

from __future__ import annotations

from portal.files import content, names, zips
from portal.files.enums import Shape
from portal.files.reading.enums import Form

_BY_EXTENSION = {
    "pdf": Form.PDF,
    "docx": Form.DOCX,
    "dotx": Form.DOCX,
    "xlsx": Form.XLSX,
    "xltx": Form.XLSX,
    "pptx": Form.PPTX,
    "potx": Form.PPTX,
    "odt": Form.ODT,
    "ott": Form.ODT,
    "ods": Form.ODS,
    "ots": Form.ODS,
    "odp": Form.ODP,
    "otp": Form.ODP,
    "html": Form.HTML,
    "htm": Form.HTML,
    "xhtml": Form.HTML,
    "md": Form.MARKDOWN,
    "markdown": Form.MARKDOWN,
    "txt": Form.TEXT,
    "text": Form.TEXT,
    "csv": Form.TEXT,
    "tsv": Form.TEXT,
    "log": Form.TEXT,
    "": Form.TEXT,
}
_OPEN_DOCUMENT = {"text": Form.ODT, "spreadsheet": Form.ODS, "presentation": Form.ODP}
_PACKED = {Form.DOCX, Form.XLSX, Form.PPTX, Form.ODT, Form.ODS, Form.ODP}
_WRITTEN = {Form.HTML, Form.MARKDOWN, Form.TEXT}
_HEAD_BYTES = 64 * 1024


def form_of(name: str, head: bytes) -> Form | None:
    """What the file is read as; None for what is not read. `head` is its beginning, some KiB. Never raises."""
    head = head[:_HEAD_BYTES]
    named = _BY_EXTENSION.get(names.extension(names.clean(name)))
    if content.has_pdf_mark(head):
        return Form.PDF
    shape = content.shape(head)
    if shape is Shape.ZIP:
        return _of_open_document(head) or (named if named in _PACKED else None)
    return named if shape in {Shape.WEB_PAGE, Shape.TEXT} and named in _WRITTEN else None


def _of_open_document(head: bytes) -> Form | None:
    """What an OpenDocument says of itself in its first entry; of a template as well."""
    said = zips.stored_type(head).rpartition(".")[2].removesuffix("-template")
    return _OPEN_DOCUMENT.get(said)
