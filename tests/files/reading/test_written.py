"""Office files, web pages and plain text: pages where the file says where they are, parts where it does not."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import date

import openpyxl  # type: ignore[import-untyped]  # it has none
import pytest
from hypothesis import given, strategies as st

from portal.files.enums import Trouble
from portal.files.reading import Form, NotRead, PageText, Reading, read, wire
from tests.effort import MUCH, plain, times_as_much
from tests.files import made
from tests.files.reading.places import here

LONG = "The pumps at the north gate are tested each month. " * 40
BREAK = "<w:r><w:lastRenderedPageBreak/><w:t>{}</w:t></w:r>"


def reading(form: Form, data: bytes | str) -> Reading:
    found = here(form, data.encode() if isinstance(data, str) else data)
    assert isinstance(found, Reading), found
    return found


def trouble(form: Form, data: bytes) -> Trouble:
    found = here(form, data)
    assert isinstance(found, NotRead), found
    return found.reason


def pages(form: Form, data: bytes | str) -> list[tuple[int, str, str]]:
    return [(page.number, page.name, page.text) for page in reading(form, data).pages]


# Word

STYLES = (
    f'<w:styles xmlns:w="{made.WORD}"><w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Body"><w:name w:val="Body Text"/></w:style></w:styles>'
)


def heading(text: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def row(*cells: str, breaks: bool = False) -> str:
    mark = "<w:r><w:lastRenderedPageBreak/></w:r>" if breaks else ""
    return (
        "<w:tr>" + "".join(f"<w:tc><w:p>{mark}<w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>" for cell in cells) + "</w:tr>"
    )


def word(*blocks: str, said: int | None = None, title: str = "", created: str = "") -> bytes:
    parts = {"word/styles.xml": STYLES}
    if said is not None:
        parts["docProps/app.xml"] = f"<Properties><Pages>{said}</Pages></Properties>"
    core = f"<title>{title}</title><created>{created}</created>"
    parts["docProps/core.xml"] = f"<coreProperties>{core}</coreProperties>"
    return made.docx("".join(blocks), parts=parts)


def test_word_documents_have_the_pages_that_word_counted() -> None:
    data = word(
        heading("Floods"),
        f"<w:p><w:r><w:t>one </w:t></w:r>{BREAK.format('two')}</w:p>",
        "<w:tbl>" + row("a", "b") + row("c", "d", breaks=True) + "</w:tbl>",
        said=3,
    )
    assert pages(Form.DOCX, data) == [(1, "Floods", "Floods\none"), (2, "Floods", "two\na | b"), (3, "Floods", "c | d")]
    found = reading(Form.DOCX, data)
    assert (found.has_pages, found.page_count) == (True, 3)


@pytest.mark.parametrize("said", [None, 40])
def test_marks_that_do_not_fit_the_count_are_not_believed(said: int | None) -> None:
    data = word(heading("Floods"), f"<w:p>{BREAK.format(LONG)}</w:p>", heading("Fires"), "<w:p/>", said=said)
    found = reading(Form.DOCX, data)
    assert [(page.number, page.name) for page in found.pages] == [(1, "Floods"), (2, "Fires")]
    assert not found.has_pages


def test_a_short_word_document_is_one_part() -> None:
    assert pages(Form.DOCX, word(made.word_paragraph("A van"))) == [(0, "", "A van")]


def test_what_was_struck_out_is_not_read() -> None:
    struck = "<w:del><w:r><w:delText>secret</w:delText></w:r></w:del>"
    data = word(f"<w:p>{struck}<w:r><w:t>said</w:t></w:r>{BREAK.format('more')}</w:p>", said=2)
    assert [text for _number, _name, text in pages(Form.DOCX, data)] == ["said", "more"]


def test_of_a_word_document_title_and_date_are_guessed() -> None:
    found = reading(Form.DOCX, word(heading("Plan for floods"), title="untitled", created="2020-11-16T16:41:00Z"))
    assert (found.title, found.dated) == ("Plan for floods", date(2020, 11, 16))


# Sheets and slides


def workbook(*rows: tuple[object, ...], title: str = "Contacts") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for one in rows:
        book.active.append(one)
    book.create_sheet("Empty")
    book.create_sheet("Last").append(["end"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_each_sheet_is_a_page_with_its_name() -> None:
    found = reading(Form.XLSX, workbook(("name", None, "phone"), (), ("desk", None, 911)))
    assert found.pages == (
        PageText(1, "name | phone\ndesk | 911", "Contacts"),
        PageText(2, "", "Empty"),
        PageText(3, "end", "Last"),
    )
    assert (found.has_pages, found.page_count) == (True, 3)


def test_rows_that_a_sheet_leaves_out_are_no_work() -> None:
    rows = [f'<row r="{number}"/>' for number in range(2, 10_000)]
    near, far = with_rows(rows, last=10_000), with_rows(rows, last=1_048_576)  # the last that there can be
    assert reading(Form.XLSX, far).pages[0].text == "begin"
    assert times_as_much(lambda: here(Form.XLSX, far), lambda: here(Form.XLSX, near)) < 4


def with_rows(rows: Iterable[str], *, last: int) -> bytes:
    parts = unpacked(workbook(("x",)))
    parts["xl/worksheets/sheet1.xml"] = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + "".join([a_row(1, "begin"), *rows, a_row(last, "end")])
        + "</sheetData></worksheet>"
    ).encode()
    return made.zipped(parts)


def a_row(number: int, text: str) -> str:
    return f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def unpacked(data: bytes) -> dict[str, bytes | str]:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_sheet_without_end_is_cut_short() -> None:
    found = reading(Form.XLSX, workbook(*((f"{number} " + "x" * 200,) for number in range(1_500))))
    assert len(found.pages[0].text) <= wire.LONGEST_PAGE
    assert found.is_cut_short


def test_each_slide_is_a_page_named_after_its_first_line() -> None:
    found = reading(Form.PPTX, made.pptx())
    assert [(page.number, page.name) for page in found.pages] == [(1, "shown first"), (2, "shown second")]
    assert found.has_pages


def test_opendocument_sheets_and_slides_are_pages() -> None:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = f'<table:table-row table:number-rows-repeated="1000000">{cell.format("pump")}</table:table-row>'
    sheet = f'<office:spreadsheet><table:table table:name="Pumps">{rows}</table:table></office:spreadsheet>'
    found = reading(Form.ODS, made.opendocument("spreadsheet", sheet))
    assert (found.pages[0].number, found.pages[0].name, found.has_pages) == (1, "Pumps", True)
    assert len(found.pages[0].text) < 2_000
    slides = "".join(f"<drawing:page><text:p>{text}</text:p></drawing:page>" for text in ("One", "Two"))
    shown = made.opendocument("presentation", f"<office:presentation>{slides}</office:presentation>")
    assert pages(Form.ODP, shown) == [(1, "One", "One"), (2, "Two", "Two")]


def test_an_opendocument_text_is_read_in_parts() -> None:
    body = (
        f'<office:text><text:h text:outline-level="1">Floods</text:h><text:p>{LONG}</text:p>'
        "<text:h>Fires</text:h><table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table></office:text>"
    )
    found = reading(Form.ODT, made.opendocument("text", body))
    assert [(page.number, page.name) for page in found.pages] == [(1, "Floods"), (2, "Fires")]
    assert "a | b" in found.pages[1].text


XML_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    f'<w:document xmlns:w="{made.WORD}"><w:body><w:p><w:r><w:t>&c;</w:t></w:r></w:p></w:body></w:document>'
)


@pytest.mark.parametrize(
    ("form", "data", "outcome"),
    [
        (Form.DOCX, made.bomb, Trouble.BOMB),
        (Form.DOCX, made.overlapping_bomb, Trouble.BOMB),
        (Form.DOCX, lambda: made.docx(parts={"word/document.xml": XML_BOMB}), Trouble.DAMAGED),
        (Form.DOCX, lambda: made.docx("<w:p>" * 200_000), Trouble.DAMAGED),
        (Form.DOCX, lambda: made.noise(5_000), Trouble.DAMAGED),
        (Form.DOCX, made.xlsx, Trouble.DAMAGED),
        (Form.XLSX, made.docx, Trouble.DAMAGED),
        (Form.PPTX, made.docx, Trouble.DAMAGED),
        (Form.ODT, made.docx, Trouble.DAMAGED),
        (Form.ODS, lambda: b"", Trouble.DAMAGED),
        (
            Form.ODT,
            lambda: made.opendocument("text", "", parts={"META-INF/manifest.xml": "<encryption-data/>"}),
            Trouble.LOCKED,
        ),
    ],
)
def test_what_is_hostile_or_no_such_file_ends_in(form: Form, data: Callable[[], bytes], outcome: Trouble) -> None:
    assert trouble(form, data()) is outcome


def test_elements_nested_without_end_do_no_harm() -> None:
    deep = "<w:sdt><w:sdtContent>" * 5_000 + made.word_paragraph("x") + "</w:sdtContent></w:sdt>" * 5_000
    assert trouble(Form.DOCX, made.docx(deep)) is Trouble.TOO_COMPLEX


# Web pages

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Flood plan — center</title>
<meta name="date" content="2018-05-07"><style>p { color: red }</style></head>
<body><nav>Menu Home About</nav><h1>Flood plan</h1><p>Call the <b>desk</b> first.<br>Then go.</p>
<script>document.write("scripted")</script><div hidden>unseen <div>still unseen</div></div><noscript>none</noscript>
<table><tr><td>pump</td><td>north &amp; south</td></tr></table><p>&#x202e;end</p></body></html>"""


