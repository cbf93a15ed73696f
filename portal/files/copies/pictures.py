"""Pictures: decoded, turned upright, and written anew from their pixels alone."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable
from functools import partial

import pillow_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from portal.files import hidden, wire
from portal.files.child import NoCopyPossible
from portal.files.copies import camera
from portal.files.enums import Fact, Finding, Kind, Removed, Shape, Title, Trouble
from portal.files.wire import Delivery

MOST_PIXELS = 80_000_000  # decoded, three or four bytes each
LARGEST_SIDE = 12_000  # of the copy
QUALITY = 88
_FORMATS = {
    Kind.JPEG: "JPEG",
    Kind.PNG: "PNG",
    Kind.GIF: "GIF",
    Kind.WEBP: "WEBP",
    Kind.TIFF: "TIFF",
    Kind.BMP: "BMP",
    Kind.HEIC: "HEIF",
    Kind.AVIF: "AVIF",
}
# Formats of drawings and screens, whose copies should not blur; the others are photographs.
_DRAWN = {Kind.PNG, Kind.GIF, Kind.BMP}
_PLUGINS = (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
_JPEG_PARTS = (2, 4, 8)  # halves, quarters and eighths are what its coding allows
_APPENDED_FROM = 16  # bytes behind the end that are no mere padding
_MOST_PAGES = 20


def maker(kind: Kind) -> Callable[[bytes, Delivery], None]:
    """Only the one format's reader is used, and only those that are imported above can be."""
    Image._initialized = 2  # no further plugins are looked for: there will be no files to find them in
    Image.MAX_IMAGE_PIXELS = None  # our own limit is lower and stands below
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # a cut picture shows what there is of it; see `_loaded`
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    if kind is Kind.HEIC:
        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener(thumbnails=False)
    return partial(copy, kind=kind)


def copy(data: bytes, out: Delivery, *, kind: Kind) -> None:
    """Raises `NoCopyPossible` for what has too many pixels."""
    warnings.simplefilter("ignore")
    with Image.open(io.BytesIO(data), formats=[_FORMATS[kind]]) as picture:
        frames = int(getattr(picture, "n_frames", 1))
        out.fact(Fact.WIDTH, picture.size[0])
        out.fact(Fact.HEIGHT, picture.size[1])
        _make_fit(picture, out)  # before all else: some readers decode the whole picture when asked for its metadata
        _report(picture, out, frames)
        _look_around(data, out, kind)
        shown = min(frames, _MOST_PAGES) if kind is Kind.TIFF else 1
        if frames > shown:
            out.removed(Removed.FRAMES)
        for number in range(shown):
            if number:
                picture.seek(number)
            _deliver(picture, out, kind=kind, number=number + 1 if shown > 1 else 0)


def _deliver(picture: Image.Image, out: Delivery, *, kind: Kind, number: int) -> None:
    _make_fit(picture, out)
    upright = ImageOps.exif_transpose(_loaded(picture, out)) if kind is not Kind.HEIC else _loaded(picture, out)
    if max(upright.size) > LARGEST_SIDE:
        upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        out.removed(Removed.DETAIL)
    title = Title.PAGE if number else Title.PICTURE
    out.picture(written(upright, is_drawn=kind in _DRAWN), title=title, number=number)


def written(picture: Image.Image, *, is_drawn: bool) -> bytes:
    """The pixels as a file of their own. A drawing that would be huge becomes a photograph."""
    target = io.BytesIO()
    if is_drawn:
        pixels_of(picture, keeps_transparency=True).save(target, "PNG")
        if target.tell() < wire.MOST_BYTES // 3:
            return target.getvalue()
        target = io.BytesIO()
    pixels_of(picture, keeps_transparency=False).save(target, "JPEG", quality=QUALITY)
    return target.getvalue()


def pixels_of(picture: Image.Image, *, keeps_transparency: bool) -> Image.Image:
    """A picture that has nothing but pixels: none of what its reader learned comes along."""
    has_transparency = picture.has_transparency_data
    if picture.mode in {"I;16", "I;16B", "I;16L", "I", "F"}:
        picture = picture.convert("F").point(lambda value: value / 257.0 + 0.0).convert("L")
    mode = "L" if picture.mode in {"1", "L"} and not has_transparency else "RGB"
    if has_transparency:
        mode = "RGBA"
    plain = picture.convert(mode)
    if has_transparency and not keeps_transparency:
        ground = Image.new("RGBA", plain.size, "white")
        ground.alpha_composite(plain)
        plain = ground.convert("RGB")
    plain.info = {}  # what a writer would take along; the parent refuses a picture that has more than pixels
    return plain


def _make_fit(picture: Image.Image, out: Delivery) -> None:
    """A JPEG can be decoded at half its size and less, and needs no more memory than that."""
    width, height = picture.size
    if width * height > MOST_PIXELS and isinstance(picture, JpegImagePlugin.JpegImageFile):
        part = next((part for part in _JPEG_PARTS if width * height <= MOST_PIXELS * part**2), _JPEG_PARTS[-1])
        picture.draft(None, (width // part, height // part))
        out.removed(Removed.DETAIL)
    if picture.size[0] * picture.size[1] > MOST_PIXELS:
        raise NoCopyPossible(Trouble.TOO_COMPLEX)


def _loaded(picture: Image.Image, out: Delivery) -> Image.Image:
    """The pixels; of a cut picture as far as they go, which is said."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        picture.load()
    except (OSError, SyntaxError, ValueError, struct.error):
        out.finding(Finding.DAMAGED)
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        picture.load()
    return picture


def _report(picture: Image.Image, out: Delivery, frames: int) -> None:
    """What the file tells beside its pixels: as evidence, and as what the copy is without."""
    if frames > 1:
        out.fact(Fact.FRAMES, frames)
    if picture.info.get("icc_profile"):
        out.removed(Removed.COLOUR_PROFILE)
    if picture.info.get("xmp") or "XML:com.adobe.xmp" in picture.info:
        out.removed(Removed.XMP)
    comment = picture.info.get("comment") or getattr(picture, "text", None)
    if comment:
        out.removed(Removed.COMMENT)
        out.fact(Fact.DESCRIPTION, _as_text(comment))
    camera.report(picture, out)


def _as_text(comment: object) -> str:
    if isinstance(comment, dict):
        return "; ".join(f"{name}: {str(value)[:200]}" for name, value in list(comment.items())[:10])
    return comment.decode("utf-8", "replace") if isinstance(comment, bytes) else str(comment)


def _look_around(data: bytes, out: Delivery, kind: Kind) -> None:
    if hidden.is_two_things(_SHAPES[kind], head=data, tail=data):
        out.finding(Finding.TWO_THINGS)
    end = {Kind.JPEG: b"\xff\xd9", Kind.PNG: b"IEND\xae\x42\x60\x82"}.get(kind)
    if end is None:
        return
    place = data.rfind(end)
    film = data.find(b"ftyp")  # phones keep a film of the moment behind a photograph, with marks of its own
    if 0 <= place < len(data) - len(end) - _APPENDED_FROM or (kind is Kind.JPEG and film > 0):
        out.removed(Removed.APPENDED)


_SHAPES = {
    Kind.JPEG: Shape.JPEG,
    Kind.PNG: Shape.PNG,
    Kind.GIF: Shape.GIF,
    Kind.WEBP: Shape.WEBP,
    Kind.TIFF: Shape.TIFF,
    Kind.BMP: Shape.BMP,
    Kind.HEIC: Shape.HEIF,
    Kind.AVIF: Shape.AVIF,
}
