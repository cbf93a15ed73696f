"""Passkeys and the app: adding and removing second factors. Everything is asked for again before it changes."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.members import second_factor
from portal.members.requests import person_of


class AddPasskey(views.AddWebAuthnView):
    """Adds a passkey. It always verifies its user and can sign in alone, so that each of them is a full one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        creation_options = auth.begin_registration(self.request.user, True)
        return {**context, "js_data": {"creation_options": creation_options}}


@method_decorator(login_required, name="dispatch")
class RenamePasskey(views.EditWebAuthnView):
    """Gives a passkey another name."""


add = AddPasskey.as_view()
rename = RenamePasskey.as_view()


@login_required
@reauthentication_required(app="allauth.mfa")
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one of one's own passkeys, unless it is the last factor."""
    own = Authenticator.objects.filter(user=person_of(request), type=Authenticator.Type.WEBAUTHN)
    passkey = get_object_or_404(own, pk=pk)
    return _remove(request, passkey, template="mfa/webauthn/authenticator_confirm_delete.html")


@login_required
@reauthentication_required(app="allauth.mfa")
@require_http_methods(["GET", "HEAD", "POST"])
def remove_app(request: HttpRequest) -> HttpResponse:
    """Remove the authenticator app, unless it is the last factor."""
    app = get_object_or_404(Authenticator, user=person_of(request), type=Authenticator.Type.TOTP)
    return _remove(request, app, template="mfa/totp/deactivate_form.html")


def _remove(request: HttpRequest, authenticator: Authenticator, *, template: str) -> HttpResponse:
    if request.method != "POST":
        context = {"object": authenticator, "is_last": second_factor.is_last(authenticator)}
        return render(request, template, context)
    try:
        second_factor.remove(request, authenticator)
    except second_factor.LastFactor:
        messages.error(request, _("The last second factor stays. Set up another one first, then remove this one."))
    return redirect("mfa_index")
