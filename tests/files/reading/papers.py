"""PDFs with text, made by code: each function gives the bytes of one."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from pypdf.constants import UserAccessPermissions
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

WIDTH, HEIGHT = 612, 792
READ_ALOUD = UserAccessPermissions.EXTRACT_TEXT_AND_GRAPHICS


def pdf(*pages: str, **told: Any) -> bytes:
    """A page for each text. `title`, `language`, `tagged`, `heading`; `lock=(user, owner)`, `algorithm`, `allowed`."""
    writer = PdfWriter()
    for text in pages:
        _write(writer.add_blank_page(WIDTH, HEIGHT), text, writer, heading=told.get("heading", ""))
    return _finished(writer, **told)


def scan(*texts: str, layer: tuple[str, ...] = (), **told: Any) -> bytes:
    """Pages that are pictures of letters; with `layer`, the hidden text that a scanner's program left behind them."""
    writer = PdfWriter()
    for place, text in enumerate(texts):
        page = writer.add_blank_page(WIDTH, HEIGHT)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/XObject"): DictionaryObject({NameObject("/P"): writer._add_object(_picture(text))})}
        )
        drawn = f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /P Do Q".encode()
        _write(page, layer[place] if layer else "", writer, before=drawn, is_hidden=True)
    return _finished(writer, **told)


def _write(
    page: Any, text: str, writer: PdfWriter, *, heading: str = "", before: bytes = b"", is_hidden: bool = False
) -> None:
    resources = page.get("/Resources", DictionaryObject())
    font = {"/Type": NameObject("/Font"), "/Subtype": NameObject("/Type1"), "/BaseFont": NameObject("/Helvetica")}
    font |= {"/Encoding": NameObject("/WinAnsiEncoding")}
    named = DictionaryObject({NameObject(name): value for name, value in font.items()})
    resources[NameObject("/Font")] = DictionaryObject({NameObject("/F"): writer._add_object(named)})
    page[NameObject("/Resources")] = resources
    lines = (line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in text.split("\n"))
    shown = b"".join(b"(" + line.encode("cp1252", "replace") + b") Tj T*\n" for line in lines)
    mode = b"3 Tr " if is_hidden else b""
    stream = DecodedStreamObject()
    first = f"/F 30 Tf ({heading}) Tj 0 -40 Td\n".encode() if heading else b""
    stream.set_data(before + b"\nBT 60 720 Td " + first + mode + b"/F 12 Tf 16 TL\n" + shown + b"ET")
    page[NameObject("/Contents")] = writer._add_object(stream)


def _picture(text: str) -> StreamObject:
    drawn = Image.new("L", (1275, 1650), "white")
    ImageDraw.Draw(drawn).multiline_text((130, 150), text, fill="black", font=ImageFont.load_default(44), spacing=24)
    packed = io.BytesIO()
    drawn.save(packed, "JPEG", quality=80)
    stream = StreamObject()
    stream._data = packed.getvalue()
    told = {"/Type": "/XObject", "/Subtype": "/Image", "/ColorSpace": "/DeviceGray", "/Filter": "/DCTDecode"}
    stream.update({NameObject(name): NameObject(value) for name, value in told.items()})
    numbers = {"/Width": drawn.width, "/Height": drawn.height, "/BitsPerComponent": 8}
    stream.update({NameObject(name): NumberObject(value) for name, value in numbers.items()})
    return stream


def _finished(writer: PdfWriter, **told: Any) -> bytes:
    information = {"/Title": told.get("title", ""), "/CreationDate": told.get("created", "")}
    writer.add_metadata({name: value for name, value in information.items() if value})
    root = writer.root_object
    if "language" in told:
        root[NameObject("/Lang")] = TextStringObject(told["language"])
    if told.get("tagged"):
        root[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})
        root[NameObject("/StructTreeRoot")] = DictionaryObject({NameObject("/Type"): NameObject("/StructTreeRoot")})
    if "lock" in told:
        user, owner = told["lock"]
        writer.encrypt(
            user_password=user,
            owner_password=owner,
            algorithm=told.get("algorithm", "AES-256"),
            permissions_flag=told.get("allowed", UserAccessPermissions.all()),
        )
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def with_a_loop() -> bytes:
    """A tree of pages in which a branch is its own child."""
    writer = PdfWriter(PdfReader(io.BytesIO(pdf("a page"))))
    pages: Any = writer.root_object["/Pages"]
    pages[NameObject("/Kids")] = ArrayObject([*pages["/Kids"], pages.indirect_reference])
    pages[NameObject("/Count")] = NumberObject(50)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def of_many_pages(count: int) -> bytes:
    """One page, shown so many times."""
    page = "3 0 R "
    body = (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        f"2 0 obj<</Type/Pages/Count {count}/Kids[{page * count}]>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n"
    )
    return body.encode()
