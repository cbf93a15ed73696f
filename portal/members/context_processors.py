"""What templates may know about the person who asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from portal.access.viewer import ANONYMOUS
from portal.core import frame
from portal.members import ways_back
from portal.members.forms.sign_in import CONSENT_TEXT


def account(request: HttpRequest) -> dict[str, Any]:
    return {
        "viewer": getattr(request, "viewer", ANONYMOUS),
        "consent_text": CONSENT_TEXT,
        "todo_count": 0,
    }


def _organisation_name(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    first = user.affiliations.filter(ended_at=None).select_related("organisation").first()
    return first.organisation.name if first else ""


def _standing_notice(request: HttpRequest) -> Any:
    return ways_back.notice_for(getattr(request, "user", None))


frame.register("organisation_name", _organisation_name)
frame.register("standing_notice", _standing_notice)
