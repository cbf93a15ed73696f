"""Recordings without a signature: they are known by what returns at a distance that the frames themselves tell."""

# ruff: noqa: PLR2004  [the numbers are those of the standards]

from __future__ import annotations

import re

from portal.files.enums import Shape

_BARE_H26X = re.compile(rb"\0{2,3}\x01(?:[\x67\x27\x47\x09]|\x40\x01|\x46\x01)")
_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_SLOW_RATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SAMPLES = (44100, 48000, 32000)


def shape(head: bytes) -> Shape | None:
    for step, first in ((188, 0), (192, 4), (204, 0)):
        places = range(first, first + 3 * step, step)
        if len(head) > places[-1] and all(head[place] == 0x47 for place in places):
            return Shape.MPEG_TRANSPORT
    if _BARE_H26X.match(head):
        return Shape.BARE_H26X
    if _adts_frames(head):
        return Shape.AAC
    return Shape.MP3 if _mpeg_frames(head) else None


def _adts_frames(head: bytes) -> bool:
    """Two frames of AAC (ISO/IEC 13818-7, section 6.2), one where the other ends."""
    place = 0
    for _frame in range(2):
        if len(head) < place + 7 or head[place] != 0xFF or head[place + 1] & 0xF6 != 0xF0:
            return False
        length = (head[place + 3] & 3) << 11 | head[place + 4] << 3 | head[place + 5] >> 5
        if length < 7:
            return False
        place += length
    return True


def _mpeg_frames(head: bytes) -> bool:
    """Two frames of MP3 (ISO/IEC 11172-3, section 2.4.2.3), one where the other ends."""
    place = 0
    for _frame in range(2):
        length = _mp3_frame(head[place : place + 4])
        if not length:
            return False
        place += length
    return True


def _mp3_frame(mark: bytes) -> int:
    """How long a frame of layer III says it is; 0 if it is none."""
    if len(mark) < 4 or mark[0] != 0xFF or mark[1] & 0xE6 != 0xE2 or mark[1] >> 3 & 3 == 1:
        return 0
    version, rate, sampling = mark[1] >> 3 & 3, mark[2] >> 4, mark[2] >> 2 & 3
    if rate in {0, 15} or sampling == 3:
        return 0
    is_first = version == 3
    kilobits = (_RATES if is_first else _SLOW_RATES)[rate]
    samples = _SAMPLES[sampling] // (1 if is_first else 2 if version == 2 else 4)
    return (144 if is_first else 72) * kilobits * 1000 // samples + (mark[2] >> 1 & 1)
