"""Each engine, and what the worker does for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from search import outbox
from tests.search.asking import is_confirmed
from tests.search.elastic import put_index_in_use, server_without_index


@pytest.fixture
def server(settings: Any) -> Iterator[str]:
    """A server without any index of ours, named in the settings of a process of Desk."""
    with server_without_index(settings) as prefix:
        yield prefix


@pytest.fixture
def elastic(server: str) -> str:
    """The same with an empty index in use; gives the index's name."""
    return put_index_in_use()


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
