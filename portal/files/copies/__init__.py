"""The makers of safe copies. They run in the child process only, and each imports what it needs before it is confined.

A maker imports its parsers at the top of its module, so that nothing is left to import once no file can be opened.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from importlib import import_module

from portal.files.enums import Kind
from portal.files.wire import Delivery

_MODULES = {
    "pictures": {Kind.JPEG, Kind.PNG, Kind.GIF, Kind.WEBP, Kind.TIFF, Kind.BMP, Kind.HEIC, Kind.AVIF},
    "pdf": {Kind.PDF},
    "writer": {Kind.DOCX},
    "workbook": {Kind.XLSX},
    "slides": {Kind.PPTX},
    "opendocument": {Kind.ODT, Kind.ODS, Kind.ODP},
    "older": {Kind.DOC, Kind.XLS, Kind.PPT},
    "rich": {Kind.RTF},
    "plain": {Kind.TEXT, Kind.CSV, Kind.MARKDOWN},
    "mail": {Kind.EML},
    "outlook": {Kind.MSG},
}


# Python imports each encoding at its first use, which here would be too late.
ENCODINGS = """
    ascii utf-8 utf-8-sig utf-7 utf-16 utf-16-le utf-16-be utf-32 latin-1 iso8859-2 iso8859-5 iso8859-6 iso8859-7
    iso8859-8 iso8859-9 iso8859-15 cp437 cp850 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 koi8-r
    koi8-u gb2312 gbk gb18030 big5 shift_jis euc_jp iso2022_jp euc_kr cp949 mac-roman idna punycode unicode_escape
    raw_unicode_escape
"""


def maker_of(kind: Kind) -> Callable[[bytes, Delivery], None]:
    """The function that makes copies of a kind. Raises `LookupError` for a kind without one."""
    for encoding in ENCODINGS.split():
        codecs.lookup(encoding)
    name = next(name for name, kinds in _MODULES.items() if kind in kinds)
    made: Callable[[Kind], Callable[[bytes, Delivery], None]] = import_module(f"{__name__}.{name}").maker
    return made(kind)
