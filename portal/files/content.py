"""What a file's bytes look like, from its head alone: signatures, and a few fixed looks behind them.

No length in a file is trusted, and nothing is searched for that is not bounded by the head's 64 KiB.
"""

from __future__ import annotations

import re

from portal.files import rhythms
from portal.files.enums import Shape

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_OPENING_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_GIF = (b"GIF87a", b"GIF89a")
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MOST_BRANDS = 32
_EXECUTABLE = {
    b"MZ": Shape.PROGRAM,
    b"\x7fELF": Shape.PROGRAM,
    b"\xfe\xed\xfa\xce": Shape.PROGRAM,
    b"\xfe\xed\xfa\xcf": Shape.PROGRAM,
    b"\xce\xfa\xed\xfe": Shape.PROGRAM,
    b"\xcf\xfa\xed\xfe": Shape.PROGRAM,
    b"\xca\xfe\xba\xbe": Shape.PROGRAM,
    b"dex\n": Shape.PROGRAM,
    b"\0asm": Shape.PROGRAM,
    b"L\0\0\0\x01\x14\x02\0": Shape.PROGRAM,  # a Windows shortcut
    b"ITSF": Shape.PROGRAM,  # compiled help
    b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d": Shape.PROGRAM,  # OneNote, which carries programs
    b"FWS": Shape.PROGRAM,
    b"CWS": Shape.PROGRAM,
    b"ZWS": Shape.PROGRAM,
    b"!<arch>\n": Shape.PROGRAM,
    b"\xed\xab\xee\xdb": Shape.PROGRAM,
}
_ARCHIVES = (
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x1f\x8b",
    b"\x1f\x9d",
    b"\x1f\xa0",
    b"BZh",
    b"\xfd7zXZ\0",
    b"(\xb5/\xfd",
    b"\x04\x22M\x18",
    b"LZIP",
    b"MSCF",
    b"ISc(",
    b"xar!",
    b"vhdxfile",
    b"conectix",
    b"KDMV",
    b"QFI\xfb",
    b"hsqs",
    b"PK\x05\x06",  # an empty zip
    b"PK\x07\x08",  # one of several parts
    b"!BDN",  # a mailbox of Outlook
)
_SIGNATURES: tuple[tuple[bytes, Shape], ...] = (
    (b"\xff\xd8\xff", Shape.JPEG),
    (b"\x89PNG\r\n\x1a\n", Shape.PNG),
    (b"PK\x03\x04", Shape.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Shape.OLE2),
    (b"{\\rtf", Shape.RTF),
    (b"#!AMR", Shape.AMR),
    (b"OggS\0", Shape.OGG),
    (b"fLaC\0\0\0\x22", Shape.FLAC),
    (b"\x1aE\xdf\xa3", Shape.MATROSKA),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", Shape.ASF),
    (b"\0\0\1\xba", Shape.MPEG_PROGRAM),
    (b"\0\0\1\xb3", Shape.MPEG_PROGRAM),
    (b"DAHUA", Shape.RECORDER),
    (b"DHAV", Shape.RECORDER),
    (b"IMKH", Shape.RECORDER),
    (b"ID3", Shape.MP3),
)
_LETTERS = 3
_ISO_AT, _ISO_MARK = 0x8001, b"CD001"
_TAR_AT, _TAR_MARK = 257, b"ustar"
_PDF_WITHIN = 1024
_PDF = re.compile(rb"%PDF-\d")
_WEB = re.compile(r"<(?:!doctype\s+html|html|head|body|script|svg|iframe|\?xml|\?php|!entity|!doctype|object|embed)\b")
_SCRIPT = re.compile(r"#!\s?/|<\?php|@echo off|<%|(?:on error resume next|option explicit)\b")
_MOST_CONTROLS = 100  # one control character in so many is let through: logs of terminals have them


def shape(head: bytes) -> Shape:
    """What the head looks like. Never raises, whatever the bytes."""
    for signature, found in (*_EXECUTABLE.items(), *((mark, Shape.ARCHIVE) for mark in _ARCHIVES)):
        if head.startswith(signature) and _is_really(signature, head):
            return found
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return found
    return _container(head) or _film(head) or rhythms.shape(head) or _disc(head) or _written(head)


