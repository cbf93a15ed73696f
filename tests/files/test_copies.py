"""Safe copies: what is to be seen is there, what could hurt is not, and what was removed is told as evidence."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from portal.files import running
from portal.files.answers import Copy, NoCopy
from portal.files.enums import Fact, Finding, Kind, PartForm, Removed, Title, Trouble
from tests.files import made

LIBRARY = Path(__file__).resolve().parents[2] / "demo" / "library"
DRAWN = [
    (Kind.PNG, lambda: made.picture("PNG", exif=made.exif())),
    (Kind.GIF, lambda: made.picture("GIF")),
    (Kind.BMP, lambda: made.picture("BMP")),
]
PHOTOGRAPHED = [
    (Kind.JPEG, lambda: made.jpeg(exif=made.exif(), quality=95)),
    (Kind.WEBP, lambda: made.picture("WEBP", exif=made.exif(), quality=95)),
    (Kind.TIFF, lambda: made.picture("TIFF")),
    (Kind.HEIC, made.heic),
    (Kind.AVIF, lambda: made.picture("AVIF", exif=made.exif(), quality=95)),
]


def outcome(kind: Kind, data: bytes) -> Copy | NoCopy:
    chunks = (data[place : place + 65_536] for place in range(0, len(data), 65_536))
    return running.safe_copy(kind, chunks, length=len(data))


def copy_of(kind: Kind, data: bytes) -> Copy:
    made_copy = outcome(kind, data)
    assert isinstance(made_copy, Copy), made_copy
    return made_copy


def no_copy_of(kind: Kind, data: bytes) -> NoCopy:
    none = outcome(kind, data)
    assert isinstance(none, NoCopy), none
    return none


def facts(found: Copy | NoCopy) -> dict[Fact, str]:
    return {detail.fact: detail.value for detail in found.metadata}


def texts(found: Copy) -> str:
    return "\n".join(part.text for part in found.parts if part.form is PartForm.TEXT)


def is_mostly(picture: Image.Image, *, red: int, blue: int) -> bool:
    mean = ImageStat.Stat(picture).mean
    return abs(mean[0] - red) < 60 and abs(mean[2] - blue) < 60


def opened(found: Copy, place: int = 0) -> Image.Image:
    picture = Image.open(io.BytesIO(found.parts[place].picture))
    picture.load()
    return picture


@pytest.mark.parametrize(("kind", "make"), DRAWN + PHOTOGRAPHED, ids=lambda one: getattr(one, "value", ""))
def test_a_picture_keeps_its_pixels_and_nothing_else(kind: Kind, make) -> None:
    found = copy_of(kind, make())
    picture = opened(found).convert("RGB")
    left, right = picture.crop((0, 0, 10, 40)), picture.crop((picture.width - 10, 0, picture.width, 40))
    assert is_mostly(left, red=255, blue=0)
    assert is_mostly(right, red=0, blue=255)
    assert not opened(found).getexif()
    assert set(opened(found).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Acme" not in found.parts[0].picture
    assert found.findings == ()


@pytest.mark.parametrize("kind", [Kind.JPEG, Kind.WEBP, Kind.HEIC, Kind.AVIF, Kind.PNG], ids=lambda kind: kind.value)
def test_position_and_camera_are_evidence(kind: Kind) -> None:
    found = copy_of(kind, dict(DRAWN + PHOTOGRAPHED)[kind]())
    known = facts(found)
    assert (known[Fact.LATITUDE], known[Fact.LONGITUDE]) == (made.GPS_NORTH, made.GPS_EAST)
    assert (known[Fact.MAKE], known[Fact.MODEL]) == ("Acme", "Eye 3")
    assert known[Fact.TAKEN] == "2026:03:04 05:06:07"
    assert known[Fact.POSITION_TIME] == "2026-03-04 01:02:03"
    assert {"EXIF data", "Position"} <= set(found.removed)
    assert "Latitude, in degrees north" in {detail.label for detail in found.metadata}


def test_a_picture_lying_on_its_side_is_turned_upright() -> None:
    found = copy_of(Kind.JPEG, made.jpeg(exif=made.exif(orientation=6)))
    assert opened(found).size == (40, 60)


def test_of_an_animation_the_first_picture_is_shown() -> None:
    frames = io.BytesIO()
    made.drawing().save(frames, "GIF", save_all=True, append_images=[Image.new("RGB", (60, 40), "green")])
    found = copy_of(Kind.GIF, frames.getvalue())
    assert len(found.parts) == 1
    assert Removed.FRAMES in found.removals
    assert facts(found)[Fact.FRAMES] == "2"


def test_of_a_fax_every_page_is_shown() -> None:
    pages = io.BytesIO()
    made.drawing().save(pages, "TIFF", save_all=True, append_images=[made.drawing(), made.drawing()])
    found = copy_of(Kind.TIFF, pages.getvalue())
    assert [(part.about, part.number) for part in found.parts] == [(Title.PAGE, 1), (Title.PAGE, 2), (Title.PAGE, 3)]


def test_a_film_behind_a_photograph_is_left_out() -> None:
    found = copy_of(Kind.JPEG, made.jpeg() + made.film(b"mp42"))
    assert Removed.APPENDED in found.removals
    assert not found.is_held


def test_a_cut_picture_shows_what_there_is_of_it() -> None:
    whole = io.BytesIO()
    Image.effect_noise((400, 400), 80).convert("RGB").save(whole, "JPEG")
    found = copy_of(Kind.JPEG, whole.getvalue()[: whole.tell() // 2])
    assert Finding.DAMAGED in found.findings
    assert opened(found).size == (400, 400)


def test_a_picture_with_too_many_pixels_is_not_decoded() -> None:
    none = no_copy_of(Kind.PNG, made.png_of_size(30_000, 30_000))
    assert none.reason is Trouble.TOO_COMPLEX
    assert facts(none)[Fact.WIDTH] == "30000"


def test_a_large_photograph_is_made_smaller() -> None:
    large = io.BytesIO()
    Image.new("L", (16_000, 6_000), 128).save(large, "JPEG")
    found = copy_of(Kind.JPEG, large.getvalue())
    assert max(opened(found).size) <= 8_000
    assert Removed.DETAIL in found.removals


@pytest.mark.parametrize(
    "data",
    [
        made.jpeg_with_segments((0xE1, b"Exif\0\0" + made.noise(5_000))),
        made.jpeg_with_segments(
            (0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x0f\0\x02\xff\xff\xff\xff\0\0\0\0" * 5_000)
        ),
        made.jpeg_with_segments(*[(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + made.noise(60_000, seed=n)) for n in range(40)]),
        made.jpeg_with_segments((0xE1, b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0")),
    ],
    ids=["noise", "a hundred thousand entries", "many blocks", "a block that is its own child"],
)
def test_a_bomb_in_the_metadata_does_no_harm(data: bytes) -> None:
    found = copy_of(Kind.JPEG, data)
    assert opened(found).size == (60, 40)
    assert all(len(detail.value) <= 500 for detail in found.metadata)


def test_long_values_of_the_camera_are_cut() -> None:
    block = made.exif()
    block[270] = "x" * 50_000 + "\u202e"
    found = copy_of(Kind.JPEG, made.jpeg(exif=block))
    assert facts(found)[Fact.DESCRIPTION] == "x" * 500


@pytest.mark.parametrize("kind", [Kind.JPEG, Kind.PNG, Kind.HEIC, Kind.PDF, Kind.DOCX, Kind.XLSX, Kind.DOC, Kind.MSG])
def test_noise_of_any_kind_is_damaged_and_no_more(kind: Kind) -> None:
    assert no_copy_of(kind, made.noise(5_000)).reason is Trouble.DAMAGED


def test_a_document_of_the_library_becomes_pictures_with_their_text() -> None:
    data = (LIBRARY / "ready-gov-be-prepared-flood.pdf").read_bytes()
    found = copy_of(Kind.PDF, data)
    assert [part.title for part in found.parts] == ["Page 1", "Text of page 1", "Page 2", "Text of page 2"]
    assert "FLOOD" in found.parts[1].text
    assert min(opened(found).size) > 800
    assert facts(found)[Fact.PRODUCER] == "Adobe PDF Library 17.0"
    assert facts(found)[Fact.CREATED] == "2023-06-21 14:06:05 UTC-04:00"
    assert {"Properties of the document", "External links"} <= set(found.removed)
    assert not found.is_held


def test_a_pdf_that_is_locked_only_against_copying_is_shown() -> None:
    assert copy_of(Kind.PDF, (LIBRARY / "fema-ics-for-utilities.pdf").read_bytes()).parts


def test_of_a_long_pdf_the_beginning_is_shown() -> None:
    data = (LIBRARY / "fema-slg-101-all-hazard-emergency-operations-planning.pdf").read_bytes()
    found = copy_of(Kind.PDF, data)
    assert Finding.CUT_SHORT in found.findings
    assert Removed.PAGES in found.removals
    assert facts(found)[Fact.PAGES] == "279"


@pytest.mark.parametrize(
    ("changes", "finding", "is_held"),
    [
        ({"script": "app.alert(1)"}, Finding.SCRIPT, False),
        ({"launch": "cmd.exe"}, Finding.LAUNCH, True),
        ({"file": ("notes.txt", b"hello")}, Finding.EMBEDDED_FILE, False),
        ({"file": ("run.exe", b"hello")}, Finding.EMBEDDED_PROGRAM, True),
        ({"file": ("photo.jpg", b"MZ\x90\0" + bytes(200))}, Finding.EMBEDDED_PROGRAM, True),
        ({"file": ("more.zip", made.nested_zip(2))}, Finding.NESTED, True),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else None,
)
def test_what_a_pdf_would_do_is_found(changes, finding: Finding, is_held: bool) -> None:
    found = copy_of(Kind.PDF, made.pdf(**changes))
    assert finding in found.findings
    assert found.is_held is is_held
    assert [part.form for part in found.parts] == [PartForm.PICTURE]


def test_a_disguised_name_in_a_pdf_is_found() -> None:
    found = copy_of(Kind.PDF, made.pdf(launch="cmd.exe").replace(b"/Launch", b"/L#61unch"))
    assert Finding.LAUNCH in found.findings


def test_a_locked_pdf_has_no_copy_and_is_held() -> None:
    none = no_copy_of(Kind.PDF, made.pdf(lock=("secret", "owner")))
    assert none.reason is Trouble.LOCKED
    assert none.is_held


def test_a_word_document_becomes_text_and_tables_in_their_order() -> None:
    table = "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>".format(
        made.word_paragraph("plate"), made.word_paragraph("ABC 123")
    )
    body = made.word_paragraph("Before") + table + made.word_paragraph("After")
    core = '<x:p xmlns:x="urn:x" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Somebody</dc:creator></x:p>'
    found = copy_of(Kind.DOCX, made.docx(body, parts={"docProps/core.xml": core}))
    assert [part.form for part in found.parts] == [PartForm.TEXT, PartForm.TABLE, PartForm.TEXT]
    assert found.parts[0].text == "Before"
    assert found.parts[1].rows == (("plate", "ABC 123"),)
    assert found.parts[2].text == "After"
    assert facts(found)[Fact.AUTHOR] == "Somebody"


def test_what_was_struck_out_is_not_shown_and_that_is_said() -> None:
    body = "<w:p><w:r><w:t>stays</w:t></w:r><w:del><w:r><w:delText>goes</w:delText></w:r></w:del></w:p>"
    found = copy_of(Kind.DOCX, made.docx(body))
    assert texts(found) == "stays"
    assert Removed.REVISIONS in found.removals


def outside(kind: str, target: str) -> bytes:
    return made.docx(parts={"word/_rels/document.xml.rels": made.relation(kind, target)})


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("data", "findings", "is_held"),
    [
        (lambda: outside("hyperlink", "https://x.example"), set(), False),
        (lambda: outside("image", "https://x.example/a.png"), {Finding.OUTSIDE_LINK}, False),
        (lambda: outside("attachedTemplate", "https://x.example/a.dotm"), {Finding.LAUNCH}, True),
        (lambda: outside("attachedTemplate", "\\\\x.example\\a.dotm"), {Finding.LAUNCH}, True),
        (lambda: outside("attachedTemplate", "file:///C:/Office/Normal.dotm"), set(), False),
        (lambda: outside("oleObject", "mhtml:https://x.example!x-usc:a"), {Finding.LAUNCH}, True),
        (lambda: outside("hyperlink", "ms-msdt:/id x"), {Finding.LAUNCH}, True),
        (
            lambda: made.docx("<w:p><w:r><w:t>x</w:t><w:instrText>DDEAUTO c:\\cmd</w:instrText></w:r></w:p>"),
            {Finding.LAUNCH},
            True,
        ),
        (lambda: made.docx(parts={"word/vbaProject.bin": made.noise(50)}), {Finding.MACROS}, True),
        (
            lambda: made.docx(types='<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'),
            {Finding.MACROS},
            True,
        ),
        (
            lambda: made.docx(parts={"word/embeddings/sheet.xlsx": made.xlsx()}),
            {Finding.EMBEDDED_FILE},
            False,
        ),
        (
            lambda: made.docx(parts={"word/embeddings/o.bin": made.compound({"\x01Ole10Native": b"x"})}),
            {Finding.EMBEDDED_FILE, Finding.EMBEDDED_OBJECT},
            True,
        ),
        (
            lambda: made.docx(
                parts={"word/embeddings/o.bin": made.compound({"Macros/VBA": b"x", "WordDocument": b"x"})}
            ),
            {Finding.EMBEDDED_FILE, Finding.MACROS},
            True,
        ),
        (
            lambda: made.docx(parts={"word/embeddings/o.bin": b"MZ\x90\0" + made.noise(50)}),
            {Finding.EMBEDDED_FILE, Finding.EMBEDDED_PROGRAM},
            True,
        ),
        (
            lambda: made.docx(parts={"word/embeddings/a.docx": nested(6)}),
            {Finding.EMBEDDED_FILE, Finding.NESTED},
            True,
        ),
        (lambda: made.docx(parts={"word/header1.xml": ENTITIES}), {Finding.BOMB}, True),
        (lambda: made.docx(parts={"word/header1.xml": "<x><y></x>"}), {Finding.DAMAGED}, False),
    ],
)
def test_what_a_word_document_carries_is_found(data, findings: set[Finding], is_held: bool) -> None:
    found = copy_of(Kind.DOCX, data())
    assert set(found.findings) == findings
    assert found.is_held is is_held


def nested(depth: int) -> bytes:
    data = made.docx()
    for _level in range(depth):
        data = made.docx(parts={"word/embeddings/a.docx": data})
    return data


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (made.bomb, Trouble.BOMB),
        (made.overlapping_bomb, Trouble.BOMB),
        (lambda: made.docx(made.word_paragraph("x" * 30_000_000)), Trouble.TOO_COMPLEX),
        (lambda: made.docx("<w:p>" * 200_000), Trouble.DAMAGED),
        (lambda: made.nested_zip(3), Trouble.DAMAGED),
    ],
    ids=["bomb", "overlapping", "one long paragraph", "never closed", "another zip"],
)
def test_a_document_that_cannot_be_read_has_a_reason(data, trouble: Trouble) -> None:
    assert no_copy_of(Kind.DOCX, data()).reason is trouble


def test_a_deeply_nested_tree_ends_in_a_definite_state() -> None:
    found = outcome(Kind.DOCX, made.docx("<w:p>" * 50_000 + "</w:p>" * 50_000))
    assert isinstance(found, Copy | NoCopy)


def test_a_workbook_becomes_a_table_of_its_values() -> None:
    found = copy_of(Kind.XLSX, made.xlsx())
    assert found.parts[0].title == "Sheet 1: Visitors"
    assert found.parts[0].rows[1][:2] == ("guest", "12")
    assert Removed.FORMULAS in found.removals


def test_slides_stand_in_the_order_of_the_show() -> None:
    found = copy_of(Kind.PPTX, made.pptx())
    assert [(part.title, part.text) for part in found.parts] == [
        ("Slide 1", "shown first"),
        ("Slide 2", "shown second"),
    ]


def test_an_opendocument_text_becomes_text_and_tables() -> None:
    body = (
        "<office:text><text:h>Van</text:h><text:p>two<text:s text:c='3'/>blanks<text:tab/>tab</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>plate</text:p></table:table-cell>"
        "</table:table-row></table:table></office:text>"
    )
    found = copy_of(Kind.ODT, made.opendocument("text", body))
    assert found.parts[0].text == "Van\ntwo   blanks\ttab"
    assert found.parts[1].rows == (("plate",),)


def test_a_sheet_that_repeats_a_cell_a_million_times_is_bounded() -> None:
    cell = "<table:table-cell table:number-columns-repeated='1048576'><text:p>x</text:p></table:table-cell>"
    row = f"<table:table-row table:number-rows-repeated='1048576'>{cell}</table:table-row>"
    body = f"<office:spreadsheet><table:table table:name='One'>{row * 100}</table:table></office:spreadsheet>"
    found = copy_of(Kind.ODS, made.opendocument("spreadsheet", body))
    assert Finding.CUT_SHORT in found.findings
    assert found.parts[0].title == "Sheet 1: One"


def test_a_locked_opendocument_is_held() -> None:
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    none = no_copy_of(Kind.ODT, made.opendocument("text", "", parts={"META-INF/manifest.xml": manifest}))
    assert none.reason is Trouble.LOCKED
    assert none.is_held


@pytest.mark.parametrize(
    ("kind", "data", "reason", "findings"),
    [
        (Kind.DOC, made.word_97, Trouble.KIND, set()),
        (
            Kind.DOC,
            lambda: made.compound({"WordDocument": b"x", "Macros/VBA": b"x"}, in_middle=True),
            Trouble.KIND,
            {Finding.MACROS},
        ),
        (
            Kind.DOC,
            lambda: made.compound({"WordDocument": b"\xec\xa5" + b"\0" * 8 + b"\0\1"}),
            Trouble.LOCKED,
            {Finding.LOCKED},
        ),
        (
            Kind.XLS,
            lambda: made.compound({"Workbook": b"\x09\x08\x02\0\0\0\x2f\0\x02\0\0\0"}),
            Trouble.LOCKED,
            {Finding.LOCKED},
        ),
        (
            Kind.XLS,
            lambda: made.compound({"Workbook": b"\x85\0\x08\0\0\0\0\0\0\x01\x01x"}),
            Trouble.KIND,
            {Finding.MACROS},
        ),
        (Kind.PPT, lambda: made.compound({"PowerPoint Document": b"x"}), Trouble.KIND, set()),
        (Kind.XLS, made.word_97, Trouble.KIND, {Finding.OTHER_KIND}),
    ],
)
def test_an_older_document_is_looked_into_and_not_copied(
    kind: Kind, data, reason: Trouble, findings: set[Finding]
) -> None:
    none = no_copy_of(kind, data())
    assert none.reason is reason
    assert set(none.findings) == findings
    assert none.is_held is bool(findings)


def test_rich_text_becomes_text() -> None:
    data = (
        rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\info{\author Somebody}}Caf\'e9 \u8364? \b bold\b0\par next{\*\x hidden}}"
    )
    found = copy_of(Kind.RTF, data)
    assert texts(found) == "Café € bold\nnext"
    assert facts(found)[Fact.AUTHOR] == "Somebody"
    assert not found.is_held


def test_rich_text_with_an_object_is_held() -> None:
    found = copy_of(Kind.RTF, rb"{\rtf1 hello{\object\objemb{\*\objdata 0105}}}")
    assert Finding.EMBEDDED_OBJECT in found.findings
    assert found.is_held


def test_rich_text_of_braces_alone_does_no_harm() -> None:
    assert isinstance(outcome(Kind.RTF, b"{\\rtf1" + b"{" * 500_000), NoCopy)


def test_a_mail_becomes_its_head_and_its_text() -> None:
    found = copy_of(Kind.EML, made.MAIL)
    assert ("From", "Guard <guard@plant.example>") in found.parts[0].rows
    assert ("Subject", "A van") in found.parts[0].rows
    assert texts(found).strip() == "It came twice."
    assert facts(found)[Fact.RECEIVED_BY_WAY_OF] == "from gate by plant"
    assert not found.is_held


def test_of_a_mail_with_markup_the_text_and_the_targets_of_links_are_shown() -> None:
    found = copy_of(Kind.EML, made.mail_with("notes.txt", b"hello"))
    assert "here [https://bad.example/x]" in texts(found)
    assert "steal" not in texts(found)
    assert {Removed.MARKUP, Removed.ATTACHMENTS} <= set(found.removals)
    assert found.parts[-1].rows == (("notes.txt", "application/octet-stream", "5"),)
    assert not found.is_held


@pytest.mark.parametrize("name", ["run.js", "bill.docm", "page.html"])
def test_a_mail_with_a_program_attached_is_held(name: str) -> None:
    assert copy_of(Kind.EML, made.mail_with(name, b"x")).is_held


@pytest.mark.parametrize(
    "head",
    [
        b"From: =?utf-8?b?////?= <a@",
        b"Subject: =?no-such-charset?q?a?=",
        b"Date: yesterday",
        b"Content-Type: multipart/mixed; boundary=\n\n",
        b"Content-Type: text/plain; charset=no-such",
        b"To: " + b"(" * 20_000,
        b"Content-Type: multipart/mixed; boundary=a\n\n"
        + b"--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 2_000,
    ],
    ids=range(7),
)
def test_a_mail_with_a_broken_head_ends_in_a_definite_state(head: bytes) -> None:
    found = outcome(Kind.EML, b"From: a@b.example\nSubject: x\n" + head + b"\n\nThe text\n")
    assert isinstance(found, Copy) or found.reason in {Trouble.DAMAGED, Trouble.TIME}


def test_a_mail_of_outlook_becomes_its_head_and_its_text() -> None:
    found = copy_of(Kind.MSG, made.outlook(attached=("run.exe", b"MZ")))
    assert found.parts[0].rows == (("From", "Guard"), ("Subject", "A van at the gate"))
    assert texts(found) == "It came twice."
    assert found.parts[-1].rows[0][0] == "run.exe"
    assert Finding.EMBEDDED_PROGRAM in found.findings


def test_text_loses_what_cannot_be_seen() -> None:
    found = copy_of(Kind.TEXT, "plain\u202etext\x07 here\r\nand there".encode())
    assert texts(found) == "plaintext here\nand there"
    assert Removed.CONTROLS in found.removals


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_encodings_that_people_use(encoding: str) -> None:
    assert texts(copy_of(Kind.TEXT, "Über die Brücke".encode(encoding))) == "Über die Brücke"


def test_a_table_is_split_where_it_is_split_most() -> None:
    found = copy_of(Kind.CSV, b'name;"plate; no."\nguest;12\n')
    assert found.parts[0].rows[:2] == (("name", "plate; no."), ("guest", "12"))


def test_an_empty_text_has_nothing_to_show() -> None:
    assert no_copy_of(Kind.TEXT, b" \n ").reason is Trouble.NOTHING


def test_a_picture_that_is_also_an_archive_is_found_in_its_middle() -> None:
    behind = made.jpeg() + made.nested_zip(1) + made.noise(300_000).replace(b"PK", b"  ")
    assert Finding.TWO_THINGS in copy_of(Kind.JPEG, behind).findings
