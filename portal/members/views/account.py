"""One's own account."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.audit import Verb
from portal.members.forms.sign_in import FeedTokenForm
from portal.members.models import FeedToken
from portal.members.requests import person_of

MOST_TOKENS = 10


@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here: organisation, communities, second factor."""
    person = person_of(request)
    return render(
        request,
        "account/account.html",
        {
            "affiliations": person.affiliations.current().select_related("organisation"),
            "communities": person.community_memberships.current()
            .filter(community__closed_at=None)
            .select_related("community"),
            "authenticators": Authenticator.objects.filter(user=person).order_by("created_at"),
            "feed_token_count": FeedToken.objects.usable().filter(person=person).count(),
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def feed_tokens(request: HttpRequest) -> HttpResponse:
    """List one's feed tokens; make one, which is shown this once."""
    form = FeedTokenForm(request.POST or None)
    rows = FeedToken.objects.filter(person=person_of(request), revoked_at=None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        if rows.usable().count() >= MOST_TOKENS:
            form.add_error("label", _("You have ten tokens already. Revoke one that you no longer use."))
        else:
            with transaction.atomic():
                row, secret = FeedToken.issue(person=person_of(request), label=form.cleaned_data["label"])
                audit.record(Verb.TOKEN_CREATE, row)
            form = FeedTokenForm()
    context = {"form": form, "tokens": rows, "secret": secret, "feed_path": "/bulletins/feed/"}
    return render(request, "account/feed_tokens.html", context)


@login_required
@require_POST
def revoke_feed_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own tokens; a reader that uses it is refused from the next request on."""
    token = get_object_or_404(FeedToken, pk=pk, person=person_of(request), revoked_at=None)
    token.revoked_at = timezone.now()
    with transaction.atomic():
        token.save(update_fields=["revoked_at"])
        audit.record(Verb.TOKEN_REVOKE, token)
    messages.success(request, _("The token “%(label)s” no longer opens the feed.") % {"label": token.label})
    return redirect("feed_tokens")
