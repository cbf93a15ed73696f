"""`make lock`: turn run.in and dev.in into locks with hashes, for every Python and machine that we support.

The locks hold no addresses, and the machine's own settings for an index or a wheel folder stay out of them:
whoever installs uses the index that their machine is set up for, and the hashes prove that it is the same package.
"""

import os
import subprocess
import sys
from pathlib import Path

from scripts.paths import REQUIREMENTS, ROOT, VAR
from scripts.steps import step

TOOLS = VAR / "tools"
OLDEST_PYTHON = "3.11"
# A lock is good only when each package in it comes ready-built: nobody should need a compiler.
MACHINES = [
    ("3.11", "x86_64-manylinux_2_28"),
    ("3.13", "x86_64-manylinux_2_28"),
    ("3.12", "aarch64-manylinux_2_28"),
    ("3.13", "aarch64-apple-darwin"),
]
HEADER = """\
# Locked by `make lock` from {source}; do not edit.
# Good for Python 3.11 to 3.13 on Linux and macOS. Installed with --require-hashes.
"""


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.endswith("_FIND_LINKS")}


def uv(*arguments: str) -> None:
    subprocess.run([TOOLS / "bin/uv", "--no-config", *arguments], cwd=ROOT, env=environment(), check=True)


def install_uv() -> None:
    if not (TOOLS / "bin/uv").exists():
        subprocess.run([sys.executable, "-m", "venv", TOOLS], check=True)
        subprocess.run([TOOLS / "bin/pip", "install", "--quiet", "uv"], env=environment(), check=True)


def lock(source: Path) -> Path:
    target = source.with_suffix(".txt")
    options = ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--no-annotate", "--no-header"]
    options += ["--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
    uv("pip", "compile", *options, *upgrade, str(source.relative_to(ROOT)), "-o", str(target.relative_to(ROOT)))
    target.write_text(HEADER.format(source=source.relative_to(ROOT)) + without_header(target.read_text()))
    return target


def without_header(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def prove_ready_built(lock_file: Path) -> None:
    for version, platform in MACHINES:
        options = ["--python-version", version, "--python-platform", platform, "--only-binary", ":all:", "--no-deps"]
        uv("pip", "compile", "--quiet", *options, str(lock_file), "-o", os.devnull)


def main() -> None:
    with step("Installing uv, which locks"):
        install_uv()
    for name in ("run.in", "dev.in"):
        with step(f"Locking requirements/{name}"):
            target = lock(REQUIREMENTS / name)
        with step(f"Checking that all of {target.name} comes ready-built"):
            prove_ready_built(target)


if __name__ == "__main__":
    main()
