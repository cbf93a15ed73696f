"""Fills in, for development only, the environment that production must set."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path


def fill_environment(var: Path) -> None:
    """Set what is not set yet: databases and folders under `var`, secrets and a key ring that are made once."""
    site = os.environ.setdefault("PORTAL_SITE", "desk")
    front_port = os.environ.get("PORTAL_FRONT_PORT", "8000")
    desk_port = os.environ.get("PORTAL_DESK_PORT", "8001")
    defaults = {
        "PORTAL_SECRET_KEY": _secret(var, f"{site}-secret-key"),
        "PORTAL_LINK_KEY": _secret(var, "link-key"),
        "PORTAL_MFA_KEY": _secret(var, "mfa-key"),
        "DATABASE_URL": f"sqlite:///{var / 'portal.sqlite3'}",
        "DESK_JOBS_DATABASE_URL": f"sqlite:///{var / 'desk-jobs.sqlite3'}",
        "VAULT_DATABASE_URL": f"sqlite:///{var / 'vault.sqlite3'}",
        "CACHE_URL": "locmemcache://",
        "EMAIL_URL": "consolemail://",
        "PORTAL_FRONT_URL": f"http://localhost:{front_port}",
        "PORTAL_DESK_URL": f"http://localhost:{desk_port}",
        "PORTAL_ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "PORTAL_MEDIA_ROOT": str(var / "media"),
        "PORTAL_SEALED_ROOT": str(var / "sealed"),
        "PORTAL_STATIC_ROOT": str(var / "static"),
    }
    if site.startswith("desk"):
        defaults["PORTAL_DESK_LINK_KEY"] = _secret(var, "desk-link-key")
        defaults["PORTAL_TRAIL_KEYS"] = str(trail_keys(var / "trail-keys"))
        defaults["PORTAL_TRAIL_FOLDER"] = str(var / "trail")
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    if not os.environ.get("PORTAL_KEYRING"):
        os.environ["PORTAL_KEYRING"] = str(key_ring(var / "keyring", site))


def key_ring(folder: Path, site: str) -> Path:
    """The key ring of one process below `folder`: made once, with one pair, of which Front gets the public half."""
    from portal.vault.keyring import write_pair
    from portal.vault.suites import PrivateKey

    def fill(draft: Path) -> None:
        desk = draft / "desk"
        both = [desk, draft / "front"]
        write_pair(PrivateKey.generate(), created=datetime.now(UTC), private_folder=desk, public_folders=both)

    return _made_once(folder, fill) / ("desk" if site.startswith("desk") else "front")


def trail_keys(folder: Path) -> Path:
    """The folder of keys that sign the trail's checkpoints, made once with one pair."""
    from portal.audit.keys import write_new

    return _made_once(folder, lambda draft: write_new(draft, name="localhost/trail"))


def _made_once(folder: Path, fill: Callable[[Path], object]) -> Path:
    """Made whole and then moved into place: processes that start together agree on one."""
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    fill(draft)
    try:
        draft.rename(folder)
    except OSError:  # the other process was first, and what it made holds
        shutil.rmtree(draft)
    return folder


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
