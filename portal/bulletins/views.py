"""What readers do with a bulletin, beside reading it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.access import refusals
from portal.access.querysets import get_readable_or_404, verdict_on_stored
from portal.access.rule import Verdict
from portal.access.viewer import Viewer, viewer_of
from portal.bulletins import mail, pulse
from portal.bulletins.forms import ShareRequestForm
from portal.bulletins.models import BulletinPage, GuidancePage, ShareRequest
from portal.members.requests import person_of

MOST_QUESTIONS = 5  # open questions of one person about one page


@require_safe
def permalink(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Lead from an address without words, as mail and feeds carry it, to the bulletin.

    One that is not for the viewer does not exist. Who has not signed in is asked to, whether there is one or not.
    """
    page = BulletinPage.objects.filter(public_id=public_id).first()
    if page is not None:
        if _answers(page, viewer_of(request)):
            return redirect(page.url)
        refusals.tell(page, viewer_of(request))
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    raise Http404


def _answers(page: BulletinPage, viewer: Viewer) -> bool:
    """Whether the bulletin's own address shows this viewer the bulletin, or a notice in its place."""
    found = verdict_on_stored(page, viewer)
    return found is Verdict.READABLE or page.notice_due(viewer, found) is not None


def _readable(request: HttpRequest, kind: Any, slug: str) -> Any:
    viewer = viewer_of(request)
    if not viewer.is_member:
        raise Http404
    return get_readable_or_404(kind.objects.all(), viewer, slug=slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def share_wider(request: HttpRequest, slug: str, kind: type[BulletinPage | GuidancePage]) -> HttpResponse:
    """Ask the originator whether a bulletin or guidance may go further than its label says."""
    page = _readable(request, kind, slug)
    form = ShareRequestForm(request.POST or None)
    mine = ShareRequest.objects.open().filter(page=page, person=person_of(request))
    if request.method == "POST" and form.is_valid():
        if mine.count() >= MOST_QUESTIONS:
            form.add_error(None, _("Five of your questions about this page are still open. Please wait for an answer."))
        else:
            question = form.save(commit=False)
            question.page, question.person = page, person_of(request)
            question.save()
            mail.share_wider_requested(question)
            messages.success(request, _sent_to(page))
            return redirect(page.url)
    return render(request, "bulletins/share_wider.html", {"page": page, "form": form, "open_requests": mine})


def _sent_to(page: BulletinPage | GuidancePage) -> str:
    if isinstance(page, BulletinPage):
        return _("Your question was sent to %(originator)s.") % {"originator": page.originator}
    return _("Your question was sent to those who look after this guidance.")


@login_required
@require_POST
def useful(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep whether a bulletin was useful; a later answer replaces an earlier one."""
    page = _readable(request, BulletinPage, slug)
    answer = request.POST.get("useful")
    if not pulse.is_asked(page):
        messages.info(request, _("The question about this bulletin is closed. Your answer was not kept."))
    elif answer in {"yes", "no"}:
        pulse.keep(page, person_of(request).pk, was_useful=answer == "yes")
        messages.success(request, _("Thank you. Your answer was kept, without your name."))
    return redirect(page.url)
