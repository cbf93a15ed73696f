"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.urls import clear_url_caches
from hypothesis import HealthCheck, settings as hypothesis_settings

from portal.bulletins import site_tree
from portal.members.models import Person
from portal.members.second_factor import SESSION_KEY
from portal.settings.sites import site_settings

hypothesis_settings.register_profile(
    "portal",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "portal"))

SignIn = Callable[..., Client]
DESK_KEY = "desk-secret-key-of-the-tests-desk-secret-key-of-the-tests"


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Rate limits of one test must not reach the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def pages(db: None) -> Any:
    """The site's pages."""
    return site_tree.prepare()


@pytest.fixture
def desk(settings: Any, db: None) -> None:
    """Turn this process into Desk for one test."""
    for name, value in site_settings("desk", secure=False).items():
        if name != "TASKS":
            setattr(settings, name, value)
    settings.SECRET_KEY = DESK_KEY
    clear_url_caches()


def session_for(person: Person, *, with_second_factor: bool = True) -> Client:
    """A browser in which `person` has signed in, without going through the pages."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
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
