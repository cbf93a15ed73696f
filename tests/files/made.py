"""Odd and honest files, made by code: each function gives the bytes of one."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import pillow_heif
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

GPS_NORTH, GPS_EAST = "38.576806", "-92.173333"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PNG = b"\x89PNG\r\n\x1a\n"


def noise(length: int, *, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(length)


def drawing(width: int = 60, height: int = 40) -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (width // 2, 0, width, height))
    return picture


def exif(*, orientation: int = 1) -> Image.Exif:
    block = Image.Exif()
    block[271], block[272], block[274] = "Acme", "Eye 3", orientation
    block.get_ifd(0x8769)[36867] = "2026:03:04 05:06:07"
    place = block.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (38.0, 34.0, 36.5), "W", (92.0, 10.0, 24.0)
    place[7], place[29] = (1.0, 2.0, 3.0), "2026:03:04"
    return block


def picture(form: str, **options: Any) -> bytes:
    target = io.BytesIO()
    drawing().save(target, form, **options)
    return target.getvalue()


def jpeg(**options: Any) -> bytes:
    return picture("JPEG", **options)


def heic() -> bytes:
    target = io.BytesIO()
    pillow_heif.from_pillow(drawing(64, 64)).save(target, exif=exif().tobytes())
    return target.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """A PNG of one colour, which says any size and is small."""
    rows = zlib.compressobj(9)
    line = b"\0" * (1 + (width + 7) // 8)
    packed = b"".join(rows.compress(line) for _row in range(height)) + rows.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return PNG + png_part(b"IHDR", header) + png_part(b"IDAT", packed) + png_part(b"IEND", b"")


def png_part(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def jpeg_with_segments(*segments: tuple[int, bytes]) -> bytes:
    """A JPEG with segments of one's own behind its first mark."""
    data = jpeg()
    extra = b"".join(struct.pack(">BBH", 0xFF, mark, len(content) + 2) + content for mark, content in segments)
    return data[:2] + extra + data[2:]


