"""Applying for membership, on Front. Works without an account; what was written opens only with the mailed link."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.members import applying
from portal.members.applying import PAGES, Applicant
from portal.members.enums import ApplicationState, VettingKind
from portal.members.forms.applications import FORMS, BeginForm, PageForm, SubmitForm, WithdrawForm, WordsForm
from portal.members.limits import may_ask
from portal.members.progress import progress_of

FORM_METHODS = ["GET", "HEAD", "POST"]
View = Callable[..., HttpResponse]


def for_applicants(view: View) -> View:
    """A page that needs the mailed link; without it one is led to where a new one is asked for."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        applicant = Applicant.of(request)
        if applicant is None:
            return render(request, "apply/link_needed.html", status=403)
        return view(request, applicant, *args, **kwargs)

    return guarded


@require_http_methods(FORM_METHODS)
def begin(request: HttpRequest) -> HttpResponse:
    """What is asked and what is not; name and address; then a mail, the same answer for everybody."""
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if not may_ask(request, "apply", per_hour=settings.PORTAL_APPLICATIONS_PER_HOUR, per="ip"):
            return render(request, "apply/too_often.html", {"form": form}, status=429)
        # To one address no more mail than this; who typed it is not told.
        if may_ask(request, "apply-link", per_hour=settings.PORTAL_LINKS_PER_HOUR, per="key", key=email.casefold()):
            applying.begin(form.cleaned_data["name"], email)
        return redirect("apply_sent")
    return render(request, "apply/begin.html", {"form": form, "applicant": Applicant.of(request)})


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The mail is on its way, if it can be."""
    return render(request, "apply/sent.html", {"days": settings.PORTAL_APPLICATION_LINK_LASTS.days})


@require_http_methods(FORM_METHODS)
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """The mailed link. Opening it changes nothing, since mail filters open links; the button goes on."""
    application = applying.application_of(code)
    if application is None:
        return render(request, "apply/link_needed.html", {"was_given": True}, status=404)
    if request.method != "POST":
        return render(request, "apply/follow.html", {"application": application})
    applying.verify_address(application)
    answer = redirect("apply_next")
    applying.keep_code(answer, code)
    return answer


@for_applicants
@require_safe
def go_on(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    """Where this applicant goes on: the first page not written yet, or the status."""
    application = applicant.application
    if application.state != ApplicationState.STARTED:
        return redirect("apply_status")
    missing = applying.missing_pages(application)
    return redirect("apply_page", page=missing[0]) if missing else redirect("apply_check")


@for_applicants
@require_http_methods(FORM_METHODS)
def page(request: HttpRequest, applicant: Applicant, page: str) -> HttpResponse:
    """One page of the form, filled in with what was written, if this link opens it."""
    if page not in FORMS:
        raise Http404
    if not applicant.application.is_writable:
        messages.info(request, _("Your application is with the vetting desk and can no longer be changed here."))
        return redirect("apply_status")
    answers, version = applicant.answers(page)
    known = {**answers, "seen": version, "name": applicant.application.name}
    form = FORMS[page](request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        if _is_over_another(form, version) or not applicant.save(page, form.answers()):
            return _show_both(request, applicant, page, form)
        applicant.call_oneself(form.cleaned_data.get("name", ""))
        return _after(request, applicant)
    return render(request, "apply/page.html", _page_context(applicant, page, form, version and not answers))


def _is_over_another(form: PageForm, version: int) -> bool:
    return (form.cleaned_data.get("seen") or 0) != version


def _show_both(request: HttpRequest, applicant: Applicant, page: str, form: PageForm) -> HttpResponse:
    """Another window saved this page meanwhile: what was typed here stays in the fields, and saving again keeps it."""
    _answers, version = applicant.answers(page)
    again = FORMS[page](initial={**form.cleaned_data, "seen": version})
    messages.warning(
        request,
        _("This page was saved in another window meanwhile. What you typed is still below; save it again to keep it."),
    )
    return render(request, "apply/page.html", _page_context(applicant, page, again, False), status=409)


def _after(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    if applicant.application.state == ApplicationState.MORE_ASKED:
        return redirect("apply_status")
    return go_on_from(applicant)


def go_on_from(applicant: Applicant) -> HttpResponse:
    missing = applying.missing_pages(applicant.application)
    return redirect("apply_page", page=missing[0]) if missing else redirect("apply_check")


def _page_context(applicant: Applicant, page: str, form: PageForm, is_sealed: object) -> dict[str, Any]:
    return {
        "form": form,
        "page": page,
        "title": FORMS[page].title,
        "steps": [*(FORMS[name].title for name in PAGES), _("Check and send")],
        "current": PAGES.index(page) + 1,
        "previous": PAGES[PAGES.index(page) - 1] if PAGES.index(page) else "",
        "is_sealed": bool(is_sealed),
        "application": applicant.application,
    }


@for_applicants
@require_http_methods(FORM_METHODS)
def check(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    """Everything on one page, and the button that sends it."""
    application = applicant.application
    if application.state != ApplicationState.STARTED:
        return redirect("apply_status")
    if applying.missing_pages(application):
        return go_on_from(applicant)
    form = SubmitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        applying.submit(applicant)
        messages.success(request, _("Your application was sent."))
        return redirect("apply_status")
    written = [_written(applicant, name) for name in PAGES]
    steps = [row["title"] for row in written] + [_("Check and send")]
    context = {"form": form, "written": written, "steps": steps, "current": len(steps), "application": application}
    return render(request, "apply/check.html", context)


def _written(applicant: Applicant, name: str) -> dict[str, Any]:
    answers, _version = applicant.answers(name)
    form = FORMS[name](initial=answers)
    return {"page": name, "title": FORMS[name].title, "rows": form.shown() if answers else []}


@for_applicants
@require_safe
def status(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    """The step reached, and what is awaited."""
    application = applicant.application
    context = {
        "application": application,
        "progress": progress_of(application),
        "may_withdraw": applying.may_withdraw(application),
        "may_appeal": applying.may_appeal(application),
        "pages": [{"page": name, "title": FORMS[name].title} for name in PAGES],
        "missing": applying.missing_pages(application) if application.state == ApplicationState.STARTED else [],
    }
    return render(request, "apply/status.html", context)


@for_applicants
@require_http_methods(FORM_METHODS)
def answer(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    """Answer a question of the desk. The pages can be changed before, too."""
    return _say(request, applicant, _("Answer the vetting desk"), ApplicationState.MORE_ASKED, VettingKind.ANSWERED)


@for_applicants
@require_http_methods(FORM_METHODS)
def appeal(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    """Ask for another look at a refusal; somebody who has not decided before takes it."""
    if not applying.may_appeal(applicant.application):
        return redirect("apply_status")
    return _say(request, applicant, _("Appeal"), ApplicationState.REFUSED, VettingKind.APPEAL)


def _say(
    request: HttpRequest, applicant: Applicant, title: str, needed: ApplicationState, kind: VettingKind
) -> HttpResponse:
    if applicant.application.state != needed:
        return redirect("apply_status")
    form = WordsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        back = ApplicationState.APPEALED if kind == VettingKind.APPEAL else ApplicationState.SUBMITTED
        if applicant.say(kind, form.cleaned_data["words"], needed=needed, then=back):
            messages.success(request, _("Your words went to the vetting desk."))
        else:
            messages.error(request, _("Your application has moved on meanwhile, so your words were not sent."))
        return redirect("apply_status")
    return render(request, "apply/words.html", {"form": form, "title": title, "application": applicant.application})


@for_applicants
@require_http_methods(FORM_METHODS)
def withdraw(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    """Take the application back; what was written is destroyed."""
    if not applying.may_withdraw(applicant.application):
        return redirect("apply_status")
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not applicant.withdraw():
            messages.error(request, _("Your application has moved on meanwhile, so it was not taken back."))
            return redirect("apply_status")
        answer = render(request, "apply/withdrawn.html", {"was_sent": applicant.application.submitted_at})
        applying.forget_code(answer)
        return answer
    return render(request, "apply/withdraw.html", {"form": form, "application": applicant.application})
