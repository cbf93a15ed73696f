"""Markings inside files of every kind: found in the confined process, whatever the file is otherwise."""

from __future__ import annotations

import io
import logging
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from portal.files.conversation import Patience
from portal.files.enums import Confined, Kind, Trouble
from portal.files.markings import recognising, running
from portal.files.markings.enums import Sign
from portal.files.markings.looking import Look
from portal.files.markings.running import NotSeen, Outcome, Seen
from portal.files.reading import recognition
from tests.files import made, marking_hostile

STATEMENT = "This document contains PCII."
LONG = "Protected Critical Infrastructure Information"
WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SHOW = "http://schemas.openxmlformats.org/presentationml/2006/main"
DOCUMENTS = Path(__file__).resolve().parents[2] / "demo"
SHORT = Patience(feeding=2, answering=2, leaving=1)


def look(name: str, data: bytes, **options: Any) -> Outcome:
    """In the confined process, as the portal does."""
    return running.look(name, iter([data]), **options)


def look_here(data: bytes, ending: str = "") -> Look:
    """In this process, which is quicker."""
    one = Look(20.0)
    one.at(data, ending=ending)
    return one


def header(text: str) -> str:
    return f'<w:hdr xmlns:w="{WORDS}">{made.word_paragraph(text)}</w:hdr>'


def watermark(text: str) -> str:
    return (
        f'<w:hdr xmlns:w="{WORDS}" xmlns:v="urn:schemas-microsoft-com:vml"><w:p><w:r><w:pict><v:shape>'
        f'<v:textpath string="{text}"/></v:shape></w:pict></w:r></w:p></w:hdr>'
    )


def properties(name: str, value: str) -> str:
    return f'<cp:p xmlns:cp="urn:a" xmlns:dc="urn:b"><dc:{name}>{value}</dc:{name}></cp:p>'


def workbook(*rows: str, head: str = "") -> bytes:
    import openpyxl  # type: ignore[import-untyped]  # it has no types

    book = openpyxl.Workbook()
    for row in rows or ("A valve",):
        book.active.append([row, 1])
    book.active.oddHeader.center.text = head or None
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def slides(text: str = "A valve", *, master: str = "") -> bytes:
    def page(words: str) -> str:
        return f'<p:sld xmlns:p="{SHOW}" xmlns:a="{DRAWING}"><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:sld>'

    return made.zipped(
        {
            "[Content_Types].xml": made.TYPES.format(""),
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{SHOW}"/>',
            "ppt/slides/slide1.xml": page(text),
            "ppt/slideMasters/slideMaster1.xml": page(master),
        }
    )


def odt(text: str = "A valve", *, footer: str = "", note: str = "") -> bytes:
    spaces = " ".join(f'xmlns:{one}="urn:{one}"' for one in ("office", "style", "text", "meta"))
    styles = f"<office:s {spaces}><style:master-page><style:footer><text:p>{footer}</text:p></style:footer>"
    parts = {
        "styles.xml": f"{styles}</style:master-page></office:s>",
        "meta.xml": f"<office:m {spaces}><meta:user-defined>{note}</meta:user-defined></office:m>",
    }
    return made.opendocument("text", f"<office:text><text:p>{text}</text:p></office:text>", parts=parts)


