from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from portal.bulletins.csaf import read
from portal.bulletins.csaf.documents import Product, Reference, Revision, Score, Weakness, severity_of, version_key
from portal.bulletins.csaf.products import readable_versions
from tests.bulletins.csaf.advisories import SAMPLES, advisory, drop, encoded, put


def cvss(version, base, key="cvss_v3"):
    return {"products": ["P-1"], key: {"version": version, "baseScore": base, "vectorString": f"CVSS:{version}/AV:N"}}


# --- the advisories at hand ----------------------------------------------------------------------


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_advisory_at_hand_is_read(path):
    found = read(path)

    assert found.tracking_id.lower() == path.stem
    assert found.title
    assert found.summary
    assert "\n" not in found.summary
    assert found.source_url.startswith("https://")
    assert found.sectors.slugs or found.sectors.is_cross_sector
    assert not found.sectors.unknown
    assert found.severity in {"medium", "high", "critical"}
    assert found.cves
    assert found.products
    assert found.revisions[-1].number == found.version
    assert all(product.name and product.vendor and product.versions for product in found.products)
    assert all(vulnerability.description and vulnerability.remediations for vulnerability in found.vulnerabilities)
    assert all(remark.startswith("'Critical Manuacturing'") for remark in found.remarks)


def test_all_one_hundred_and_fifty_are_there():
    assert len(SAMPLES) == 150


# --- one advisory --------------------------------------------------------------------------------


def test_an_advisory_is_read_in_full():
    found = read(encoded())

    assert (found.tracking_id, found.slug, found.version, found.status) == (
        "ICSA-24-001-01",
        "icsa-24-001-01",
        "2",
        "final",
    )
    assert (found.title, found.language, found.publisher) == ("Example Pump Controller", "en-US", "CISA")
    assert found.summary == found.risk_evaluation == "An attacker could stop the pump."
    assert found.initial_release == datetime(2024, 1, 1, 7, tzinfo=UTC)
    assert found.source_url == "https://www.cisa.gov/news-events/icsa-24-001-01"
    assert found.sectors.slugs == ("energy", "water")
    assert (found.sector_text, found.countries) == ("Energy, Water", "Worldwide")
    assert found.products == (
        Product("P-1", "Example Pump >=1.0|<2.0", "Example", "Pump", "from 1.0, before 2.0"),
        Product("P-2", "Example Pump 2.0", "Example", "Pump", "2.0"),
    )
    assert (found.status_of("P-1"), found.status_of("P-2"), found.status_of("P-3")) == ("affected", "fixed", "unknown")
    assert found.cves == ("CVE-2024-0001",)
    assert found.revisions == (
        Revision("1", datetime(2024, 1, 1, 7, tzinfo=UTC), "Initial", "Initial"),
        Revision("2", datetime(2024, 2, 1, 7, tzinfo=UTC), "Update A"),
    )
    (flaw,) = found.vulnerabilities
    assert flaw.weakness == Weakness("CWE-121", "Stack-based Buffer Overflow")
    assert flaw.description == "A long name overflows."
    assert flaw.references == (Reference("NVD", "http://nvd.example.org/CVE-2024-0001"),)
    (remedy,) = found.remediations
    assert (remedy.details, remedy.url) == ("Update to 2.0.", "https://example.org/2")
    assert (remedy.product_names, remedy.cves) == (("Example Pump >=1.0|<2.0",), ("CVE-2024-0001",))
    assert found.remarks == ()


def test_the_same_file_is_the_same_advisory_and_cannot_be_changed():
    found = read(encoded())

    assert found == read(encoded())
    with pytest.raises(AttributeError):
        found.title = "Other"  # type: ignore[misc]


def test_a_cve_is_written_one_way():
    assert read(encoded(put("vulnerabilities.0.cve", " cve-2024-12345 "))).cves == ("CVE-2024-12345",)


def test_a_vulnerability_needs_no_cve_and_an_advisory_no_vulnerability():
    assert read(encoded(drop("vulnerabilities.0.cve"))).cves == ()
    assert read(encoded(drop("vulnerabilities"))).severity is None
    assert read(encoded(drop("product_tree"))).products == ()


