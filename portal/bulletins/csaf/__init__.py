"""Advisories in OASIS CSAF 2.0, read from files that nobody here wrote. No database, no models: see `reader.read`."""

from portal.bulletins.csaf.documents import Advisory
from portal.bulletins.csaf.errors import Refused
from portal.bulletins.csaf.reader import read

__all__ = ["Advisory", "Refused", "read"]
