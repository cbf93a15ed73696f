"""What a camera wrote beside a picture (Exif 2.32): read as evidence, with every value bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image

from portal.files.enums import Fact, Removed
from portal.files.wire import Delivery

_BASE = {
    ExifTags.Base.Make: Fact.MAKE,
    ExifTags.Base.Model: Fact.MODEL,
    ExifTags.Base.Software: Fact.SOFTWARE,
    ExifTags.Base.Artist: Fact.ARTIST,
    ExifTags.Base.ImageDescription: Fact.DESCRIPTION,
    ExifTags.Base.DateTime: Fact.MODIFIED,
}
_SHOT = {
    ExifTags.Base.DateTimeOriginal: Fact.TAKEN,
    ExifTags.Base.BodySerialNumber: Fact.SERIAL,
    ExifTags.Base.LensModel: Fact.LENS,
    ExifTags.Base.UserComment: Fact.DESCRIPTION,
}
_MOST_DEGREES = {Fact.LATITUDE: 90, Fact.LONGITUDE: 180}
_BELOW_SEA = 1
_HALF_TURN_LETTERS = {"S", "W"}


def report(picture: Image.Image, out: Delivery) -> None:
    """Never raises for what a file claims: a broken entry is passed over."""
    try:
        exif = picture.getexif()
    except Exception:  # noqa: BLE001  [what a broken Exif block raises depends on where it is broken]
        out.removed(Removed.EXIF)
        return
    if not exif:
        return
    out.removed(Removed.EXIF)
    _tell(exif, _BASE, out)
    _tell(_block(exif, ExifTags.IFD.Exif), _SHOT, out)
    if _block(exif, ExifTags.IFD.IFD1):
        out.removed(Removed.THUMBNAIL)
    place = _block(exif, ExifTags.IFD.GPSInfo)
    if place:
        out.removed(Removed.POSITION)
        _tell_place(place, out)


def _block(exif: Image.Exif, which: int) -> Mapping[int, Any]:
    try:
        return exif.get_ifd(which)
    except Exception:  # noqa: BLE001  [as above]
        return {}


def _tell(block: Mapping[int, Any], facts: Mapping[ExifTags.Base, Fact], out: Delivery) -> None:
    for tag, fact in facts.items():
        value = block.get(tag)
        if isinstance(value, bytes):
            value = value.removeprefix(b"ASCII\0\0\0").decode("utf-8", "replace")
        if isinstance(value, str | int | float):
            out.fact(fact, str(value).strip("\0 "))


def _tell_place(place: Mapping[int, Any], out: Delivery) -> None:
    tags = ExifTags.GPS
    for fact, value, letter in (
        (Fact.LATITUDE, tags.GPSLatitude, tags.GPSLatitudeRef),
        (Fact.LONGITUDE, tags.GPSLongitude, tags.GPSLongitudeRef),
    ):
        degrees = _degrees(place.get(value), str(place.get(letter, "")))
        if degrees is not None and abs(degrees) <= _MOST_DEGREES[fact]:
            out.fact(fact, f"{degrees:.6f}")
    _tell_number(Fact.DIRECTION, place.get(tags.GPSImgDirection), out)
    below = place.get(tags.GPSAltitudeRef) in {_BELOW_SEA, bytes([_BELOW_SEA])}
    _tell_number(Fact.ALTITUDE, place.get(tags.GPSAltitude), out, sign=-1 if below else 1)
    clock = _numbers(place.get(tags.GPSTimeStamp))
    day = place.get(tags.GPSDateStamp)
    if clock and isinstance(day, str):
        hours, minutes, seconds = (int(part) for part in clock)
        out.fact(Fact.POSITION_TIME, f"{day[:10].replace(':', '-')} {hours:02}:{minutes:02}:{seconds:02}")


def _tell_number(fact: Fact, value: Any, out: Delivery, *, sign: int = 1) -> None:
    try:
        out.fact(fact, f"{sign * float(value):.1f}")
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return


def _degrees(value: Any, letter: str) -> float | None:
    """Degrees, minutes and seconds as one decimal number; south and west are negative."""
    parts = _numbers(value)
    if not parts:
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    return -degrees if letter.strip("\0 ").upper() in _HALF_TURN_LETTERS else degrees


def _numbers(value: Any) -> tuple[float, float, float] | None:
    try:
        first, second, third = (float(part) for part in value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    is_finite = all(abs(part) < 1e6 for part in (first, second, third))  # noqa: PLR2004  [not inf, not nan]
    return (first, second, third) if is_finite else None
