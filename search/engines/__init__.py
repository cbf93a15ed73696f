"""Which engine answers: the one that the settings name."""

from __future__ import annotations

from search.engines.database import DatabaseEngine
from search.questions import Engine


def engine() -> Engine:
    """The database, unless an address of Elasticsearch is set."""
    return DatabaseEngine()