def text_of(head: bytes) -> str | None:
    """The head as text, or None if it is none: UTF-8, UTF-16 with its mark, or one byte a character."""
    text = _decoded(head)
    if text is None or not text:
        return None
    controls = sum(character < " " and character not in "\t\n\r\f\x1b" for character in text)
    return None if "\0" in text or controls * _MOST_CONTROLS > len(text) else text


def has_pdf_mark(head: bytes) -> bool:
    """Readers of PDF accept its mark anywhere in the first KiB."""
    return bool(_PDF.search(head[: _PDF_WITHIN + 8]))


def is_mail(head: bytes) -> bool:
    """Whether it begins as a mail does (RFC 5322, section 2.2): header lines, some of them a mail's own."""
    text = (text_of(head) or "").removeprefix("\ufeff").replace("\r\n", "\n")
    names = {found.lower() for found in re.findall(r"^([!-9;-~]{1,60}):", text.split("\n\n", 1)[0], re.MULTILINE)}
    return len(names & {"from", "to", "date", "subject", "received", "message-id", "mime-version", "return-path"}) > 1


def _is_really(signature: bytes, head: bytes) -> bool:
    """Signatures of two or three letters could begin a text; then it has to look like no text."""
    return len(signature) > _LETTERS or not signature.isalpha() or text_of(head) is None


def _container(head: bytes) -> Shape | None:
    if head.startswith(_GIF):
        return Shape.GIF
    if head.startswith(_TIFF):
        return Shape.TIFF
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0" and text_of(head) is None:
        return Shape.BMP
    if head[:4] in {b"RIFF", b"RF64", b"RIFX"}:
        return {b"WEBP": Shape.WEBP, b"WAVE": Shape.WAVE, b"AVI ": Shape.AVI}.get(head[8:12])
    return Shape.PDF if _PDF.match(head.lstrip(b"\xef\xbb\xbf \t\r\n\f\0")) and has_pdf_mark(head) else None


def _film(head: bytes) -> Shape | None:
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    return Shape.QUICKTIME if head[4:8] in _OPENING_BOXES and head[:2] in {b"\0\0", b"\0\1"} else None


def _of_brands(head: bytes) -> Shape:
    """ISO base media (ISO/IEC 14496-12, section 4.3): the first brand is what the file is, the others what it fits."""
    size = min(int.from_bytes(head[:4], "big"), 16 + 4 * _MOST_BRANDS)
    major = head[8:12]
    brands = {major} | {head[place : place + 4] for place in range(16, size, 4)}
    if major in _AVIF_BRANDS or (major in {b"mif1", b"msf1"} and brands & _AVIF_BRANDS):
        return Shape.AVIF
    if major in _HEIC_BRANDS:
        return Shape.HEIF
    if major == b"crx ":  # a raw picture of a camera, which only looks like a film
        return Shape.UNKNOWN
    return Shape.QUICKTIME if major == b"qt  " else Shape.MP4


def _disc(head: bytes) -> Shape | None:
    if head[_ISO_AT : _ISO_AT + 5] == _ISO_MARK or head[_TAR_AT : _TAR_AT + 5] == _TAR_MARK:
        return Shape.ARCHIVE
    return Shape.ARCHIVE if head[7:14] == b"**ACE**" or head[2:5] in {b"-lh", b"-lz"} else None


def _written(head: bytes) -> Shape:
    text = text_of(head)
    if text is None:
        return Shape.UNKNOWN
    opening = text.lstrip("\ufeff \t\r\n")[:256].lower()
    if _WEB.match(opening):
        return Shape.WEB_PAGE
    return Shape.PROGRAM if _SCRIPT.match(opening) else Shape.TEXT


def _decoded(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    if b"\0" in head:
        return None
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError as problem:
        # The head may end in the middle of a character.
        if problem.start >= len(head) - 3 and problem.reason == "unexpected end of data":
            return head[: problem.start].decode("utf-8", "ignore")
    return head.decode("cp1252", "replace")
