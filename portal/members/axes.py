"""What django-axes is told about a sign-in, and what it answers when it locks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.core.addresses import client_address as _client_address
from portal.members.models.people import fold


def username(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The folded e-mail address that was tried.

    allauth's e-mail sign-in passes `email`, which django-axes 8 does not look for: without this it records no name,
    and five failures of one person lock everybody behind the same address.
    """
    given = credentials or {}
    tried = given.get("email") or given.get("username") or (request.POST.get("login") if request is not None else "")
    return fold(str(tried or ""))


def client_address(request: HttpRequest) -> str:
    return _client_address(request)


def locked_response(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Say that this account is locked for this network address, for how long, and what else to do."""
    return render(request, "account/locked.html", status=429)
