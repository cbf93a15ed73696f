"""Documents in: one file, or a zip with a manifest. Both lie on the shelf as drafts for nobody."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.files import names
from portal.library import history, importing, publishing
from portal.library.bundles import Missing, NotABundle, Zip
from portal.library.desk.access import EDITORS
from portal.library.desk.forms import AddForm, BundleForm
from portal.library.importing import Outcome, Summary, Wish
from portal.library.manifest import NotAManifest
from portal.library.models import PortalDocument
from portal.members.models import Person
from portal.members.requests import person_of
from portal.members.roles import for_roles

MOST_ROWS = 300  # of a zip that is sent as a form; more are imported by the command
MOST_SHOWN = 100


@for_roles(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Ask for a file or a zip, and take it in."""
    if request.method != "POST":
        return _ask(request, AddForm(), BundleForm())
    if request.POST.get("form") == "bundle":
        return _add_bundle(request)
    form = AddForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, form, BundleForm())
    made = _add_one(form, person_of(request))
    messages.success(request, _("It is a draft for nobody. Fill in what is missing, then publish it."))
    return redirect("desk_library_document", pk=made.pk)


def _add_one(form: AddForm, by: Person) -> PortalDocument:
    file = form.cleaned_data["file"]
    title = form.cleaned_data["title"] or PurePath(names.clean(file.name)).stem
    stored = publishing.put(file, name=file.name, looked=form.looked)
    try:
        with transaction.atomic():
            made = publishing.new_document(stored, by=by, title=title)
            made.save()
            history.note(made, history.ADD, by=by)
    except BaseException:
        publishing.drop(stored)
        raise
    return made


def _add_bundle(request: HttpRequest) -> HttpResponse:
    form = BundleForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, AddForm(), form)
    try:
        summary = _import(form.cleaned_data["bundle"], person_of(request))
    except (NotABundle, NotAManifest, Missing) as problem:
        form.add_error("bundle", _("%(why)s Nothing was imported.") % {"why": problem})
        return _ask(request, AddForm(), form)
    return render(request, "desk/library/imported.html", _told(summary))


def _import(file: Any, by: Person) -> Summary:
    bundle = Zip(file)
    told = importing.read_manifest(bundle)
    if told.count > MOST_ROWS:
        raise NotAManifest(_("It has more than %(count)d rows. Split it.") % {"count": MOST_ROWS})
    return importing.import_bundle(bundle, told, wish=Wish(by=by))


def _told(summary: Summary) -> dict[str, Any]:
    return {
        "outcomes": [(outcome.value, summary.outcomes[outcome]) for outcome in Outcome if summary.outcomes[outcome]],
        "refusals": summary.refusals[:MOST_SHOWN],
        "remarks": summary.remarks[:MOST_SHOWN],
        "refused": len(summary.refusals),
        "ignored": summary.ignored,
    }


def _ask(request: HttpRequest, form: AddForm, bundle_form: BundleForm) -> HttpResponse:
    status = 422 if form.errors or bundle_form.errors else 200
    context = {"form": form, "bundle_form": bundle_form}
    return render(request, "desk/library/add.html", context, status=status)
