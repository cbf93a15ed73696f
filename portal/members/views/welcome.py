"""The first password of an admitted member."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.members.welcome import person_for


@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Set the password; then one signs in as always, and is led to the second factor and the agreements."""
    person = person_for(token)
    if person is None:
        return render(request, "apply/welcome_over.html", status=404)
    form = SetPasswordForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save(commit=False)
        person.save(update_fields=["password"])  # Front has no right to a person's other columns
        messages.success(request, _("Your password is set. Sign in with it now; then set up your second factor."))
        return redirect("account_login")
    return render(request, "apply/welcome.html", {"form": form, "person": person})