def test_fields_that_are_not_used_are_passed_over():
    assert read(encoded(put("document.x_future", {"a": [1, {"b": None}]}))).title == "Example Pump Controller"


# --- sectors and notes ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title", ["Critical Infrastructure Sectors", "critical infrastructure sector:", "CRITICAL INFRASTRUCTURE SECTORS"]
)
def test_the_sector_note_is_found_however_it_is_titled(title):
    assert read(encoded(put("document.notes.1.title", title))).sectors.slugs == ("energy", "water")


def test_an_advisory_may_name_no_sector():
    found = read(encoded(put("document.notes", [])))

    assert found.sectors.slugs == ()
    assert found.sector_text == ""
    assert found.summary == "Example Pump Controller"


def test_unknown_and_corrected_sectors_are_reported():
    found = read(encoded(put("document.notes.1.text", "Critical Facilities, Enery")))

    assert found.sectors.slugs == ("energy",)
    assert found.remarks == (
        "The sector wording 'Critical Facilities' is not known.",
        "'Enery' was read as 'Energy'.",
    )


@pytest.mark.parametrize(
    ("notes", "summary"),
    [
        ([("general", "Other", "no"), ("summary", "Summary", "yes"), ("summary", "Risk evaluation", "no")], "yes"),
        ([("general", "Other", "no"), ("summary", "Overview", "yes")], "yes"),
        ([("general", "Other", "no"), ("description", "", "yes")], "yes"),
        ([("legal_disclaimer", "Legal", "no")], "Example Pump Controller"),
        ([("summary", "Summary", "one\r\n\r\n two\u200b <V9.40 &amp; on")], "one two <V9.40 & on"),
    ],
)  # fmt: skip
def test_the_best_note_is_the_summary(notes, summary):
    given = [{"category": category, "title": title, "text": text} for category, title, text in notes]

    assert read(encoded(put("document.notes", given))).summary == summary


def test_a_summary_is_bounded():
    assert len(read(encoded(put("document.notes.0.text", "word " * 5_000))).summary) <= 600


def test_notes_with_a_field_of_their_own_and_small_print_are_not_repeated():
    given = [
        {"category": "legal_disclaimer", "title": "Legal Notice", "text": "as is"},
        {"category": "general", "title": "Recommended Practices", "text": "Do this."},
        {"category": "general", "title": "Recommended Practices", "text": "Do this."},
        {"category": "general", "title": "Additional Resources", "text": "See there."},
    ]
    found = read(encoded(put("document.notes", given)))

    assert found.recommended_practices == ("Do this.",)
    assert [note.title for note in found.notes] == ["Additional Resources"]


def test_thanks_name_who_and_for_what():
    given = [{"names": ["One", "Two"], "organization": "Lab", "summary": "reporting it"}, {"organization": "Org"}, {}]

    assert read(encoded(put("document.acknowledgments", given))).acknowledgements == (
        "One, Two (Lab): reporting it",
        "Org",
    )


# --- links ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["ftp://example.org/x", "urn:x", "https://user@example.org/", "https://exa mple.org", "//x", "https://[x"]
)
def test_a_link_that_is_not_of_the_web_is_left_out_and_reported(url):
    found = read(encoded(put("document.references.0.url", url)))

    assert found.references[0] == Reference("JSON", "", "self")
    assert found.remarks == (f"The link '{url}' was left out: it is not a web address.",)


def test_a_mail_address_is_a_link():
    found = read(encoded(put("vulnerabilities.0.remediations.0.url", "mailto:help@example.org")))

    assert found.remediations[0].url == "mailto:help@example.org"


