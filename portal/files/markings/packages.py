"""What the makers of copies leave out of a package of Office: margins, watermarks, drawings, notes, and properties.

Parts are read one by one by their names (ECMA-376; ISO/IEC 26300); one that is broken is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from portal.files.child import NoCopyPossible
from portal.files.copies import ooxml
from portal.files.copies.ooxml import attribute, local
from portal.files.examine import Package
from portal.files.markings.enums import Place
from portal.files.wire import Delivery

_MARGINS = re.compile(
    r"word/(?:header|footer|footnotes|endnotes|comments)[^/]*\.xml"
    r"|ppt/(?:slideMasters|slideLayouts|notesMasters|handoutMasters|comments)/[^/]+\.xml"
    r"|xl/(?:drawings|comments|threadedComments)[^/]*/?[^/]*\.(?:xml|vml)"
)
_SHEET = re.compile(r"xl/(?:worksheets|chartsheets)/[^/]+\.xml")
_PROPERTIES = re.compile(r"docProps/[^/]+\.xml")
_CODES = re.compile(
    r'&(?:"[^"]*"|\d+|K[0-9A-F]{6}|K\d{2}[+-]\d{3}|[A-Z])'
)  # of headers in workbooks: font, size, place
_HEADS = {"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"}
_TOPICS = {"title", "subject", "keywords", "keyword", "category", "TitlesOfParts"}
_MEDIA = re.compile(r"(?:.*/media/|Pictures/)[^/]+\.(?:jpe?g|png|gif|tiff?|webp|bmp)", re.IGNORECASE)
_MOST_PARTS, _MOST_MEDIA = 400, 40
_LARGEST_MEDIA = 8 * 1024 * 1024
Text = tuple[str, Place]


def texts(data: bytes, enclosed: Callable[[str, bytes], None]) -> Iterator[Text]:
    """Raises `NoCopyPossible` for what is no package, is locked, or grows beyond the budget."""
    package = Package(data, Delivery(lambda _frame: None))
    for number, name in enumerate(sorted(package.names)):
        if number >= _MOST_PARTS * 10:
            break
        if _MARGINS.fullmatch(name):
            yield from _margin(package, name)
        elif _SHEET.fullmatch(name):
            yield from _of_sheet(package, name)
        elif _PROPERTIES.fullmatch(name) or name == "meta.xml":
            yield from _properties(package, name)
        elif name == "styles.xml":
            yield from _of_styles(package)
    for name in [name for name in sorted(package.names) if _MEDIA.fullmatch(name)][:_MOST_MEDIA]:
        if package.unpacked_size(name) <= _LARGEST_MEDIA:
            enclosed(name, package.read(name))


def _xml(package: Package, name: str) -> Iterator[Element]:
    """Every element of a part, or none."""
    try:
        root = package.xml(name)
    except NoCopyPossible:
        return
    yield from root.iter() if root is not None else ()


def _margin(package: Package, name: str) -> Iterator[Text]:
    for one in _xml(package, name):
        if local(one) == "p":
            yield ooxml.paragraph(one), Place.MARGIN
        elif local(one) == "textpath":  # the letters of a watermark
            yield attribute(one, "string"), Place.MARGIN
        elif local(one) in {"text", "t"} and one.text:
            yield one.text, Place.MARGIN


def _of_sheet(package: Package, name: str) -> Iterator[Text]:
    for one in _xml(package, name):
        if local(one) in _HEADS and one.text:
            for piece in re.split(r"&[LCR]", one.text):
                yield _CODES.sub(" ", piece), Place.MARGIN


def _properties(package: Package, name: str) -> Iterator[Text]:
    for one in _xml(package, name):
        if one.text and one.text.strip():
            yield one.text, Place.TOPIC if local(one) in _TOPICS else Place.ASIDE


def _of_styles(package: Package) -> Iterator[Text]:
    """Headers and footers of OpenDocument stand with the styles of its pages."""
    for holder in _xml(package, "styles.xml"):
        if local(holder) in {"header", "footer", "header-left", "footer-left", "header-first", "footer-first"} or (
            local(holder) == "master-page"
        ):
            for one in holder.iter():
                if local(one) in {"p", "h"}:
                    yield "".join(one.itertext()), Place.MARGIN
