"""Documents in: one file, or a zip with a manifest. Both lie on the shelf as drafts for nobody."""

from __future__ import annotations

from pathlib import PurePath

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.files import names
from portal.library import bundle_imports, history, publishing
from portal.library.bundles import Missing, NotABundle
from portal.library.desk.access import EDITORS
from portal.library.desk.actions import SendBundle
from portal.library.desk.forms import AddForm, BundleForm
from portal.library.manifest import NotAManifest
from portal.library.models import BundleImport, PortalDocument
from portal.library.tasks import import_waiting_bundles
from portal.members.models import Person
from portal.members.requests import person_of
from portal.members.roles import for_roles


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
    """The zip is looked into at once, and taken in by the worker."""
    form = BundleForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, AddForm(), form)
    file = form.cleaned_data["bundle"]
    try:
        told = bundle_imports.looked_into(file)
    except (NotABundle, NotAManifest, Missing) as problem:
        form.add_error("bundle", _("%(why)s Nothing was imported.") % {"why": problem})
        return _ask(request, AddForm(), form)
    run: BundleImport = SendBundle(file=file, told=told, by=person_of(request)).execute()
    import_waiting_bundles.enqueue()
    return redirect("desk_library_import", pk=run.pk)


def _ask(request: HttpRequest, form: AddForm, bundle_form: BundleForm) -> HttpResponse:
    status = 422 if form.errors or bundle_form.errors else 200
    context = {"form": form, "bundle_form": bundle_form}
    return render(request, "desk/library/add.html", context, status=status)
