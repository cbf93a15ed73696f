"""The tools of the house: locks, verbs, licence and scripts."""

import compileall
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from scripts import check_browser_tests, check_locks, check_templates, servers, supervisor
from tests.conftest import ASKED_OF_BOTH

ROOT = Path(__file__).resolve().parent.parent
VERBS = {"run", "test", "services", "check", "bench", "assets", "codes"}


def test_every_lock_has_hashes_and_no_addresses():
    assert list(check_locks.requirement_problems()) == []
    assert list(check_locks.npm_problems()) == []


@pytest.mark.parametrize(
    "line",
    [
        "django==5.2.19",
        "django>=5.2 --hash=sha256:" + "0" * 64,
        "--index-url https://example.org/simple",
        "--find-links /somewhere",
        "thing @ git+https://example.org/thing",
    ],
)
def test_a_lock_that_proves_nothing_is_refused(tmp_path: Path, line: str):
    lock = tmp_path / "run.txt"
    lock.write_text("ours==1 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    assert list(check_locks.lock_problems(lock)) == []
    lock.write_text(lock.read_text() + line + "\n")
    assert list(check_locks.lock_problems(lock)) != []


def test_the_makefile_has_every_verb():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert targets >= VERBS | {"lock", "clean", "help"}


def test_the_licence_is_apache_2():
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_scripts_compile():
    assert compileall.compile_dir(ROOT / "scripts", quiet=2, force=True, legacy=False)
    for path in [ROOT / ".ci" / "run", *shell_scripts()]:
        subprocess.run(["bash", "-n", path], check=True)


def shell_scripts() -> list[Path]:
    files = [path for path in (ROOT / "scripts").rglob("*") if path.is_file() and not path.suffix]
    return [path for path in files if path.read_text().startswith("#!")]


def test_shell_scripts_may_be_executed():
    assert [path for path in [ROOT / ".ci" / "run", *shell_scripts()] if not os.access(path, os.X_OK)] == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<style>p { color: red }</style>",
        '<p class="a" style="color: red">',
        '<button type="button" onclick="go()">',
        '<a href="javascript:go()">',
    ],
)
def test_templates_with_anything_inline_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setattr(check_templates, "ROOT", tmp_path)
    page = tmp_path / "page.html"
    page.write_text('<script src="a.js"></script><p>The style of on-call duty = calm.</p>')
    assert list(check_templates.problems_of(page)) == []
    page.write_text(f"\n{text}")
    assert [problem.split(":")[1] for problem in check_templates.problems_of(page)] == ["2"]


def test_started_services_are_taken_over_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    published = tmp_path / "env"
    published.write_text("export PORTAL_TEST_POSTGRES_URL='postgres://a'\nexport PORTAL_TEST_CLAMD_ADDRESS='b:1'\n")
    monkeypatch.setattr(servers, "STARTED", published)
    monkeypatch.setenv("PORTAL_TEST_POSTGRES_URL", "postgres://mine")
    monkeypatch.delenv("PORTAL_TEST_CLAMD_ADDRESS", raising=False)
    servers.adopt()
    assert os.environ["PORTAL_TEST_POSTGRES_URL"] == "postgres://mine"
    assert os.environ["PORTAL_TEST_CLAMD_ADDRESS"] == "b:1"


def test_a_fallen_process_is_started_again(tmp_path: Path):
    log = tmp_path / "log"
    child = supervisor.Child("worker", ["bash", "-c", 'echo started >>"$0"', str(log)], dict(os.environ))
    boss = supervisor.Supervisor([child])
    boss.start()
    assert child.process is not None
    child.process.wait(timeout=5)
    boss.revive()
    assert child.process is None
    child.due = 0
    boss.revive()
    child.process.wait(timeout=5)
    boss.stop()
    assert log.read_text().split() == ["started", "started"]


