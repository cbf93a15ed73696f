import json
import re
import unicodedata
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given, settings, strategies as st

from portal.vocabulary import wordings
from portal.vocabulary.wordings import SectorReading, known_names, read_sectors
from tests.effort import MUCH, plain, times_as_much

NAMES = known_names()
ALL_NAMES = [(name, slug) for slug, names in NAMES.items() for name in names]
MARKS = [", ", ",", " , ", "; ", ";", " / ", "/", "\n", "\r\n", " • ", ": ", " | ", ". "]
SEPARATORS = [*MARKS, " and ", ", and ", " & ", " AND ", ", or "]
# Words that may vanish, because they say nothing about sectors.
FILLER = {
    word
    for kind in ("between", "filler", "filler_phrases", "many", "after_a_sector")
    for phrase in wordings._DATA[kind]
    for word in phrase.split()
}


def test_the_names_are_those_of_our_eighteen_sectors():
    listed = json.loads((Path(wordings.__file__).parent / "data" / "sectors.json").read_text())["sectors"]

    assert set(NAMES) == {sector["slug"] for sector in listed}
    for sector in listed:
        assert read_sectors(sector["name"]).slugs == (sector["slug"],)
        if sector["slug"] not in {"postal-shipping", "national-monuments-icons"}:  # merged into others there
            assert read_sectors(sector["federal_16"]).slugs == (sector["slug"],)


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("Energy", ["energy"]),
        (" Critical Manufacturing", ["critical-manufacturing"]),
        ("Commercial Facilities Sector", ["commercial-facilities"]),
        ("Healthcare, Public Health", ["healthcare-public-health"]),
        ("Water/Wastewater", ["water"]),
        ("Energy, Transportation Systems, and Water and Wastewater Systems",
         ["energy", "transportation-systems", "water"]),
        ("Chemical, Critical Manufacturing,  Healthcare and Public Health, and Energy.",
         ["chemical", "critical-manufacturing", "healthcare-public-health", "energy"]),
        ("Dams; Government Facilities; Nuclear Reactors, Materials, and Waste; Water and Wastewater Systems",
         ["dams", "government-facilities", "nuclear", "water"]),
        ("Transportation Systems: Water and Wastewater", ["transportation-systems", "water"]),
        ("Water and Wastewater Systems •", ["water"]),
        ("Critical Manufacturing ;Transportation", ["critical-manufacturing", "transportation-systems"]),
        ("This product is used in the Energy and Water sectors.", ["energy", "water"]),
        ("Information Technology (IT), Healthcare & Public Health (HPH)",
         ["information-technology", "healthcare-public-health"]),
        ("Government Services and Facilities, Communications", ["government-facilities", "communications"]),
        ("Agriculture and Food; Food and Agriculture", ["agriculture-food"]),
        ("Banking and Finance / Financial Services", ["banking-finance"]),
        ("oil & gas\nelectric power", ["energy"]),
        ("Critical\nManufacturing", ["critical-manufacturing"]),
        ("CriticalManufacturing", ["critical-manufacturing"]),
        ("Defence Industrial Base, Postal and Shipping, National Monuments and Icons",
         ["defense-industrial-base", "postal-shipping", "national-monuments-icons"]),
        ("Chemical, Manufacturing", ["chemical", "critical-manufacturing"]),
        ("Emergency Services sector, energy generation, nuclear plants", ["emergency-services", "energy", "nuclear"]),
    ],
)  # fmt: skip
def test_sectors_are_read_from_every_wording(text, slugs):
    assert read_sectors(text) == SectorReading(slugs=tuple(slugs))


@pytest.mark.parametrize(
    "text",
    ["Multiple", " Multiple ", "Multiple Sectors", "multiple sectors.", " Multiple Industries",
     "Multiple Critical Sectors", "Multiple critical infrastructure sectors", "All",
     "All Sectors", "Various", "Several industries", "Cross-sector",
     "Multi-Sector", "Used across all sectors"],
)  # fmt: skip
def test_wordings_that_mean_many_sectors(text):
    assert read_sectors(text) == SectorReading(is_cross_sector=True)


def test_sectors_may_be_named_beside_many():
    assert read_sectors("Dams, Energy, and other sectors") == SectorReading(("dams", "energy"), True)
    assert read_sectors("Multiple, including Dams") == SectorReading(("dams",), True)
    assert read_sectors("All energy sectors") == SectorReading(("energy",), False)


@pytest.mark.parametrize("text", ["", "   ", "\n", "N/A", "n/a", "None", "Unknown", "Not applicable.", "-", "TBD"])
def test_wordings_that_say_nothing(text):
    assert read_sectors(text) == SectorReading()


def test_it_is_a_sector_in_capitals_and_a_word_otherwise():
    assert read_sectors("It is used in Energy").slugs == ("energy",)
    assert read_sectors("IT IS USED IN ENERGY").slugs == ("energy",)
    assert read_sectors("It is used in IT and Energy").slugs == ("information-technology", "energy")
    assert read_sectors("energy, it").slugs == ("energy", "information-technology")


