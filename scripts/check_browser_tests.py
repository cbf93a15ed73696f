"""Refuses a browser's test that reads a page at once while a click may still be leaving it.

Playwright waits where something is expected, filled in or read from an element; it does not wait where things are
counted, listed or the whole page is looked at. Between a click and such a reading something must wait: most often
`Tab.follow`, which leads to the next page. On a busy machine everything else answers about either page.

It reads words, and proves nothing: a wait that the page before would fulfil counts as one.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.paths import ROOT

# The answer is about whatever stands there at this moment.
AT_ONCE = {"count", "all", "is_visible", "is_hidden", "is_checked", "is_enabled", "is_disabled"}
AT_ONCE |= {"content", "title", "all_inner_texts", "all_text_contents", "evaluate"}
LOOKS = {"check", "look", "assert_accessible", "assert_fits"}
# These wait until something stands there that the test goes on with.
WAITS = {"expect", "follow", "open", "goto", "reload", "wait_for", "wait_for_url", "wait_for_function"}
WAITS |= {"fill", "select_option", "set_input_files", "inner_text", "get_attribute"}
# What leads nowhere when it is clicked, by words of its locator.
STAYS = ("summary", "label", "'tab'", "'group'", "'radio'", "'checkbox'", "'option'", "fold")
DEEPEST = 5  # helpers that call helpers
Name = tuple[str, str]  # of a function: its module's and its own
Ends = dict[Name, bool | None]


def main() -> int:
    problems = hasty_looks(ROOT / "tests" / "e2e")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def hasty_looks(folder: Path) -> list[str]:
    """Each look at a page that a click before it may be leaving, as 'file:line: the look'."""
    modules = [Module(path) for path in sorted(folder.glob("*.py"))]
    known: Ends = {}
    for _depth in range(DEEPEST):
        known = {name: left for module in modules for name, left in module.ends(known)}
    return [problem for module in modules for problem in module.problems(known)]


class Module:
    """One file of the browser's tests or of their helpers."""

    def __init__(self, path: Path) -> None:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        self.path = path
        self._functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        self._names: dict[str, Name] = {node.name: (path.stem, node.name) for node in self._functions}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                module = node.module.rpartition(".")[2]
                self._names |= {(alias.asname or alias.name): (module, alias.name) for alias in node.names}

    def ends(self, known: Ends) -> Iterator[tuple[Name, bool | None]]:
        """Of each function, whether it ends with a click that nothing waited for; None where it does neither."""
        return (((self.path.stem, node.name), self._read(node, known).left) for node in self._functions)

    def problems(self, known: Ends) -> Iterator[str]:
        for function in self._functions:
            for look in self._read(function, known).hasty:
                yield f"{self.path.name}:{look.lineno}: {ast.unparse(look)}: nothing waited for it; Tab.follow does"

    def name_of(self, call: ast.Call) -> Name:
        """The function that is called: module and name, or what it is a method of and name."""
        if isinstance(call.func, ast.Attribute):
            return ast.unparse(call.func.value), call.func.attr
        name = getattr(call.func, "id", "")
        return self._names.get(name, ("", name))

    def _read(self, function: ast.FunctionDef, known: Ends) -> Reading:
        reading = Reading(self, known)
        for statement in function.body:
            reading.read(statement)
        return reading


class Reading:
    """A function as it is read, in the order in which it runs."""

    def __init__(self, module: Module, known: Ends) -> None:
        self.left: bool | None = None
        self.hasty: list[ast.expr] = []
        self._module = module
        self._known = known

    def read(self, node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            return
        for child in parts_in_order(node):
            self.read(child)
        if isinstance(node, ast.With) and any("expect_" in ast.unparse(item) for item in node.items):
            self.left = False
        elif isinstance(node, ast.Call):
            self._called(node)
        elif isinstance(node, ast.Attribute) and node.attr == "url" and ast.unparse(node.value).endswith("page"):
            self._looked(node)

    def _called(self, call: ast.Call) -> None:
        owner, name = self._module.name_of(call)
        ends = self._known.get((owner.rpartition(".")[2], name))
        if ends or (ends is None and leads_away(owner, name, call)):
            self.left = True
        elif ends is False or name in WAITS:
            self.left = False
        elif is_look(owner, name):
            self._looked(call)

    def _looked(self, look: ast.expr) -> None:
        if self.left and look not in self.hasty:
            self.hasty.append(look)


def parts_in_order(node: ast.AST) -> Iterator[ast.AST]:
    """What a node is made of, as Python comes to it; the end of a loop leads to its beginning."""
    if isinstance(node, ast.Assert):
        yield node.test  # what is said of a failure does not matter
        return
    yield from ast.iter_child_nodes(node)
    if isinstance(node, ast.While):
        yield node.test
    if isinstance(node, ast.For | ast.While):
        yield from node.body


def leads_away(owner: str, name: str, call: ast.Call) -> bool:
    pressed = name == "click" or (name == "press" and "Enter" in ast.unparse(call))
    return pressed and not any(words in owner for words in STAYS)


def is_look(owner: str, name: str) -> bool:
    if name in LOOKS:
        return owner in ("", "looking")
    return (owner, name) == ("pictures", "take") or (bool(owner) and name in AT_ONCE)


if __name__ == "__main__":
    sys.exit(main())
