"""Two sites, one code base: what is Front's opens nothing on Desk, and a password alone opens nothing anywhere."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from django.test.utils import override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django_tasks_db.models import DBTaskResult

from portal.core.routers import JobsRouter
from portal.members.enums import StaffRole
from portal.members.models import DeskSession, FrontSession, Person
from portal.settings.sites import site_settings
from tests.conftest import DESK_KEY, enrol, session_for
from tests.factories import PASSWORD, PersonFactory, bulletin, staff

SAMPLE = {
    "int": "1",
    "slug": "energy",
    "uuid": str(uuid.UUID(int=7)),
    "str": "word",
    "path": "a/b",
}


def addresses(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    """Every address that this site routes, with sample values for its parts."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        part = str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, prefix + fill(entry, part))
        elif isinstance(entry, URLPattern):
            yield (prefix + fill(entry, part)).replace("//", "/")


def fill(entry: Any, part: str) -> str:
    converters = getattr(entry.pattern, "converters", {})
    for name, converter in converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        part = part.replace(f"<{kind}:{name}>", SAMPLE.get(kind, "1")).replace(f"<{name}>", "word")
    for group, value in {
        r"(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)": "1-set-password",
        r"(?P<key>[-:\w]+)": "key",
        r"((?:[\w\-]+/)*)": "",
        r"^.*/$": "anything/",
    }.items():
        part = part.replace(group, value)
    return part.lstrip("^").rstrip("$").replace("\\", "")


def is_signed_in(client: Client) -> bool:
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return bool(cookie and cookie.value) and "_auth_user_id" in client.session


def everything(email: str) -> dict[str, str]:
    """A right password under every name that a sign-in form might use."""
    return {
        "login": email,
        "email": email,
        "username": email,
        "password": PASSWORD,
        "password1": PASSWORD,
        "password2": PASSWORD,
        "next": "/",
    }


def post_everywhere(person: Person) -> int:
    tried = 0
    for address in sorted(set(addresses())):
        client = Client(raise_request_exception=False)
        client.post(address, everything(person.email))
        assert not is_signed_in(client), address
        tried += 1
    return tried


def old_doors() -> list[str]:
    return [
        "/admin/login/",
        "/admin/password_reset/",
        "/_util/login/",
        "/_util/authenticate_with_password/1/1/",
        "/accounts/login/",
        "/account/signup/",
    ]


def test_a_right_password_alone_opens_no_session_on_front(pages: Any) -> None:
    person = staff(StaffRole.MIAC_SUPERVISOR)
    enrol(person)
    assert post_everywhere(person) > 25


@pytest.mark.usefixtures("desk")
def test_a_right_password_alone_opens_no_session_on_desk(pages: Any) -> None:
    person = staff(StaffRole.MIAC_SUPERVISOR)
    enrol(person)
    assert post_everywhere(person) > 200


@pytest.mark.parametrize("site", ["front", "desk"])
@pytest.mark.parametrize("address", old_doors())
def test_the_doors_that_came_with_the_libraries_are_not_there(
    pages: Any, request: pytest.FixtureRequest, site: str, address: str
) -> None:
    if site == "desk":
        request.getfixturevalue("desk")
    person = staff(StaffRole.MIAC_AUTHOR)
    client = Client()
    client.post(address, everything(person.email))
    assert not is_signed_in(client)
    known = session_for(person)
    assert known.get(address).status_code == 404


def test_front_has_neither_admin_nor_desk(pages: Any) -> None:
    client = session_for(PersonFactory(is_superuser=True))
    for address in ("/admin/", "/desk/", "/desk/releases/", "/admin/pages/"):
        assert client.get(address).status_code == 404


# --- Front's secrets, taken to Desk ----------------------------------------------------------------------------------


@pytest.fixture
def stolen(pages: Any) -> Client:
    """A browser with a supervisor's full session on Front."""
    return session_for(staff(StaffRole.MIAC_SUPERVISOR))


def as_desk() -> Any:
    changes = {name: value for name, value in site_settings("desk", secure=False).items() if name != "TASKS"}
    return override_settings(**changes, SECRET_KEY=DESK_KEY)


def test_a_session_of_front_opens_nothing_on_desk(stolen: Client) -> None:
    key = stolen.cookies["front-session"].value
    assert FrontSession.objects.filter(session_key=key).exists()
    with as_desk():
        thief = Client()
        for name in ("front-session", "desk-session"):
            thief.cookies[name] = key
        answer = thief.get("/desk/")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/login/")
        assert not DeskSession.objects.filter(session_key=key).exists()