@pytest.mark.parametrize(
    ("urls", "page"),
    [
        (["https://v.example.org/", "https://www.cisa.gov/a.json", "https://www.cisa.gov/a"], "https://www.cisa.gov/a"),
        (["https://vendor.example.org/", "https://www.cisa.gov/a.json"], "https://www.cisa.gov/a.json"),
        (["https://v.example.org/x", "https://w.example.org/icsa-24-001-01"], "https://w.example.org/icsa-24-001-01"),
        (["http://www.cisa.gov/a"], ""),
        (["https://www.cisa.gov.example.org/a"], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_the_page_is_the_publishers_own_over_https(urls, page):
    given = [{"category": "self", "summary": "x", "url": url} for url in urls]

    assert read(encoded(put("document.references", given))).source_url == page


# --- scores --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "version", "word"),
    [
        ("0.0", "3.1", "none"), ("0.1", "3.1", "low"), ("3.9", "3.0", "low"),
        ("4.0", "3.1", "medium"), ("6.9", "4.0", "medium"), ("7.0", "4.0", "high"), ("8.9", "3.1", "high"),
        ("9.0", "3.1", "critical"), ("10.0", "4.0", "critical"),
        ("0.0", "2.0", "low"), ("3.9", "2.0", "low"), ("4.0", "2.0", "medium"), ("7.0", "2.0", "high"),
        ("10.0", "2.0", "high"),
    ],
)  # fmt: skip
def test_severity_follows_the_scale_of_its_version(base, version, word):
    assert severity_of(Decimal(base), version) == word


def test_severity_is_computed_and_not_believed():
    found = read(encoded())  # the file says 9.8 is LOW

    assert found.highest_score == Score("3.1", Decimal("9.8"), "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", ("P-1",))
    assert found.severity == "critical"


def test_the_newest_version_speaks_for_a_vulnerability():
    scores = [cvss("2.0", 10, "cvss_v2"), cvss("3.0", 9.9), cvss("3.1", 8), cvss("3.1", 7), cvss("4.0", 5.1, "cvss_v4")]

    for count, expected in [(1, "10.0"), (2, "9.9"), (3, "8.0"), (4, "8.0"), (5, "5.1")]:
        (flaw,) = read(encoded(put("vulnerabilities.0.scores", scores[:count]))).vulnerabilities
        assert flaw.highest_score
        assert str(flaw.highest_score.base) == expected


def test_the_gravest_vulnerability_speaks_for_the_advisory():
    flaws = [{"scores": [cvss("4.0", 5, "cvss_v4"), cvss("3.1", 10)]}, {"scores": [cvss("3.1", 9)]}, {"scores": []}]
    score = read(encoded(put("vulnerabilities", flaws))).highest_score

    assert score
    assert (score.version, score.base) == ("3.1", Decimal(9))


def test_a_score_of_version_2_may_leave_out_its_version():
    given = [{"products": ["P-1"], "cvss_v2": {"baseScore": 4, "vectorString": "AV:N/AC:L/Au:N/C:P/I:P/A:P"}}]

    assert read(encoded(put("vulnerabilities.0.scores", given))).severity == "medium"


# --- products and remedies -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("vers:all/*", "all versions"),
        ("*", "all versions"),
        ("vers:all/<V9.40", "before V9.40"),
        ("vers:all/>=V7.80<V9.40", "from V7.80, before V9.40"),
        (">=12.0.1|<=12.0.15", "from 12.0.1, up to and including 12.0.15"),
        ("vers:intdot/>=4.2.0|<4.2.5", "from 4.2.0, before 4.2.5"),
        ("< 3.52", "before 3.52"),
        ("<V5.5 SP1", "before V5.5 SP1"),
        ("vers:all/1.0|1.1", "1.0, 1.1"),
        ("All versions < V6.00.204", "All versions < V6.00.204"),
        ("<= 3.3-006 (with <= bacnetstac 4.2.1)", "<= 3.3-006 (with <= bacnetstac 4.2.1)"),
        ("0 < 8.0.1", "0 < 8.0.1"),
        ("2.0", "2.0"),
        ("", ""),
    ],
)
def test_version_ranges_are_put_in_words(raw, words):
    assert readable_versions(raw) == words


@given(st.text(max_size=60))
def test_any_version_is_put_in_words_without_failing(raw):
    readable_versions(raw)


