"""Who may report: active members. Everybody else finds 911 and the tip line."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.access.viewer import viewer_of
from portal.reporting import questionnaires
from portal.reporting.drafting import DraftTooLong, Writing, forget_stale_cookie
from portal.reporting.enums import DraftKind
from portal.reporting.questionnaires import Questionnaire
from portal.reporting.views import missed

View = Callable[..., HttpResponse]


def is_reporter(request: HttpRequest) -> bool:
    return viewer_of(request).is_member


def for_reporters(view: View) -> View:
    """A page for active members. Others are asked to sign in, or shown where they can report instead."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_reporter(request):
            return view(request, *args, **kwargs)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return render(request, "report/elsewhere.html", status=403)

    return guarded


def while_writing(view: View) -> View:
    """A page of a form: it needs the draft of this browser. Without one it leads to the beginning, and says why.

    `of` is which form it is; the address says so.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, of: DraftKind = DraftKind.ACTIVITY, **kwargs: Any) -> HttpResponse:
        asked = questionnaires.of_kind(of)
        writing = Writing.of(request, of)
        if writing is None:
            back = missed.show(request, asked, None, **kwargs) or _to_the_beginning(request, asked)
            forget_stale_cookie(request, back, of)
            return back
        if writing.draft.sent_at is not None:
            return missed.show(request, asked, writing, **kwargs) or _to_the_receipt(request, asked, **kwargs)
        answer = view(request, writing, *args, **kwargs)
        if request.method == "POST":
            writing.leave_cookie(answer)  # its days count from the last page, as the draft's do
        return answer

    return for_reporters(guarded)


def _to_the_beginning(request: HttpRequest, asked: Questionnaire) -> HttpResponse:
    messages.warning(request, str(asked.said.none_under_way))
    return redirect(asked.start)


def _to_the_receipt(request: HttpRequest, asked: Questionnaire, **about: Any) -> HttpResponse:
    """Where a second press of 'Send' leads. Whoever meant to take something out is told that it was sent."""
    if request.method == "POST" and about:
        messages.warning(request, str(asked.said.sent_already))
    return redirect(asked.names["receipt"])


def rescue(request: HttpRequest, save: Callable[[Writing], object], *, of: DraftKind = DraftKind.ACTIVITY) -> None:
    """Keep what was typed when the session has ended meanwhile: the browser's cookie is enough to save, not to read."""
    if request.method != "POST" or is_reporter(request):
        return
    writing = Writing.by_cookie(request, of)
    if writing is not None and request.user.is_authenticated and writing.draft.owner_id != request.user.pk:
        writing = None  # somebody else signed in at the same computer
    try:
        is_kept = writing is not None and writing.draft.sent_at is None and bool(save(writing))
    except DraftTooLong:
        is_kept = False
    if "autosave" in request.POST:
        return  # a script sends it every few seconds, and shows no page on which these would be read
    if is_kept:
        messages.success(request, _("What you typed was kept. Sign in to go on."))
    else:
        messages.error(request, str(questionnaires.of_kind(of).said.not_kept))
