"""Settings of the portal that the browser tests start: those of `make run`, with a mail folder of their own."""

from __future__ import annotations

import os
from pathlib import Path

from portal.settings.dev import *  # noqa: F403  (the settings of `make run`, whole)

EMAIL_FILE_PATH = Path(os.environ["PORTAL_TEST_MAIL_FOLDER"])
