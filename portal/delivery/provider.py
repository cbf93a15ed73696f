"""A provider's signed calls, as they arrive on Front: django-anymail reads them, and what it cannot read is refused.

Whoever reaches Front can send anything here. A call that is not signed, or not what the provider sends, is a bad
request and no fault of ours.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

VIEWS = {
    "mailgun": "anymail.webhooks.mailgun.MailgunTrackingWebhookView",
    "mailersend": "anymail.webhooks.mailersend.MailerSendTrackingWebhookView",
}
logger = logging.getLogger("portal.delivery")
LONGEST = 256 * 1024  # bytes; a call is a few thousand
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
View = Callable[..., HttpResponse]


def view_of(provider: str) -> View:
    """The view that takes this provider's calls."""
    whole: View = import_string(VIEWS[provider]).as_view()

    @csrf_exempt
    @wraps(whole)
    def take(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if _length(request) > LONGEST:
            return HttpResponse(status=413)
        try:
            return whole(request, **kwargs)
        except (AnymailWebhookValidationFailure, *UNREADABLE) as problem:
            logger.warning("a call of the provider was refused", extra={"problem": type(problem).__name__})
            return HttpResponseBadRequest()

    return take


def _length(request: HttpRequest) -> int:
    given = request.headers.get("Content-Length", "")
    return int(given) if given.isdecimal() else 0
