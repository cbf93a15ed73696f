"""`make run`: the whole portal in one terminal, on one machine.

Front, Desk, their workers and the clock run as processes of their own, each with the environment of its site,
as they do in production.
"""

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from http import HTTPStatus

from scripts.paths import VENV
from scripts.prepare import OWN_ONLY, development_environment, ensure_prepared
from scripts.steps import StepFailed
from scripts.supervisor import Child, Supervisor

BIND = os.environ.get("PORTAL_BIND", "127.0.0.1")
FRONT_PORT = int(os.environ.get("PORTAL_FRONT_PORT", "8000"))
DESK_PORT = int(os.environ.get("PORTAL_DESK_PORT", "8001"))
START_LIMIT = 90.0
BANNER = """
  Ready after {seconds:.1f} s.

  Front  http://localhost:{front}
  Desk   http://localhost:{desk}

  Demo accounts (password demo-portal-2026, one-time codes from `make codes`):
    energy@partner.example       a member, Energy sector
    author@miac.example          writes bulletins (sign in on Desk)
    supervisor@miac.example      releases them
  All of them are in docs/getting-started.md. Ctrl-C stops the portal and keeps its data.
"""


class NotReady(Exception):
    """The portal did not come up; the message says what was missing."""


def children() -> list[Child]:
    return [
        web("front", FRONT_PORT),
        web("desk", DESK_PORT),
        command("worker", "worker", "db_worker", "--queue-name", "default", "--no-reload"),
        command("desk-worker", "desk-worker", "db_worker", "--queue-name", "default", "--no-reload"),
        command("sealer", "desk-worker", "audit_seal", "--every", "2"),
        command("tick", "desk-worker", "tick", "--every", "60"),
        command("deliver", "desk-worker", "deliver", "--every", "5"),
    ]


def web(site: str, port: int) -> Child:
    options = ["--bind", f"{BIND}:{port}", "--worker-class", "gthread", "--workers", "1", "--threads", "8"]
    options += ["--graceful-timeout", "3", "--log-level", "warning", "--no-control-socket"]
    return Child(site, [f"{VENV}/bin/gunicorn", *options, "portal.wsgi:application"], development_environment(site))


def command(name: str, site: str, *arguments: str) -> Child:
    return Child(name, [f"{VENV}/bin/python", "manage.py", *arguments], development_environment(site))


def refuse_taken_ports() -> None:
    """Raises `NotReady` with one sentence for the first port that another program holds."""
    for name, variable, port in (("Front", "PORTAL_FRONT_PORT", FRONT_PORT), ("Desk", "PORTAL_DESK_PORT", DESK_PORT)):
        if not is_free(port):
            raise NotReady(f"Port {port}, which {name} needs, is taken; stop what uses it or set {variable}.")


def is_free(port: int) -> bool:
    family = socket.AF_INET6 if ":" in BIND else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((BIND.strip("[]"), port))
        except OSError:
            return False
    return True


def wait_until_ready(supervisor: Supervisor) -> None:
    """Raises `NotReady` when a process falls before both sites answer, or when it takes too long."""
    deadline = time.monotonic() + START_LIMIT
    while not (answers(FRONT_PORT) and answers(DESK_PORT)):
        fallen = supervisor.fallen()
        if fallen:
            raise NotReady(f"{fallen.name} ended before the portal was ready; what it said is above.")
        if time.monotonic() > deadline:
            raise NotReady(f"The portal was not ready after {START_LIMIT:.0f} s.")
        if supervisor.stopping.wait(0.2):
            return


def answers(port: int) -> bool:
    host = "127.0.0.1" if BIND in ("0.0.0.0", "") else BIND  # noqa: S104  (compared, not bound)
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/-/ready", timeout=2) as response:
            return bool(response.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False


def serve(supervisor: Supervisor) -> None:
    supervisor.listen()
    begun = time.monotonic()
    print("  Starting Front, Desk and their workers", flush=True)
    supervisor.start()
    wait_until_ready(supervisor)
    print(BANNER.format(front=FRONT_PORT, desk=DESK_PORT, seconds=time.monotonic() - begun), flush=True)
    while not supervisor.stopping.wait(0.5):
        supervisor.revive()


def main() -> int:
    os.umask(OWN_ONLY)  # and so for every process that is started from here
    supervisor = Supervisor(children())
    try:
        refuse_taken_ports()
        ensure_prepared()
        serve(supervisor)
    except (NotReady, StepFailed) as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        supervisor.stop()
    print("\nThe portal has stopped.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
