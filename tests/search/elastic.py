"""An Elasticsearch of a test's own: on the real server, under names that nothing else has."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

REAL = os.environ.get("PORTAL_TEST_ELASTICSEARCH_URL", "")


@contextmanager
def server_without_index(settings: Any) -> Iterator[str]:
    """A server without any index of ours, named in the settings of a process of Desk; gives our names' prefix."""
    if not REAL:
        pytest.skip("no Elasticsearch (make services starts one)")
    from search.engines.elasticsearch import indices

    settings.PORTAL_ELASTICSEARCH_URL = REAL
    settings.PORTAL_ELASTICSEARCH_PREFIX = f"portal-test-{uuid.uuid4().hex[:12]}"
    settings.PORTAL_SITE_KIND = "desk"
    yield settings.PORTAL_ELASTICSEARCH_PREFIX
    settings.PORTAL_ELASTICSEARCH_URL = REAL
    for name in indices.all_of_ours():
        indices.discard(name)


def put_index_in_use() -> str:
    """Put an empty index in use; gives its name."""
    from search.engines.elasticsearch import indices

    name = indices.begin(datetime.now(UTC))
    indices.put_in_use(name)
    return name
