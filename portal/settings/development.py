"""Fills in, for development only, the environment that production must set."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def fill_environment(var: Path) -> None:
    """Set what is not set yet: databases and folders under `var`, and secrets that are made once and kept there."""
    site = os.environ.setdefault("PORTAL_SITE", "desk")
    front_port = os.environ.get("PORTAL_FRONT_PORT", "8000")
    desk_port = os.environ.get("PORTAL_DESK_PORT", "8001")
    defaults = {
        "PORTAL_SECRET_KEY": _secret(var, f"{site}-secret-key"),
        "PORTAL_LINK_KEY": _secret(var, "link-key"),
        "PORTAL_MFA_KEY": _secret(var, "mfa-key"),
        "DATABASE_URL": f"sqlite:///{var / 'portal.sqlite3'}",
        "DESK_JOBS_DATABASE_URL": f"sqlite:///{var / 'desk-jobs.sqlite3'}",
        "CACHE_URL": "locmemcache://",
        "EMAIL_URL": "consolemail://",
        "PORTAL_FRONT_URL": f"http://localhost:{front_port}",
        "PORTAL_DESK_URL": f"http://localhost:{desk_port}",
        "PORTAL_ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "PORTAL_MEDIA_ROOT": str(var / "media"),
        "PORTAL_STATIC_ROOT": str(var / "static"),
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def _secret(var: Path, name: str) -> str:
    path = var / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written whole and then linked into place: two processes that start together agree on one.
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:  # the other process was first, and its secret holds
            pass
        finally:
            draft.unlink()
    return path.read_text()
