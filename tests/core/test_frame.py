"""What stands on every page is read once a request, whoever asks first."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory

from portal.core import frame


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[HttpRequest]:
    """A part of the frame; gives the requests for which it was read."""
    requests: list[HttpRequest] = []

    def part(request: HttpRequest) -> str:
        requests.append(request)
        return "a part"

    monkeypatch.setattr(frame, "_parts", {"part_of_test": part})
    return requests


def shown(request: HttpRequest) -> str:
    return str(engines["django"].from_string("{{ part_of_test }}").render(frame.parts(request)))


def test_it_is_not_read_where_no_template_asks(asked: list[HttpRequest]) -> None:
    frame.parts(RequestFactory().get("/"))
    assert asked == []


def test_it_is_read_once_for_each_request(asked: list[HttpRequest]) -> None:
    first, second = RequestFactory().get("/"), RequestFactory().get("/")
    assert shown(first) == shown(first) == shown(second) == "a part"
    assert asked == [first, second]


@pytest.mark.django_db
def test_what_was_read_ahead_is_not_read_again(asked: list[HttpRequest], django_assert_num_queries: Any) -> None:
    request = RequestFactory().get("/")
    frame.read_ahead(request)
    with django_assert_num_queries(0):
        assert shown(request) == "a part"
    assert asked == [request]
