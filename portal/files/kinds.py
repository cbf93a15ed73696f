"""The allow-list: every kind of file that the portal takes, as data.

Content types are those that phones and browsers really send. Nothing and `application/octet-stream` say nothing and
are never held against a file. Only the standard library: the child process imports this as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.files.enums import Copying, Family, Kind, Shape

SAYS_NOTHING = frozenset(
    {"", "application/octet-stream", "binary/octet-stream", "application/x-download", "application/force-download"}
)
_ZIPPED = ("application/zip", "application/x-zip-compressed", "application/x-zip")
_OLE = ("application/x-ole-storage", "application/cdfv2", "application/x-cfb")
_SEALED_ONLY = Copying.NONE


@dataclass(frozen=True)
class Form:
    """One kind: how it is called, what it is declared as, what its bytes look like, what a safe copy of it is."""

    kind: Kind
    family: Family
    extensions: tuple[str, ...]
    types: tuple[str, ...]
    shapes: tuple[Shape, ...]
    copying: Copying


def _pictures() -> Iterator[Form]:
    """Any picture's name fits any picture: phones and messengers mix them up, and nothing is lost by it."""
    rows: tuple[tuple[Kind, tuple[str, ...], tuple[str, ...], Shape], ...] = (
        (Kind.JPEG, ("jpg", "jpeg", "jpe", "jfif"), ("image/jpeg", "image/jpg", "image/pjpeg"), Shape.JPEG),
        (Kind.PNG, ("png",), ("image/png", "image/x-png", "image/apng"), Shape.PNG),
        (Kind.GIF, ("gif",), ("image/gif",), Shape.GIF),
        (Kind.WEBP, ("webp",), ("image/webp",), Shape.WEBP),
        (Kind.TIFF, ("tif", "tiff"), ("image/tiff", "image/tif", "image/x-tiff"), Shape.TIFF),
        (Kind.BMP, ("bmp", "dib"), ("image/bmp", "image/x-ms-bmp", "image/x-bmp"), Shape.BMP),
        (Kind.HEIC, ("heic", "heif", "hif"), ("image/heic", "image/heif", "image/heic-sequence"), Shape.HEIF),
        (Kind.AVIF, ("avif",), ("image/avif",), Shape.AVIF),
    )
    for kind, extensions, types, shape in rows:
        yield Form(kind, Family.PICTURE, extensions, types, (shape,), Copying.PICTURES)


def _documents() -> Iterator[Form]:
    ooxml = "application/vnd.openxmlformats-officedocument."
    odf = "application/vnd.oasis.opendocument."
    yield Form(
        Kind.PDF,
        Family.PDF,
        ("pdf",),
        ("application/pdf", "application/x-pdf", "text/pdf"),
        (Shape.PDF,),
        Copying.PAGES,
    )
    zipped: tuple[tuple[Kind, tuple[str, ...], tuple[str, ...]], ...] = (
        (Kind.DOCX, ("docx", "docm"), (f"{ooxml}wordprocessingml.document", "application/msword")),
        (Kind.XLSX, ("xlsx", "xlsm"), (f"{ooxml}spreadsheetml.sheet", "application/vnd.ms-excel")),
        (
            Kind.PPTX,
            ("pptx", "ppsx", "pptm", "ppsm"),
            (
                f"{ooxml}presentationml.presentation",
                f"{ooxml}presentationml.slideshow",
                "application/vnd.ms-powerpoint",
            ),
        ),
        (Kind.ODT, ("odt",), (f"{odf}text",)),
        (Kind.ODS, ("ods",), (f"{odf}spreadsheet",)),
        (Kind.ODP, ("odp",), (f"{odf}presentation",)),
    )
    for kind, extensions, types in zipped:
        macro_types = tuple(f"application/vnd.ms-{name}.macroenabled.12" for name in _MACRO_TYPES.get(kind, ()))
        yield Form(kind, Family.OFFICE, extensions, types + macro_types + _ZIPPED, (Shape.ZIP,), Copying.TEXT)
    older: tuple[tuple[Kind, str, tuple[str, ...]], ...] = (
        (Kind.DOC, "doc", ("application/msword", "application/vnd.ms-word")),
        (Kind.XLS, "xls", ("application/vnd.ms-excel", "application/msexcel", "application/x-msexcel")),
        (Kind.PPT, "ppt", ("application/vnd.ms-powerpoint", "application/mspowerpoint")),
    )
    for kind, extension, types in older:
        yield Form(kind, Family.OFFICE, (extension,), types + _OLE, (Shape.OLE2,), _SEALED_ONLY)


_MACRO_TYPES = {
    Kind.DOCX: ("word.document",),
    Kind.XLSX: ("excel.sheet",),
    Kind.PPTX: ("powerpoint.presentation", "powerpoint.slideshow"),
}