def test_a_session_row_copied_from_front_into_desks_table_opens_nothing(stolen: Client) -> None:
    row = FrontSession.objects.get()
    with as_desk():
        DeskSession.objects.create(
            session_key=row.session_key, session_data=row.session_data, expire_date=row.expire_date
        )
        thief = Client()
        thief.cookies["desk-session"] = row.session_key
        assert thief.get("/desk/").status_code == 302


def test_what_front_signs_is_refused_by_desk() -> None:
    signed = signing.dumps({"person": 1})
    with override_settings(SECRET_KEY=DESK_KEY), pytest.raises(signing.BadSignature):
        signing.loads(signed)


def test_cookies_have_names_of_their_own() -> None:
    front, desk = site_settings("front"), site_settings("desk")
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_ENGINE", "ROOT_URLCONF"):
        assert front[name] != desk[name]
    assert front["SESSION_COOKIE_NAME"].startswith("__Host-")


def test_desk_reads_its_jobs_where_front_cannot_write(monkeypatch: pytest.MonkeyPatch) -> None:
    router = JobsRouter()
    assert "jobs" not in settings.DATABASES
    assert router.db_for_write(DBTaskResult) is None
    monkeypatch.setitem(settings.DATABASES, "jobs", {})
    assert router.db_for_read(DBTaskResult) == router.db_for_write(DBTaskResult) == "jobs"
    assert router.db_for_read(Person) is None


def manage(folder: Path, site: str, *arguments: str) -> str:
    """Run a command as one of the four processes, on databases in `folder`."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_", "DESK_"))},
        "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
        "PORTAL_SITE": site,
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "DESK_JOBS_DATABASE_URL": f"sqlite:///{folder / 'jobs.sqlite3'}",
        "VAULT_DATABASE_URL": f"sqlite:///{folder / 'vault.sqlite3'}",
        "PORTAL_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_job_that_front_inserts_never_runs_on_the_desk(tmp_path: Path) -> None:
    enqueue = "from wagtail.tasks import delete_file_from_storage_task as job; job.enqueue('a', 'b', 'c')"
    count = (
        "from django_tasks_db.models import DBTaskResult as R; "
        "print(sorted((r.status, r.task_path) for r in R.objects.all()))"
    )
    for alias in ("jobs", "default"):
        manage(tmp_path, "desk", "migrate", "django_tasks_database", "--database", alias, "-v0")
    manage(tmp_path, "front", "shell", "-v0", "-c", enqueue)
    manage(tmp_path, "desk-worker", "db_worker", "--batch", "--no-reload")
    assert "READY" in manage(tmp_path, "front", "shell", "-v0", "-c", count)
    assert manage(tmp_path, "desk-worker", "shell", "-v0", "-c", count).strip() == "[]"


def test_being_staff_grants_nothing_on_front(pages: Any) -> None:
    from portal.access.enums import Label
    from tests.factories import CommunityFactory

    page = bulletin(tlp=Label.AMBER, audience_communities=[CommunityFactory()])
    for role in StaffRole:
        assert session_for(staff(role)).get(page.url).status_code == 404, role
    assert session_for(PersonFactory(is_superuser=True)).get(page.url).status_code == 404


@pytest.mark.usefixtures("desk")
def test_desk_is_for_staff(pages: Any) -> None:
    member = session_for(PersonFactory())
    for address in ("/", "/desk/", "/admin/", "/bulletins/"):
        assert Client().get(address)["Location"].startswith("/account/login/"), address
        assert member.get(address).status_code == 404, address
    assert session_for(staff(StaffRole.MIAC_AUTHOR)).get("/desk/").status_code == 200


def test_front_refuses_files_before_they_are_kept(pages: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    upload = SimpleUploadedFile("plan.pdf", b"%PDF-1.7 secret" * 1000)
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    answer = client.post("/account/login/", {"login": "a@b.example", "password": "x", "file": upload})
    assert answer.status_code in {200, 400, 403}
    assert not is_signed_in(client)


def test_basic_credentials_open_no_page(pages: Any) -> None:
    person = PersonFactory()
    header = "Basic " + base64.b64encode(f"{person.email}:{PASSWORD}".encode()).decode()
    assert Client().get("/account/", HTTP_AUTHORIZATION=header).status_code == 302
