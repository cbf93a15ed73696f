"""`import_csaf`: what becomes public, what is refused, and what a second run changes."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from portal.access.enums import Label
from portal.bulletins import actions
from portal.bulletins.importing import Outcome, Summary, import_files
from portal.bulletins.models import BulletinPage, Release
from portal.members.enums import StaffRole
from tests.factories import edit, staff

SOURCE = Path(settings.BASE_DIR) / "demo" / "csaf"
SAMPLE = SOURCE / "icsa-23-012-05.json"


@pytest.fixture
def inbox(tmp_path: Path, pages: Any) -> Path:
    (tmp_path / "a.json").write_bytes(SAMPLE.read_bytes())
    return tmp_path


def altered(path: Path, **changes: Any) -> dict[str, Any]:
    """The sample with parts of its `document` changed: `tracking__version='2'` reaches inside."""
    content: dict[str, Any] = json.loads(SAMPLE.read_text())
    for name, value in changes.items():
        *outer, last = name.split("__")
        place = content["document"]
        for part in outer:
            place = place[part]
        place[last] = value
    path.write_text(json.dumps(content))
    return content


def run(*paths: Path) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_csaf", *map(str, paths), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def take(folder: Path) -> Summary:
    return import_files(sorted(folder.glob("*.json")))


def the_bulletin() -> BulletinPage:
    page: BulletinPage = BulletinPage.objects.get()
    return page


def test_an_advisory_becomes_a_public_bulletin(inbox: Path) -> None:
    out, _err = run(inbox)
    assert "new" in out
    page = the_bulletin()
    assert (page.title, page.number, page.label) == (
        "SAUTER Controls Nova 200 - 220 Series (PLC 6)",
        "ICSA-23-012-05",
        Label.CLEAR,
    )
    assert page.sector_names == ["Critical Manufacturing", "Energy"]
    assert page.cve_ids == ["CVE-2023-0052", "CVE-2023-0053"]
    assert (str(page.cvss_score), page.cvss_version, page.severity) == ("9.8", "3.0", "critical")
    assert page.source_reference == "https://www.cisa.gov/news-events/ics-advisories/icsa-23-012-05"
    assert [change.summary for change in page.history] == ["Publication Date"]
    assert page.issued_at
    assert page.issued_at.year == 2023
    shown = Client().get(page.url).content.decode()
    assert "Nova 220" in shown
    assert "CVE-2023-0052" in shown


def test_running_it_again_changes_nothing(inbox: Path) -> None:
    run(inbox)
    before = BulletinPage.objects.values().get(), Release.objects.count()
    assert take(inbox).outcomes == {Outcome.UNCHANGED: 1}
    assert (BulletinPage.objects.values().get(), Release.objects.count()) == before


def test_a_newer_revision_updates_its_page_as_a_new_revision(inbox: Path) -> None:
    run(inbox)
    address, revisions = the_bulletin().url, the_bulletin().revisions.count()
    altered(inbox / "a.json", title="SAUTER Controls Nova, revised", tracking__version="2")
    assert take(inbox).outcomes == {Outcome.UPDATED: 1}
    page = the_bulletin()
    assert (page.title, page.url) == ("SAUTER Controls Nova, revised", address)
    assert page.revisions.count() == revisions + 1


def test_an_older_revision_is_left_where_it_is(inbox: Path) -> None:
    altered(inbox / "a.json", title="Newer", tracking__version="3")
    run(inbox)
    altered(inbox / "a.json", title="Older", tracking__version="2")
    assert take(inbox).outcomes == {Outcome.OLDER: 1}
    assert the_bulletin().title == "Newer"


def test_what_staff_recalled_is_not_brought_back(inbox: Path) -> None:
    run(inbox)
    supervisor = staff(StaffRole.MIAC_SUPERVISOR)
    actions.RecallBulletin(page=the_bulletin(), by=supervisor, reason="Wrong product.").execute()
    altered(inbox / "a.json", tracking__version="2")
    assert take(inbox).outcomes == {Outcome.RECALLED: 1}
    assert Client().get(the_bulletin().url).status_code == 410


def test_refused_files_are_named_and_the_rest_goes_on(inbox: Path) -> None:
    (inbox / "b-cut.json").write_bytes(SAMPLE.read_bytes()[:2000])
    (inbox / "c-deep.json").write_text("[" * 100_000)
    altered(inbox / "d-title.json", title="<script>alert(1)</script>", tracking__id="ICSA-23-000-01")
    altered(inbox / "e-amber.json", distribution={"tlp": {"label": "AMBER"}}, tracking__id="ICSA-23-000-02")
    altered(inbox / "f-same.json")
    (inbox / "g-list.json").write_text("[]")
    with (inbox / "h-large.json").open("wb") as large:
        large.truncate(50 * 1024 * 1024)
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("import_csaf", str(inbox), stdout=out, stderr=err)
    assert caught.value.returncode == 1
    refused = ["b-cut", "c-deep", "d-title", "e-amber", "f-same", "g-list", "h-large"]
    lines = [line for line in err.getvalue().splitlines() if line.strip()]
    assert [name for name in refused if not any(name in line for line in lines)] == []
    assert len(lines) == len(refused)
    assert BulletinPage.objects.count() == 1
    assert "script" not in out.getvalue()


def test_nothing_is_half_written(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("portal.bulletins.actions.make_public", fail)
    with pytest.raises(RuntimeError):
        take(inbox)
    assert not BulletinPage.objects.exists()


def test_sector_words_that_nobody_knows_are_kept_and_reported(inbox: Path) -> None:
    notes = json.loads(SAMPLE.read_text())["document"]["notes"]
    for note in notes:
        if note.get("title") == "Critical infrastructure sectors":
            note["text"] = "Energy, Underwater Basketry"
    altered(inbox / "a.json", notes=notes)
    out, _err = run(inbox)
    assert "Underwater Basketry" in out
    page = the_bulletin()
    assert page.unknown_sectors == ["Underwater Basketry"]
    assert page.sector_names == ["Energy"]


def test_a_path_that_is_not_there_is_refused_by_name(pages: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        run(tmp_path / "nowhere.json")
    assert caught.value.returncode == 1


@pytest.mark.once
def test_all_150_real_advisories_become_public(pages: Any) -> None:
    summary = take(SOURCE)
    assert summary.outcomes == {Outcome.CREATED: 150}
    assert not summary.unknown_sectors
    assert Client().get("/bulletins/").context["listing"].count == 150


def test_what_staff_made_their_own_is_not_published_by_an_import(inbox: Path) -> None:
    run(inbox)
    author, supervisor = staff(StaffRole.MIAC_AUTHOR), staff(StaffRole.MIAC_SUPERVISOR)
    facts = {
        "tlp": Label.GREEN,
        "reach": "members",
        "handling": "Plant Zeta is affected.",
        "has_no_closure_basis": True,
    }
    page = edit(the_bulletin(), by=author, **facts)
    asked = actions.SubmitForRelease(page=page, by=author, names_people=False, touches_expression=False).execute()
    actions.ReleaseBulletin(request=asked, by=supervisor).execute()
    altered(inbox / "a.json", title="Revised by its publisher", tracking__version="2")
    assert take(inbox).outcomes == {Outcome.WAITING: 1}
    page = the_bulletin()
    assert Client().get(page.url).status_code == 404
    assert (page.label, page.title) == (Label.GREEN, "SAUTER Controls Nova 200 - 220 Series (PLC 6)")
    waiting = page.get_latest_revision_as_object()
    assert (waiting.title, waiting.label) == ("Revised by its publisher", Label.GREEN)


def test_an_import_leaves_a_draft_of_staff_on_record(inbox: Path) -> None:
    run(inbox)
    edit(the_bulletin(), by=staff(StaffRole.MIAC_AUTHOR), handling="Not released yet.")
    altered(inbox / "a.json", title="Revised by its publisher", tracking__version="2")
    assert take(inbox).outcomes == {Outcome.WAITING: 1}
    assert the_bulletin().handling == ""
    assert the_bulletin().get_latest_revision_as_object().handling == "Not released yet."