def test_a_process_that_keeps_falling_is_started_later_each_time():
    child = supervisor.Child("worker", ["false"], dict(os.environ))
    pauses = []
    for _ in range(7):
        child.started = 100.0
        child.note_fall(101.0)
        pauses.append(child.due - 101.0)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    child.note_fall(100.0 + supervisor.STEADY + 1)
    assert child.due == pytest.approx(100.0 + supervisor.STEADY + 2)


def test_stopping_ends_a_process_and_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(supervisor, "PATIENCE", 0.2)
    # The shell ignores the request to stop, and so does what it started.
    script = "trap '' TERM; sleep 60 & echo $! > \"$0\"; wait"
    stubborn = supervisor.Child("stubborn", ["bash", "-c", script, str(tmp_path / "pid")], dict(os.environ))
    boss = supervisor.Supervisor([stubborn])
    boss.start()
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().endswith("\n"):
        assert boss.fallen() is None
    boss.stop()
    assert stubborn.process is not None
    assert stubborn.process.wait(timeout=5) < 0
    deadline = time.monotonic() + 5
    while is_alive(int((tmp_path / "pid").read_text())):
        assert time.monotonic() < deadline


def is_alive(pid: int) -> bool:
    """Whether it still runs; one that has ended but is not yet collected does not."""
    status = Path(f"/proc/{pid}/stat")
    if not status.parent.parent.exists():
        return subprocess.run(["kill", "-0", str(pid)], check=False).returncode == 0
    return status.exists() and status.read_text().split()[2] != "Z"


def test_what_only_sqlite_is_asked_is_asked_wherever_servers_are_required():
    """Where they are, tests that PostgreSQL is asked in any case are left out of SQLite's pass, but for these."""
    only_sqlite = re.compile(r"""vendor\s*(!=\s*['"]sqlite|==\s*['"]postgresql)""")
    tests = ROOT / "tests"
    for path in tests.rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        if only_sqlite.search(text) and path.relative_to(tests).parts[0] not in ASKED_OF_BOTH:
            assert "pytest.mark.both" in text, path.name


HASTY = [
    ("tab.page.get_by_role('link').click()", "check(tab.page)"),
    ("tab.page.get_by_role('link').click()", "if tab.page.get_by_role('button').count(): pass"),
    ("tab.page.get_by_role('button').press('Enter')", "assert 'x' not in tab.page.content()"),
    ("helping.leave(tab)", "assert tab.page.url"),
    ("helping.go(tab)", "check(tab.page)"),
    ("while tab.page.get_by_role('link').count():", "    tab.page.get_by_role('link').click()"),
]


@pytest.mark.parametrize(("leaving", "look"), HASTY)
def test_a_browsers_test_that_looks_at_a_page_it_may_be_leaving_is_refused(tmp_path: Path, leaving: str, look: str):
    """Unless something waits in between: Tab.follow, or what is expected of the next page."""
    helpers = "def go(tab):\n    leave(tab)\n\n\ndef leave(tab):\n    tab.page.get_by_text('Go').click()\n"
    (tmp_path / "helping.py").write_text(helpers)
    path = tmp_path / "test_page.py"
    path.write_text(f"def test_it(tab):\n    {leaving}\n    {look}\n")
    assert len(check_browser_tests.hasty_looks(tmp_path)) == 1
    waiting = "tab.follow(tab.page.get_by_role('link'))"
    calm = f"    {waiting}\n    {look}" if not leaving.endswith(":") else f"    {leaving}\n        {waiting}"
    path.write_text(f"def test_it(tab):\n{calm}\n")
    assert not check_browser_tests.hasty_looks(tmp_path)


def test_what_only_unfolds_a_part_of_the_page_may_be_clicked(tmp_path: Path):
    (tmp_path / "test_page.py").write_text(
        "def test_it(tab):\n    tab.page.locator('summary').click()\n    check(tab.page)\n"
    )
    assert not check_browser_tests.hasty_looks(tmp_path)
