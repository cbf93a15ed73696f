"""What stands beside the pixels of a picture, as text: Exif, XMP, IPTC, comments, and the texts of PNG, also packed.

No pixel is decoded. Each value is bounded, and a broken block is passed over.
"""

from __future__ import annotations

import html
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from PIL import ExifTags, GifImagePlugin, Image, TiffImagePlugin

from portal.files.enums import Kind

LONGEST = 20_000  # characters of a value
_MOST_VALUES = 2_000
_MOST_BLOCKS = 8
_LARGEST_PACKED = 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_XMP = re.compile(rb"<(?:x:xmpmeta|rdf:RDF)\b.{0,2000000}?</(?:x:xmpmeta|rdf:RDF)>", re.DOTALL)
_XMP_VALUE = re.compile(r'>([^<>]{1,20000})<|=\s*"([^"<>]{1,20000})"|=\s*\'([^\'<>]{1,20000})\'')
_EXIF = b"Exif\0\0"
_TIFF = (b"II*\0", b"MM\0*")
_IPTC = re.compile(rb"\x1c[\x01-\x09][\x00-\xff]", re.DOTALL)
_BLOCKS = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.IFD1, ExifTags.IFD.Interop)
_NEEDED = TiffImagePlugin  # which Exif is read with: imported now, since nothing can be once this process is confined
_OF_WINDOWS = range(0x9C9B, 0x9CA0)  # XPTitle to XPSubject, in UTF-16
_JPEG_COMMENT, _JPEG_SCAN, _JPEG_END = 0xFE, 0xDA, 0xD9


def values(data: bytes, kind: Kind) -> Iterator[str]:
    """Never raises, whatever the bytes."""
    found = _all(data, kind)
    for _count in range(_MOST_VALUES):
        try:
            value = next(found)
        except StopIteration:
            return
        except Exception:  # noqa: BLE001  [a generator that raised is at its end]
            return
        if value.strip("\0 \t\r\n"):
            yield value[:LONGEST]


def _all(data: bytes, kind: Kind) -> Iterator[str]:
    for read in (_comments, _exif, _xmp, _iptc):
        yield from _until_broken(read(data, kind))


def _until_broken(found: Iterator[str]) -> Iterator[str]:
    with suppress(Exception):
        yield from found


def _comments(data: bytes, kind: Kind) -> Iterator[str]:
    if kind is Kind.PNG:
        yield from _png_texts(data)
    elif kind is Kind.JPEG:
        yield from (_text(content) for mark, content in _jpeg_segments(data) if mark == _JPEG_COMMENT)
    elif kind is Kind.GIF:
        with GifImagePlugin.GifImageFile(io.BytesIO(data)) as picture:
            yield _text(picture.info.get("comment", b""))


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each with its mark, up to the pixels (ITU-T T.81, annex B)."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:  # noqa: PLR2004  [what each mark begins with]
        mark = data[place + 1]
        if mark in {_JPEG_SCAN, _JPEG_END}:
            return
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        yield mark, data[place + 4 : place + 2 + length]
        place += 2 + max(length, 2)


def _png_texts(data: bytes) -> Iterator[str]:
    """Texts before and behind the pixels, also packed ones (PNG third edition, section 11.3.3)."""
    for name, content in _png_chunks(data):
        if name == b"tEXt":
            yield content.partition(b"\0")[2].decode("latin-1")
        elif name == b"zTXt":
            yield _unpacked(content.partition(b"\0")[2][1:]).decode("latin-1")
        elif name == b"iTXt":
            yield _international(content)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_PNG)
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length


def _international(content: bytes) -> str:
    _keyword, _zero, rest = content.partition(b"\0")
    is_packed, rest = rest[:1] == b"\1", rest[2:]
    text = rest.split(b"\0", 2)[-1]
    return (_unpacked(text) if is_packed else text).decode("utf-8", "replace")


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _LARGEST_PACKED)
    except zlib.error:
        return b""


def _exif(data: bytes, kind: Kind) -> Iterator[str]:
    """Exif (CIPA DC-008) wherever it lies: its mark is the same in each format, but for PNG, WebP and TIFF itself."""
    for block in _exif_blocks(data, kind):
        exif = Image.Exif()
        with suppress(Exception):
            exif.load(block)
            for tags in (exif, *(_sub_block(exif, which) for which in _BLOCKS)):
                yield from _exif_values(tags)


def _exif_blocks(data: bytes, kind: Kind) -> Iterator[bytes]:
    if kind is Kind.TIFF:
        yield data
    if kind is Kind.PNG:
        yield from (_EXIF + content for name, content in _png_chunks(data) if name == b"eXIf")
    if kind is Kind.WEBP:
        place = data.find(b"EXIF")
        if place >= 0:
            yield data[place + 8 :] if data[place + 8 :].startswith(_EXIF) else _EXIF + data[place + 8 :]
    place = -1
    for _count in range(_MOST_BLOCKS):
        place = data.find(_EXIF, place + 1)
        if place < 0:
            return
        if data[place + 6 : place + 10] in _TIFF:
            yield data[place:]


def _sub_block(exif: Image.Exif, which: ExifTags.IFD) -> Mapping[int, Any]:
    try:
        return exif.get_ifd(which)
    except Exception:  # noqa: BLE001  [what a broken block raises depends on where it is broken]
        return {}


def _exif_values(tags: Mapping[int, Any]) -> Iterator[str]:
    for tag, value in tags.items():
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple) and tag in _OF_WINDOWS:
            yield bytes(value).decode("utf-16-le", "replace")
        elif isinstance(value, bytes):
            yield value.decode("utf-16-le", "replace") if tag in _OF_WINDOWS else _commented(value)


def _commented(value: bytes) -> str:
    """A user's comment begins with the name of its code in eight bytes."""
    code, rest = value[:8], value[8:]
    if code == b"UNICODE\0":
        mark = "utf-16-be" if rest[:1] == b"\0" else "utf-16-le"
        return rest.decode(mark, "replace")
    return _text(rest if code in {b"ASCII\0\0\0", bytes(8)} else value)


def _xmp(data: bytes, kind: Kind) -> Iterator[str]:
    """The values of XMP (ISO 16684-1), which stands as plain text in every format, so that it can be found without."""
    for number, packet in enumerate(_XMP.finditer(data)):
        if number >= _MOST_BLOCKS:
            return
        yield from xmp_values(packet[0])


def xmp_values(packet: bytes) -> Iterator[str]:
    for found in _XMP_VALUE.finditer(packet.decode("utf-8", "replace")):
        yield html.unescape(found[1] or found[2] or found[3])


def _iptc(data: bytes, kind: Kind) -> Iterator[str]:
    """The data sets of IPTC-IIM 4.2, in each block of Photoshop's that holds them."""
    if b"8BIM\x04\x04" not in data and kind is not Kind.TIFF:
        return
    place = data.find(b"8BIM\x04\x04") if kind is not Kind.TIFF else 0
    block = data[place : place + 2_000_000]
    for found in _IPTC.finditer(block):
        start = found.end() + 2
        length = int.from_bytes(block[found.end() : start], "big")
        if 0 < length <= LONGEST:
            yield _text(block[start : start + length])


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
