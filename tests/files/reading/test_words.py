"""Text is tidied, cut into parts and told in its language without losing a word of it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from portal.files.reading import guesses, languages, parts, texts
from portal.files.reading.parts import Block

TODAY = date(2026, 11, 21)
WORDS = st.text("abc .\n-ÄÖé\u00a0\ufb01\x02", max_size=80)


@pytest.mark.parametrize(
    ("raw", "tidied"),
    [
        ("e\ufb03cient \ufb01re \ufb02ood", "efficient fire flood"),
        ("a\r\nb\rc\fd", "a\nb\nc\nd"),
        ("Chapter 1 ............ 7", "Chapter 1 … 7"),
        ("Chapter 1 . . . . . . 7", "Chapter 1 … 7"),
        ("so\u00adft\u2011ware", "soft-ware"),
        ("a   \t b\n\n\n\n\nc", "a b\n\nc"),
        ("e\u0301", "é"),
        ("\u00ff Call the desk\n\uf0b7 Go", "• Call the desk\n• Go"),
        ("§ 44.045 says", "§ 44.045 says"),
        ("version 1.2.3... and so on", "version 1.2.3... and so on"),
    ],
)
def test_text_is_tidied(raw: str, tidied: str) -> None:
    assert texts.tidy(raw) == tidied


@given(WORDS)
def test_tidying_twice_changes_nothing(raw: str) -> None:
    once = texts.tidy(raw)
    assert texts.tidy(once) == once


@pytest.mark.parametrize(
    ("pages", "joined"),
    [
        (["infor-\nmation"], "information"),
        (["infor\x02mation"], "information"),
        (["a risk\x02based view", "it is risk-based"], "a risk-based view"),
        (["post-\ndisaster work", "after the disaster, post it"], "post-disaster work"),
        (["Kansas-\nNebraska"], "Kansas-Nebraska"),
        (["a dash -\nand more"], "a dash -\nand more"),
        (["1990-\n1999"], "1990-\n1999"),
    ],
)
def test_words_cut_in_two_are_joined_as_the_document_writes_them(pages: list[str], joined: str) -> None:
    assert texts.joined(pages)[0] == joined


@given(st.lists(WORDS, max_size=4))
def test_joining_loses_no_letter(pages: list[str]) -> None:
    def letters(text: str) -> str:
        return "".join(one for one in text if one.isalnum())

    assert [letters(page) for page in texts.joined(pages)] == [letters(page) for page in pages]


BLOCKS = st.lists(st.builds(Block, st.text("abc \n", max_size=3_000), st.sampled_from([0, 0, 0, 1, 2])), max_size=12)


@given(BLOCKS)
def test_parts_lose_no_word_and_are_numbered_in_order(blocks: list[Block]) -> None:
    found = parts.cut(blocks)
    before = "".join("".join(block.text.split()) for block in blocks)
    assert "".join("".join(part.text.split()) for part in found) == before
    assert [part.number for part in found] == ([0] if len(found) == 1 else list(range(1, len(found) + 1)))
    assert all(len(part.text) <= 2 * parts.LONGEST + 20 * len(blocks) for part in found)


def test_a_heading_begins_a_part_once_there_is_enough_and_names_it() -> None:
    long = "word " * 400
    found = parts.cut([Block("Plan", 1), Block(long), Block("Floods", 2), Block("x"), Block("Fires", 2), Block(long)])
    assert [part.name for part in found] == ["Plan", "Floods"]


def test_where_headings_are_numbered_parts_follow_the_numbers() -> None:
    long = "word " * 400
    sections = [("§ 44.045. Pumps", 4), ("Notes", 4), ("§ 44.090. Gates", 4), ("Notes", 4), ("§ 44.100. Desks", 4)]
    blocks = [Block("Statutes", 1)] + [block for text, level in sections for block in (Block(text, level), Block(long))]
    names = [part.name for part in parts.cut(blocks)]
    assert list(dict.fromkeys(names)) == ["Statutes", "§ 44.090. Gates", "§ 44.100. Desks"]


def test_a_part_without_a_heading_is_named_after_the_one_it_stands_under() -> None:
    long = "word " * 800
    assert [part.name for part in parts.cut([Block("Floods", 1), Block(long), Block(long)])] == ["Floods", "Floods"]


def test_a_paragraph_without_end_is_cut() -> None:
    found = parts.cut([Block("word " * 20_000)])
    assert max(len(part.text) for part in found) <= parts.LONGEST


SAMPLES = {
    "en": "The plan says who should be called when the water rises, and what is to be done with the pumps at the gate.",
    "es": "El plan dice a quién se debe llamar cuando sube el agua y qué se debe hacer con las bombas de la puerta.",
    "fr": "Le plan dit qui doit être appelé quand l'eau monte et ce que vous devez faire avec les pompes de la porte.",
    "de": "Der Plan sagt, wer gerufen werden soll, wenn das Wasser steigt, und was mit den Pumpen an der Tür ist.",
    "vi": "Kế hoạch nói rằng ai phải được gọi khi nước dâng và các máy bơm tại cổng là của một người để làm gì.",
    "bs": "Plan kaže koga treba zvati kada voda poraste i šta će se raditi sa pumpama na ulazu, ako je to za nas.",
    "ru": "План говорит, кого нужно вызвать, когда поднимается вода, и что делать с насосами у ворот.",  # noqa: RUF001  [Russian]
    "ar": "تقول الخطة من يجب استدعاؤه عندما يرتفع الماء وما يجب فعله بالمضخات عند البوابة.",
    "zh": "该计划说明水位上升时应通知谁，以及如何处理北门的水泵。",  # noqa: RUF001  [Chinese]
    "ja": "この計画は、水位が上がったときに誰に連絡するか、門のポンプをどうするかを示しています。",
    "ko": "이 계획은 물이 불어날 때 누구에게 연락해야 하는지, 문의 펌프를 어떻게 해야 하는지 말해 줍니다.",
}


@pytest.mark.parametrize("language", SAMPLES)
def test_a_language_is_told_by_its_words(language: str) -> None:
    assert languages.language_of(SAMPLES[language], declared="nl") == language


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("", "", ""),
        ("12345 / 67 %", "en-US", "en"),
        ("Pump 7, Gate 3", "ES", "es"),
        ("Pump 7, Gate 3", "x-none", ""),
        ("Pump 7", "<script>", ""),
        ("pump " * 500, "", ""),
    ],
)
def test_where_words_do_not_tell_the_file_does(text: str, declared: str, language: str) -> None:
    assert languages.language_of(text, declared=declared) == language


@given(st.text(max_size=300), st.text(max_size=20))
def test_a_language_is_always_a_code_or_nothing(text: str, declared: str) -> None:
    found = languages.language_of(text, declared=declared)
    assert found == "" or (found.isascii() and found.islower() and 2 <= len(found) <= 3)


@pytest.mark.parametrize(
    ("opening", "stamps", "dated"),
    [
        ("Original Release Date: May 7, 2018", [], date(2018, 5, 7)),
        ("Third Edition, October 2017", ["D:20180101000000"], date(2017, 10, 1)),
        ("as of 12 Sept 2014", [], date(2014, 9, 12)),
        ("Versions: 06/6/2014, 12/06/2024, 1/2/2023", [], date(2024, 12, 6)),
        ("Stand 2021-04-15", [], date(2021, 4, 15)),
        ("on 10/28/2019 it", [], date(2019, 10, 28)),
        ("on 31/12/2019 it", ["2020-02-03T04:05:06Z"], date(2020, 2, 3)),
        ("February 30, 2019; May 1, 2019", [], date(2019, 5, 1)),
        ("by December 2099 at the latest", [], None),
        ("section 44.045 of 1990", ["nonsense"], None),
        ("", ["D:20101216125430-06'00'"], date(2010, 12, 16)),
    ],
)
def test_a_date_is_guessed(opening: str, stamps: list[str], dated: date | None) -> None:
    assert guesses.dated(opening, *stamps, today=TODAY) == dated


@given(st.text("0123456789/- JanFebMay,thsD:", max_size=60))
def test_no_date_lies_ahead(opening: str) -> None:
    found = guesses.dated(opening, opening, today=TODAY)
    assert found is None or found <= TODAY


@pytest.mark.parametrize(
    ("candidates", "title"),
    [
        (["Plan for floods", "x"], "Plan for floods"),
        (["Microsoft Word - Plan for floods", ""], "Plan for floods"),
        (["Microsoft Word - plan.doc", "Plan for floods"], "Plan for floods"),
        (["untitled", "slg101.PDF", "bod-18-02", "Plan for floods"], "Plan for floods"),
        (["Preparedness"], "Preparedness"),
        (["", "7"], ""),
    ],
)
def test_a_title_is_no_file_name(candidates: list[str], title: str) -> None:
    assert guesses.title(*candidates) == title
