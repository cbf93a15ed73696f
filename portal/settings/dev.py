"""Settings for `make run`: one machine, SQLite, no TLS, mail to the console and to a folder.

What is loosened, by name: the environment's defaults, the cookies' prefix, TLS, the shared cache, and the
refusal of demo accounts.
"""

from __future__ import annotations

import os
from pathlib import Path

from portal.settings.development import fill_environment

fill_environment(Path(__file__).resolve().parent.parent.parent / "var")

from portal.settings.base import *  # noqa: E402, F403  (the environment must be filled before base reads it)
from portal.settings.base import BASE_DIR, ENVIRONMENT  # noqa: E402
from portal.settings.sites import site_settings  # noqa: E402

PORTAL_DEMO = True
DEBUG = os.environ.get("PORTAL_DEBUG") == "1"
globals().update(site_settings(ENVIRONMENT.site, secure=False))
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "portal.core.mail.ConsoleAndFolderBackend"
EMAIL_FILE_PATH = BASE_DIR / "var" / "mail"
WHITENOISE_USE_FINDERS = DEBUG
if DEBUG:
    STORAGES = {  # the manifest is only there after collectstatic
        **STORAGES,  # noqa: F405  (comes with the star import)
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
