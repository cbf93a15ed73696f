"""Refuses what the content security policy would block in a browser: scripts, styles and handlers inside a page.

Mail templates may style inline: mail programs read nothing else.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.paths import ROOT

COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?endcomment\s*%}|<!--.*?-->", re.DOTALL)
RULES = (
    ("a script inside the page; put it into a file", re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE)),
    ("a stylesheet inside the page; put it into a file", re.compile(r"<style\b", re.IGNORECASE)),
    ("a style= attribute; use a class", re.compile(r"<[^<>]*?\sstyle\s*=", re.IGNORECASE)),
    ("an on…= handler; listen in a script", re.compile(r"<[a-z][^<>]*?\son[a-z]+\s*=\s*[\"']", re.IGNORECASE)),
    ("a javascript: address", re.compile(r"[\"']\s*javascript:", re.IGNORECASE)),
)
DATA = re.compile(r"type=[\"']application/(ld\+)?json[\"']")


def main() -> int:
    problems = [problem for path in templates() for problem in problems_of(path)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def templates() -> list[Path]:
    found = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("portal/**/templates/**/*.html")]
    return sorted(path for path in found if "emails" not in path.parts)


def problems_of(path: Path) -> Iterator[str]:
    text = COMMENT.sub(lambda match: "\n" * match.group().count("\n"), path.read_text())
    for words, pattern in RULES:
        for match in pattern.finditer(text):
            if not DATA.search(match.group()):
                yield f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: {words}"


if __name__ == "__main__":
    sys.exit(main())
