"""Logs, health, addresses, ticks, dates."""

from __future__ import annotations

import json
import logging
import logging.config
import sys
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.validators import validate_ipv46_address
from django.test import Client, RequestFactory
from django_tasks_db.models import DBTaskResult
from hypothesis import given, strategies as st

from portal.core import tick
from portal.core.addresses import client_address
from portal.core.logging import JsonFormatter
from portal.core.models import PortalSettings, contrast
from portal.core.templatetags.portal import ago, day, when

NOON = datetime(2026, 3, 4, 18, tzinfo=UTC)  # noon in Chicago


def test_every_answer_and_every_log_line_carries_the_request_id(db: None, caplog: pytest.LogCaptureFixture) -> None:
    answer = Client().get("/nothing/", HTTP_X_REQUEST_ID="f" * 32)
    assert len(answer["X-Request-ID"]) == 32


def test_a_log_line_is_json_without_the_exceptions_words() -> None:
    try:
        raise ValueError("the secret that somebody typed")
    except ValueError:
        record = logging.LogRecord("portal", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    line = JsonFormatter("%(levelname)s %(message)s").format(record)
    assert json.loads(line)["message"] == "failed"
    assert "ValueError" in line
    assert "secret" not in line


LIVE = [
    "/apply/link/SECRET/",
    "/account/welcome/SECRET/",
    "/account/reviews/6f6d2f2a-0000-4000-8000-000000000000/SECRET/",
    "/account/password/reset/key/2-SECRET/",
    "/account/confirm-email/SECRET:1:2/",
]


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What a handler writes that is made as the settings say."""
    said = deepcopy(settings.LOGGING)  # making them takes entries out
    stream, made = StringIO(), logging.config.DictConfigurator(said)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(made.configure_formatter(said["formatters"]["json"]))
    for name in said["handlers"]["console"]["filters"]:
        handler.addFilter(made.configure_filter(said["filters"][name]))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("address", LIVE)
def test_what_django_logs_of_a_refusal_holds_no_live_link(db: None, logged: StringIO, address: str) -> None:
    assert Client(enforce_csrf_checks=True).post(address).status_code == 403
    logging.getLogger("portal").error("of %s", f"see https://portal.example{address}?a=b", extra={"path": address})
    logging.getLogger("portal").error("nothing to hide at %s", "/account/password/")
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [line["logger"] for line in lines] == ["django.security.csrf", "portal", "portal"]
    assert "SECRET" not in logged.getvalue()
    assert all("[link]" in line["message"] for line in lines[:2])
    assert lines[2]["message"] == "nothing to hide at /account/password/"


def test_health_names_no_host_and_no_reason(db: None) -> None:
    assert Client().get("/-/live").json() == {"status": "live"}
    assert Client().get("/-/ready").json() == {"status": "ready", "checks": {"default": True, "vault": True}}
    assert Client().post("/-/ready").status_code == 405


@given(
    header=st.lists(st.ip_addresses().map(str), max_size=5),
    depth=st.integers(0, 3),
)
def test_the_clients_address_is_never_one_that_the_client_wrote(header: list[str], depth: int) -> None:
    from django.test.utils import override_settings

    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=", ".join(header))
    with override_settings(PORTAL_PROXY_DEPTH=depth):
        found = client_address(request)
    assert found == (header[-depth] if depth and len(header) >= depth else "192.0.2.1")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("203.0.113.9:51234", "203.0.113.9"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("unknown", "192.0.2.1"),
        ("fe80::1%eth0", "192.0.2.1"),
        ("203.0.113.999", "192.0.2.1"),
        ("[", "192.0.2.1"),
    ],
)
def test_a_forwarded_port_is_dropped_and_rubbish_counts_as_not_there(settings: Any, written: str, found: str) -> None:
    settings.PORTAL_PROXY_DEPTH = 1
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=f"198.51.100.1, {written}")
    assert client_address(request) == found


@given(written=st.text(max_size=40))
def test_whatever_a_proxy_wrote_the_address_is_one(written: str) -> None:
    from django.test.utils import override_settings

    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=written)
    with override_settings(PORTAL_PROXY_DEPTH=1):
        validate_ipv46_address(client_address(request))


def test_a_step_that_fails_does_not_keep_the_others_from_running(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    def fail(_now: datetime) -> int:
        raise RuntimeError

    monkeypatch.setattr(tick, "_steps", {"a": fail, "b": lambda _now: 3})
    assert [(o.name, o.moved, o.failed) for o in tick.run(NOON)] == [("a", 0, True), ("b", 3, False)]
    with pytest.raises(CommandError) as caught:
        call_command("tick", stdout=StringIO())
    assert caught.value.returncode == 1


@time_machine.travel(NOON, tick=False)
def test_dates_in_words_with_their_zone_and_machine_form() -> None:
    assert when(NOON) == '<time datetime="2026-03-04T12:00:00-06:00">today 12:00 CST</time>'
    assert "Tue 3 March 2026, 12:00 CST" in when(datetime(2026, 3, 3, 18, tzinfo=UTC))
    assert day(datetime(2026, 3, 3, 18, tzinfo=UTC)) == '<time datetime="2026-03-03">Tue 3 March 2026</time>'
    assert "3\xa0hours ago" in ago(datetime(2026, 3, 4, 15, tzinfo=UTC))
    assert when(None) == day(None) == ago(None) == ""


def test_a_colour_on_which_white_cannot_be_read_is_refused(db: None) -> None:
    from django.core.exceptions import ValidationError

    settings = PortalSettings(name="Portal", primary="#ffff00")
    with pytest.raises(ValidationError, match="hard to read"):
        settings.full_clean()
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert PortalSettings(primary="red; } body { display: none").theme_css().count("--portal-primary:") == 0


def test_the_theme_is_a_stylesheet_of_the_settings(db: None) -> None:
    settings = PortalSettings.load()
    settings.accent = "#123456"
    settings.save()
    answer: Any = Client().get("/-/theme.css")
    assert "--portal-accent: #123456;" in answer.content.decode()
    assert answer["Content-Type"].startswith("text/css")


def test_a_failed_job_keeps_the_class_and_not_the_words(db: None) -> None:
    row = DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}}, task_path="a.b", backend_name="default", run_after=NOON
    )
    try:
        raise ValueError("the secret that somebody typed")
    except ValueError as problem:
        row.set_failed(problem)
    row.refresh_from_db()
    assert row.exception_class_path == "builtins.ValueError"
    assert row.traceback == ""
