"""The virtual environment and its packages.

Runs before the environment exists, under any Python >= 3.11: only the standard library here.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from scripts.paths import REQUIREMENTS, ROOT, VENV, VENV_PYTHON
from scripts.steps import StepFailed, run, step

INSTALLED = VENV / "installed.json"


def ensure_environment(*, with_development: bool) -> None:
    """Make `.venv` if it is missing or broken, and install what changed since last time.

    Raises `StepFailed` when a package cannot be had.
    """
    if not is_usable():
        with step(f"Making the environment .venv (Python {sys.version.split()[0]})"):
            run([sys.executable, "-m", "venv", "--clear", VENV])
    wanted = [REQUIREMENTS / "run.txt"]
    if with_development:
        wanted.append(REQUIREMENTS / "dev.txt")
    installed = read_installed()
    if any(installed.get(path.name) != fingerprint(path) for path in wanted):
        install(wanted[-1])
        INSTALLED.write_text(json.dumps(installed | {path.name: fingerprint(path) for path in wanted}))


def is_usable() -> bool:
    """An environment dies when the Python that made it is removed or the folder is moved."""
    if not VENV_PYTHON.exists():
        return False
    program = "import pip, sys; print(sys.prefix)"
    answer = subprocess.run([VENV_PYTHON, "-c", program], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and Path(answer.stdout.strip()).resolve() == VENV.resolve()


def install(lock: Path) -> None:
    packages = sum(1 for line in lock.read_text().splitlines() if "==" in line)
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-input", "--quiet"]
    with step(f"Installing {packages} packages (requirements/{lock.name})"):
        run([VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "install", *options, "-r", lock])


def read_installed() -> dict[str, str]:
    try:
        found = json.loads(INSTALLED.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """`python -m scripts.environment [run|dev]`."""
    os.chdir(ROOT)
    try:
        ensure_environment(with_development="dev" in sys.argv[1:])
    except StepFailed as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
