"""Refuses a lock that names an address, or a package without a hash.

Addresses in a lock would send every machine to one place; without hashes a lock would prove nothing.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.paths import REQUIREMENTS, ROOT

ADDRESS = re.compile(r"https?://|git\+|file:|^--?(index-url|extra-index-url|find-links|trusted-host|i|f)\b")
NPM_LOCK = ROOT / "assets" / "package-lock.json"


def main() -> int:
    problems = [*requirement_problems(), *npm_problems()]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def requirement_problems() -> Iterator[str]:
    for path in sorted(REQUIREMENTS.glob("*.txt")):
        yield from lock_problems(path)
    for path in sorted(REQUIREMENTS.glob("*.in")):
        yield from address_problems(path)


def lock_problems(path: Path) -> Iterator[str]:
    yield from address_problems(path)
    # A package and its hashes are one logical line, folded with backslashes.
    for line in path.read_text().replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#") and ("==" not in line or "--hash=sha256:" not in line):
            yield f"{path.name}: {line.split()[0]} has no exact version with a hash"


def address_problems(path: Path) -> Iterator[str]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.startswith("#") and ADDRESS.search(line):
            yield f"{path.name}:{number}: names an address"


def npm_problems() -> Iterator[str]:
    if not NPM_LOCK.exists():
        return
    for name, package in json.loads(NPM_LOCK.read_text()).get("packages", {}).items():
        if "resolved" in package:
            yield f"package-lock.json: {name} names an address (npm: omit-lockfile-registry-resolved)"
        if name and not package.get("link") and "integrity" not in package:
            yield f"package-lock.json: {name} has no hash"


if __name__ == "__main__":
    sys.exit(main())
