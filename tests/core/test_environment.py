"""The environment's table, its page, and what happens when something is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from portal.core.environment import DESK_ALONE, TABLE, EnvironmentProblem, read

COMPLETE = {v.name: "x" * 60 for v in TABLE if v.name not in DESK_ALONE}
OF_DESK = dict.fromkeys(DESK_ALONE, "y" * 60)
COMPLETE |= {"PORTAL_SITE": "front", "PORTAL_PROXY_DEPTH": "0", "PORTAL_PCII_ACCREDITED": "no"}
COMPLETE |= {"PORTAL_ANYMAIL_PROVIDER": "", "PORTAL_FIGURES_FLOOR": "10"}


def test_the_page_shows_the_table() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "environment.md").read_text()
    between = page.partition("<!-- environment -->")[2].partition("<!-- /environment -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in between.strip().splitlines()[2:]]
    expected = [
        [f"`{v.name}`", v.kind, v.meaning, ", ".join(v.needed_by), f"`{v.default}`" if v.default else ""] for v in TABLE
    ]
    assert [[cell.replace("`", "") for cell in row] for row in rows] == [
        [cell.replace("`", "") for cell in row] for row in expected
    ]


@pytest.mark.parametrize(
    "variable", [v for v in TABLE if v.needed_by and v.name != "PORTAL_SITE"], ids=lambda v: v.name
)
def test_a_missing_variable_is_named_in_one_sentence(variable: object) -> None:
    name, needed_by = variable.name, variable.needed_by  # type: ignore[attr-defined]  # a Variable
    given = {**COMPLETE, **OF_DESK, "PORTAL_SITE": needed_by[0]}
    del given[name]
    with pytest.raises(EnvironmentProblem) as caught:
        read(given)
    assert str(caught.value).startswith(f"{name} is not set")
    assert str(caught.value).count(".") >= 1
    assert "\n" not in str(caught.value)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(EnvironmentProblem, match="PORTAL_SECRET_KEY is too short"):
        read({**COMPLETE, "PORTAL_SECRET_KEY": "short"})


def test_an_unknown_site_is_refused() -> None:
    with pytest.raises(EnvironmentProblem, match="PORTAL_SITE must be one of"):
        read({**COMPLETE, "PORTAL_SITE": "back"})


def test_front_does_not_need_what_belongs_to_the_desk() -> None:
    given = dict(COMPLETE)
    del given["DESK_JOBS_DATABASE_URL"]
    assert read(given).text("DESK_JOBS_DATABASE_URL") == ""


@pytest.mark.parametrize("name", DESK_ALONE)
@pytest.mark.parametrize("site", ["front", "worker"])
def test_front_does_not_start_with_what_is_the_desks_alone(site: str, name: str) -> None:
    with pytest.raises(EnvironmentProblem, match=f"{name} belongs to Desk alone.* of {site}"):
        read({**COMPLETE, "PORTAL_SITE": site, name: "y" * 60})


@pytest.mark.parametrize("site", ["desk", "desk-worker"])
def test_desk_signs_links_with_a_key_that_front_does_not_have(site: str) -> None:
    given = {**COMPLETE, **OF_DESK, "PORTAL_SITE": site}
    assert read(given).text("PORTAL_DESK_LINK_KEY") == "y" * 60
    with pytest.raises(EnvironmentProblem, match="PORTAL_DESK_LINK_KEY must differ"):
        read({**given, "PORTAL_DESK_LINK_KEY": given["PORTAL_LINK_KEY"]})


def production(**extra: str) -> subprocess.CompletedProcess[str]:
    given = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "portal.settings.base",
        **COMPLETE,
        "DATABASE_URL": "sqlite:///:memory:",
        "VAULT_DATABASE_URL": "sqlite:///:memory:",
        "CACHE_URL": "locmemcache://",
        "EMAIL_URL": "memorymail://",
        "PORTAL_MEDIA_ROOT": "var/media",
        "PORTAL_SEALED_ROOT": "var/sealed",
        "PORTAL_STATIC_ROOT": "var/static",
        "PORTAL_FRONT_URL": "https://portal.example",
        "PORTAL_DESK_URL": "https://desk.example",
        "PORTAL_ALLOWED_HOSTS": "portal.example",
        "PORTAL_LOG_LEVEL": "INFO",
        **extra,
    }
    script = (
        "import django; django.setup(); from django.test import Client; "
        "r = Client().get('/-/live', secure=True, HTTP_HOST='portal.example'); "
        "from django.conf import settings as s; hsts = r.headers.get('Strict-Transport-Security'); "
        "print(r.status_code, hsts, s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE)"
    )
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=given, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)


def test_production_settings_send_hsts_and_secure_cookies() -> None:
    done = production()
    assert done.returncode == 0, done.stderr[-800:]
    assert done.stdout.strip() == "200 max-age=63072000; includeSubDomains; preload __Host-front-session True"


def test_production_stops_with_the_sentence() -> None:
    done = production(PORTAL_LINK_KEY="")
    assert done.returncode != 0
    assert "PORTAL_LINK_KEY is not set, and front needs it" in done.stderr
