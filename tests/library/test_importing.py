"""Importing a bundle: once, again, changed, hostile; from a folder, a zip, the command and the form."""

from __future__ import annotations

import csv
import hashlib
import io
import socketserver
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from portal.access.enums import Label, Reach
from portal.access.viewer import ANONYMOUS
from portal.audit import Verb
from portal.audit.models import Event
from portal.core.clamd import EICAR
from portal.library import history, manifest, publishing
from portal.library.bundles import Folder, NotABundle, Zip
from portal.library.enums import Outcome
from portal.library.importing import Summary, Wish, import_bundle, read_manifest
from portal.library.models import EvidenceTag, PortalDocument
from tests.factories import PersonFactory

pytestmark = pytest.mark.usefixtures("desk")
LIBRARY = Path(__file__).resolve().parents[2] / "demo" / "library"
A, B = b"# A plan\n\nKeep the lights on.\n", b"# Another plan\n\nKeep the water clean.\n"
Rows = list[dict[str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle of two files."""
    made = tmp_path / "bundle"
    made.mkdir()
    (made / "a.md").write_bytes(A)
    (made / "b.md").write_bytes(B)
    tell(made, [row("a.md", "Plan A"), row("b.md", "Plan B")])
    return made


def row(file: str, title: str, **facts: str) -> dict[str, str]:
    return {"file": file, "title": title, "publisher": "State", "kind": "guide", **facts}


def tell(folder: Path, rows: Rows) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for said in rows for name in said)))
    writer.writeheader()
    writer.writerows(rows)
    (folder / manifest.NAME).write_text(out.getvalue(), encoding="utf-8")


def run(folder: Path, **wish: Any) -> Summary:
    bundle = Folder(folder)
    return import_bundle(bundle, read_manifest(bundle), wish=Wish(**wish))


def outcomes(summary: Summary) -> dict[Outcome, int]:
    return {outcome: count for outcome, count in summary.outcomes.items() if count}


def content(document: PortalDocument) -> bytes:
    with document.file.open("rb") as file:
        return bytes(file.read())


def zipped(folder: Path, *, inside: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, inside + str(path.relative_to(folder)))
    return out.getvalue()


def everything() -> list[tuple[Any, ...]]:
    return list(PortalDocument.objects.order_by("pk").values_list())


# --- once and again ------------------------------------------------------------------------------


def test_imported_documents_are_drafts_for_nobody(folder: Path) -> None:
    summary = run(folder)
    assert outcomes(summary) == {Outcome.CREATED: 2}
    assert not PortalDocument.objects.filter(in_library=True).exists()
    assert not PortalDocument.objects.readable_by(ANONYMOUS).exists()
    plan = PortalDocument.objects.get(title="Plan A")
    assert content(plan) == A
    assert (plan.label, plan.publisher, plan.file_size) == (Label.AMBER, "State", len(A))


def test_running_it_again_changes_nothing(folder: Path) -> None:
    run(folder)
    before = everything()
    assert outcomes(run(folder)) == {Outcome.UNCHANGED: 2}
    assert everything() == before


def test_a_changed_row_gives_its_facts_anew_and_what_staff_changed_stays_while_it_does_not(folder: Path) -> None:
    run(folder)
    PortalDocument.objects.filter(title="Plan A").update(publisher="Staff's word", summary="Staff's summary")
    run(folder)
    assert PortalDocument.objects.get(title="Plan A").publisher == "Staff's word"
    tell(folder, [row("a.md", "Plan A", number="P-1"), row("b.md", "Plan B", number="")])
    assert outcomes(run(folder)) == {Outcome.UPDATED: 1, Outcome.UNCHANGED: 1}
    plan = PortalDocument.objects.get(title="Plan A")
    assert (plan.publisher, plan.number, plan.summary) == ("State", "P-1", "Staff's summary")


def test_a_changed_file_becomes_a_new_version_that_supersedes(folder: Path) -> None:
    run(folder, is_published=True, label=Label.CLEAR)
    (folder / "a.md").write_bytes(A + b"More.\n")
    tell(folder, [row("a.md", "Plan A, second"), row("b.md", "Plan B")])
    assert outcomes(run(folder)) == {Outcome.VERSION: 1, Outcome.UNCHANGED: 1}
    old, new = PortalDocument.objects.filter(title__startswith="Plan A").order_by("pk")
    assert new.supersedes == old
    assert (old.title, old.in_library, new.title, new.in_library) == ("Plan A", True, "Plan A, second", False)
    assert outcomes(run(folder)) == {Outcome.UNCHANGED: 2}


def test_what_was_broken_off_goes_on_where_it_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def stop(outcome: Outcome) -> None:
        raise Killed

    bundle = Folder(folder)
    with pytest.raises(Killed):
        import_bundle(bundle, read_manifest(bundle), wish=Wish(is_published=True, label=Label.CLEAR), tell=stop)
    assert PortalDocument.objects.count() == 1
    summary = run(folder, is_published=True, label=Label.CLEAR)
    assert outcomes(summary) == {Outcome.UNCHANGED: 1, Outcome.CREATED: 1}
    assert PortalDocument.objects.filter(in_library=True).count() == 2


def test_rows_tie_documents_together_whatever_their_order(folder: Path) -> None:
    tell(folder, [row("a.md", "New", supersedes="b.md", example="c.md"), row("b.md", "Old", evidence="EMAP: 4.4.1")])
    summary = run(folder)
    new = PortalDocument.objects.get(title="New")
    assert new.supersedes is not None
    assert new.supersedes.title == "Old"
    assert new.supersedes.evidence.get() == EvidenceTag.objects.get()
    assert "c.md" in summary.remarks[0].why
    assert summary.is_clean


def test_rows_that_supersede_each_other_are_not_tied_in_a_circle(folder: Path) -> None:
    tell(folder, [row("a.md", "A", supersedes="b.md"), row("b.md", "B", supersedes="a.md")])
    summary = run(folder)
    assert PortalDocument.objects.exclude(supersedes=None).count() == 1
    assert len(summary.remarks) == 1


# --- publishing ----------------------------------------------------------------------------------


def test_published_where_wished_and_green_for_all_members(folder: Path) -> None:
    PersonFactory()
    tell(folder, [row("a.md", "Plan A"), row("b.md", "Plan B", tlp="GREEN")])
    summary = run(folder, is_published=True, label=Label.CLEAR)
    assert summary.published == 2
    assert [found.title for found in PortalDocument.objects.readable_by(ANONYMOUS)] == ["Plan A"]
    green = PortalDocument.objects.get(title="Plan B")
    assert (green.label, green.reach, green.in_library) == (Label.GREEN, Reach.MEMBERS, True)
    assert Event.objects.filter(verb=Verb.DOCUMENT_PUBLISH).count() == 2


def test_above_green_it_stays_a_draft_and_so_does_what_staff_marked_or_withdrew(folder: Path) -> None:
    tell(folder, [row("a.md", "Plan A", tlp="AMBER"), row("b.md", "Plan B")])
    run(folder)
    PortalDocument.objects.filter(title="Plan B").update(tlp=Label.GREEN, reach=Reach.MEMBERS)
    summary = run(folder, is_published=True, label=Label.CLEAR)
    assert summary.published == 0
    assert len(summary.remarks) == 2
    PortalDocument.objects.filter(title="Plan B").update(recalled_at="2026-01-01T00:00Z", tlp=Label.CLEAR)
    assert run(folder, is_published=True, label=Label.CLEAR).published == 0


def test_a_row_without_publisher_is_imported_and_not_published(folder: Path) -> None:
    tell(folder, [row("a.md", "Plan A", publisher=""), row("b.md", "Plan B")])
    summary = run(folder, is_published=True, label=Label.CLEAR)
    assert (summary.published, "published it" in summary.remarks[0].why) == (1, True)


def test_what_a_page_carries_already_is_taken_in_and_not_there_twice(folder: Path) -> None:
    carried = PortalDocument(title="As attached", tlp=Label.CLEAR)
    carried.file.save("a.md", SimpleUploadedFile("a.md", A))
    carried.get_file_hash()
    PortalDocument.objects.filter(pk=carried.pk).update(is_released=True)
    hidden = PortalDocument(title="Somebody's draft", tlp=Label.CLEAR)
    hidden.file.save("b.md", SimpleUploadedFile("b.md", B))
    hidden.get_file_hash()
    summary = run(folder, is_published=True, label=Label.CLEAR)
    assert outcomes(summary) == {Outcome.ADOPTED: 1, Outcome.CREATED: 1}
    carried.refresh_from_db()
    assert (carried.title, carried.publisher, carried.in_library) == ("As attached", "State", True)
    hidden.refresh_from_db()
    assert not hidden.in_library


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "content", "why"),
    [
        ({"sha256": "0" * 64}, A, "sha256"),
        ({}, None, "not there"),
        ({}, b"", "empty"),
        ({}, b"\x7fELF" + bytes(100), "no text"),
        ({"kind": "novel"}, A, "no kind"),
    ],
)
def test_one_bad_row_never_stops_the_rest(folder: Path, facts: Any, content: bytes | None, why: str) -> None:
    tell(folder, [row("a.md", "Plan A", **facts), row("b.md", "Plan B")])
    (folder / "a.md").unlink() if content is None else (folder / "a.md").write_bytes(content)
    summary = run(folder)
    assert outcomes(summary) == {Outcome.REFUSED: 1, Outcome.CREATED: 1}
    assert why in summary.refusals[0].why
    assert [found.title for found in PortalDocument.objects.all()] == ["Plan B"]


def test_a_link_that_leads_out_of_the_folder_leads_nowhere(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_bytes(A)
    (folder / "a.md").unlink()
    (folder / "a.md").symlink_to(tmp_path / "secret.md")
    assert "not there" in run(folder).refusals[0].why


def test_a_document_with_macros_is_refused(folder: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in ("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"):
            packed.writestr(name, b"<x/>")
    (folder / "a.docx").write_bytes(out.getvalue())
    tell(folder, [row("a.docx", "Plan A")])
    assert "macros" in run(folder).refusals[0].why


def test_a_published_title_is_not_changed_by_a_row(folder: Path) -> None:
    run(folder, is_published=True, label=Label.CLEAR)
    tell(folder, [row("a.md", "Renamed"), row("b.md", "Plan B")])
    summary = run(folder)
    assert outcomes(summary) == {Outcome.REFUSED: 1, Outcome.UNCHANGED: 1}
    assert "released as it is" in summary.refusals[0].why
    assert PortalDocument.objects.filter(title="Plan A").exists()


def test_a_file_whose_document_could_not_be_made_is_taken_away_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped: list[str] = []
    monkeypatch.setattr(history, "note", _fail)
    monkeypatch.setattr(publishing, "drop", lambda stored: dropped.append(stored.name))
    assert outcomes(run(folder)) == {Outcome.REFUSED: 2}
    assert len(dropped) == 2
    assert not PortalDocument.objects.exists()


def _fail(*args: Any, **words: Any) -> None:
    raise OSError


# --- zips ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("inside", ["", "bundle/"])
def test_a_zip_is_imported_as_its_folder_is(folder: Path, inside: str) -> None:
    bundle = Zip(io.BytesIO(zipped(folder, inside=inside)))
    summary = import_bundle(bundle, read_manifest(bundle), wish=Wish())
    assert outcomes(summary) == {Outcome.CREATED: 2}
    assert content(PortalDocument.objects.get(title="Plan A")) == A


def hostile(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no zip", "damaged"),
        (hostile(("MANIFEST.csv", b"file,title\n"), ("../evil.md", A)), "lead elsewhere"),
        (hostile(("MANIFEST.csv", b"file,title\n"), ("/etc/evil.md", A)), "lead elsewhere"),
        (hostile(("MANIFEST.csv", b"file,title\n"), ("zeros.md", bytes(200 * 1024**2))), "enormous"),
        (hostile(("other.csv", b"file,title\n")), "no MANIFEST.csv"),
        (hostile(("MANIFEST.csv", b"file,title\n"))[:-9], "damaged"),
    ],
    ids=["no zip", "climbs", "absolute", "bomb", "no manifest", "cut"],
)
def test_a_hostile_zip_is_refused_before_anything_is_taken_out(data: bytes, why: str) -> None:
    with pytest.raises(NotABundle, match=why):
        Zip(io.BytesIO(data))


def test_a_file_that_is_damaged_inside_a_zip_is_one_bad_row(folder: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name in ("a.md", "b.md", manifest.NAME):
            packed.write(folder / name, name)
    data = out.getvalue().replace(A, A.replace(b"lights", b"nights"))
    bundle = Zip(io.BytesIO(data))
    summary = import_bundle(bundle, read_manifest(bundle), wish=Wish())
    assert outcomes(summary) == {Outcome.REFUSED: 1, Outcome.CREATED: 1}
    assert "damaged inside" in summary.refusals[0].why


# --- the scanner ---------------------------------------------------------------------------------


class Clamd(socketserver.StreamRequestHandler):
    """Speaks enough of clamd's language: what holds the test string is infected, all else is clean."""

    def handle(self) -> None:
        self.rfile.read(len(b"zINSTREAM\0"))
        data = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            data += self.rfile.read(size)
        self.wfile.write(b"stream: Eicar FOUND\0" if EICAR in data else b"stream: OK\0")


@pytest.fixture
def scanner(settings: Any) -> Iterator[None]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.PORTAL_CLAMD_ADDRESS = f"127.0.0.1:{server.server_address[1]}"
        yield
        server.shutdown()


@pytest.mark.usefixtures("scanner")
def test_an_infected_file_is_refused_and_a_clean_one_taken(folder: Path) -> None:
    (folder / "a.md").write_bytes(A + EICAR)
    summary = run(folder)
    assert outcomes(summary) == {Outcome.REFUSED: 1, Outcome.CREATED: 1}
    assert "Eicar" in summary.refusals[0].why


def test_while_the_scanner_is_away_nothing_comes_in(folder: Path, settings: Any) -> None:
    settings.PORTAL_CLAMD_ADDRESS = "unix:/nowhere/clamd"
    summary = run(folder)
    assert outcomes(summary) == {Outcome.REFUSED: 2}
    assert "did not answer" in summary.refusals[0].why


# --- the command ---------------------------------------------------------------------------------


def test_the_command_says_what_became_of_them_and_ends_with_one_for_a_refused_row(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_library", str(folder))
    assert "new" in capsys.readouterr().out
    (folder / "a.md").unlink()
    with pytest.raises(CommandError, match="1 of 2 rows") as ended:
        call_command("import_library", str(folder), "--publish", "--tlp", "clear")
    assert ended.value.returncode == 1
    assert "a.md" in capsys.readouterr().err
    assert PortalDocument.objects.filter(in_library=True).count() == 1


@pytest.mark.parametrize("arguments", [["nowhere"], [".", "--publish"], [".", "--publish", "--tlp", "RED"]])
def test_wrong_use_ends_with_two(folder: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(CommandError) as ended:
        call_command("import_library", *arguments)
    assert ended.value.returncode == 2
    assert not PortalDocument.objects.exists()


def test_the_command_takes_a_zip_as_well(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(zipped(folder))
    call_command("import_library", str(path))
    assert PortalDocument.objects.count() == 2


def test_on_front_the_command_refuses(folder: Path, front_keys: None) -> None:
    with pytest.raises(CommandError, match="Front") as ended:
        call_command("import_library", str(folder))
    assert ended.value.returncode == 2


# --- the demonstration's documents ---------------------------------------------------------------


def test_the_demonstrations_manifest_names_its_files_as_they_are() -> None:
    told = read_manifest(Folder(LIBRARY))
    assert not told.problems
    assert not told.ignored
    for found in told.rows:
        assert hashlib.sha256((LIBRARY / found.file).read_bytes()).hexdigest() == found.sha256
        assert found.facts["publisher"]
        assert found.facts["licence"]
    with (LIBRARY.parent / "SOURCES.csv").open(encoding="utf-8", newline="") as rows:
        sources = {said["file"].removeprefix("library/"): said for said in csv.DictReader(rows)}
    assert all(sources[found.file]["sha256"] == found.sha256 for found in told.rows)
    kept = sum(path.stat().st_size for path in LIBRARY.parent.rglob("*") if path.is_file())
    assert kept < 12 * 1024**2


def test_the_demonstrations_documents_all_come_in() -> None:
    PersonFactory()
    summary = run(LIBRARY, is_published=True, label=Label.CLEAR)
    assert summary.is_clean, summary.refusals
    assert not summary.remarks
    assert summary.published == summary.count
    old = PortalDocument.objects.get(title__contains="superseded")
    assert old.superseded_by.in_library
    assert PortalDocument.objects.get(number="ICS 201", kind="form").example is not None