def test_of_a_web_page_what_a_reader_sees_is_read() -> None:
    found = reading(Form.HTML, PAGE)
    assert found.pages == (
        PageText(0, "Flood plan\n\nCall the desk first. Then go.\n\npump | north & south\n\nend", "Flood plan"),
    )
    assert (found.title, found.dated) == ("Flood plan — center", date(2018, 5, 7))


@pytest.mark.parametrize(
    "data",
    [
        '<meta charset="iso-8859-1"><p>Bevölkerung'.encode("iso-8859-1"),
        '<meta charset="no-such-thing"><p>Bevölkerung'.encode(),
        "<p>Bevölkerung".encode("cp1252"),
        "\ufeff<p>Bevölkerung".encode("utf-16-le"),
    ],
    ids=["said", "said wrongly", "not said", "marked"],
)
def test_letters_of_a_web_page_are_told(data: bytes) -> None:
    assert reading(Form.HTML, data).pages[0].text == "Bevölkerung"


@pytest.mark.parametrize(
    "data", ["<div>" * 50_000 + "x", "<" * 100_000, "<!" * 50_000, "<script>" + "x" * 100_000, "&" * 100_000, "\0<p>x"]
)
def test_odd_web_pages_end_soon(data: str) -> None:
    letters = plain(len(data)).encode()
    assert isinstance(here(Form.HTML, data.encode()), Reading)
    assert times_as_much(lambda: here(Form.HTML, data.encode()), lambda: here(Form.HTML, letters)) < MUCH


