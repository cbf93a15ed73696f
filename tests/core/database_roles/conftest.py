"""Front's account on PostgreSQL, for the tests of its rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import DatabaseError, connections
from django.test import Client

from portal.access.enums import Label
from portal.bulletins.models import BulletinPage
from portal.core.models import PortalSettings
from portal.members.enums import StaffRole
from portal.members.models import Person
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, staff

AsFront = Callable[[], AbstractContextManager[None]]
ALIASES = ("default", "vault")
NO_ROLES = "SQLite has no roles; `make test` runs this on PostgreSQL (make services)"
CHANGED = {"password1": "another-long-password", "password2": "another-long-password"}
on_postgresql = pytest.mark.skipif("postgresql" not in django_settings.DATABASES["default"]["ENGINE"], reason=NO_ROLES)


def run(*args: str) -> str:
    out = StringIO()
    call_command("database_roles", *args, stdout=out)
    return out.getvalue()


def execute(statement: str, alias: str = "default") -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(scope="module")
def role(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Front's account on the test's server, with the rights of the table. Roles belong to the whole server."""
    with django_db_blocker.unblock():
        name = f"front_of_{connections['default'].settings_dict['NAME']}"
        execute(f"CREATE ROLE {name} LOGIN")
        try:
            for alias in ALIASES:
                run("--front", name, "--apply", *(["--vault"] if alias == "vault" else []))
            yield name
            PortalSettings.objects.all().delete()
        finally:
            for alias in ALIASES:
                execute(f"DROP OWNED BY {name}", alias)
            execute(f"DROP ROLE {name}")


@pytest.fixture
def as_front(role: str, db: None) -> AsFront:
    """Work as Front's account: `with as_front(): ...`. When a test ends, its transaction takes the role back."""

    @contextmanager
    def working() -> Iterator[None]:
        for alias in ALIASES:
            execute(f"SET ROLE {role}", alias)
        try:
            yield
        finally:
            for alias in ALIASES:
                with suppress(DatabaseError):  # what went wrong before this says more
                    execute("RESET ROLE", alias)

    return working


@dataclass
class World:
    member: Person
    officer: Person
    page: BulletinPage
    client: Client


@pytest.fixture
def world(pages: Any) -> World:
    community = CommunityFactory()
    member, officer = PersonFactory(communities=[community]), staff(StaffRole.VETTING_OFFICER, communities=[community])
    page = bulletin(safe_title="For you", tlp=Label.AMBER, audience_communities=[community])
    return World(member, officer, page, session_for(member))