@pytest.mark.parametrize(
    ("text", "slug", "name"),
    [
        ("Critical Manuacturing", "critical-manufacturing", "Critical Manufacturing"),
        ("Enery", "energy", "Energy"),
        ("Comunications", "communications", "Communications"),
        ("Transporation Systems", "transportation-systems", "Transportation Systems"),
        ("Helathcare and Public Health", "healthcare-public-health", "Healthcare and Public Health"),
        ("Nuclear Reactors, Matrials, and Waste", "nuclear", "Nuclear Reactors, Materials, and Waste"),
    ],
)
def test_a_slip_of_a_letter_or_two_is_read_and_reported(text, slug, name):
    assert read_sectors(text) == SectorReading((slug,), corrected=((text, name),))


@pytest.mark.parametrize(
    "text",
    ["Transformation", "Portal", "Powder", "Waste", "Electronics", "Informatics", "Mining", "Shipping", "Retain"],
)
def test_a_word_that_only_resembles_a_sector_stays_unknown(text):
    assert read_sectors(text) == SectorReading(unknown=(text,))


def test_unknown_wordings_are_kept_as_they_were_written():
    reading = read_sectors("Critical Facilities; the Space Systems sector, Energy (see Vendor's list), Smart-Cities")

    assert reading.slugs == ("energy",)
    assert reading.unknown == ("Critical Facilities", "Space Systems", "see Vendor's list", "Smart-Cities")


def test_a_word_that_belongs_to_the_sector_before_it_is_unknown_elsewhere():
    assert read_sectors("Energy systems; Dams sector facilities") == SectorReading(("energy", "dams"))
    assert read_sectors("Energy; Systems") == SectorReading(("energy",), unknown=("Systems",))
    assert read_sectors("Dams and Facilities") == SectorReading(("dams",), unknown=("Facilities",))


def test_many_of_something_else_is_not_many_sectors():
    assert read_sectors("Multiple vendors") == SectorReading(unknown=("Multiple vendors",))


def test_what_follows_a_very_long_note_is_kept_unread():
    reading = read_sectors("Energy " + "x " * 4_000 + "Dams")

    assert reading.slugs == ("energy",)
    assert reading.unknown[-1].endswith("x Dams")


def test_every_pair_of_names_reads_back_as_its_two_sectors():
    for (one, its_slug), (other, other_slug), separator in product(ALL_NAMES, ALL_NAMES, [", ", " and "]):
        reading = read_sectors(one + separator + other)
        assert set(reading.slugs) == {its_slug, other_slug}, (one, other)
        assert not (reading.unknown or reading.corrected or reading.is_cross_sector), (one, other)


@given(st.lists(st.tuples(st.sampled_from(ALL_NAMES), st.sampled_from(SEPARATORS)), min_size=1, max_size=12), st.data())
@settings(max_examples=300, deadline=None)
def test_any_names_joined_in_any_way_read_back_as_their_sectors(chosen, data):
    style = data.draw(st.sampled_from([str, str.upper, str.lower, str.title]))
    text = "".join(style(name) + separator for (name, _), separator in chosen)

    assert read_sectors(text) == SectorReading(tuple(dict.fromkeys(slug for (_, slug), _ in chosen)))


@given(
    st.one_of(
        st.text(alphabet=st.characters(), max_size=200),
        st.lists(
            st.one_of(
                st.sampled_from([name for name, _ in ALL_NAMES]),
                st.sampled_from(sorted(FILLER)),
                st.sampled_from(SEPARATORS),
                st.text(max_size=6),
                st.sampled_from(["Space", "Systems", "IT", "Enery", "smart", "Critical"]),
            ),
            max_size=30,
        ).map(" ".join),
    )
)
@example("\x00 Space\ud800")
@example("Energy_Space")
@settings(max_examples=500, deadline=None)
def test_no_word_is_dropped_whatever_the_text(text):
    reading = read_sectors(text)

    assert set(reading.slugs) <= set(NAMES)
    if text.strip(" .-\n").casefold() in {"n/a", "na", "none", "tbd", "unknown", "undetermined", "unspecified"}:
        return
    known = {word for name, _ in ALL_NAMES for word in re.findall(r"\w+", name.casefold())}
    known |= {name.casefold().replace(" and ", "").replace(" ", "") for name, _ in ALL_NAMES} | {"it", "dib", "hph"}
    known |= {word for written, _ in reading.corrected for word in re.findall(r"\w+", written.casefold())}
    kept = " ".join(reading.unknown)
    for word in re.findall(r"[^\W_]+", text):
        plain = unicodedata.normalize("NFKC", word).casefold()
        assert word in kept or plain in known or plain in FILLER, (word, reading)


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"comm{number}unication" for number in range(400)),
        "x" * 1_000_000,
        "critical manuacturing " * 200,
        "," * 1_000_000,
        "a'" * 3000,
    ],
    ids=lambda text: text[:12],
)
def test_a_text_made_to_be_slow_is_not(text):
    assert times_as_much(lambda: read_sectors(text), lambda: read_sectors(plain(len(text)))) < MUCH


def test_every_wording_of_the_advisories_at_hand_is_known():
    notes = {
        note["text"]
        for path in (Path(__file__).parents[2] / "demo" / "csaf").glob("*.json")
        for note in json.loads(path.read_text(encoding="utf-8"))["document"]["notes"]
        if note["title"] == "Critical infrastructure sectors"
    }
    readings = {text: read_sectors(text) for text in notes}

    assert len(readings) > 30
    assert all(reading.slugs or reading.is_cross_sector for reading in readings.values())
    assert not [text for text, reading in readings.items() if reading.unknown]
    assert [text for text, reading in readings.items() if reading.corrected] == ["Critical Manuacturing"]
