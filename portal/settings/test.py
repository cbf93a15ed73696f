"""Settings of the tests: production's, with the environment given here and what would slow tests loosened by name."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from portal.settings.development import key_ring, trail_keys

_FOLDER = Path(tempfile.gettempdir()) / f"portal-tests-{os.getuid()}"
_FOLDER.mkdir(mode=0o700, exist_ok=True)
_DATABASE_URL = os.environ.get("PORTAL_TEST_DATABASE_URL") or f"sqlite:///{_FOLDER / 'tests.sqlite3'}"
_SITE = os.environ.get("PORTAL_SITE", "front")


def _beside(address: str) -> str:
    """A second database on the same server, or in the same folder."""
    path, mark, query = address.partition("?")
    return f"{path}_vault{mark}{query}"


os.environ.update(
    {
        "PORTAL_SITE": _SITE,
        "PORTAL_SECRET_KEY": "front-secret-key-of-the-tests-front-secret-key-of-the-tests",
        "PORTAL_LINK_KEY": "link-key-of-the-tests-link-key-of-the-tests",
        "PORTAL_MFA_KEY": "mfa-key-of-the-tests-mfa-key-of-the-tests-",
        "DATABASE_URL": _DATABASE_URL,
        "VAULT_DATABASE_URL": _beside(_DATABASE_URL),
        "PORTAL_KEYRING": str(key_ring(_FOLDER / "keyring", _SITE)),
        "CACHE_URL": "locmemcache://",
        "EMAIL_URL": "memorymail://",
        "PORTAL_FRONT_URL": "http://testserver",
        "PORTAL_DESK_URL": "http://desk.testserver",
        "PORTAL_ALLOWED_HOSTS": "testserver,desk.testserver,localhost,127.0.0.1",
        "PORTAL_MEDIA_ROOT": str(_FOLDER / "media"),
        "PORTAL_SEALED_ROOT": str(_FOLDER / "sealed"),
        "PORTAL_STATIC_ROOT": str(_FOLDER / "static"),
        "PORTAL_LOG_LEVEL": "WARNING",
        "ELASTICSEARCH_URL": "",
    }
)

_DESK_LINK_KEY = "desk-link-key-of-the-tests-desk-link-key-of-the-tests"
_OF_DESK = {
    "PORTAL_DESK_LINK_KEY": _DESK_LINK_KEY,
    "PORTAL_TRAIL_KEYS": str(trail_keys(_FOLDER / "trail-keys")),
    "PORTAL_TRAIL_FOLDER": str(_FOLDER / "trail"),
}
for _name in _OF_DESK:
    os.environ.pop(_name, None)
if _SITE.startswith("desk"):
    os.environ.update(_OF_DESK)

from portal.settings.base import *  # noqa: E402, F403  (the environment must be filled before base reads it)
from portal.settings.base import DATABASES, ENVIRONMENT, STORAGES  # noqa: E402
from portal.settings.sites import site_settings  # noqa: E402

PORTAL_TRAIL_KEYS = Path(_OF_DESK["PORTAL_TRAIL_KEYS"])
PORTAL_TRAIL_FOLDER = Path(_OF_DESK["PORTAL_TRAIL_FOLDER"])
PORTAL_DESK_LINK_KEY = _DESK_LINK_KEY  # tests turn this process into Desk; on Front nothing may ask for it
globals().update(site_settings(ENVIRONMENT.site, secure=False))
# The vault's two tables are made from the models: to migrate a second database would double the start of every run.
# tests/vault/ runs its migrations.
DATABASES["vault"]["TEST"] = {"MIGRATE": False}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": ["default"]}}
