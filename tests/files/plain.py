"""Bytes that need no library to be made: the hostile child imports this, and it must start fast."""

from __future__ import annotations

import struct


def jpeg_with_metadata() -> bytes:
    """A JPEG's frame and scan, of nothing, with an Exif segment in front."""
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\0"
    return jpeg(b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)


def jpeg(extra: bytes = b"", *, width: int = 8, height: int = 8, end: bytes = b"\xff\xd9") -> bytes:
    """The skeleton of a JPEG: a frame, a scan, an end."""
    shape = b"\xff\xc0" + struct.pack(">HBHHB3B", 11, 8, height, width, 1, 1, 0x11, 0)
    scan = b"\xff\xda" + struct.pack(">HB2B3B", 8, 1, 1, 0, 0, 63, 0) + b"\x12\xff\x00\x34"
    return b"\xff\xd8" + extra + shape + scan + end
