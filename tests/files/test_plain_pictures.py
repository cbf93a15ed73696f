"""A picture from the child is let through only if it is pixels and nothing else."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, strategies as st

from portal.files.plain_pictures import LARGEST_SIDE, is_plain
from tests.files import made, plain

WHOLE = made.picture("PNG")


@pytest.mark.parametrize(
    "picture",
    [made.picture("PNG"), made.jpeg(), made.jpeg(progressive=True), made.jpeg(quality=95, optimize=True), plain.jpeg()],
    ids=range(5),
)
def test_pixels_alone_are_plain(picture: bytes) -> None:
    assert is_plain(picture)


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"<html>",
        made.picture("GIF"),
        WHOLE[:-4],
        WHOLE + b"tail",
        WHOLE[:33] + made.png_part(b"tEXt", b"a\0b") + WHOLE[33:],
        WHOLE[:33] + made.png_part(b"eXIf", b"MM\0*") + WHOLE[33:],
        WHOLE[:33] + made.png_part(b"iCCP", b"a\0\0b") + WHOLE[33:],
        WHOLE[:50] + bytes([WHOLE[50] ^ 1]) + WHOLE[51:],
        made.PNG + made.png_part(b"IHDR", struct.pack(">IIBBBBB", LARGEST_SIDE + 1, 1, 8, 0, 0, 0, 0)) + WHOLE[33:],
        made.PNG + made.png_part(b"IDAT", b"") + made.png_part(b"IEND", b""),
        plain.jpeg_with_metadata(),
        made.jpeg(comment=b"hello"),
        made.jpeg(exif=made.exif()),
        made.jpeg(icc_profile=b"x" * 200),
        made.jpeg() + b"tail",
        made.jpeg()[:-2],
        plain.jpeg(width=0),
        plain.jpeg(height=LARGEST_SIDE + 1),
        plain.jpeg(end=b""),
        plain.jpeg(end=b"\xff\xe1\0\x04ab\xff\xd9"),
        b"\xff\xd8\xff\xd9",
    ],
    ids=range(22),
)
def test_anything_more_or_less_is_not(picture: bytes) -> None:
    assert not is_plain(picture)


@given(st.binary(max_size=300), st.sampled_from([b"", made.PNG, b"\xff\xd8", plain.jpeg()[:20], WHOLE[:40]]))
def test_no_bytes_make_it_fail(rest: bytes, start: bytes) -> None:
    assert is_plain(start + rest) in {True, False}
