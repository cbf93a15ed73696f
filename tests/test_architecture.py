"""The rooms and who may import whom (docs/architecture.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SPINE = {"access", "vault", "audit", "files", "members", "delivery", "figures"}
BELOW = {"core", "vocabulary"}
GLUE = {"settings", "urls"}
# What each room of the spine may import beside what stands below all rooms.
SPINE_MAY = {
    "access": set(),
    "audit": {"access"},
    "vault": {"audit"},
    "files": set(),
    "members": {"access", "audit", "vault"},
    "delivery": {"access", "audit", "members"},
    "figures": {"access", "audit", "members"},
}
LONGEST = 400


def rooms() -> set[str]:
    return {path.name for path in (ROOT / "portal").iterdir() if (path / "__init__.py").exists()}


def imported_rooms(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "search":
                yield "search"
            if parts[0] == "portal" and len(parts) > 1:
                yield parts[1]


def allowed(room: str) -> set[str]:
    if room == "core":
        return {"core"}
    if room == "vocabulary":
        return {"core", "vocabulary"}
    if room in SPINE:
        return {room} | BELOW | SPINE_MAY[room]
    return {room, "search"} | BELOW | SPINE


def test_search_names_no_feature() -> None:
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / "search").rglob("*.py")
        for name in imported_rooms(path)
        if name not in {"search", "core", "vocabulary", "access", "audit", "members", "delivery"}
    }
    assert not wrong


@pytest.mark.parametrize("room", sorted(rooms() - GLUE))
def test_a_room_imports_only_what_its_place_allows(room: str) -> None:
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / "portal" / room).rglob("*.py")
        for name in imported_rooms(path)
        if name not in allowed(room)
    }
    assert not wrong


def test_no_file_collects_leftovers() -> None:
    names = {"utils.py", "helpers.py", "services.py", "misc.py", "common_utils.py"}
    assert not [path for path in (ROOT / "portal").rglob("*.py") if path.name in names]


def test_no_file_outgrows_its_room() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("portal", "search", "scripts")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts and (lines := path.read_text().count("\n")) > LONGEST
    }
    assert not long


def test_templates_query_nothing_and_carry_no_inline_script_or_style() -> None:
    wrong = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        wrong += [f"{path.name}: {word}" for word in (" style=", " onclick=", " onload=", "<style") if word in text]
    assert not wrong
