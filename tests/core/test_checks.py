"""What production refuses to start with."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.cache import CacheHandler
from django.core.checks import run_checks
from django.test.utils import override_settings

from portal.core import checks

FILES = "django.core.cache.backends.filebased.FileBasedCache"


def found(**changed: Any) -> set[str]:
    with override_settings(**changed):
        messages = run_checks(include_deployment_checks=True)
        return {message.id for message in messages if message.id and message.id.startswith("core.")}


def test_a_cache_of_one_process_is_refused() -> None:
    assert "core.E002" in found()


def test_wildcards_in_hosts_are_refused() -> None:
    assert "core.E005" in found(ALLOWED_HOSTS=["portal.example", "*"])
    assert "core.E005" not in found()


def test_the_desks_jobs_in_the_content_database_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    default = settings.DATABASES["default"]
    for name, refused in ((default["NAME"], True), ("jobs", False)):
        monkeypatch.setitem(settings.DATABASES, "jobs", {**default, "NAME": name})
        assert bool(checks.jobs_of_the_desk_are_apart(None)) is refused


@pytest.mark.parametrize("order", [("front", "desk"), ("desk", "front")])
def test_a_cache_that_both_sites_use_is_noticed_by_the_second(tmp_path: Any, order: tuple[str, str]) -> None:
    shared = {"default": {"BACKEND": FILES, "LOCATION": str(tmp_path)}}
    for site, noticed in zip((*order, order[0]), (False, True, True), strict=True):
        with override_settings(CACHES=shared, PORTAL_SITE_KIND=site):
            assert checks.mark_cache() is noticed, site


def test_a_cache_of_ones_own_is_not_refused(tmp_path: Any) -> None:
    for site in ("front", "desk", "front", "desk"):
        own = {"default": {"BACKEND": FILES, "LOCATION": str(tmp_path / site), "KEY_PREFIX": site}}
        with override_settings(CACHES=own, PORTAL_SITE_KIND=site):
            assert checks.cache_is_not_shared_by_sites(None) == []


def test_nothing_that_the_other_site_wrote_is_unpickled(tmp_path: Any) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return (pytest.fail, ("The cache's content was read.",))

    shared = {"BACKEND": FILES, "LOCATION": str(tmp_path)}
    CacheHandler({"default": {**shared, "KEY_PREFIX": "portal-site"}})["default"].set("desk", Trap())
    with override_settings(CACHES={"default": shared}, PORTAL_SITE_KIND="front"):
        assert [message.id for message in checks.cache_is_not_shared_by_sites(None)] == ["core.E003"]


def test_a_cache_that_does_not_answer_stops_nothing() -> None:
    nowhere = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}}
    assert found(CACHES=nowhere) & {"core.I001", "core.E003"} == {"core.I001"}
