"""House rules of the core that a person could forget. Those of production run with `check --deploy`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.cache import CacheHandler
from django.core.checks import CheckMessage, Error, Info, register

UNSHARED = ("locmem.LocMemCache", "dummy.DummyCache")
MARK_LASTS = 30 * 24 * 3600  # seconds; every check sets it anew
SITES = ("front", "desk")


@register()
def atomic_requests_are_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """core.E001: a request is never one transaction; streams and mail would hold it open."""
    return [
        Error(f"ATOMIC_REQUESTS is on for the database {alias}.", id="core.E001")
        for alias, config in settings.DATABASES.items()
        if config.get("ATOMIC_REQUESTS")
    ]


@register(deploy=True)
def cache_is_shared_by_processes(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """core.E002: a cache within one process forgets limits in the next, and at every restart."""
    if not settings.CACHES["default"]["BACKEND"].endswith(UNSHARED):
        return []
    return [Error("CACHE_URL names a cache of one process; the processes of a site need one together.", id="core.E002")]


@register(deploy=True)
def cache_is_not_shared_by_sites(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """core.E003: Django unpickles what it finds in its cache, so whoever writes Front's would run code on Desk.

    No process knows both addresses. So each site leaves a mark under a key without its prefix, and looks for the other
    site's. Only the keys are looked at: nothing that another wrote is read.
    """
    try:
        meets_other = mark_cache()
    except Exception as problem:  # noqa: BLE001  (each cache has exceptions of its own; none may stop the other checks)
        return [Info(f"The cache could not be asked whose it is ({type(problem).__name__}).", id="core.I001")]
    if not meets_other:
        return []
    words = "This cache holds the mark of the other site: CACHE_URL must differ between Front and Desk."
    hint = "If it was given from one site to the other on purpose, empty it first."
    return [Error(words, hint=hint, id="core.E003")]


@register(deploy=True)
def jobs_of_the_desk_are_apart(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """core.E004: a job that Front inserts would be run by the process that holds the private keys."""
    databases = settings.DATABASES
    if "jobs" not in databases or _place(databases["jobs"]) != _place(databases["default"]):
        return []
    return [Error("DESK_JOBS_DATABASE_URL names the same database as DATABASE_URL.", id="core.E004")]


@register(deploy=True)
def hosts_are_named(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """core.E005: with a wildcard, a request chooses the host that links and redirects are made with."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [Error("PORTAL_ALLOWED_HOSTS must name hosts; '*' names all.", id="core.E005")]


def mark_cache() -> bool:
    """Leave this site's mark in the cache; whether the other site's is there."""
    cache = CacheHandler({"default": {**settings.CACHES["default"], "KEY_PREFIX": "portal-site"}})["default"]
    cache.set(settings.PORTAL_SITE_KIND, 1, MARK_LASTS)
    return any(cache.has_key(site) for site in SITES if site != settings.PORTAL_SITE_KIND)


def _place(database: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(database.get(part) or "") for part in ("ENGINE", "HOST", "PORT", "NAME"))
