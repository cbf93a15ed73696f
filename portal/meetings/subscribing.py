"""The public and the media get notices by mail, without an account (RSMo 610.020.2).

Whoever asks gets one mail with a link; only then is the address theirs. The answer is the same for an address that is
there already. A link to end it stands in every mail, and works without signing in. Nothing of a link is stored. An
address that was never confirmed, or whose owner wants no more, is deleted.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal.core import outbox, tick
from portal.meetings.models import Subscriber
from portal.members.limits import may_ask
from portal.members.models.people import fold

SALT = "portal.meetings.subscribing"
CONFIRM_LASTS = timedelta(days=3)
ASKED_PER_HOUR = 10  # from one network
AGAIN = timedelta(hours=1)  # nobody is mailed more often because somebody else types their address


class SubscribeForm(forms.Form):
    """An address, and whether it is a news medium's."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    is_media = forms.BooleanField(label=gettext_lazy("It is the address of a news medium"), required=False)


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(key=settings.PORTAL_LINK_KEY, salt=SALT)


def link(row: Subscriber, act: str) -> str:
    """The address that confirms a subscription, or ends it."""
    return urljoin(
        settings.PORTAL_FRONT_URL, reverse("meetings_subscription", args=[_signer().sign(f"{act}:{row.uuid}")])
    )


def read(token: str) -> tuple[str, Any]:
    """What a link is for, and the rows of its subscriber: none, if it ended long ago.

    Raises `Http404` for a link that is not ours, or too old to confirm.
    """
    try:
        act, _colon, key = _signer().unsign(token).partition(":")
        if act == "confirm":
            _signer().unsign(token, max_age=CONFIRM_LASTS)
        rows = Subscriber.objects.filter(uuid=uuid.UUID(key))
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    if act == "confirm" and not rows.exists():
        raise Http404
    return act, rows


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for notices by mail. The answer tells nobody whether an address was there before."""
    form = SubscribeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not may_ask(request, "meetings_subscribe", per_hour=ASKED_PER_HOUR, per="ip"):
            form.add_error(None, _("Too many addresses came from your network. Nothing was sent; try in an hour."))
        else:
            _ask(fold(form.cleaned_data["email"]), is_media=form.cleaned_data["is_media"])
            messages.success(request, _("We sent a mail to this address. Follow its link, and notices will come."))
            return redirect("meetings")
    return render(request, "meetings/subscribe.html", {"form": form}, status=422 if form.errors else 200)


def _ask(email: str, *, is_media: bool) -> None:
    now = timezone.now()
    row, is_new = Subscriber.objects.get_or_create(email=email, defaults={"is_media": is_media, "asked_at": now})
    if not is_new and row.asked_at > now - AGAIN:
        return
    Subscriber.objects.filter(pk=row.pk).update(asked_at=now)
    outbox.put("notice_subscribe", str(row.pk))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm or end a subscription. Looking changes nothing: mail programs follow links by themselves (RFC 8058)."""
    act, rows = read(token)
    if request.method == "POST":
        now = timezone.now()
        rows.update(**({"confirmed_at": now, "ended_at": None} if act == "confirm" else {"ended_at": now}))
    context = {"act": act, "is_done": request.method == "POST"}
    return render(request, "meetings/subscription.html", context)


def current() -> Any:
    """Those who get notices now."""
    return Subscriber.objects.filter(ended_at=None).exclude(confirmed_at=None)


@tick.step("meetings: addresses that nobody needs deleted")
def delete_old(now: datetime) -> int:
    """Delete addresses that were not confirmed in time, and those that want no more notices."""
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    never = Q(confirmed_at=None, asked_at__lte=now - CONFIRM_LASTS - AGAIN)
    gone, _each = Subscriber.objects.filter(never | Q(ended_at__lte=now - AGAIN)).delete()
    return gone
