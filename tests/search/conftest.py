"""An Elasticsearch of the tests' own: on the real server, under names that nothing else has."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from search import outbox
from tests.search.asking import is_confirmed

REAL = os.environ.get("PORTAL_TEST_ELASTICSEARCH_URL", "")


@pytest.fixture
def server(settings: Any) -> Iterator[str]:
    """A server without any index of ours, named in the settings of a process of Desk."""
    if not REAL:
        pytest.skip("no Elasticsearch (make services starts one)")
    from search.engines.elasticsearch import indices

    settings.PORTAL_ELASTICSEARCH_URL = REAL
    settings.PORTAL_ELASTICSEARCH_PREFIX = f"portal-test-{uuid.uuid4().hex[:12]}"
    settings.PORTAL_SITE_KIND = "desk"
    yield settings.PORTAL_ELASTICSEARCH_PREFIX
    for name in indices.all_of_ours():
        indices.discard(name)


@pytest.fixture
def elastic(server: str) -> str:
    """The same with an empty index in use; gives the index's name."""
    from search.engines.elasticsearch import indices

    name = indices.begin(datetime.now(UTC))
    indices.put_in_use(name)
    return name


@pytest.fixture(params=["database", pytest.param("elasticsearch", marks=pytest.mark.services)])
def each_engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    if request.param == "elasticsearch":
        request.getfixturevalue("elastic")
    return str(request.param)


@pytest.fixture
def settle() -> Any:
    """What the worker does a moment after a change is committed."""

    def do() -> None:
        outbox.send_waiting()
        assert is_confirmed()

    return do