def _writings() -> Iterator[Form]:
    """Text. Machines with Excel declare a table as Excel's, and some mailers declare all text as plain."""
    text = ("text/plain", "application/txt", "text/x-log")
    table = ("text/csv", "text/comma-separated-values", "application/csv", "text/tab-separated-values")
    rows: tuple[tuple[Kind, Family, tuple[str, ...], tuple[str, ...], Shape], ...] = (
        (Kind.TEXT, Family.TEXT, ("txt", "text", "log"), text, Shape.TEXT),
        (Kind.CSV, Family.TEXT, ("csv", "tsv"), (*table, *text, "application/vnd.ms-excel"), Shape.TEXT),
        (Kind.MARKDOWN, Family.TEXT, ("md", "markdown"), ("text/markdown", "text/x-markdown", *text), Shape.TEXT),
        (
            Kind.RTF,
            Family.OFFICE,
            ("rtf",),
            ("application/rtf", "text/rtf", "application/x-rtf", "text/richtext", "application/msword"),
            Shape.RTF,
        ),
        (Kind.EML, Family.MAIL, ("eml",), ("message/rfc822", "application/email", *text), Shape.TEXT),
        (Kind.MSG, Family.MAIL, ("msg",), ("application/vnd.ms-outlook", "application/msoutlook", *_OLE), Shape.OLE2),
    )
    for kind, family, extensions, types, shape in rows:
        yield Form(kind, family, extensions, types, (shape,), Copying.TEXT)


def _recordings() -> Iterator[Form]:
    """Sound and video: kept as sealed originals. Their declared types (audio/…, video/…) are not listed one by one.

    What recorders of security cameras export has often no published signature; `RECORDER` takes it by its name, as long
    as it does not look like anything else.
    """
    h26x = (Shape.BARE_H26X, Shape.RECORDER, Shape.MPEG_PROGRAM, Shape.UNKNOWN)
    recorders = ("dav", "g64", "g64x", "ave", "avd", "nvr", "dvr", "ssf", "sdv", "bvr", "ifv", "mjpg", "mjpeg")
    rows: tuple[tuple[Kind, tuple[str, ...], tuple[Shape, ...]], ...] = (
        (Kind.MP4, ("mp4", "m4v", "mp4v"), (Shape.MP4,)),
        (Kind.MOV, ("mov", "qt"), (Shape.QUICKTIME, Shape.MP4)),
        (Kind.THREE_GP, ("3gp", "3gpp", "3g2", "3gp2"), (Shape.MP4,)),
        (Kind.M4A, ("m4a", "m4b"), (Shape.MP4,)),
        (Kind.AVI, ("avi",), (Shape.AVI,)),
        (Kind.MKV, ("mkv", "mka"), (Shape.MATROSKA,)),
        (Kind.WEBM, ("webm", "weba"), (Shape.MATROSKA,)),
        (Kind.MPEG, ("mpg", "mpeg", "mpe", "vob"), (Shape.MPEG_PROGRAM,)),
        (Kind.MPEG_TS, ("ts", "mts", "m2ts", "m2t", "mpegts"), (Shape.MPEG_TRANSPORT,)),
        (Kind.WMV, ("wmv", "asf"), (Shape.ASF,)),
        (Kind.WMA, ("wma",), (Shape.ASF,)),
        (Kind.MP3, ("mp3",), (Shape.MP3,)),
        (Kind.WAV, ("wav", "wave"), (Shape.WAVE,)),
        (Kind.OGG, ("ogg", "oga", "ogv", "opus"), (Shape.OGG,)),
        (Kind.AAC, ("aac",), (Shape.AAC,)),
        (Kind.FLAC, ("flac",), (Shape.FLAC,)),
        (Kind.AMR, ("amr",), (Shape.AMR,)),
        (Kind.H264, ("264", "h264", "avc"), h26x),
        (Kind.H265, ("265", "h265", "hevc"), h26x),
        (Kind.RECORDER, recorders, (Shape.RECORDER, Shape.BARE_H26X, Shape.UNKNOWN)),
    )
    for kind, extensions, shapes in rows:
        yield Form(kind, Family.RECORDING, extensions, (), shapes, _SEALED_ONLY)


FORMS: tuple[Form, ...] = (*_pictures(), *_documents(), *_writings(), *_recordings())
BY_KIND: dict[Kind, Form] = {form.kind: form for form in FORMS}
BY_EXTENSION: dict[str, Form] = {extension: form for form in FORMS for extension in form.extensions}

MACRO_EXTENSIONS = frozenset({"docm", "xlsm", "pptm", "ppsm"})
# Declared for recordings beside audio/… and video/…, by browsers that ask a desktop's own list of types.
RECORDING_TYPES = frozenset(
    {
        "application/mp4",
        "application/ogg",
        "application/x-matroska",
        "application/vnd.ms-asf",
        "application/x-troff-msvideo",
        "application/vnd.rn-realmedia",
        "text/vnd.trolltech.linguist",
        "text/vnd.qt.linguist",
        "application/typescript",
    }
)

# Never taken, whatever is in them. The list only makes for a better sentence: what is not on the allow-list is refused.
_PROGRAMS = """
    exe com scr pif cpl dll sys drv ocx msi msp msix appx bat cmd ps1 psm1 vbs vbe js jse mjs wsf wsh hta sct
    reg inf lnk url scf desktop jar class war apk ipa app deb rpm dmg pkg run bin elf so sh bash zsh csh py pyc
    pyw pl rb php asp aspx jsp swf chm hlp gadget application one onepkg iqy slk xll xlam ppam ppa xla dotm xltm
    potm docb xlsb settingcontent-ms library-ms search-ms theme
"""
_ARCHIVES = """
    zip 7z rar tar gz tgz bz2 tbz xz txz zst lz lz4 lzma z arj ace cab lzh iso img vhd vhdx vmdk udf toast cpio
    ar pst ost mbox
"""
_WEB_PAGES = """
    html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt swf webarchive
"""
PROGRAM_EXTENSIONS = frozenset(_PROGRAMS.split())
ARCHIVE_EXTENSIONS = frozenset(_ARCHIVES.split())
WEB_PAGE_EXTENSIONS = frozenset(_WEB_PAGES.split())
