"""Fixtures that every test may use."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client, TransactionTestCase
from django.urls import clear_url_caches
from hypothesis import HealthCheck, settings as hypothesis_settings

from portal.audit import guards, references
from portal.bulletins import site_tree
from portal.members.models import Person
from portal.members.second_factor import SESSION_KEY
from portal.settings.sites import site_settings
from portal.vault import secret
from tests import schema
from tests.vault.nonces import RecordingCipher

hypothesis_settings.register_profile(
    "portal",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "portal"))

SignIn = Callable[..., Client]
DATABASES = ["default", "vault"]
FRONT_KEY = django_settings.SECRET_KEY
DESK_KEY = "desk-secret-key-of-the-tests-desk-secret-key-of-the-tests"


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector of garbage need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


TESTS = Path(__file__).resolve().parent
# Rooms with SQL of their own, and what stands on it: on SQLite too, where the others are asked on PostgreSQL alone.
ASKED_OF_BOTH = {"access", "audit", "core", "search", "vault"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that may use the database may use the vault's as well, on whatever server they are."""
    for item in items:
        if item.path.relative_to(TESTS).parts[0] in ASKED_OF_BOTH:
            item.add_marker("both")
        mark = item.get_closest_marker("django_db")
        uses_database = {"db", "transactional_db", "live_server"}.intersection(getattr(item, "fixturenames", ()))
        if not (mark or uses_database):
            continue
        args, given = (mark.args, mark.kwargs) if mark else ((), {})
        item.add_marker(pytest.mark.django_db(*args, **{"databases": DATABASES, **given}), append=False)


@pytest.fixture(scope="session", autouse=True)
def no_key_seals_twice() -> Iterator[None]:
    """Over the whole run, the vault uses no pair of key and nonce twice (NIST SP 800-38D, section 8)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secret, "AESGCM", RecordingCipher)
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Rate limits of one test must not reach the next, nor references of the trail that were rolled back."""
    cache.clear()
    references.forget()
    yield
    cache.clear()
    references.forget()


@pytest.fixture(scope="session", autouse=True)
def tables_can_be_emptied() -> Iterator[None]:
    """Between tests with real transactions Django empties every table, and the trail's guards would refuse."""
    empty: Any = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # Django's own, not in its stubs

    def emptied(case: TransactionTestCase) -> None:
        with guards.lifted():
            empty(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """SQLite's tables are migrated once and copied from then on."""
    with schema.migrated_once():
        yield


@pytest.fixture
def pages(db: None) -> Any:
    """The site's pages."""
    return site_tree.prepare()


def become(settings: Any, site: str) -> None:
    """Turn this process into another site: its addresses, sessions, cookies and keys."""
    for name, value in site_settings(site, secure=False).items():
        if name != "TASKS":
            setattr(settings, name, value)
    settings.SECRET_KEY = DESK_KEY if site == "desk" else FRONT_KEY
    settings.PORTAL_KEYRING = desk_keyring().parent / site
    clear_url_caches()


@contextmanager
def rolled_back() -> Iterator[None]:
    """What is made inside is seen by many tests and gone afterwards, in both databases."""
    with ExitStack() as stack:
        for alias in DATABASES:
            block: Any = transaction.atomic(using=alias)
            block._from_testcase = True  # as Django's own test case says it, so that durable blocks may stand inside
            stack.enter_context(block)
        yield
        for alias in DATABASES:
            transaction.set_rollback(True, using=alias)


@pytest.fixture
def desk(settings: Any, db: None) -> None:
    """Turn this process into Desk for one test."""
    become(settings, "desk")


@pytest.fixture
def desk_keys(settings: Any) -> None:
    """Give this process the desk's private keys for one test, and nothing else of Desk."""
    settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "desk"
    settings.PORTAL_KEYRING = desk_keyring()


@pytest.fixture
def front_keys(settings: Any) -> None:
    """Take the private keys away again, after `desk_keys` or `desk`."""
    settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "front"
    settings.PORTAL_KEYRING = desk_keyring().parent / "front"


def desk_keyring() -> Path:
    """The desk's folder of the ring that portal/settings/test.py made."""
    return Path(django_settings.PORTAL_KEYRING).parent / "desk"


def session_for(person: Person, *, with_second_factor: bool = True) -> Client:
    """A browser in which `person` has signed in, without going through the pages."""
    client = Client()
    client.force_login(person, backend="portal.members.backends.PersonBackend")
    if with_second_factor:
        session = client.session
        session[SESSION_KEY] = [{"method": "password", "at": 0}, {"method": "mfa", "type": "totp", "at": 0}]
        session.save()
    return client


@pytest.fixture
def sign_in(db: None) -> SignIn:
    return session_for


def enrol(person: Person) -> str:
    """Give a person a verified address and an authenticator app; returns the app's secret."""
    EmailAddress.objects.get_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def session_store() -> Any:
    return import_module(django_settings.SESSION_ENGINE).SessionStore
