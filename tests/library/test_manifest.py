"""The manifest of a bundle: what a row may say, and that nothing in it is believed."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given, strategies as st

from portal.access.enums import Label
from portal.library import manifest
from portal.library.enums import DocumentKind
from portal.library.manifest import BadRow, Manifest, NotAManifest, Row
from portal.vocabulary.models import Hazard, Sector

pytestmark = pytest.mark.django_db


def written(*rows: dict[str, str], columns: list[str] | None = None) -> bytes:
    out = io.StringIO()
    names = columns or list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def one(**said: str) -> Row:
    (row,) = manifest.read(written({"file": "a.pdf", "title": "A", **said})).rows
    return row


def refused(**said: str) -> str:
    told = manifest.read(written({"file": "a.pdf", "title": "A", **said}))
    assert not told.rows
    return told.problems[0].why


def test_a_row_in_full_becomes_facts() -> None:
    row = one(
        kind="plan_template", publisher="State", dated="2024-05-01", review_by="2027-01-31", language="es",
        sectors="energy,healthcare", hazards="flood,Tornado", number="ICS 201", tlp="tlp:green", version="2",
        licence="CC0", source_url="https://state.example/a.pdf", evidence="EMAP: 4.4.1; CIPP: Annex C",
        supersedes="old/a.pdf", used_by="Planners", sha256="AB" * 32,
    )  # fmt: skip
    assert row.facts["kind"] == DocumentKind.TEMPLATE
    assert (row.facts["dated"], row.facts["review_by"]) == (date(2024, 5, 1), date(2027, 1, 31))
    assert row.sets["sectors"] == ("energy", "healthcare-public-health")
    assert row.sets["hazards"] == ("flood", "tornado")
    assert row.sets["evidence"] == (("EMAP", "4.4.1"), ("CIPP", "Annex C"))
    assert (row.label, row.links, row.sha256) == (Label.GREEN, {"supersedes": "old/a.pdf"}, "ab" * 32)
    assert not row.facts["is_cross_sector"]


def test_what_a_row_does_not_say_is_left_alone() -> None:
    row = one(publisher="")
    assert dict(row.facts) == {"title": "A"}
    assert (row.sets, row.label) == ({}, None)


def test_all_means_every_sector_and_an_unknown_word_is_told_and_kept_out() -> None:
    assert one(sectors="all").facts["is_cross_sector"]
    row = one(sectors="energy,gyroscopes")
    assert row.sets["sectors"] == ("energy",)
    assert "gyroscopes" in row.remarks[0]


def test_a_repository_by_owner_and_name_is_one_of_github() -> None:
    assert one(source_repo="cisagov/CSAF").facts["source_url"] == "https://github.com/cisagov/CSAF"
    assert one(source_repo="https://code.example/x").facts["source_url"] == "https://code.example/x"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"file": "../etc/passwd"}, "names no file inside"),
        ({"file": "/etc/passwd"}, "names no file inside"),
        ({"file": "a\\..\\b.pdf"}, "names no file inside"),
        ({"file": "C:/b.pdf"}, "names no file inside"),
        ({"file": ""}, "names no file inside"),
        ({"supersedes": "x/../../y.pdf"}, "names no file inside"),
        ({"title": ""}, "no title"),
        ({"title": "A" * 256}, "longer than 255"),
        ({"title": "A\u202eB"}, "cannot be seen"),
        ({"kind": "novel"}, "no kind"),
        ({"hazards": "dragons"}, "no hazard"),
        ({"dated": "May 2010"}, "no day"),
        ({"tlp": "PURPLE"}, "no label"),
        ({"language": "English"}, "no code of a language"),
        ({"sha256": "abc"}, "sha256"),
        ({"source_url": "javascript:alert(1)"}, "no web address"),
        ({"evidence": "EMAP 4.4.1"}, "scheme and number"),
    ],
)
def test_a_bad_row_is_refused_with_a_sentence_and_the_next_one_is_taken(said: dict[str, str], why: str) -> None:
    bad = {"file": "a.pdf", "title": "A", **said}
    told = manifest.read(written(bad, {"file": "b.pdf", "title": "B"}))
    assert [row.file for row in told.rows] == ["b.pdf"]
    assert why in told.problems[0].why
    assert told.problems[0].line == 2


def test_a_row_with_too_many_or_too_few_fields_is_refused() -> None:
    told = manifest.read(b"file,title,kind\na.pdf,A\nb.pdf,B,guide,more\nc.pdf,C,guide\n")
    assert [row.file for row in told.rows] == ["c.pdf"]
    assert len(told.problems) == 2


def test_a_file_that_is_named_twice_counts_once() -> None:
    told = manifest.read(written({"file": "a.pdf", "title": "A"}, {"file": "a.pdf", "title": "B"}))
    assert [row.facts["title"] for row in told.rows] == ["A"]
    assert "earlier row" in told.problems[0].why


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encodings_that_programs_write_are_read(encoding: str) -> None:
    told = manifest.read("file,title\na.pdf,Café\n".encode(encoding))
    assert told.rows[0].facts["title"] == "Café"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Columns are missing"),
        (b"title\nA\n", "file"),
        (b"file,title,title\na,b,c\n", "twice"),
        (b"file,title\na.pdf,A\0B\n", "UTF-8"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"\x81\x8d", "UTF-8"),
        (b'file,title\na.pdf,"A" B\n', "no CSV"),
        (b'file,title\na.pdf,"' + b"A" * 200_000 + b'"\n', "no CSV"),
        (b"file,title\n" + b"x" * manifest.LARGEST, "larger than"),
    ],
)
def test_what_is_no_manifest_is_refused_whole(data: bytes, why: str) -> None:
    with pytest.raises(NotAManifest, match=why):
        manifest.read(data)


def test_a_million_rows_are_refused_before_they_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "MOST_ROWS", 50)
    lines = b"".join(b"%d.pdf,T\n" % number for number in range(1000))
    with pytest.raises(NotAManifest, match="more than 50 rows"):
        manifest.read(b"file,title\n" + lines)


def test_columns_that_are_not_known_are_told() -> None:
    assert manifest.read(written({"file": "a.pdf", "title": "A", "colour": "red"})).ignored == ("colour",)


def test_a_formula_is_only_text_here() -> None:
    assert one(title="=HYPERLINK(1)").facts["title"] == "=HYPERLINK(1)"


@given(
    st.binary(max_size=400)
    | st.text(max_size=200).map(lambda text: f"file,title,kind\n{text}".encode("utf-8", "replace"))
)
def test_nothing_but_its_own_refusal_comes_out_of_any_bytes(data: bytes) -> None:
    try:
        told: Any = manifest.read(data)
    except NotAManifest:
        return
    assert isinstance(told, Manifest)


@given(st.text(alphabet="ab./\\:~ ", max_size=12))
def test_no_name_leads_out_of_the_bundle(name: str) -> None:
    try:
        kept = manifest.path(name)
    except BadRow:
        return
    root = PurePosixPath("/bundle")
    assert ".." not in (root / kept).parts
    assert (root / kept).is_relative_to(root)


def test_sectors_and_hazards_are_those_of_the_lists() -> None:
    for slug in Sector.objects.values_list("slug", flat=True):
        assert one(sectors=slug).sets["sectors"] == (slug,)
    for name in Hazard.objects.values_list("name", flat=True):
        assert len(one(hazards=name).sets["hazards"]) == 1
