"""`make bench`: each line ends in `name=… ratio=…` against a baseline measured in the same run."""

import os
import subprocess
import sys

from scripts import servers
from scripts.paths import ROOT, VENV_PYTHON


def main() -> int:
    servers.adopt()
    # -s: the lines are for people; no second worker, which would take the time that is being measured.
    command = [str(VENV_PYTHON), "-m", "pytest", "-m", "bench", "-s", "-q", "tests/bench", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=dict(os.environ), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
