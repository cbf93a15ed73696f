"""The tests' settings, with a folder of sealed files that a process of its own is given."""

from __future__ import annotations

import os

from portal.settings.test import *  # noqa: F403  (settings are stars by nature)
from portal.settings.test import STORAGES

STORAGES = {**STORAGES, "sealed": {**STORAGES["sealed"], "OPTIONS": {"location": os.environ["KILLED_SEALED_ROOT"]}}}
PORTAL_CLAMD_ADDRESS = ""
