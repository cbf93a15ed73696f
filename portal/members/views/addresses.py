"""Changing the address that one signs in with."""

from __future__ import annotations

from typing import Any

from allauth.account import views
from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailConfirmationHMAC
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from portal.members import links
from portal.members.requests import person_of


@method_decorator(login_required, name="dispatch")
@method_decorator(reauthentication_required(app="allauth.account"), name="dispatch")
class ChangeAddress(views.EmailView):
    """Asks for the new address. It holds once the link sent there was opened; until then the old one does."""

    template_name = "account/email.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Only active members change it: a new address would hide who was suspended or left."""
        if not person_of(request).is_vetted:
            messages.error(request, _("Only active members change their address. Nothing was changed."))
            return redirect("account")
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Adding is all that there is: allauth's other verbs would leave more than one address."""
        form = self.get_form()
        if not form.is_valid():
            return self.form_invalid(form)
        return self.form_valid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        messages.info(
            self.request,
            _("If the address can be used, a link is on its way there. Until you open it, nothing changes."),
        )
        return answer


class ConfirmAddress(views.ConfirmEmailView):
    """Confirms an address with the link that was sent to it."""

    def get_object(self, queryset: Any = None) -> Any:
        address = links.address_to_confirm(self.kwargs["key"])
        if address is None:
            raise Http404
        return EmailConfirmationHMAC(address)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "key": self.kwargs["key"]}


change = ChangeAddress.as_view()
confirm = ConfirmAddress.as_view()
