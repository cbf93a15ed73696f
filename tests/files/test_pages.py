"""Office files as pictures of pages: what LibreOffice may do, and that every failure ends in the copy without them.

A script stands in for LibreOffice, in the same walls. Where the real one is installed, it is tried as well.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.files import folders, office, running
from portal.files.answers import Copy, Detail, NoCopy, Part
from portal.files.conversation import Broken, Patience
from portal.files.enums import Confined, Fact, Finding, Kind, PartForm, Removed, Title, Trouble
from portal.files.running import Maker
from tests.files import made

INSTALLED = shutil.which("soffice") or ""
BEGIN = """#!/bin/sh
while [ $# -gt 0 ]; do
    case "$1" in --outdir) out=$2 ;; esac
    last=$1
    shift
done
here={here}
"""
PRINTS = 'cat "$here/printed.pdf" > "$out/document.pdf"'
Install = Callable[[str], Path]


@pytest.fixture(scope="session")
def _walls() -> None:
    """Where the kernel has no Landlock, or the machine no folder in memory, nothing is converted at all."""
    if Confined.NO_FILES not in running.confinement():
        pytest.skip("this kernel has no Landlock, without which LibreOffice is not run")
    try:
        with folders.in_memory(1):
            pass
    except folders.NoFolder:
        pytest.skip("there is no folder in memory, without which LibreOffice is not run")


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, _walls: None) -> Iterator[Install]:
    """Install a script as LibreOffice. Beside it lies a PDF that it may hand out; others may read all of it."""
    base = Path(tempfile.mkdtemp())

    def installed(script: str) -> Path:
        folder = base / "office" / "program"
        folder.mkdir(parents=True)
        (folder / "printed.pdf").write_bytes(made.pdf())
        program = folder / "soffice"
        program.write_text(BEGIN.format(here=folder) + script)
        (base / "key").write_text("secret")
        for path in (base, folder.parent, folder, program):
            path.chmod(0o755)
        for path in (base / "key", folder / "printed.pdf"):
            path.chmod(0o644)
        monkeypatch.setattr(office, "program", lambda: str(program))
        return base

    yield installed
    shutil.rmtree(base)


def outcome(kind: Kind, data: bytes, *, entry: str = "portal.files.converter:main") -> Copy | NoCopy:
    return Maker(converter=entry).safe_copy(kind, iter([data]), length=len(data))


def is_without_pages(found: Copy | NoCopy) -> bool:
    assert isinstance(found, Copy)
    assert [part.form for part in found.parts] == [PartForm.TEXT]
    assert Removed.LAYOUT in found.removals
    return Finding.NO_PAGES in found.findings and not found.is_held


def left_in_memory() -> list[Path]:
    return [path for place in folders._places() for path in place.glob(f"{folders._NAMED}*")]


@pytest.fixture(autouse=True)
def _nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The name is of this process: others test at the same time."""
    monkeypatch.setattr(folders, "_NAMED", f"portal-pages-{os.getpid()}-")
    yield
    assert not left_in_memory()


def test_pictures_of_pages_stand_beside_text_and_tables(install: Install) -> None:
    install(PRINTS)
    found = outcome(Kind.DOCX, made.docx())
    assert isinstance(found, Copy)
    assert [(part.form, part.title) for part in found.parts] == [
        (PartForm.TEXT, "Text"),
        (PartForm.PICTURE, "Page 1"),
    ]
    assert found.findings == ()
    assert not {Removed.LAYOUT, Removed.PICTURES} & set(found.removals)
    assert Fact.PRODUCER not in {detail.fact for detail in found.metadata}


def test_an_older_document_is_shown_as_its_pages(install: Install) -> None:
    install(PRINTS)
    found = outcome(Kind.DOC, made.word_97())
    assert isinstance(found, Copy)
    assert [part.title for part in found.parts] == ["Page 1"]


def test_without_libreoffice_nothing_is_said_of_pictures() -> None:
    found = outcome(Kind.DOCX, made.docx())
    assert isinstance(found, Copy)
    assert found.findings == ()
    none = outcome(Kind.DOC, made.word_97())
    assert isinstance(none, NoCopy)
    assert (none.reason, none.findings) == (Trouble.KIND, ())


