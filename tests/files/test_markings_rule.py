"""When a text is marked as PCII, and which lines are CUI banners: the rule in words, and where it must not hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from portal.files.markings import banners, rule
from portal.files.markings.enums import Place, Sign
from portal.files.markings.rule import Finder, Found
from tests.effort import MUCH, plain, times_as_much

STATEMENT = "This document contains PCII."
OFFICIAL = (
    "This document contains PCII. In accordance with the provisions of 6 CFR part 29, this document is exempt from "
    "release under the Freedom of Information Act (5 U.S.C. 552(b)(3)) and similar laws requiring public disclosure."
)
LONG = "Protected Critical Infrastructure Information"
SPOKEN_OF = (
    f"{LONG} (PCII) is information that a company gives to CISA. PCII is exempt from disclosure. Ask the PCII officer."
)
ABOUT = [
    SPOKEN_OF,
    'Each page is marked with the sentence "This document contains PCII." before it is sent.',
    "\u201cThis document contains PCII.\u201d is the sentence that CISA puts on it.",
    "The material shall be marked as follows:\nThis document contains PCII.",
    "Marked as follows: This document contains PCII.",
    "For example: This document contains PCII.",
    "Sample text: This document contains PCII.",
    "Ask your officer whether this document contains PCII.",
    "Ask your officer whether\nthis document contains PCII.",
    "If this document contains PCII, lock it away.",
    "This document contains PCII guidance for analysts.",
    "This document contains PCII Program procedures.",
    "This document contains no PCII.",
    "This document does not contain PCII.",
    "This page explains PCII.",
    "The document contains PCII.",
    "This document contains PII.",
    "Glossary\nCUI  Controlled Unclassified Information\nPCII  Protected Critical Infrastructure Information",
    "pcii\n\ntext\n\npcii",
    "The PCII Act\nwas passed in 2002.\nPCII",
]
SAID = [
    STATEMENT,
    OFFICIAL,
    f"This document contains {LONG}.",
    f"This document contains {LONG} (PCII) and is exempt.",
    "THIS DOCUMENT CONTAINS PCII",
    "This document\ncontains Protected\nCritical Infrastructure Information, which is exempt.",
    "WARNING: This document contains PCII.",
    "REQUIREMENTS FOR USE\nNondisclosure: This document contains PCII.",
    "For official use only. This drawing contains PCII.",
    "* This e-mail contains PCII!",
    "These documents contain PCII.",
    "The attached report contains PCII.",
    "This information is Protected Critical Infrastructure Information.",
    "T\u200bhis document contains PC\u00adII.",
    "\uff34his document contains \uff30\uff23\uff29\uff29.",
    "A first line\r\rThis document contains PCII.\r",
]
letters = st.text(st.characters(codec="utf-8"), max_size=300)


def found(*pages: str, place: Place = Place.PAGE) -> Found:
    finder = Finder()
    for page in pages:
        finder.add(page, place)
    return finder.found()


class TestStatement:
    """A sentence that says of itself that it is PCII."""

    @pytest.mark.parametrize("text", SAID)
    @pytest.mark.parametrize("place", Place)
    def test_wherever_it_stands_the_file_is_marked(self, text: str, place: Place) -> None:
        assert Sign.STATEMENT in found(f"One line before.\n\n{text}\nOne line behind.", place=place).signs

    @pytest.mark.parametrize("text", ABOUT)
    def test_a_text_that_speaks_about_it_is_not_marked(self, text: str) -> None:
        assert not found(text).is_pcii
        assert not found("A title", text, "The end").is_pcii

    @given(letters, letters)
    def test_nothing_before_or_behind_it_hides_it(self, before: str, behind: str) -> None:
        assert found(f"{before}\n\nPlain words here.\n{STATEMENT}\n{behind}").is_pcii


class TestWords:
    """PCII or its long form alone, where headers and footers stand."""

    BODY = "\n".join(f"Line {number} of the plan." for number in range(30))

    @pytest.mark.parametrize(
        "line",
        ["PCII", LONG, LONG.upper(), f"{LONG} (PCII)", "- PCII -", "FOR OFFICIAL USE ONLY - PCII", "PCII 3 of 10"],
    )
    def test_above_and_below_a_page(self, line: str) -> None:
        assert found(f"{line}\n{self.BODY}\n{line}").signs == {Sign.WORDS}

    def test_as_the_header_of_half_of_the_pages(self) -> None:
        marked = f"PCII\n{self.BODY}"
        assert found(marked, self.BODY, marked, self.BODY).is_pcii
        assert not found(marked, self.BODY, marked, self.BODY, self.BODY).is_pcii

    @pytest.mark.parametrize("title", ["PCII", LONG, f"{LONG} Program\nProcedures Manual"])
    def test_a_title_is_none(self, title: str) -> None:
        assert not found(f"{title}\n{self.BODY}").is_pcii
        assert not found(f"{title}\n{self.BODY}", *[self.BODY] * 5).is_pcii

    def test_a_heading_amid_a_page_is_none(self) -> None:
        assert not found(*[f"{self.BODY}\nPCII\n{self.BODY}"] * 4).is_pcii

    @pytest.mark.parametrize("place", [Place.MARGIN, Place.ASIDE])
    def test_once_where_nothing_else_stands(self, place: Place) -> None:
        assert found("PCII", place=place).is_pcii
        assert not found("Training about PCII", place=place).is_pcii

    @pytest.mark.parametrize("place", [Place.TOPIC, Place.LOOSE])
    def test_never_as_what_a_document_is_about(self, place: Place) -> None:
        assert not found("PCII", place=place).is_pcii
        assert not found(LONG, place=place).is_pcii


CATEGORIES = st.from_regex(r"\A(SP-)?[A-Z]{2,8}\Z")
LIMITS = st.sampled_from(
    ["NOFORN", "FED ONLY", "FEDCON", "NOCON", "DL ONLY", "REL TO USA, GBR", "DISPLAY ONLY", "RELIDO"]
)


@st.composite
def made_banners(draw: st.DrawFn) -> str:
    """As 32 CFR 2002.20(b) builds them."""
    parts = [draw(st.sampled_from(["CUI", "CONTROLLED"]))]
    categories = draw(st.lists(CATEGORIES, max_size=4))
    limits = draw(st.lists(LIMITS, max_size=3))
    parts += ["/".join(categories)] * bool(categories) + ["/".join(limits)] * bool(limits)
    return "//".join(parts)


class TestBanners:
    """A banner is a line of its own, in capitals; it is kept as it came."""

    @given(made_banners())
    def test_each_that_is_built_by_the_rule_is_read_as_it_came(self, banner: str) -> None:
        assert banners.read(banner) == banner
        assert banners.read(f"  *{banner}*  ") == banner
        assert found(banner, place=Place.MARGIN).banners == (banner,)

    @given(made_banners())
    def test_in_brackets_it_marks_a_portion_and_in_a_sentence_nothing(self, banner: str) -> None:
        assert not banners.read(f"({banner})")
        assert not banners.read(f"({banner}) The valve is here.")
        assert not banners.read(f"The banner is {banner} there.")
        assert not banners.read(banner.lower())

    @given(st.text(max_size=200))
    def test_whatever_is_read_is_short_plain_and_reads_as_itself(self, line: str) -> None:
        banner = banners.read(line)
        assert banners.read(banner) == banner
        assert len(banner) <= banners.LONGEST and banner in line
        assert not banner or banner.startswith(("CUI", "CONTROLLED"))

    @pytest.mark.parametrize("line", ["CUI//", "CUI/SP-CEII", "CUISP", "UNCONTROLLED", "CUI//SP-ceii", "CUI CEII", ""])
    def test_what_is_none(self, line: str) -> None:
        assert not banners.read(line)

    @pytest.mark.parametrize("banner", ["CUI//SP-PCII", "CUI//PCII", "CONTROLLED//SP-CEII/SP-PCII//FED ONLY"])
    def test_one_that_names_pcii_refuses_where_banners_stand(self, banner: str) -> None:
        page = f"{banner}\n{TestWords.BODY}"
        assert found(page).signs == {Sign.BANNER}
        assert found(banner, place=Place.ASIDE).signs == {Sign.BANNER}
        examples = f"{TestWords.BODY}\n{banner}\n{TestWords.BODY}"
        assert not found(examples, TestWords.BODY).is_pcii
        assert not found(page, *[TestWords.BODY] * 4).is_pcii

    def test_other_banners_refuse_nothing(self) -> None:
        seen = found(f"CUI//SP-CEII//FED ONLY\n{TestWords.BODY}\nCUI")
        assert seen == Found(frozenset(), ("CUI//SP-CEII//FED ONLY", "CUI"))

    def test_one_word_amid_a_page_is_none(self) -> None:
        assert not found(f"{TestWords.BODY}\nCONTROLLED\n{TestWords.BODY}").banners

    def test_no_more_than_so_many_are_kept(self) -> None:
        texts = [f"CUI//SP-{one}{two}" for one in "ABCDEF" for two in "ABCDEF"]
        assert len(found(*texts).banners) == rule.MOST_BANNERS


class TestAnyText:
    """The texts are hostile."""

    @given(st.lists(st.tuples(st.text(max_size=400), st.sampled_from(Place)), max_size=8))
    def test_never_raises_and_says_only_what_is_checked(self, texts: list[tuple[str, Place]]) -> None:
        finder = Finder()
        for text, place in texts:
            finder.add(text, place)
        seen = finder.found()
        assert all(banners.read(banner) == banner for banner in seen.banners)
        assert seen.is_pcii == bool(seen.signs)

    @given(st.text(st.sampled_from("PCI \n\tThis document contains.:,-_/CUI"), max_size=3_000))
    @settings(deadline=None)
    def test_letters_of_the_words_themselves_do_no_harm(self, text: str) -> None:
        found(text)

    @pytest.mark.parametrize(
        "hostile",
        [
            "PCII " * 200_000,
            "- " * 400_000,
            "This document " * 60_000,
            "CUI//" * 200_000,
            "CUI//" + "AA/" * 300_000,
            "A:" * 400_000 + STATEMENT,
            "\n".join(["CUI//AAAA/BBBB/CCCC/DDDD/"] * 30_000),
            " " * 900_000 + "This document contains",
            "UNCLASSIFIED " * 70_000 + "PCII",
            "REL TO " + "USA, " * 200_000,
        ],
    )
    @pytest.mark.parametrize("place", [Place.PAGE, Place.MARGIN])
    def test_a_megabyte_is_looked_through_as_letters_are(self, hostile: str, place: Place) -> None:
        letters = plain(len(hostile))
        assert times_as_much(lambda: found(hostile, place=place), lambda: found(letters, place=place)) < MUCH
