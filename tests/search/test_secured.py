"""Elasticsearch with its security on: the keys, as docs/search-operations.md gives them, can do that and no more."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.utils import timezone
from elasticsearch import AuthorizationException, Elasticsearch

from portal.access.viewer import ANONYMOUS
from search import completion, outbox, verifying
from search.engines.elasticsearch import client as way, indices
from search.questions import SearchUnavailable
from search.rebuilding import rebuild_index
from tests.search.asking import find, put
from tests.search.elastic import REAL

pytestmark = [pytest.mark.services, pytest.mark.once, pytest.mark.django_db]
SCRIPT = Path(project.BASE_DIR) / "scripts" / "services.d" / "elasticsearch"
PAGE = Path(project.BASE_DIR) / "docs" / "search-operations.md"
REQUEST = re.compile(r"^POST /_security/api_key\n(\{.*?\})\n\n?(?=POST|```)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Secured:
    """A server of its own, and the keys that were made on it."""

    address: str
    keys: dict[str, str]


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    if not REAL:
        pytest.skip("no Elasticsearch (make services starts one)")
    folder, password = Path(tempfile.mkdtemp(prefix="portal-secured-", dir="/var/tmp")), secrets.token_urlsafe(16)
    folder.chmod(0o755)  # the server gives up root, and has to get in
    surroundings = os.environ | {"PORTAL_ELASTICSEARCH_PASSWORD": password, "PORTAL_ELASTICSEARCH_HEAP": "256m"}
    try:
        subprocess.run([SCRIPT, "start", folder], env=surroundings, check=True, timeout=300)
        address = (folder / "env").read_text().split("'")[1]
        yield Secured(address, dict(made(Elasticsearch(address, basic_auth=("elastic", password)))))
    finally:
        subprocess.run([SCRIPT, "stop", folder], env=surroundings, check=False, timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def made(server: Elasticsearch) -> Iterator[tuple[str, str]]:
    """The keys that the page asks for, by their names."""
    for request in REQUEST.findall(PAGE.read_text(encoding="utf-8")):
        asked = json.loads(request)
        yield asked["name"], server.security.create_api_key(**asked)["encoded"]


@pytest.fixture
def as_site(secured: Secured, settings: Any) -> Any:
    """Be a process of one of the sites, with its key."""
    settings.PORTAL_ELASTICSEARCH_URL, settings.PORTAL_ELASTICSEARCH_PREFIX = secured.address, "portal-secured"

    def be(site: str, key: str | None = None) -> Elasticsearch:
        settings.PORTAL_SITE_KIND = site
        settings.PORTAL_ELASTICSEARCH_API_KEY = secured.keys[f"portal-{site}"] if key is None else key
        return way.client(60)

    return be


@pytest.fixture
def filled(as_site: Any) -> Iterator[None]:
    """An index that Desk built, with one public entry and one change after it."""
    as_site("desk")
    put(1, "Flood at the river")
    rebuild_index(timezone.now(), tell=lambda: None)
    put(2, "Flood at the bridge")
    outbox.send_waiting()
    way.client(60).indices.refresh(index=way.alias())
    yield
    as_site("desk")
    for name in indices.all_of_ours():
        indices.discard(name)


def test_the_page_names_both_keys(secured: Secured) -> None:
    assert set(secured.keys) == {"portal-desk", "portal-front"}


@pytest.mark.usefixtures("filled")
def test_desk_rebuilds_sends_and_verifies_and_front_finds_and_completes(as_site: Any) -> None:
    as_site("desk")
    assert not list(verifying.of_index())
    as_site("front")
    assert find("flood", is_strict=True).total == 2
    assert completion.offers(ANONYMOUS, "floo")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("what", ["write", "delete", "rename", "drop", "other", "keys"])
def test_front_is_refused_whatever_else_it_tries(as_site: Any, what: str) -> None:
    front, index = as_site("front"), indices.in_use()
    with pytest.raises(AuthorizationException):
        if what == "write":
            front.index(index=index, document={"title": "Forged"})
        elif what == "delete":
            front.delete_by_query(index=index, query={"match_all": {}})
        elif what == "rename":
            front.indices.put_alias(index=index, name="portal-else")
        elif what == "drop":
            front.indices.delete(index=index)
        elif what == "other":
            front.search(index="another-portal")
        else:
            front.security.create_api_key(name="more")
    as_site("desk")
    assert find("flood", is_strict=True).total == 2


@pytest.mark.usefixtures("filled")
def test_desk_is_refused_names_that_are_not_the_portals(as_site: Any) -> None:
    with pytest.raises(AuthorizationException):
        as_site("desk").index(index="another-portal", document={"title": "x"})


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("key", ["", "bm8ta2V5Om5vLWtleQ=="])
def test_without_a_key_or_with_a_wrong_one_search_says_that_the_server_did_not_answer(as_site: Any, key: str) -> None:
    as_site("front", key=key)
    with pytest.raises(SearchUnavailable):
        find("flood", is_strict=True)