def written_pdf(*pages: list[tuple[int, str]], stamp: str = "", xmp: bytes = b"", **information: str) -> bytes:
    """Pages of lines, each with its height on the page."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for lines in pages:
        page = writer.add_blank_page(612, 792)
        stream = StreamObject()
        stream._data = "".join(f"BT /F1 11 Tf 72 {y} Td ({text}) Tj ET\n" for y, text in lines).encode()
        page[NameObject("/Contents")] = writer._add_object(stream)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        if stamp:
            note = DictionaryObject(
                {
                    NameObject("/Subtype"): NameObject("/Stamp"),
                    NameObject("/Rect"): ArrayObject([NumberObject(one) for one in (0, 0, 90, 20)]),
                    NameObject("/Contents"): TextStringObject(stamp),
                }
            )
            page[NameObject("/Annots")] = ArrayObject([note])
    if xmp:
        packet = StreamObject()
        packet._data = xmp
        writer.root_object[NameObject("/Metadata")] = writer._add_object(packet)
    writer.add_metadata({f"/{name}": value for name, value in information.items()})
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


BODY = [(600 - 14 * number, f"Line {number} of the plan of the plant") for number in range(20)]
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="urn:r" xmlns:dc="urn:d" xmlns:p="urn:p"><rdf:Description '
    'p:Note="{attribute}"><{tag}><rdf:Alt><rdf:li>{value}</rdf:li></rdf:Alt></{tag}></rdf:Description></rdf:RDF>'
    "</x:xmpmeta>"
)


def xmp(value: str = "A valve", *, tag: str = "dc:description", attribute: str = "none") -> bytes:
    return XMP.format(value=value, tag=tag, attribute=attribute).encode()


def exif(**tags: Any) -> bytes:
    block = Image.Exif()
    for tag, value in tags.items():
        block[int(tag[1:])] = value
    return block.tobytes()


def comment(text: bytes) -> bytes:
    block = Image.Exif()
    block.get_ifd(0x8769)[0x9286] = text
    return block.tobytes()


def png_with(*texts: tuple[bytes, bytes], behind: bool = False) -> bytes:
    parts = b"".join(made.png_part(name, content) for name, content in texts)
    data = made.picture("PNG")
    place = data.rfind(b"IEND") - 4 if behind else 33
    return data[:place] + parts + data[place:]


def iptc(text: str) -> bytes:
    sets = b"\x1c\x02\x28" + len(text).to_bytes(2, "big") + text.encode()  # special instructions
    block = b"8BIM\x04\x04\0\0" + len(sets).to_bytes(4, "big") + sets
    return made.jpeg_with_segments((0xED, b"Photoshop 3.0\0" + block))


def mail(text: str = "A valve", *, subject: str = "A van") -> bytes:
    return made.MAIL.replace(b"It came twice.", text.encode()).replace(b"A van", subject.encode())


def png_info(**texts: str) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_text(name, text, zip=True)
    return info


MARKED: dict[str, tuple[str, bytes]] = {
    "text": ("a.txt", f"Plan of the plant\n{STATEMENT}\n".encode()),
    "text in UTF-16": ("a.txt", f"Plan\n{STATEMENT}\n".encode("utf-16")),
    "text, above and below": ("a.md", b"PCII\nPlan of the plant\nValves\nPumps\nPCII\n"),
    "csv": ("a.csv", f"valve,1\n{STATEMENT},2\n".encode()),
    "rtf": ("a.rtf", rb"{\rtf1 Plan\par This document contains PCII.\par}"),
    "docx, body": ("a.docx", made.docx(made.word_paragraph("Plan") + made.word_paragraph(STATEMENT))),
    "docx, split runs": (
        "a.docx",
        made.docx(
            "<w:p><w:r><w:t>This docu</w:t></w:r><w:r><w:t>ment contains PC</w:t></w:r><w:r><w:t>II.</w:t></w:r></w:p>"
        ),
    ),
    "docx, header": ("a.docx", made.docx(parts={"word/header1.xml": header("PCII")})),
    "docx, footer": ("a.docx", made.docx(parts={"word/footer2.xml": header(LONG)})),
    "docx, watermark": ("a.docx", made.docx(parts={"word/header1.xml": watermark("PCII")})),
    "docx, banner": ("a.docx", made.docx(parts={"word/header1.xml": header("CUI//SP-PCII")})),
    "docx, property": ("a.docx", made.docx(parts={"docProps/core.xml": properties("description", "PCII")})),
    "docx, own property": ("a.docx", made.docx(parts={"docProps/custom.xml": properties("lpwstr", LONG)})),
    "docx, comment": ("a.docx", made.docx(parts={"word/comments.xml": header(STATEMENT)})),
    "docx in a docx": (
        "a.docx",
        made.docx(parts={"word/embeddings/b.docx": made.docx(made.word_paragraph(STATEMENT))}),
    ),
    "picture in a docx": (
        "a.docx",
        made.docx(parts={"word/media/image1.jpeg": made.jpeg(exif=exif(_270="PCII"))}),
    ),
    "docx without its extension": ("a", made.docx(made.word_paragraph(STATEMENT))),
    "xlsx, cell": ("a.xlsx", workbook("Plan", STATEMENT, "Valve")),
    "xlsx, header": ("a.xlsx", workbook(head='&"Arial,Bold"&14PCII')),
    "pptx, slide": ("a.pptx", slides(STATEMENT)),
    "pptx, master": ("a.pptx", slides(master="PCII")),
    "odt, body": ("a.odt", odt(STATEMENT)),
    "odt, footer": ("a.odt", odt(footer=LONG)),
    "odt, own property": ("a.odt", odt(note="PCII")),
    "doc": ("a.doc", made.word_97(WordDocument=b"\xec\xa5" + b"\0" * 200 + f"\r{STATEMENT}\r".encode())),
    "xls in UTF-16": ("a.xls", made.compound({"Workbook": b"\0" * 50 + STATEMENT.encode("utf-16-le")})),
    "pdf, body": ("a.pdf", written_pdf([*BODY, (300, STATEMENT)])),
    "pdf, wrapped": ("a.pdf", written_pdf([(300, f"This document contains {LONG[:18]}"), (286, f"{LONG[19:]}.")])),
    "pdf, headers": ("a.pdf", written_pdf([*BODY, (770, "PCII")], [(20, "PCII"), *BODY])),
    "pdf, banner": ("a.pdf", written_pdf([*BODY, (770, "CUI//SP-PCII")])),
    "pdf, stamp": ("a.pdf", written_pdf(BODY, stamp="PCII")),
    "pdf, property": ("a.pdf", written_pdf(BODY, Creator=STATEMENT)),
    "pdf, own property": ("a.pdf", written_pdf(BODY, Handling="PCII")),
    "pdf, XMP": ("a.pdf", written_pdf(BODY, xmp=xmp("PCII"))),
    "pdf, attached": ("a.pdf", made.pdf(file=("b.txt", STATEMENT.encode()))),
    "jpeg, Exif": ("a.jpg", made.jpeg(exif=exif(_270="PCII"))),
    "jpeg, comment of Windows": ("a.jpg", made.jpeg(exif=exif(_40092=f"{LONG}\0".encode("utf-16-le")))),
    "jpeg, comment of the user": ("a.jpg", made.jpeg(exif=comment(b"ASCII\0\0\0" + STATEMENT.encode()))),
    "jpeg, comment": ("a.jpg", made.jpeg_with_segments((0xFE, b"PCII"))),
    "jpeg, XMP": ("a.jpg", made.jpeg_with_segments((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp("PCII")))),
    "jpeg, XMP attribute": (
        "a.jpg",
        made.jpeg_with_segments((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(attribute="CUI//SP-PCII"))),
    ),
    "jpeg, IPTC": ("a.jpg", iptc(LONG)),
    "jpeg called png": ("a.png", made.jpeg(exif=exif(_270=STATEMENT))),
    "png, text": ("a.png", png_with((b"tEXt", b"Comment\0PCII"))),
    "png, packed": ("a.png", png_with((b"zTXt", b"Comment\0\0" + zlib.compress(STATEMENT.encode())))),
    "png, international": ("a.png", png_with((b"iTXt", b"Comment\0\1\0en\0\0" + zlib.compress(b"PCII")))),
    "png, behind the pixels": ("a.png", png_with((b"tEXt", b"Comment\0PCII"), behind=True)),
    "png, Exif": ("a.png", made.picture("PNG", exif=exif(_270="PCII"))),
    "png, written by a program": ("a.png", made.picture("PNG", pnginfo=png_info(Warning="PCII"))),
    "tiff": ("a.tif", made.picture("TIFF", description="PCII")),
    "gif": ("a.gif", made.picture("GIF", comment=b"PCII")),
    "webp": ("a.webp", made.picture("WEBP", exif=exif(_270="PCII"))),
    "mail": ("a.eml", mail(STATEMENT)),
    "mail, subject": ("a.eml", mail(subject=STATEMENT)),
    "mail, attached": ("a.eml", made.mail_with("b.docx", made.docx(parts={"word/header1.xml": header("PCII")}))),
    "mail of Outlook": ("a.msg", made.outlook(attached=("b.txt", STATEMENT.encode()))),
    "film": ("a.mp4", made.film(b"isom") + b"udta\0\x1c\x15\xc7" + STATEMENT.encode() + b"\0"),
    "something unknown": ("a.dav", b"\x01\xfe\x00" * 90 + STATEMENT.encode() + b"\xff" * 9),
}
ABOUT = f"{LONG} (PCII) is explained here. Each page says \\223This document contains PCII.\\224 at its foot."
UNMARKED: dict[str, tuple[str, bytes]] = {
    "text": ("a.txt", f"What {LONG} is\n\nPCII is given to CISA.\n".encode()),
    "docx, title": ("a.docx", made.docx(parts={"docProps/core.xml": properties("title", "PCII")})),
    "docx, keywords": ("a.docx", made.docx(parts={"docProps/core.xml": properties("keywords", LONG)})),
    "docx, heading": ("a.docx", made.docx(made.word_paragraph("PCII") + made.word_paragraph("is explained here.") * 8)),
    "pdf, title page": ("a.pdf", written_pdf([(770, LONG), (700, "Program Procedures Manual")], BODY, BODY)),
    "pdf, properties": ("a.pdf", written_pdf(BODY, Title=LONG, Subject="PCII", Keywords="PCII")),
    "pdf, XMP title": ("a.pdf", written_pdf(BODY, xmp=xmp(LONG, tag="dc:title"))),
    "pdf, quoted": ("a.pdf", written_pdf([*BODY, (300, ABOUT)])),
    "xlsx, list": ("a.xlsx", workbook("Term", "PII", "PCII", "CEII", "SSI", "CVI", "BCSI", "More")),
    "jpeg": ("a.jpg", made.jpeg(exif=made.exif())),
    "mail": ("a.eml", mail("Do you know what PCII is?", subject="PCII")),
}


@pytest.mark.parametrize("name", MARKED)
def test_a_marked_file_is_found_in_the_confined_process(name: str) -> None:
    seen = look(*MARKED[name])
    assert isinstance(seen, Seen)
    assert seen.is_pcii
    assert Confined.NO_DESCRIPTORS in seen.confinement


@pytest.mark.parametrize("name", UNMARKED)
def test_a_file_that_speaks_about_it_is_not_marked(name: str) -> None:
    file, data = UNMARKED[name]
    one = look_here(data, file.rpartition(".")[2])
    assert not one.finder.found().is_pcii
    assert one.is_whole


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(DOCUMENTS.rglob("*")) if path.suffix in {".pdf", ".docx", ".xlsx", ".md", ".txt", ".jpg"}],
)
def test_no_document_of_the_demonstration_is_marked(path: Path) -> None:
    found = look_here(path.read_bytes(), path.suffix[1:]).finder.found()
    assert not found.is_pcii
    assert not found.banners


class TestBanners:
    """CUI banners are given as they came, and refuse nothing."""

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.docx", made.docx(parts={"word/header1.xml": header("CUI//SP-CEII//FED ONLY")})),
            ("a.pdf", written_pdf([*BODY, (770, "CUI//SP-CEII//FED ONLY")], BODY)),
            ("a.txt", b"CUI//SP-CEII//FED ONLY\n\nA valve\n"),
            ("a.jpg", made.jpeg(exif=exif(_270="CUI//SP-CEII//FED ONLY"))),
            ("a.eml", made.mail_with("b.txt", b"CUI//SP-CEII//FED ONLY\nA valve\n")),
        ],
    )
    def test_each_kind(self, name: str, data: bytes) -> None:
        seen = look(name, data)
        assert seen.found.banners == ("CUI//SP-CEII//FED ONLY",)
        assert not seen.is_pcii

    def test_portions_are_no_banners(self) -> None:
        text = "(CUI) The valve.\n(CUI//SP-CEII) The pump.\n(U) The gate.\n"
        assert look_here(text.encode(), "txt").finder.found().banners == ()


class TestWhatWasNotRead:
    """What could not be looked at is said, so that a person does."""

    @pytest.mark.parametrize("data", [made.film(b"isom"), made.word_97()])
    def test_without_a_reader_only_in_part(self, data: bytes) -> None:
        assert not look_here(data).is_whole

    def test_a_locked_document(self) -> None:
        assert not look_here(made.pdf(lock=("secret", "secret")), "pdf").is_whole

    def test_what_is_too_large_is_looked_at_at_both_ends(self) -> None:
        filler = (made.noise(1024 * 1024) for _count in range(66))
        seen = running.look("a.mp4", iter([*filler, b"\0" + STATEMENT.encode()]))
        assert isinstance(seen, Seen)
        assert seen.is_pcii
        assert not seen.is_whole

    def test_pictures_and_scans_have_letters_that_are_not_read_here(self) -> None:
        assert look_here(made.jpeg()).has_pictures
        assert not look_here(written_pdf(BODY), "pdf").has_pictures

    def test_a_deep_nest_ends(self) -> None:
        data = STATEMENT.encode()
        for level in range(8):
            data = made.mail_with(f"{level}.eml", data)
        assert not look_here(data, "eml").is_whole


def letters(*lines: str) -> bytes:
    """A photograph of a page, as far as Tesseract is concerned."""
    picture = Image.new("L", (1600, 2000), 255)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(48)
    for number, line in enumerate(lines):
        pen.text((90, 90 + 110 * number), line, fill=0, font=font)
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


@pytest.mark.skipif(not recognition.program(), reason="no Tesseract (docs/files.md, 'Pages that are pictures')")
class TestLettersInPictures:
    """Where Tesseract is installed."""

    def test_a_picture_of_a_marked_page(self) -> None:
        data = letters("Plan of the plant", "This document contains PCII.", "Valves and pumps")
        seen = recognising.found_in_pictures(Kind.PNG, iter([data]), length=len(data))
        assert seen.found.signs == {Sign.STATEMENT}
        assert seen.is_whole

    def test_a_scan_in_a_pdf(self) -> None:
        target = io.BytesIO()
        Image.open(io.BytesIO(letters("This document contains PCII."))).save(target, "PDF", resolution=200)
        assert look_here(target.getvalue(), "pdf").has_pictures
        seen = recognising.found_in_pictures(Kind.PDF, iter([target.getvalue()]), length=len(target.getvalue()))
        assert seen.found.is_pcii

    def test_a_page_about_it(self) -> None:
        data = letters("What is PCII?", "Ask CISA about it.")
        assert not recognising.found_in_pictures(Kind.PNG, iter([data]), length=len(data)).found.is_pcii


def test_without_tesseract_letters_in_pictures_stay_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "program", lambda: "")
    assert not recognising.found_in_pictures(Kind.PNG, iter([b""]), length=0).is_whole


class TestHostile:
    """Whatever a file makes of the process, the outcome is one of ours, and the portal goes on."""

    @pytest.mark.parametrize(
        ("entry", "trouble"),
        [
            ("eat_memory", Trouble.MEMORY),
            ("compute_for_ever", Trouble.TIME),
            ("crash", Trouble.CRASH),
            ("never_end", Trouble.TIME),
            ("leave_early", Trouble.NONSENSE),
            ("lie", Trouble.NONSENSE),
            ("flood", Trouble.NONSENSE),
            ("is_not_there", Trouble.CRASH),
        ],
    )
    def test_ends_as_not_seen(self, entry: str, trouble: Trouble, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.WARNING)
        seen = look("a.txt", b"x", entry=f"tests.files.marking_hostile:{entry}", patience=SHORT)
        assert isinstance(seen, NotSeen)
        assert seen.reason is trouble
        assert not seen.is_pcii
        assert trouble.value in caplog.text

    @pytest.mark.parametrize("lie", marking_hostile.LIES)
    def test_no_lie_is_believed(self, lie: str) -> None:
        seen = look("a.txt", lie.encode(), entry="tests.files.marking_hostile:lie_as_told", patience=SHORT)
        assert isinstance(seen, NotSeen)
        assert seen.reason is Trouble.NONSENSE

    def test_a_process_that_does_not_read_does_not_keep_the_sender_waiting(self) -> None:
        entry = "tests.files.marking_hostile:never_read"
        looking = running.Looking("a.txt", patience=SHORT, entry=entry)
        for _count in range(64):
            looking.feed(b"x" * 100_000)
        assert isinstance(looking.outcome(), NotSeen)

    def test_what_the_sender_raises_is_raised_and_the_process_is_gone(self) -> None:
        def chunks() -> Iterator[bytes]:
            yield b"x"
            raise OSError

        with pytest.raises(OSError):
            running.look("a.txt", chunks())

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"%PDF-1.7\n" + made.noise(5_000),
            made.bomb(110),
            made.overlapping_bomb(),
            made.nested_zip(6),
            made.docx()[:400],
            made.picture("PNG")[:60],
            made.compound({"WordDocument": made.noise(9_000)}, in_middle=True),
            png_with((b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 50_000_000))),
            made.docx(parts={"word/header1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
            b"From: a\nTo: b\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * 5_000,
            b"{\\rtf1 " + b"{" * 50_000,
            b"<x:xmpmeta " * 20_000,
            b"Exif\0\0II*\0" * 5_000,
        ],
    )
    def test_an_odd_file_ends_well(self, data: bytes) -> None:
        assert not look("a.bin", data, patience=Patience(feeding=10, answering=40, leaving=5)).is_pcii

    @given(
        st.sampled_from(
            [MARKED[name] for name in ("docx, header", "xlsx, header", "pdf, XMP", "png, packed", "jpeg, IPTC", "mail")]
        ),
        st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6),
        st.floats(0.1, 1),
    )
    @settings(max_examples=60, deadline=None)
    def test_a_file_with_broken_bytes_never_raises(
        self, file: tuple[str, bytes], changes: list[tuple[float, bytes]], kept: float
    ) -> None:
        name, data = file[0], bytearray(file[1])
        for place, new in changes:
            at = int(place * (len(data) - 1))
            data[at : at + len(new)] = new
        look_here(bytes(data[: int(kept * len(data))]), name.rpartition(".")[2])

    @given(st.binary(max_size=3_000), st.sampled_from(["", "pdf", "docx", "jpg", "eml", "doc", "rtf", "csv"]))
    @settings(max_examples=120, deadline=None)
    def test_no_bytes_raise(self, data: bytes, ending: str) -> None:
        look_here(data, ending)
