"""A steward's page: who has access through their community, and whom they propose."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.access.viewer import viewer_of
from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.members import circles
from portal.members.actions.memberships import Propose
from portal.members.forms.circles import ProposalForm
from portal.members.limits import may_ask
from portal.members.models import Community
from portal.members.requests import person_of

FORM_METHODS = ["GET", "HEAD", "POST"]
MOST_PROPOSALS = 50


@login_required
@require_http_methods(FORM_METHODS)
def community(request: HttpRequest, slug: str) -> HttpResponse:
    """For its steward. To others it is not there, like a community that does not exist."""
    found = circles.stewarded_or_404(viewer_of(request), slug)
    form = ProposalForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _propose(request, found, form):
        messages.success(request, _("Your proposal was sent to the desk, which decides on it."))
        return redirect("community", slug=slug)
    return _show(request, found, form)


def _propose(request: HttpRequest, found: Community, form: ProposalForm) -> bool:
    """Send the proposal; False, with the reason on the form, if it was not sent."""
    if not may_ask(request, "propose", per_hour=settings.PORTAL_PROPOSALS_PER_HOUR, per="user"):
        form.add_error(None, _("You have proposed many people within the hour. Try again in an hour."))
        return False
    try:
        Propose(found, person_of(request), **form.cleaned_data).execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _show(request: HttpRequest, found: Community, form: ProposalForm) -> HttpResponse:
    listing = paginate(circles.people_with_access(found), page=request.GET.get("page", ""))
    context = {
        "community": found,
        "listing": listing,
        "proposals": circles.own_proposals(found, person_of(request).pk)[:MOST_PROPOSALS],
        "form": form,
    }
    return render(request, "membership/community.html", context, status=422 if form.errors else 200)
