"""Each odd file ends in a definite state at the door, with its sentence; honest files are taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, strategies as st

from portal.files import identify, kinds
from portal.files.enums import Kind, Reason, Verdict
from portal.files.identify import HEAD_BYTES, LARGEST, TAIL_BYTES, Identified
from tests.effort import MUCH, plain, times_as_much
from tests.files import made

NOTHING = ""
OCTETS = "application/octet-stream"


def judged(name: str, declared: str, data: bytes) -> Identified:
    return identify.identify(name, declared, head=data[:HEAD_BYTES], tail=data[-TAIL_BYTES:], length=len(data))


@dataclass(frozen=True)
class Odd:
    """A file as somebody sends it, and how it must be judged."""

    name: str
    make: Callable[[], bytes]
    reason: Reason = Reason.FINE
    kind: Kind | None = None
    declared: str = NOTHING

    def __str__(self) -> str:
        return f"{self.name} {self.reason.name}"


def text(words: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: words.encode(encoding)


HONEST = [
    Odd("IMG_0001.JPG", made.jpeg, kind=Kind.JPEG, declared="image/jpeg"),
    Odd("image", made.jpeg, kind=Kind.JPEG, declared="image/jpeg"),
    Odd("photo.jpg", lambda: made.jpeg() + made.film(b"mp42"), kind=Kind.JPEG, declared="image/jpeg"),
    Odd("cut.jpg", lambda: made.jpeg()[:400], kind=Kind.JPEG),
    Odd("really-a-png.jpg", lambda: made.picture("PNG"), kind=Kind.PNG, declared="image/jpeg"),
    Odd("screen.png", lambda: made.picture("PNG"), kind=Kind.PNG, declared="image/png"),
    Odd("a.gif", lambda: made.picture("GIF"), kind=Kind.GIF, declared="image/gif"),
    Odd("a.webp", lambda: made.picture("WEBP"), kind=Kind.WEBP, declared="image/webp"),
    Odd("a.tiff", lambda: made.picture("TIFF"), kind=Kind.TIFF),
    Odd("a.bmp", lambda: made.picture("BMP"), kind=Kind.BMP, declared="image/x-ms-bmp"),
    Odd("a.avif", lambda: made.picture("AVIF"), kind=Kind.AVIF),
    Odd("IMG_2.HEIC", made.heic, kind=Kind.HEIC, declared=NOTHING),
    Odd("IMG_2.heic", made.heic, kind=Kind.HEIC, declared="image/jpeg"),
    Odd("huge.png", lambda: made.png_of_size(30_000, 30_000), kind=Kind.PNG),
    Odd("\u202egpj.jpg", made.jpeg, kind=Kind.JPEG),
    Odd("пример/снимок 1.jpg", made.jpeg, kind=Kind.JPEG),
    Odd("é" * 300 + ".jpg", made.jpeg, kind=Kind.JPEG),
    Odd("scan.pdf", made.pdf, kind=Kind.PDF, declared="application/pdf"),
    Odd("cut.pdf", lambda: made.pdf()[:300], kind=Kind.PDF),
    Odd("script.pdf", lambda: made.pdf(script="app.alert(1)"), kind=Kind.PDF),
    Odd("no-copying.pdf", lambda: made.pdf(lock=("", "owner")), kind=Kind.PDF),
    Odd("no-printing.pdf", lambda: made.pdf(lock=("", "owner"), algorithm="RC4-128"), kind=Kind.PDF),
    Odd("plan.docx", made.docx, kind=Kind.DOCX, declared="application/zip"),
    Odd("table.xlsx", made.xlsx, kind=Kind.XLSX, declared=OCTETS),
    Odd("show.pptx", made.pptx, kind=Kind.PPTX),
    Odd("plan.odt", lambda: made.opendocument("text", "<office:text/>"), kind=Kind.ODT),
    Odd("old.doc", made.word_97, kind=Kind.DOC, declared="application/msword"),
    Odd("mail.msg", made.outlook, kind=Kind.MSG, declared="application/vnd.ms-outlook"),
    Odd("mail.eml", lambda: made.MAIL, kind=Kind.EML, declared="message/rfc822"),
    Odd("notes.txt", text("Grey van, twice.\n"), kind=Kind.TEXT, declared="text/plain; charset=utf-8"),
    Odd("notes.txt", text("Grauer Lieferwagen, zweimal über die Brücke.", "cp1252"), kind=Kind.TEXT),
    Odd("notes.txt", text("Grey van", "utf-16"), kind=Kind.TEXT),
    Odd("note", text("Grey van"), kind=Kind.TEXT, declared="text/plain"),
    Odd("log.csv", text("a,b\n1,2\n"), kind=Kind.CSV, declared="application/vnd.ms-excel"),
    Odd("notes.md", text("# Van\n"), kind=Kind.MARKDOWN, declared="text/markdown"),
    Odd("notes.rtf", text("{\\rtf1 hello}"), kind=Kind.RTF, declared="text/rtf"),
    Odd("clip.mp4", lambda: made.film(b"isom"), kind=Kind.MP4, declared="video/mp4"),
    Odd("IMG_3.MOV", lambda: made.film(b"qt  "), kind=Kind.MOV, declared="video/quicktime"),
    Odd("IMG_4.MOV", lambda: b"\0\0\0\x08wide\0\0\0\x10mdat" + made.noise(600), kind=Kind.MOV),
    Odd("voice.m4a", lambda: made.film(b"M4A "), kind=Kind.M4A, declared="video/mp4"),
    Odd("clip.3gp", lambda: made.film(b"3gp4"), kind=Kind.THREE_GP, declared="video/3gpp"),
    Odd("voice.mp3", made.mp3, kind=Kind.MP3, declared="audio/mpeg"),
    Odd("voice.aac", made.aac, kind=Kind.AAC, declared="audio/vnd.dlna.adts"),
    Odd("voice.amr", lambda: b"#!AMR\n" + made.noise(300), kind=Kind.AMR),
    Odd("voice.wav", lambda: b"RIFF\x24\x10\0\0WAVEfmt " + made.noise(300), kind=Kind.WAV, declared="audio/wav"),
    Odd("clip.avi", lambda: b"RIFF\x24\x10\0\0AVI LIST" + made.noise(300), kind=Kind.AVI, declared="video/x-msvideo"),
    Odd("clip.ts", made.transport_stream, kind=Kind.MPEG_TS, declared="text/vnd.trolltech.linguist"),
    Odd("gate.dav", lambda: b"DHAV\xfd\0\0\0" + made.noise(900), kind=Kind.RECORDER, declared=OCTETS),
    Odd("gate.mp4", lambda: b"IMKH\x01\x01\0\0" + made.noise(900), kind=Kind.H264, declared="video/mp4"),
    Odd("gate.g64", lambda: b"\x01\x02" + made.noise(900), kind=Kind.RECORDER),
    Odd("gate.h264", lambda: b"\0\0\0\x01\x67\x42" + made.noise(900), kind=Kind.H264),
    Odd("gate.hevc", lambda: b"\0\0\0\x01\x40\x01" + made.noise(900), kind=Kind.H265),
]

REFUSED = [
    Odd("nothing.jpg", lambda: b"", Reason.EMPTY),
    Odd("run.exe", lambda: b"MZ\x90\0" + made.noise(500), Reason.PROGRAM),
    Odd("photo.jpg", lambda: b"MZ\x90\0" + made.noise(500), Reason.PROGRAM),
    Odd("player.exe", made.jpeg, Reason.PROGRAM),
    Odd("photo\u202egpj.exe", made.jpeg, Reason.PROGRAM),
    Odd("photo.jpg.exe ", made.jpeg, Reason.PROGRAM),
    Odd("tool.txt", text("#!/bin/sh\nrm -rf /\n"), Reason.PROGRAM),
    Odd("page.txt", text("<?php system($_GET['c']); ?>"), Reason.WEB_PAGE),
    Odd("photo.jpg", lambda: b"\x7fELF" + made.noise(500), Reason.PROGRAM),
    Odd("link.pdf", lambda: b"L\0\0\0\x01\x14\x02\0" + made.noise(100), Reason.PROGRAM),
    Odd("run.ps1", text("Get-Item"), Reason.PROGRAM),
    Odd("all.zip", lambda: made.nested_zip(1), Reason.ARCHIVE),
    Odd("deep.zip", lambda: made.nested_zip(12), Reason.ARCHIVE),
    Odd("photo.jpg", lambda: b"Rar!\x1a\x07\x01\0" + made.noise(300), Reason.ARCHIVE),
    Odd("plan.docx", lambda: b"7z\xbc\xaf\x27\x1c\0\4" + made.noise(300), Reason.ARCHIVE),
    Odd("log.txt", lambda: b"\x1f\x8b\x08\0" + made.noise(300), Reason.ARCHIVE),
    Odd("disc.jpg", lambda: b"\0" * 0x8001 + b"CD001" + b"\0" * 5000, Reason.ARCHIVE),
    Odd("page.html", text("<html><body>hi"), Reason.WEB_PAGE),
    Odd("notes.txt", text("\n <!DOCTYPE html><script>x()</script>"), Reason.WEB_PAGE),
    Odd("drawing.svg", text("<svg onload='x()'/>"), Reason.WEB_PAGE),
    Odd("plan.xyz", text("hello"), Reason.UNKNOWN),
    Odd("noextension", lambda: made.noise(300), Reason.UNKNOWN),
    Odd("noextension", text("hello"), Reason.UNKNOWN),
    Odd("raw.dng", lambda: b"II*\0" + made.noise(300), Reason.UNKNOWN),
    Odd("photo.jpg", lambda: made.noise(5000), Reason.MISFIT),
    Odd("photo.jpg", made.pdf, Reason.MISFIT),
    Odd("scan.pdf", made.jpeg, Reason.MISFIT),
    Odd("notes.txt", lambda: b"hello\0\0world", Reason.MISFIT),
    Odd("notes.txt", lambda: b"hello\n" * 20_000 + b"\0\0\0", Reason.MISFIT),
    Odd("notes.txt", lambda: made.noise(200), Reason.MISFIT),
    Odd("mail.eml", text("no mail at all"), Reason.MISFIT),
    Odd("plan.docx", made.xlsx, Reason.MISFIT),
    Odd("plan.docx", lambda: made.nested_zip(2), Reason.MISFIT),
    Odd("mail.msg", made.word_97, Reason.MISFIT),
    Odd("gate.dav", made.jpeg, Reason.MISFIT),
    Odd("clip.mp4", lambda: made.noise(900), Reason.MISFIT),
    Odd("photo.jpg", made.jpeg, Reason.MISDECLARED, declared="text/html"),
    Odd("photo.png", lambda: made.picture("PNG"), Reason.MISDECLARED, declared="image/svg+xml"),
    Odd("cut.docx", lambda: made.docx()[:-40], Reason.DAMAGED),
    Odd("cut.doc", lambda: made.word_97()[:900], Reason.DAMAGED, Kind.DOC),
    Odd("secret.pdf", lambda: made.pdf(lock=("secret", "owner")), Reason.LOCKED, Kind.PDF),
    Odd("secret.pdf", lambda: made.pdf(lock=("secret", "owner"), algorithm="RC4-40"), Reason.LOCKED, Kind.PDF),
    Odd("secret.pdf", lambda: made.pdf(lock=("secret", "owner"), algorithm="RC4-128"), Reason.LOCKED, Kind.PDF),
    Odd("secret.pdf", lambda: made.pdf(lock=("secret", "owner"), algorithm="AES-128"), Reason.LOCKED, Kind.PDF),
    Odd("secret.pdf", lambda: made.pdf(lock=("secret", "owner"), algorithm="AES-256-R5"), Reason.LOCKED, Kind.PDF),
    Odd("secret.docx", lambda: made.compound({"EncryptedPackage": b"x", "EncryptionInfo": b"y"}), Reason.LOCKED),
    Odd("secret.doc", lambda: made.compound({"EncryptedPackage": b"x"}), Reason.LOCKED),
    Odd("secret.docx", lambda: flagged(made.docx()), Reason.LOCKED, Kind.DOCX),
    Odd("bomb.docx", made.bomb, Reason.BOMB, Kind.DOCX),
    Odd("bomb.docx", made.overlapping_bomb, Reason.BOMB, Kind.DOCX),
]

HELD = [
    Odd("macros.docx", lambda: made.docx(parts={"word/vbaProject.bin": b"x"}), Reason.MACROS, Kind.DOCX),
    Odd("macros.docm", made.docx, Reason.MACROS, Kind.DOCX),
    Odd(
        "macros.odt",
        lambda: made.opendocument("text", "<office:text/>", parts={"Basic/Standard/Module1.xml": "x"}),
        Reason.MACROS,
        Kind.ODT,
    ),
    Odd("macros.doc", lambda: made.compound({"WordDocument": b"x", "Macros/VBA": b"x"}), Reason.MACROS, Kind.DOC),
    Odd("both.jpg", lambda: made.jpeg() + made.nested_zip(1), Reason.TWO_THINGS, Kind.JPEG),
    Odd("both.png", lambda: made.picture("PNG") + made.nested_zip(1) + b"tail", Reason.TWO_THINGS, Kind.PNG),
    Odd("both.gif", lambda: b"GIF89a/*" + made.picture("GIF")[8:] + b"*/=1;alert(1)", Reason.TWO_THINGS, Kind.GIF),
    Odd("both.jpg", lambda: made.jpeg_with_segments((0xFE, b"%PDF-1.4\n")), Reason.TWO_THINGS, Kind.JPEG),
    Odd("both.jpg", lambda: made.jpeg_with_segments((0xFE, b"<script>x()</script>")), Reason.TWO_THINGS, Kind.JPEG),
    Odd("shell.jpg", lambda: made.jpeg(comment=b"<?php system(1); ?>"), Reason.TWO_THINGS, Kind.JPEG),
    Odd(
        "both.png",
        lambda: made.picture("PNG") + b"MZ" + b"\0" * 76 + b"This program cannot be run in DOS mode.",
        Reason.TWO_THINGS,
        Kind.PNG,
    ),
    Odd("both.pdf", lambda: made.pdf() + made.nested_zip(1), Reason.TWO_THINGS, Kind.PDF),
    Odd("both.mp4", lambda: made.film(b"isom") + made.nested_zip(1), Reason.TWO_THINGS, Kind.MP4),
    Odd(
        "disc.pdf",
        lambda: made.pdf().ljust(0x8001, b"\n") + b"CD001" + b"\n" * 4000,
        Reason.TWO_THINGS,
        Kind.PDF,
    ),
    Odd("two.docx", lambda: made.docx() + made.docx(), Reason.ODD_CONTAINER, Kind.DOCX),
    Odd("tail.docx", lambda: made.docx() + b"something behind", Reason.TWO_THINGS, Kind.DOCX),
    Odd("nested.docx", lambda: made.docx(parts={"word/a.zip": made.nested_zip(3)}), Reason.NESTED, Kind.DOCX),
    Odd("nested.docx", lambda: made.docx(parts={"word/a.js": "x()"}), Reason.NESTED, Kind.DOCX),
    Odd("paths.docx", lambda: made.docx(parts={"../../etc/passwd": "x"}), Reason.ODD_CONTAINER, Kind.DOCX),
    Odd("paths.docx", lambda: made.docx(parts={"/etc/passwd": "x"}), Reason.ODD_CONTAINER, Kind.DOCX),
    Odd("paths.docx", lambda: made.docx(parts={"word\\a.xml": "x"}), Reason.ODD_CONTAINER, Kind.DOCX),
]


def flagged(data: bytes) -> bytes:
    """The same zip, whose directory calls its first part encrypted."""
    place = data.find(b"PK\1\2")
    return data[: place + 8] + b"\x01" + data[place + 9 :]


@pytest.mark.parametrize("odd", HONEST, ids=str)
def test_an_honest_file_is_taken_without_a_word(odd: Odd) -> None:
    found = judged(odd.name, odd.declared, odd.make())
    assert (found.reason, found.verdict, found.sentence) == (Reason.FINE, Verdict.ACCEPTED, "")
    assert found.kind is odd.kind


@pytest.mark.parametrize("odd", REFUSED, ids=str)
def test_a_refused_file_gets_one_reason_and_the_rest_is_kept(odd: Odd) -> None:
    found = judged(odd.name, odd.declared, odd.make())
    assert (found.reason, found.verdict) == (odd.reason, Verdict.REFUSED)
    assert "The rest is kept." in found.sentence
    assert odd.kind is None or found.kind is odd.kind


@pytest.mark.parametrize("odd", HELD, ids=str)
def test_a_held_file_is_kept_and_needs_nothing_of_its_sender(odd: Odd) -> None:
    found = judged(odd.name, odd.declared, odd.make())
    assert (found.reason, found.verdict) == (odd.reason, Verdict.HELD)
    assert "kept locked" in found.sentence
    assert found.kind is odd.kind


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(REFUSED) + len(HELD) >= 60


def test_a_file_over_the_limit_is_refused_with_the_limit_in_the_sentence() -> None:
    found = identify.identify("a.mp4", "", head=made.film(b"isom"), tail=b"\0" * 100, length=LARGEST + 1)
    assert found.reason is Reason.TOO_LARGE
    assert "250 MB" in found.sentence


def test_a_file_at_the_limit_is_taken() -> None:
    found = identify.identify("a.mp4", "", head=made.film(b"isom"), tail=b"\0" * 100, length=LARGEST)
    assert found.verdict is Verdict.ACCEPTED


def test_every_extension_belongs_to_one_kind_and_none_is_forbidden_as_well() -> None:
    extensions = [extension for form in kinds.FORMS for extension in form.extensions]
    forbidden = kinds.PROGRAM_EXTENSIONS | kinds.ARCHIVE_EXTENSIONS | kinds.WEB_PAGE_EXTENSIONS
    assert len(extensions) == len(set(extensions))
    assert not set(extensions) & forbidden
    assert {form.kind for form in kinds.FORMS} == set(Kind)


def test_each_verdict_has_its_sentence() -> None:
    from portal.files import sentences

    for reason in Reason:
        assert bool(sentences.about(reason, megabytes=1)) == (reason is not Reason.FINE)


def test_a_directory_longer_than_the_tail_is_still_judged() -> None:
    many = made.docx(parts={f"word/embeddings/{'long' * 20}{number}.xml": b"" for number in range(2_000)})
    assert judged("big.docx", "", many).reason is Reason.FINE
    macros = made.docx(parts={**{f"word/{'long' * 20}{n}.xml": b"" for n in range(2_000)}, "word/vbaProject.bin": b"x"})
    assert judged("big.docx", "", macros).reason is Reason.MACROS


def test_more_entries_than_any_document_has_are_a_bomb() -> None:
    many = made.docx(parts={f"word/{number}.xml": b"" for number in range(10_001)})
    assert judged("big.docx", "", many).reason is Reason.BOMB


BEGINNINGS = [
    b"",
    b"MZ",
    b"PK\x03\x04",
    made.OLE2,
    b"%PDF-1.7",
    b"\xff\xd8\xff",
    b"\xff\xfb\x90",
    b"\0\0\0\x20ftyp",
    b"RIFF",
]
ENDINGS = ["", ".jpg", ".pdf", ".docx", ".doc", ".msg", ".eml", ".txt", ".mp4", ".mp3", ".odt", ".g64", ".exe"]


@given(
    start=st.sampled_from(BEGINNINGS),
    rest=st.binary(max_size=600),
    ending=st.sampled_from(ENDINGS),
    name=st.text(max_size=20),
    declared=st.text(max_size=20),
    length=st.integers(min_value=-1, max_value=2**40),
)
def test_no_bytes_name_or_length_make_it_fail(
    start: bytes, rest: bytes, ending: str, name: str, declared: str, length: int
) -> None:
    data = start + rest
    found = identify.identify(name + ending, declared, head=data, tail=rest, length=length)
    assert bool(found.sentence) == (found.verdict is not Verdict.ACCEPTED)
    assert found.kind is not None or found.verdict is Verdict.REFUSED


WHOLE = [made.docx(), made.word_97(), made.pdf(lock=("", "o")), made.jpeg(), made.heic(), made.xlsx(), made.MAIL]


@given(
    data=st.sampled_from(WHOLE),
    places=st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), max_size=6),
    cut=st.integers(0, 100_000),
    ending=st.sampled_from(ENDINGS),
)
def test_no_damage_to_an_honest_file_makes_it_fail(
    data: bytes, places: list[tuple[int, int]], cut: int, ending: str
) -> None:
    damaged = bytearray(data)
    for place, value in places:
        damaged[place % len(damaged)] = value
    found = judged(f"a{ending}", "", bytes(damaged[: cut % (2 * len(damaged)) or None]))
    assert found.verdict in Verdict


SLOW = [
    b"PK\x05\x06" * (TAIL_BYTES // 4),
    b"PK\x01\x02" * (TAIL_BYTES // 4),
    b"%PDF-1.4" + b"/Encrypt 1 0 R " * 8_000,
    made.OLE2 + "VBA".encode("utf-16-le") * 20_000,
    b"From: a\nTo: b\n" + b"a" * 60 + b"\n" * 60_000,
    b"<" * TAIL_BYTES,
    b"\xff\xfb" * (TAIL_BYTES // 2),
    b"(" * TAIL_BYTES,
]


@pytest.mark.parametrize("data", SLOW, ids=range(len(SLOW)))
@pytest.mark.parametrize("ending", ["docx", "pdf", "doc", "eml", "mp3"])
def test_no_bytes_make_it_slow(data: bytes, ending: str) -> None:
    name, letters = f"a.{ending}", plain(len(data)).encode()
    assert times_as_much(lambda: judged(name, "", data), lambda: judged(name, "", letters)) < MUCH