# Markdown and text

MARKDOWN = f"""---
title: "Plan for floods"
date: 2018-05-07
---
# Floods

Call the **desk** [first](https://x.example/a), <b>then</b> *go*. snake_case_name stays.

- [ ] pumps
* `gate`

| a | b |
|---|---|
| 1 | 2 |

{LONG}

Fires
-----

```
# no heading
```
"""


def test_markdown_is_read_as_words() -> None:
    found = reading(Form.MARKDOWN, MARKDOWN)
    assert [page.name for page in found.pages] == ["Floods", "Fires"]
    first = found.pages[0].text
    assert first.startswith("Floods\n\nCall the desk first, then go. snake_case_name stays.\n\npumps\ngate\n\na | b")
    assert found.pages[1].text == "Fires\n\n# no heading"
    assert (found.title, found.dated) == ("Plan for floods", date(2018, 5, 7))


def test_plain_text_is_read_in_parts_at_the_ends_of_paragraphs() -> None:
    found = reading(Form.TEXT, "\r\n\r\n".join(f"{number}. {LONG}" for number in range(6)))
    assert [page.number for page in found.pages] == [1, 2, 3]
    assert all(page.text.endswith("month.") for page in found.pages)


@pytest.mark.parametrize("data", [b"", b"   \n\n ", b"\0" * 1000, "\u202e\u200b".encode()])
def test_a_text_of_nothing_is_read_as_nothing(data: bytes) -> None:
    found = here(Form.TEXT, data)
    assert isinstance(found, Reading)
    assert "".join(page.text for page in found.pages) == ""


@pytest.mark.parametrize(
    "line", ["[" * 5_000, "*" * 5_000, "`a" * 3_000, "<" * 5_000, "- " * 5_000, "# " * 5_000, "|-" * 5_000]
)
def test_odd_markdown_ends_soon(line: str) -> None:
    data = (line + "\n").encode() * 5
    assert isinstance(here(Form.MARKDOWN, data), Reading)
    letters = plain(len(data)).encode()
    assert times_as_much(lambda: here(Form.MARKDOWN, data), lambda: here(Form.MARKDOWN, letters)) < MUCH


@given(st.sampled_from([Form.HTML, Form.MARKDOWN, Form.TEXT]), st.text(max_size=300))
def test_whatever_is_written_is_read(form: Form, text: str) -> None:
    assert isinstance(here(form, text.encode("utf-8", "surrogatepass")), Reading)


@given(st.sampled_from(sorted(Form, key=str)), st.binary(max_size=300))
def test_noise_is_read_or_refused_and_never_raises(form: Form, noise: bytes) -> None:
    assert isinstance(here(form, noise), Reading | NotRead)


@pytest.mark.parametrize(
    ("form", "data", "word"),
    [
        (Form.DOCX, made.docx, "van"),
        (Form.XLSX, made.xlsx, "guest"),
        (Form.PPTX, made.pptx, "shown"),
        (Form.HTML, PAGE.encode, "desk"),
        (Form.HTML, lambda: '<meta charset="shift_jis"><p>日本語'.encode("shift_jis"), "日本語"),
        (Form.MARKDOWN, MARKDOWN.encode, "desk"),
        (Form.TEXT, lambda: LONG.encode("utf-16"), "pumps"),
        (Form.ODT, lambda: made.opendocument("text", "<office:text><text:p>a van</text:p></office:text>"), "van"),
    ],
    ids=lambda one: getattr(one, "value", ""),
)
def test_in_its_own_process_each_is_read_the_same(form: Form, data: Callable[[], bytes], word: str) -> None:
    found = read(form, iter([data()]), length=len(data()))
    assert isinstance(found, Reading), found
    assert word in " ".join(page.text for page in found.pages)
    alike = here(form, data())
    assert isinstance(alike, Reading)
    assert (found.pages, found.title, found.language) == (alike.pages, alike.title, alike.language)
