"""Which engine answers: the one that the settings name."""

from __future__ import annotations

from django.conf import settings

from search.engines.database import DatabaseEngine
from search.questions import Engine


def is_outside() -> bool:
    """Whether answers come from a server outside, which has to be told of changes."""
    return bool(settings.PORTAL_ELASTICSEARCH_URL)


def engine() -> Engine:
    """The database, unless an address of Elasticsearch is set."""
    if not is_outside():
        return DatabaseEngine()
    from search.engines.elasticsearch import ElasticsearchEngine  # its client takes half a second to load

    return ElasticsearchEngine()
