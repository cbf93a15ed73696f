"""Whether a picture from the child process is plain: a PNG or JPEG of pixels and nothing else.

The child may have been taken over by the file that it read. So its pictures are walked through here, part by part, in
pure Python, without decoding: no metadata, nothing behind the end, a sane size. What a browser gets is this.
"""

from __future__ import annotations

import zlib

LARGEST_SIDE = 20_000
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_PARTS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_PNG_HEADER_BYTES, _PNG_FRAME_BYTES = 13, 12
_JPEG, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_JFIF, _SCAN = 0xE0, 0xDA
_JFIF_BYTES = 16
# Tables, restart interval, JFIF, and baseline or progressive frames of 8 bits (ITU-T T.81, table B.1).
_JPEG_PARTS = {0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, _JFIF, _SCAN}
_FRAMES = {0xC0, 0xC1, 0xC2}


def is_plain(data: bytes) -> bool:
    if data.startswith(_PNG):
        return _is_plain_png(data)
    return data.startswith(_JPEG) and _is_plain_jpeg(data)


def content_type(data: bytes) -> str:
    return "image/png" if data.startswith(_PNG) else "image/jpeg"


def _is_plain_png(data: bytes) -> bool:
    place, last = len(_PNG), b""
    while last != b"IEND":
        length = int.from_bytes(data[place : place + 4], "big")
        last, end = data[place + 4 : place + 8], place + _PNG_FRAME_BYTES + length
        if last not in _PNG_PARTS or end > len(data) or (last == b"IHDR") != (place == len(_PNG)):
            return False
        content = data[place + 4 : end - 4]
        if zlib.crc32(content) != int.from_bytes(data[end - 4 : end], "big"):
            return False
        if last == b"IHDR" and (length != _PNG_HEADER_BYTES or not _is_sane(content[4:8], content[8:12])):
            return False
        place = end
    return place == len(data)


def _is_plain_jpeg(data: bytes) -> bool:
    """Up to the first scan each part says its length; behind it, only the marks of the same parts may stand."""
    place, has_frame = 2, False
    while place + 4 <= len(data):
        if data[place] != 0xFF or data[place + 1] not in _JPEG_PARTS:  # noqa: PLR2004  [the mark of marks]
            return False
        mark, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if mark == _JFIF and (length != _JFIF_BYTES or data[place + 4 : place + 9] != b"JFIF\0"):
            return False
        if mark in _FRAMES:
            has_frame = True
            if not _is_sane(data[place + 5 : place + 7], data[place + 7 : place + 9]):
                return False
        place += 2 + length
        if mark == _SCAN:
            return has_frame and _ends_plainly(data, place)
    return False


def _ends_plainly(data: bytes, place: int) -> bool:
    while (place := data.find(b"\xff", place)) >= 0:
        mark = data[place + 1 : place + 2]
        if mark == _JPEG_END[1:]:
            return place + 2 == len(data)
        is_in_scan = mark in {b"\0", b"\xff"} or b"\xd0" <= mark <= b"\xd7"
        if is_in_scan:
            place += 1 if mark == b"\xff" else 2
        elif mark in {b"\xc4", b"\xda", b"\xdb"}:  # the next scan of a progressive picture
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        else:
            return False
    return False


def _is_sane(*sides: bytes) -> bool:
    return all(0 < int.from_bytes(side, "big") <= LARGEST_SIDE for side in sides)