def test_products_without_a_tree_and_combined_ones_are_read():
    def change(values):
        values["product_tree"]["full_product_names"] = [{"name": "Box", "product_id": "B"}]
        values["product_tree"]["relationships"] = [
            {
                "category": "installed_on",
                "full_product_name": {"name": "Pump on Box", "product_id": "P-1:B"},
                "product_reference": "P-1",
                "relates_to_product_reference": "B",
            }
        ]

    products = {product.product_id: product for product in read(encoded(change)).products}

    assert products["B"] == Product("B", "Box", "", "Box", "")
    assert products["P-1:B"] == Product("P-1:B", "Pump on Box", "Example", "Pump on Box", "from 1.0, before 2.0")


def test_a_product_that_is_affected_once_is_affected():
    flaws = [
        {"product_status": {"fixed": ["P-1"], "known_not_affected": ["P-2"]}},
        {"product_status": {"last_affected": ["P-1"]}},
    ]
    found = read(encoded(put("vulnerabilities", flaws)))

    assert (found.status_of("P-1"), found.status_of("P-2")) == ("affected", "not_affected")


def test_the_same_remedy_for_several_flaws_is_given_once():
    def change(values):
        (first,) = values["vulnerabilities"]
        other = {
            **first,
            "cve": "CVE-2024-0002",
            "remediations": [{**first["remediations"][0], "product_ids": ["P-2"]}],
        }
        values["vulnerabilities"] = [first, other]

    (remedy,) = read(encoded(change)).remediations

    assert remedy.cves == ("CVE-2024-0001", "CVE-2024-0002")
    assert remedy.product_ids == ("P-1", "P-2")


def test_a_product_id_that_is_not_defined_stands_for_itself_and_is_reported():
    found = read(encoded(put("vulnerabilities.0.remediations.0.product_ids", ["P-9"])))

    assert found.remediations[0].product_names == ("P-9",)
    assert found.remarks == ("1 product ids are used but not defined, as 'P-9'.",)


# --- revisions -----------------------------------------------------------------------------------


def test_versions_are_in_the_order_of_csaf():
    before_the_first = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
    ]
    ordered = ["0.9.9", *before_the_first, "1", "1.0.1", "1.2.0", "1.10.0", "2", "2.0.1", "10", "11.0.0"]

    assert all(version_key(one) < version_key(next_one) for one, next_one in pairwise(ordered))
    assert version_key("1") == version_key("1.0.0") == version_key("1.0.0+build.7")


@pytest.mark.parametrize(
    ("version", "day", "is_newer"),
    [
        ("2", 1, False),
        ("3", 1, True),
        ("1", 28, False),
        ("2", 2, True),
        ("2.0.1", 1, True),
        ("10", 1, True),
        ("2.0.0", 1, False),
    ],
)
def test_an_advisory_is_newer_by_version_then_by_date(version, day, is_newer):
    old = read(encoded())
    new = replace(old, version=version, current_release=old.current_release.replace(day=day))

    assert new.is_newer_than(old) is is_newer
    assert not (new.is_newer_than(old) and old.is_newer_than(new))


def test_the_history_is_told_from_the_beginning():
    history = advisory()["document"]["tracking"]["revision_history"]
    found = read(encoded(put("document.tracking.revision_history", history[::-1])))

    assert [revision.number for revision in found.revisions] == ["1", "2"]


# --- the hash ------------------------------------------------------------------------------------


def test_the_hash_ignores_how_the_file_is_written():
    content = encoded()
    respaced = content.replace(b'": ', b'":\n  ').replace(b"pump", b"p\\u0075mp").replace(b"9.8", b"9.80")

    assert read(respaced).content_hash == read(content).content_hash
    assert len(read(content).content_hash) == 64


@pytest.mark.parametrize("change", [put("document.title", "Other"), put("document.unused", 1), drop("document.lang")])
def test_the_hash_tells_any_other_content(change):
    assert read(encoded(change)).content_hash != read(encoded()).content_hash
