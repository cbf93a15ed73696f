"""The search of the trail, and finding whom or what to search for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.access.viewer import viewer_of
from portal.core.listings import address_without, paginate
from portal.oversight import things
from portal.oversight.desk.gate import for_auditors, seen
from portal.oversight.forms import FindForm, TrailFilter
from portal.oversight.reading import people_by_key, rows_of


@for_auditors
@require_http_methods(["GET", "HEAD", "POST"])
def events(request: HttpRequest) -> HttpResponse:
    """Events that fit the filters, the newest first.

    Sent as a form, it turns what was typed into a number or a name, and leads to its events; the filters stay on.
    """
    if request.method != "POST":
        return _show(request, FindForm())
    form = FindForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    if len(form.people) > 1:
        return _choose(request, form)
    person = str(form.people[0].pk) if form.people else ""
    return redirect(_address(request.GET, person=person, about=form.cleaned_data["thing"]))


def _show(request: HttpRequest, find_form: FindForm, *, status: int = 200) -> HttpResponse:
    search = TrailFilter(request.GET)
    listing = paginate(
        search.events(),
        page=request.GET.get("page", ""),
        filter_form=search,
        active_filters=search.active(names=names_in(search, request)),
    )
    context = {
        "listing": listing,
        "rows": rows_of(listing.rows, viewer_of(request)),
        "find_form": find_form,
        "querystring": address_without(request.GET, "page").removeprefix("?"),
    }
    seen("search", count=listing.count, filters=search.in_facts())
    return render(request, "desk/audit/search.html", context, status=status)


def names_in(search: TrailFilter, request: HttpRequest) -> dict[str, str]:
    """What the chips of people, things and network addresses say."""
    given = search.cleaned_data if search.is_valid() else {}
    names = {}
    if person := given.get("person"):
        name = people_by_key([str(person)]).get(str(person))
        names["person"] = name or _("Person %(number)s, who is gone") % {"number": person}
    if about := given.get("about"):
        names["about"] = str(things.described([about], viewer_of(request))[about])
    if late := given.get("late"):
        names["late"] = _("Sealed late, in the week with %(day)s") % {"day": late}
    if network := given.get("network"):
        names["network"] = _("Network address of event %(number)s") % {"number": network}
    return names


def _choose(request: HttpRequest, form: FindForm) -> HttpResponse:
    """Several people have this in their names: which of them is meant."""
    thing = form.cleaned_data["thing"]
    people = [(row, _address(request.GET, person=str(row.pk), about=thing)) for row in form.people]
    seen("find", count=len(people))
    return render(request, "desk/audit/choose.html", {"people": people})


def _address(query: QueryDict, **found: str) -> str:
    wanted: Any = query.copy()
    wanted.pop("page", None)
    for name, value in found.items():
        if value:
            wanted[name] = value
    return f"{reverse('desk_audit')}?{wanted.urlencode()}"
