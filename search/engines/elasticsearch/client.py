"""The way to the server, and what its faults become. Every request of the portal goes through here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from elasticsearch import ApiError, Elasticsearch, TransportError

from search.questions import SearchUnavailable

logger = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds for an answer that somebody waits for
PATIENCE_WITH_WRITES = 60.0
MOST_AT_ONCE = 32  # questions of one process that are on their way; further ones wait
PORTS = {"http": 80, "https": 443}


def client(patience: float = PATIENCE) -> Elasticsearch:
    """The server that the settings name. Nothing is tried a second time: a page must not hang."""
    address, key, authority = (getattr(settings, f"PORTAL_ELASTICSEARCH_{name}") for name in ("URL", "API_KEY", "CA"))
    return _connected(address, key, authority).options(request_timeout=patience)


@lru_cache(maxsize=4)
def _connected(address: str, key: str, authority: str) -> Elasticsearch:
    given: dict[str, Any] = {"api_key": key} if key else {}
    if authority:
        given["ca_certs"] = authority
    return Elasticsearch(_with_port(address), max_retries=0, retry_on_timeout=False, **given)


def _with_port(address: str) -> str:
    """The address with its port written out, as the client wants it."""
    parts = urlsplit(address)
    if parts.port or parts.scheme not in PORTS:
        return address
    return parts._replace(netloc=f"{parts.netloc}:{PORTS[parts.scheme]}").geturl()


def alias() -> str:
    """The name that is searched: it stands for the index in use."""
    return f"{settings.PORTAL_ELASTICSEARCH_PREFIX}-search"


def next_alias() -> str:
    """The name of the index that a rebuild is filling. It gets every change as well."""
    return f"{settings.PORTAL_ELASTICSEARCH_PREFIX}-next"


@contextmanager
def faults_told() -> Iterator[None]:
    """Whatever goes wrong with the server becomes `SearchUnavailable`; no log and no message quotes the question."""
    try:
        yield
    except (ApiError, TransportError, ValueError) as problem:
        status = problem.meta.status if isinstance(problem, ApiError) else None
        logger.warning("elasticsearch did not answer", extra={"problem": type(problem).__name__, "status": status})
        raise SearchUnavailable(_("The search server did not answer.")) from None


def asked(body: dict[str, Any], *, patience: float = PATIENCE, preference: str | None = None) -> Mapping[str, Any]:
    """The whole answer to a search. Half of one is none: a shard that failed, or ran out of time, is a fault."""
    with faults_told():
        answer = client(patience).search(
            index=alias(),
            allow_partial_search_results=False,
            preference=preference,
            body={"timeout": f"{int(patience * 1000)}ms", **body},
        )
    if not _is_whole(answer.body, set(body.get("aggs", ()))):
        logger.warning("elasticsearch gave half an answer")
        raise SearchUnavailable(_("The search server did not answer in full."))
    whole: Mapping[str, Any] = answer.body
    return whole


def asking(body: dict[str, Any], *, preference: str | None = None) -> Callable[[], Mapping[str, Any]]:
    """The same, on its way while the caller goes on: what is given back waits for the answer, and raises as `asked`."""
    return _senders().submit(copy_context().run, asked, body, preference=preference).result


@lru_cache(maxsize=1)
def _senders() -> ThreadPoolExecutor:
    """Made when it is first needed: by then the process is the one that answers, and not the one it was forked from.

    Nothing that runs there asks the database.
    """
    return ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="elasticsearch")


def _is_whole(answer: Any, counts: set[str]) -> bool:
    """Whether every shard answered in time, and everything was counted that was to be."""
    if not isinstance(answer, dict) or answer.get("timed_out") is not False:
        return False
    is_counted = counts <= set(answer.get("aggregations", ()))
    return is_counted and "hits" in answer and answer.get("_shards", {}).get("failed") == 0
