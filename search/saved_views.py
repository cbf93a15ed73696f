"""The page of one's saved searches. Nobody else's is there; each key comes with a form, never in an address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.access.viewer import viewer_of
from portal.members.requests import person_of
from search import saved as searches
from search.forms import NameForm, SaveForm
from search.models import SavedSearch

View = Callable[[HttpRequest], HttpResponse]
KEY_DIGITS = 18  # what the databases can hold


def for_members(view: View) -> View:
    """To anybody but an active member the page does not exist; who has not signed in is asked to."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not viewer_of(request).is_member:
            raise Http404
        return view(request)

    return login_required(guarded)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: HttpRequest) -> HttpResponse:
    """All that one keeps; sent as a form, another one."""
    form = SaveForm(request.POST) if request.method == "POST" else None
    if form is not None and _keep(request, form):
        return redirect("saved_searches")
    return _page(request, form)


def _keep(request: HttpRequest, form: SaveForm) -> bool:
    if not form.is_valid():
        return False
    facts = form.cleaned_data
    try:
        searches.save(person_of(request), name=facts["name"], address=facts["address"], alerts=facts["alerts"])
    except searches.NotSaved as problem:
        form.add_error(None, str(problem))
        return False
    messages.success(request, _("The search “%(name)s” was saved.") % {"name": facts["name"]})
    return True


def _page(request: HttpRequest, form: SaveForm | None = None) -> HttpResponse:
    rows = [
        (kept, NameForm(initial={"name": kept.row.name, "alerts": kept.row.alerts}, auto_id=f"of-{kept.row.pk}-%s"))
        for kept in searches.kept_by(person_of(request))
    ]
    context = {"rows": rows, "form": form, "most": searches.MOST}
    return render(request, "search/saved.html", context, status=422 if form is not None else 200)


@for_members
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Another name, or mail more or less often."""
    row = _own(request)
    form = NameForm({"name": request.POST.get("name", row.name), "alerts": request.POST.get("alerts", row.alerts)})
    if not form.is_valid():
        problems = " ".join(str(problem) for found in form.errors.values() for problem in found)
        messages.error(request, _("Nothing was changed. %(problems)s") % {"problems": problems})
        return redirect("saved_searches")
    try:
        searches.change(row, name=form.cleaned_data["name"], alerts=form.cleaned_data["alerts"])
    except searches.NotSaved as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("The search “%(name)s” was changed.") % {"name": form.cleaned_data["name"]})
    return redirect("saved_searches")


@for_members
@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    row = _own(request)
    row.delete()
    messages.success(request, _("The search “%(name)s” was deleted.") % {"name": row.name})
    return redirect("saved_searches")


def _own(request: HttpRequest) -> SavedSearch:
    """The search that the form names, of the person who sent it. Raises `Http404` for any other."""
    key = request.POST.get("search", "")
    if not (key.isascii() and key.isdigit() and len(key) <= KEY_DIGITS):
        raise Http404
    row = SavedSearch.objects.filter(pk=int(key), person=person_of(request)).first()
    if row is None:
        raise Http404
    return row
