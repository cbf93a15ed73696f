"""Settings of the tests: production's, with the environment given here and what would slow tests loosened by name."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_FOLDER = Path(tempfile.gettempdir()) / f"portal-tests-{os.getuid()}"
_FOLDER.mkdir(mode=0o700, exist_ok=True)
os.environ.update(
    {
        "PORTAL_SITE": os.environ.get("PORTAL_SITE", "front"),
        "PORTAL_SECRET_KEY": "front-secret-key-of-the-tests-front-secret-key-of-the-tests",
        "PORTAL_LINK_KEY": "link-key-of-the-tests-link-key-of-the-tests",
        "PORTAL_MFA_KEY": "mfa-key-of-the-tests-mfa-key-of-the-tests-",
        "DATABASE_URL": os.environ.get("PORTAL_TEST_DATABASE_URL") or f"sqlite:///{_FOLDER / 'tests.sqlite3'}",
        "CACHE_URL": "locmemcache://",
        "EMAIL_URL": "memorymail://",
        "PORTAL_FRONT_URL": "http://testserver",
        "PORTAL_DESK_URL": "http://desk.testserver",
        "PORTAL_ALLOWED_HOSTS": "testserver,desk.testserver,localhost,127.0.0.1",
        "PORTAL_MEDIA_ROOT": str(_FOLDER / "media"),
        "PORTAL_STATIC_ROOT": str(_FOLDER / "static"),
        "PORTAL_LOG_LEVEL": "WARNING",
    }
)

from portal.settings.base import *  # noqa: E402, F403  (the environment must be filled before base reads it)
from portal.settings.base import ENVIRONMENT, STORAGES  # noqa: E402
from portal.settings.sites import site_settings  # noqa: E402

globals().update(site_settings(ENVIRONMENT.site, secure=False))
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": ["default"]}}
