"""PDFs, page by page: their text, what keeps people from reading them, and what hostile ones end in."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from PIL import Image
from pypdf.constants import UserAccessPermissions
from pypdfium2 import PdfTextPage  # type: ignore[import-untyped]  # it has none

from portal.files import plain_pictures
from portal.files.conversation import Patience
from portal.files.enums import Trouble
from portal.files.reading import Finding, Form, NotRead, Reading, read, wire
from portal.files.reading.readers import pdf, second
from portal.files.reading.wire import Delivery, Order
from tests.files import made
from tests.files.reading import papers
from tests.files.reading.places import here

SENTENCE = "The pumps at the north gate are tested on the first Monday of each month."


def reading(data: bytes) -> Reading:
    found = here(Form.PDF, data)
    assert isinstance(found, Reading), found
    return found


def texts(data: bytes) -> list[str]:
    return [page.text for page in reading(data).pages]


def trouble(data: bytes) -> Trouble:
    found = here(Form.PDF, data)
    assert isinstance(found, NotRead), found
    return found.reason


def test_pages_have_the_numbers_of_the_file() -> None:
    found = reading(papers.pdf("One", "", "Three"))
    assert [(page.number, page.text) for page in found.pages] == [(1, "One"), (2, ""), (3, "Three")]
    assert (found.has_pages, found.page_count, found.from_pictures) == (True, 3, 0)


def test_a_word_that_a_line_cut_in_two_is_one_word() -> None:
    whole = "The whole information is here, and a risk-based view of the north gate."
    cut = "The infor-\nmation is here. A risk-\nbased view of long-\nlasting work"
    assert " ".join(texts(papers.pdf(whole, cut))[1].split()) == (
        "The information is here. A risk-based view of longlasting work"
    )


def test_the_first_page_is_drawn_small_and_plain() -> None:
    found = reading(papers.pdf(SENTENCE))
    assert plain_pictures.is_plain(found.picture)
    with Image.open(io.BytesIO(found.picture)) as picture:
        assert (picture.format, picture.width) == ("PNG", 480)
        assert 610 <= picture.height <= 622


def test_title_date_and_language_are_guessed() -> None:
    text = f"Flood plan\nMay 7, 2018\n{SENTENCE} It is for all who work there, and they should read it."
    found = reading(papers.pdf(text, created="D:20200304050607Z"))
    assert (found.title, found.dated, found.language) == ("Flood plan", date(2018, 5, 7), "en")


def test_the_largest_letters_are_the_title() -> None:
    found = reading(papers.pdf(f"Center of centers\n{SENTENCE}\n{SENTENCE}", heading="Flood plan"))
    assert found.title == "Flood plan"


def test_what_the_properties_say_stands_in_for_guesses() -> None:
    found = reading(papers.pdf("7", title="Plan for floods", created="D:20200304050607Z", language="es-MX"))
    assert (found.title, found.dated, found.language) == ("Plan for floods", date(2020, 3, 4), "es")


FINE = {"title": "Plan for floods", "language": "en-US", "tagged": True}


@pytest.mark.parametrize(
    ("changes", "findings"),
    [
        ({}, set()),
        ({"tagged": False}, {Finding.NOT_TAGGED}),
        ({"title": ""}, {Finding.NO_TITLE}),
        ({"title": "Microsoft Word - plan_final.doc"}, {Finding.NO_TITLE}),
        ({"title": "sp800-84.pdf"}, {Finding.NO_TITLE}),
        ({"language": ""}, {Finding.NO_LANGUAGE}),
        ({"lock": ("", "owner"), "allowed": UserAccessPermissions.PRINT}, {Finding.LOCKED_FOR_READERS}),
        ({"lock": ("", "owner"), "allowed": papers.READ_ALOUD}, set()),
    ],
    ids=str,
)
def test_the_accessibility_check_finds(changes: dict[str, object], findings: set[Finding]) -> None:
    assert reading(papers.pdf(SENTENCE, **{**FINE, **changes})).findings == findings


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_lock_that_opens_without_a_password_is_no_hindrance(algorithm: str) -> None:
    assert texts(papers.pdf(SENTENCE, lock=("", "owner"), algorithm=algorithm)) == [SENTENCE]


def test_the_second_reader_opens_such_a_lock_too() -> None:
    assert [text.strip() for text in second.whole(papers.pdf(SENTENCE, lock=("", "owner")))] == [SENTENCE]


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_password_is(algorithm: str) -> None:
    assert trouble(papers.pdf(SENTENCE, lock=("secret", "owner"), algorithm=algorithm)) is Trouble.LOCKED


def test_pictures_without_text_are_said_to_be() -> None:
    assert Finding.IMAGE_ONLY in reading(papers.scan("Sandbags at the gate")).findings


def test_one_picture_among_pages_is_said_to_be() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for data in (papers.pdf(SENTENCE), papers.scan("Sandbags")):
        writer.append(PdfReader(io.BytesIO(data)))
    target = io.BytesIO()
    writer.write(target)
    findings = reading(target.getvalue()).findings
    assert Finding.PAGES_WITHOUT_TEXT in findings
    assert Finding.IMAGE_ONLY not in findings


def test_an_empty_page_is_no_picture() -> None:
    assert not reading(papers.pdf("", "")).findings & {Finding.IMAGE_ONLY, Finding.PAGES_WITHOUT_TEXT}


def test_text_that_a_scanner_left_is_said_to_be_from_a_picture() -> None:
    found = reading(papers.scan("Sandbags", layer=(SENTENCE,)))
    assert [(page.text, page.is_from_picture) for page in found.pages] == [(SENTENCE, True)]
    assert Finding.IMAGE_ONLY not in found.findings


def test_what_turns_the_direction_of_writing_is_left_out() -> None:
    assert "\u202e" not in reading(papers.pdf("x", title="Plan \u202efdp.exe")).title


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (lambda: b"%PDF-1.7\nno more", Trouble.DAMAGED),
        (lambda: b"", Trouble.DAMAGED),
        (lambda: made.noise(50_000), Trouble.DAMAGED),
    ],
    ids=["cut off", "empty", "noise"],
)
def test_what_is_no_pdf_ends_in(data: Callable[[], bytes], outcome: Trouble) -> None:
    assert trouble(data()) is outcome


def test_a_file_cut_at_its_end_is_read_as_far_as_it_goes() -> None:
    data = papers.pdf(SENTENCE)
    assert texts(data[:-8]) == [SENTENCE]


def test_a_tree_of_pages_that_bites_its_tail_ends() -> None:
    found = here(Form.PDF, papers.with_a_loop())
    assert isinstance(found, NotRead) or found.pages[0].text == "a page"


def test_a_book_without_end_is_cut_short() -> None:
    found = reading(papers.of_many_pages(wire.MOST_PAGES + 500))
    assert (len(found.pages), found.page_count) == (wire.MOST_PAGES, wire.MOST_PAGES + 500)
    assert found.is_cut_short


def test_a_script_in_it_is_no_hindrance_and_does_not_run() -> None:
    data = made.pdf(script="while(true){}", launch="cmd.exe")
    assert reading(data).page_count == 1


# The second reader, in this process: PDFium reads all that we can make.


def told(data: bytes) -> tuple[list[bytes], Delivery]:
    frames: list[bytes] = []
    out = Delivery(frames.append)
    pdf.read(data, Order(Form.PDF, len(data)), out)
    return frames, out


def test_where_pdfium_gives_garbage_pypdf_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    original = second.Helper.text

    def text(helper: second.Helper, place: int) -> str:
        asked.append(place)
        return original(helper, place)

    monkeypatch.setattr(second.Helper, "text", text)
    monkeypatch.setattr(second, "is_garbage", lambda text: text.startswith("\x01"))
    monkeypatch.setattr(PdfTextPage, "get_text_bounded", lambda _page: "\x01\x01")
    frames, _out = told(papers.pdf(SENTENCE, "Two"))
    assert asked == [0, 1]
    assert SENTENCE.encode() in b"".join(frames)


def test_where_pdfium_fails_and_pypdf_too_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_page: object) -> str:
        raise ValueError

    monkeypatch.setattr(PdfTextPage, "get_text_bounded", broken)
    monkeypatch.setattr(second.Helper, "text", lambda _helper, _place: "")
    frames, _out = told(papers.pdf(SENTENCE))
    assert Finding.UNREAD_PAGES.value.encode() in b"".join(frames)


def test_a_file_that_pdfium_does_not_open_is_read_by_pypdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_opened", lambda _data: None)
    frames, out = told(papers.pdf(SENTENCE, "Two", lock=("", "owner")))
    assert out.pages == 2
    assert SENTENCE.encode() in b"".join(frames)


def test_pypdf_gets_little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_data: bytes) -> object:
        while True:
            pass

    monkeypatch.setattr(second, "_SECONDS_A_PAGE", 0.05)
    monkeypatch.setattr(second, "_SECONDS", 0.12)
    monkeypatch.setattr(second, "_opened", slow)
    helper = second.Helper(b"")
    assert [helper.text(place) for place in range(20)] == [""] * 20


@pytest.mark.parametrize(
    ("text", "is_garbage"),
    [
        (SENTENCE, False),
        ("short", False),
        ("\ue001\ue002\ue003 \ue004\ue005" * 20, True),
        ("\x03\x04\x05\x06 " * 20, True),
        ("\ufffd" * 50, True),
        ("Ordnung, résumé, данные, 数据 und vieles mehr steht hier drin.", False),
    ],
    ids=ascii,
)
def test_garbage_is_known(text: str, is_garbage: bool) -> None:
    assert second.is_garbage(text) is is_garbage


def test_a_child_that_hangs_over_a_page_is_ended() -> None:
    found = read(Form.PDF, iter([papers.pdf("x")]), length=10**6, patience=Patience(1, 0.01, 1))
    assert found == NotRead(Trouble.TIME)
