"""As what a file is looked into, by its bytes and its extension. Agreement of the two is `identify`'s affair.

Only what the child process may import.
"""

from __future__ import annotations

import io
import zipfile

from portal.files import compound, content, kinds, zips
from portal.files.enums import Family, Kind, Shape

_HEAD = 64 * 1024
_SHAPES = {
    Shape.JPEG: Kind.JPEG,
    Shape.PNG: Kind.PNG,
    Shape.GIF: Kind.GIF,
    Shape.WEBP: Kind.WEBP,
    Shape.TIFF: Kind.TIFF,
    Shape.BMP: Kind.BMP,
    Shape.HEIF: Kind.HEIC,
    Shape.AVIF: Kind.AVIF,
    Shape.PDF: Kind.PDF,
    Shape.RTF: Kind.RTF,
}
_FOLDERS = {"word/": Kind.DOCX, "xl/": Kind.XLSX, "ppt/": Kind.PPTX}
_STORED = {"text": Kind.ODT, "spreadsheet": Kind.ODS, "presentation": Kind.ODP}
_WRITTEN = {Family.TEXT, Family.MAIL}


def kind_of(data: bytes, ending: str) -> Kind | None:
    """None for what has no texts of its own, as recordings. Never raises, whatever the bytes."""
    head = data[:_HEAD]
    shape = content.shape(head)
    if shape in _SHAPES:
        return _SHAPES[shape]
    if content.has_pdf_mark(head):
        return Kind.PDF
    if shape is Shape.ZIP:
        return _zipped(data, head)
    if shape is Shape.OLE2:
        tail = data[-2 * _HEAD :]
        return compound.kind(compound.names((0, head), (len(data) - len(tail), tail))) or _named(ending)
    if content.text_of(head) is None:
        return None
    return Kind.EML if content.is_mail(head) else _named(ending, families=_WRITTEN) or Kind.TEXT


def _named(ending: str, families: set[Family] | None = None) -> Kind | None:
    form = kinds.BY_EXTENSION.get(ending)
    return form.kind if form and (families is None or form.family in families) else None


def _zipped(data: bytes, head: bytes) -> Kind | None:
    stored = zips.stored_type(head).rpartition(".")[2].removesuffix("-template")
    if stored in _STORED:
        return _STORED[stored]
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, IndexError):
        return None
    return next((kind for folder, kind in _FOLDERS.items() if any(name.startswith(folder) for name in names)), None)