def zipped(parts: Mapping[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word_body(body: str) -> str:
    return f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'


def word_paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(body: str = "", *, parts: Mapping[str, bytes | str] | None = None, types: str = "") -> bytes:
    return zipped(
        {
            "[Content_Types].xml": TYPES.format(types),
            "word/document.xml": word_body(body or word_paragraph("A van at the gate")),
            **(parts or {}),
        }
    )


def relation(kind: str, target: str, *, outside: bool = True) -> str:
    mode = ' TargetMode="External"' if outside else ""
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="rId1" Type="{RELATION}/{kind}" Target="{target}"{mode}/></Relationships>'
    )


def xlsx() -> bytes:
    import openpyxl  # type: ignore[import-untyped]  # it has no types

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Visitors"
    sheet.append(["name", "plate"])
    sheet.append(["guest", 12])
    sheet["C1"] = "=1+1"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def pptx() -> bytes:
    shapes = "http://schemas.openxmlformats.org/drawingml/2006/main"
    show = "http://schemas.openxmlformats.org/presentationml/2006/main"

    def slide(text: str) -> str:
        return f'<p:sld xmlns:p="{show}" xmlns:a="{shapes}"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>'

    order = "".join(f'<p:sldId id="{256 + n}" r:id="rId{n}"/>' for n in (2, 1))
    links = "".join(f'<Relationship Id="rId{n}" Type="{RELATION}/slide" Target="slides/slide{n}.xml"/>' for n in (1, 2))
    return zipped(
        {
            "[Content_Types].xml": TYPES.format(""),
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{show}" xmlns:r="{RELATION}"><p:sldIdLst>{order}'
            "</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": f'<Relationships xmlns="{RELATIONS}">{links}</Relationships>',
            "ppt/slides/slide1.xml": slide("shown second"),
            "ppt/slides/slide2.xml": slide("shown first"),
        }
    )


def opendocument(kind: str, body: str, *, parts: Mapping[str, bytes | str] | None = None) -> bytes:
    """`kind` is text, spreadsheet or presentation. Its type stands first, and is not packed."""
    target = io.BytesIO()
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "drawing", "script")
    )
    content = f"<office:document-content {spaces}><office:body>{body}</office:body></office:document-content>"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        for name, part in {"content.xml": content, **(parts or {})}.items():
            archive.writestr(name, part, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def bomb(megabytes: int = 150) -> bytes:
    """A Word document of which one part grows beyond all measure."""
    return docx(parts={"word/media/image1.bin": b"\0" * (megabytes * 1024 * 1024)})


def overlapping_bomb() -> bytes:
    """Two entries of the directory that share their bytes."""
    data = bytearray(docx(parts={"word/a.xml": b"a" * 50_000, "word/b.xml": b"b" * 50_000}))
    first, second = data.rfind(b"word/a.xml") - 46, data.rfind(b"word/b.xml") - 46
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def nested_zip(depth: int) -> bytes:
    data = b"the end"
    for level in range(depth):
        data = zipped({f"level{level}.zip" if level else "end.txt": data}, method=zipfile.ZIP_STORED)
    return data


def pdf(**changes: Any) -> bytes:
    """One empty page. `script`, `launch`, `file=(name, content)`, `lock=(user, owner)`, `link`, `information`."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 100)
    if "script" in changes:
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(changes["script"])}
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): DictionaryObject(action)})
    if "launch" in changes:
        action = {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject(changes["launch"])}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    if "link" in changes:
        action = {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject(changes["link"])}
        box = ArrayObject([NumberObject(number) for number in (0, 0, 50, 50)])
        note = {
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): box,
            NameObject("/A"): DictionaryObject(action),
        }
        page[NameObject("/Annots")] = ArrayObject([DictionaryObject(note)])
    if "file" in changes:
        writer.add_attachment(*changes["file"])
    writer.add_metadata(changes.get("information", {}))
    if "lock" in changes:
        user, owner = changes["lock"]
        writer.encrypt(user_password=user, owner_password=owner, algorithm=changes.get("algorithm", "AES-256"))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512
_SMALLEST_STREAM = 4096  # smaller ones would be kept elsewhere


def compound(streams: Mapping[str, bytes], *, in_middle: bool = False) -> bytes:
    """An OLE2 file with these streams; `folder/name` makes one in a folder. Each is filled up to 4096 bytes.

    `in_middle` puts much in front of and behind the directory, so that it is in neither end of the file.
    """
    padding = 800 if in_middle else 0
    entries: list[tuple[str, int, int, int]] = []
    folders = sorted({name.split("/")[0] for name in streams if "/" in name})
    names = [*folders, *streams]
    count = 1 + len(names)
    directory_sectors = -(-count * 128 // _SECTOR)
    bodies = {name: data + b"\0" * (-len(data) % _SECTOR) for name, data in streams.items()}
    bodies = {name: data.ljust(_SMALLEST_STREAM, b"\0") for name, data in bodies.items()}
    total = 2 * padding + directory_sectors + sum(len(data) // _SECTOR for data in bodies.values())
    tables = -(-total // 127)
    place = tables + padding + directory_sectors
    chains = [_TABLE] * tables + [_FREE] * padding
    chains += [tables + padding + n + 1 for n in range(directory_sectors - 1)] + [_END]
    content = b""
    starts = {}
    for name, data in bodies.items():
        sectors = len(data) // _SECTOR
        starts[name] = (place, max(len(streams[name]), _SMALLEST_STREAM))
        chains += [place + n + 1 for n in range(sectors - 1)] + [_END]
        content += data
        place += sectors
    chains += [_FREE] * (tables * 128 - len(chains))
    top = [name for name in names if "/" not in name]
    entries = [("Root Entry", 5, _END, 0)]
    rows = [_entry("Root Entry", 5, child=1 if top else _FREE)]
    for number, name in enumerate(names, 1):
        following = next((n for n in range(number + 1, len(names) + 1) if _level(names[n - 1]) == _level(name)), _FREE)
        if name in folders:
            child = next((n for n, one in enumerate(names, 1) if one.startswith(f"{name}/")), _FREE)
            rows.append(_entry(name, 1, child=child, right=following))
        else:
            start, size = starts[name]
            rows.append(_entry(name.rpartition("/")[2], 2, right=following, start=start, size=size))
    assert entries
    directory = b"".join(rows).ljust(directory_sectors * _SECTOR, b"\0")
    header = OLE2 + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, tables + padding, 0, _SMALLEST_STREAM, _END, 0, _END, 0)
    header += b"".join(struct.pack("<I", n if n < tables else _FREE) for n in range(109))
    table = b"".join(struct.pack("<I", one) for one in chains)
    filler = noise(padding * _SECTOR)
    return header + table + filler + directory + content + filler


def _level(name: str) -> str:
    return name.rpartition("/")[0]


def _entry(name: str, kind: int, *, child: int = _FREE, right: int = _FREE, start: int = _END, size: int = 0) -> bytes:
    written = name.encode("utf-16-le")
    row = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written) + 2, kind, 1, _FREE, right, child)
    return row + b"\0" * 36 + struct.pack("<IQ", start if kind == 2 else 0, size)


def word_97(**streams: bytes) -> bytes:
    return compound({"WordDocument": b"\xec\xa5" + b"\0" * 200, "1Table": b"", **streams})


def outlook(**changes: Any) -> bytes:
    streams = {
        "__properties_version1.0": b"",
        "__substg1.0_0037001F": "A van at the gate".encode("utf-16-le"),
        "__substg1.0_1000001F": "It came twice.".encode("utf-16-le"),
        "__substg1.0_0C1A001F": "Guard".encode("utf-16-le"),
    }
    if "attached" in changes:
        name, content = changes["attached"]
        folder = "__attach_version1.0_#00000000"
        streams[f"{folder}/__substg1.0_3707001F"] = name.encode("utf-16-le")
        streams[f"{folder}/__substg1.0_37010102"] = content
    return compound(streams)


MAIL = (
    b"From: Guard <guard@plant.example>\r\nTo: desk@center.example\r\nSubject: A van\r\n"
    b"Date: Mon, 2 Mar 2026 10:00:00 -0600\r\nReceived: from gate by plant\r\nMessage-ID: <1@plant.example>\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nIt came twice.\r\n"
)


def mail_with(name: str, content: bytes) -> bytes:
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "guard@plant.example", "desk@center.example", "A van"
    message.set_content("It came twice.")
    message.add_alternative(
        '<p>It came <b>twice</b>.</p><script>steal()</script><a href="https://bad.example/x">here</a>', subtype="html"
    )
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def film(brand: bytes, *, length: int = 4096) -> bytes:
    return (
        struct.pack(">I4s4sI4s", 20, b"ftyp", brand, 0, b"isom") + struct.pack(">I4s", length, b"mdat") + noise(length)
    )


def mp3() -> bytes:
    frame = b"\xff\xfb\x90\x00" + b"\x55" * 413  # layer III, 128 kbit/s, 44.1 kHz: 417 bytes
    return frame * 4


def aac() -> bytes:
    frame = bytes([0xFF, 0xF1, 0x50, 0x80, 0x10, 0x1F, 0xFC])
    return frame.ljust(128, b"\x11") * 4


def transport_stream() -> bytes:
    return (b"\x47\x40\x00\x10" + b"\xff" * 184) * 20