@pytest.mark.parametrize(
    "data",
    [
        lambda: made.docx(parts={"word/vbaProject.bin": made.noise(50)}),
        lambda: made.docx(
            parts={"word/_rels/document.xml.rels": made.relation("attachedTemplate", "https://x.example")}
        ),
        lambda: made.docx(parts={"word/embeddings/o.bin": made.compound({"\x01Ole10Native": b"x"})}),
    ],
    ids=["macros", "template from elsewhere", "object"],
)
def test_what_is_held_never_meets_libreoffice(install: Install, monkeypatch: pytest.MonkeyPatch, data) -> None:
    install(PRINTS)
    monkeypatch.setattr(office, "to_pdf", lambda *_args, **_options: pytest.fail("it met LibreOffice"))
    found = outcome(Kind.DOCX, data())
    assert found.is_held
    assert Finding.NO_PAGES not in found.findings


def test_a_damaged_file_never_meets_libreoffice(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install(PRINTS)
    monkeypatch.setattr(office, "to_pdf", lambda *_args, **_options: pytest.fail("it met LibreOffice"))
    found = outcome(Kind.DOCX, made.noise(5_000))
    assert isinstance(found, NoCopy)
    assert found.reason is Trouble.DAMAGED


@pytest.mark.parametrize(
    ("script", "entry", "trouble"),
    [
        ("sh -c 'kill -SEGV $$'; exit $?", "", Trouble.CRASH),
        (f"{PRINTS}; exit 77", "", Trouble.CRASH),
        ("exit 0", "", Trouble.NOTHING),
        ("read line < /dev/zero & exec sleep 1000", "convert_in_a_second", Trouble.TIME),
        ('head -c 3000000 /dev/zero > "$out/document.pdf"', "convert_little", Trouble.CRASH),
        (
            'for n in 1 2 3 4 5 6; do head -c 1000000 /dev/zero > "$out/$n"; done; exec sleep 1000',
            "convert_little",
            Trouble.TOO_LARGE,
        ),
        ('ln -s "$here/printed.pdf" "$out/document.pdf"', "", Trouble.NOTHING),
        ('mkfifo "$out/document.pdf"', "", Trouble.NONSENSE),
        ('mkdir "$out/document.pdf"', "", Trouble.NONSENSE),
        ('echo "<html>" > "$out/document.pdf"', "", Trouble.NONSENSE),
        ('rm -r "$out" "$last"', "", Trouble.NOTHING),
        (PRINTS, "convert_without_walls", Trouble.NOT_STARTED),
        (PRINTS, "convert_on_the_network", Trouble.NOT_STARTED),
        (PRINTS, "is_not_there", Trouble.CRASH),
        (PRINTS, "abort", Trouble.CRASH),
    ],
    ids=lambda one: one.value if isinstance(one, Trouble) else one[:24],
)
def test_every_failure_ends_in_the_copy_without_pages(
    install: Install, caplog: pytest.LogCaptureFixture, script: str, entry: str, trouble: Trouble
) -> None:
    install(script)
    where = f"tests.files.hostile:{entry}" if entry else office.ENTRY
    assert is_without_pages(outcome(Kind.DOCX, made.docx(), entry=where))
    assert [record.getMessage() for record in caplog.records] == [f"No pictures of pages: {trouble.value}."]


def test_a_pdf_that_would_start_programs_is_not_shown(install: Install) -> None:
    base = install(PRINTS)
    (base / "office" / "program" / "printed.pdf").write_bytes(made.pdf(launch="cmd.exe"))
    assert is_without_pages(outcome(Kind.DOCX, made.docx()))


def test_a_pdf_that_cannot_be_read_is_not_shown(install: Install) -> None:
    install('echo "%PDF-1.7 and no more" > "$out/document.pdf"')
    assert is_without_pages(outcome(Kind.DOCX, made.docx()))


def test_an_older_document_without_pages_stays_a_sealed_original(install: Install) -> None:
    install("exit 1")
    none = outcome(Kind.DOC, made.word_97())
    assert isinstance(none, NoCopy)
    assert none.reason is Trouble.KIND
    assert none.findings == (Finding.NO_PAGES,)
    assert not none.is_held


def test_a_program_that_does_not_end_is_ended_by_the_portal_as_well(install: Install) -> None:
    install("exec sleep 1000")
    with pytest.raises(Broken) as broken:
        office.to_pdf(Kind.RTF, b"{\\rtf1}", patience=Patience(feeding=5, answering=1, leaving=1))
    assert broken.value.trouble is Trouble.TIME


def test_a_file_too_large_to_convert_is_not_converted(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install(PRINTS)
    monkeypatch.setattr(office, "LARGEST", 10)
    assert is_without_pages(outcome(Kind.DOCX, made.docx()))


def test_without_a_place_in_memory_nothing_is_converted(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install(PRINTS)
    monkeypatch.setattr(folders, "_is_in_memory", lambda _place: False)
    assert is_without_pages(outcome(Kind.DOCX, made.docx()))


def test_a_folder_that_cannot_be_handed_over_is_a_failure_too(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(PRINTS)

    def refused(_place: Path) -> int:
        raise PermissionError

    monkeypatch.setattr(folders, "_room", refused)
    assert is_without_pages(outcome(Kind.DOCX, made.docx()))


def test_without_a_network_of_its_own_the_filter_is_enough(install: Install) -> None:
    install(PRINTS)
    found = outcome(Kind.DOCX, made.docx(), entry="tests.files.hostile:convert_without_a_network_of_its_own")
    assert isinstance(found, Copy)
    assert len(found.parts) == 2


def test_the_program_gets_three_words_of_environment_and_a_folder_of_its_own(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "marker")
    install('{ echo "%PDF-"; env; pwd; cat "$last"; } > "$out/document.pdf"')
    said = office.to_pdf(Kind.RTF, b"the file").decode().split("\n")
    names = {line.partition("=")[0] for line in said if "=" in line}
    assert {"PATH", "HOME", "TMPDIR"} <= names <= {"PATH", "HOME", "TMPDIR", "PWD", "OLDPWD", "SHLVL", "_"}
    assert said[-1] == "the file"
    home = next(line.removeprefix("HOME=") for line in said if line.startswith("HOME="))
    assert Path(home).parent in folders._places()
    assert f"TMPDIR={home}/temporary" in said


def test_the_program_finds_a_profile_that_runs_and_fetches_nothing(install: Install) -> None:
    install('{ echo "%PDF-"; cat "$HOME/profile/user/registrymodifications.xcu"; } > "$out/document.pdf"')
    said = office.to_pdf(Kind.RTF, b"x").decode()
    for name, value in (("MacroSecurityLevel", "3"), ("DisableMacrosExecution", "true"), ("Link", "2")):
        assert f'<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop>' in said


def test_the_program_opens_nothing_but_its_own_folder(install: Install) -> None:
    base = install(PRINTS)
    said = office.to_pdf(Kind.RTF, b"x", entry="tests.files.hostile:enclosed_files").decode().split("\n")
    assert said[1:] == ["True", "done" + " refused" * 9]
    assert sorted(path.name for path in base.iterdir()) == ["key", "office"]


def test_the_program_reaches_neither_network_nor_other_processes(install: Install) -> None:
    base = install(PRINTS)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(base / "door"))
        server.listen()
        (base / "door").chmod(0o777)
        said = office.to_pdf(Kind.RTF, b"x", entry="tests.files.hostile:enclosed_network").decode().split("\n")
    assert said[1:] == ["True", " ".join(["refused"] * 6)]


def test_nothing_that_the_program_started_is_left(install: Install) -> None:
    if Confined.OWN_NETWORK not in running.confinement():
        pytest.skip("this machine has no namespaces")
    install(f"setsid sleep 98761 & {PRINTS}")
    assert isinstance(outcome(Kind.DOCX, made.docx()), Copy)
    running_now = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [line for line in running_now if b"98761" in line]


def test_what_a_killed_process_left_is_cleared_away_and_what_is_in_use_is_not(_walls: None) -> None:
    place = folders._places()[0]
    with folders.in_memory(1) as used:
        (used / "plain").write_bytes(b"in use")
        left = Path(tempfile.mkdtemp(prefix=folders._NAMED, dir=place))
        (left / "plain").write_bytes(b"left behind")
        folders.clear_away()
        assert not left.exists()
        assert (used / "plain").read_bytes() == b"in use"
    assert not used.exists()


def test_a_folder_is_for_its_owner_alone_and_locked(_walls: None) -> None:
    with folders.in_memory(1) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        other = os.open(folder, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(other)


def test_there_must_be_room(_walls: None) -> None:
    with pytest.raises(folders.NoFolder), folders.in_memory(1 << 60):
        pass


def test_of_a_long_document_the_first_pages_are_shown_and_that_is_said() -> None:
    from portal.files import paging

    text = Copy(
        parts=(Part(PartForm.TEXT, Title.TEXT, text="x"),) * 390,
        removals=(Removed.LAYOUT,),
        metadata=(Detail(Fact.AUTHOR, "Somebody"),),
    )
    pages = Copy(parts=tuple(Part(PartForm.PICTURE, Title.PAGE, number) for number in range(1, 31)))
    both = paging.with_pages(text, pages)
    assert isinstance(both, Copy)
    assert [part.number for part in both.parts[390:]] == list(range(1, 11))
    assert (both.findings, both.removals) == ((Finding.CUT_SHORT,), (Removed.PAGES,))
    assert both.metadata == text.metadata


needs_libreoffice = pytest.mark.skipif(not INSTALLED, reason="LibreOffice is not installed here")
WORD = {
    "_rels/.rels": made.relation("officeDocument", "word/document.xml", outside=False),
}
WORD_TYPES = (
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
)


def real(kind: Kind, data: bytes, monkeypatch: pytest.MonkeyPatch) -> Copy:
    monkeypatch.setattr(office, "program", lambda: INSTALLED)
    found = outcome(kind, data)
    assert isinstance(found, Copy), found
    return found


def pictures(found: Copy) -> list[Part]:
    return [part for part in found.parts if part.form is PartForm.PICTURE]


@needs_libreoffice
@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Kind.DOCX, lambda: made.docx(parts=WORD, types=WORD_TYPES)),
        (Kind.XLSX, made.xlsx),
        (Kind.RTF, lambda: b"{\\rtf1 A van at the gate}"),
    ],
    ids=lambda one: one.value if isinstance(one, Kind) else "",
)
def test_libreoffice_prints(
    kind: Kind, data: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch, _walls: None
) -> None:
    found = real(kind, data(), monkeypatch)
    assert Finding.NO_PAGES not in found.findings
    assert [part.title for part in pictures(found)] == ["Page 1"]


@needs_libreoffice
def test_a_document_of_many_pages_is_cut_by_libreoffice(monkeypatch: pytest.MonkeyPatch, _walls: None) -> None:
    found = real(Kind.RTF, b"{\\rtf1 " + b"A page\\page " * 200 + b"}", monkeypatch)
    assert len(pictures(found)) == 150
    assert Finding.CUT_SHORT in found.findings
    assert Removed.PAGES in found.removals


@needs_libreoffice
def test_libreoffice_fetches_nothing(monkeypatch: pytest.MonkeyPatch, _walls: None) -> None:
    """A field that fetches a picture when it is opened; the server would notice a first byte."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        target = f"http://127.0.0.1:{server.getsockname()[1]}/a.png"
        body = (
            '<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" style="width:50pt;height:50pt">'
            f'<v:imagedata xmlns:r="{made.RELATION}" r:id="rId1"/></v:shape></w:pict></w:r></w:p>'
        )
        parts = {**WORD, "word/_rels/document.xml.rels": made.relation("image", target)}
        found = real(Kind.DOCX, made.docx(made.word_paragraph("x") + body, parts=parts, types=WORD_TYPES), monkeypatch)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert Finding.OUTSIDE_LINK in found.findings
    assert pictures(found)
