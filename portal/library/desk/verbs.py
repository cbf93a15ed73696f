"""What is done with one document: each verb a button or a small form on its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.core.actions import ActionRefused
from portal.library import actions, publishing, readings
from portal.library.desk import documents
from portal.library.desk.access import EDITORS, PUBLISHERS, get_document
from portal.library.desk.forms import FileForm, ReasonForm, ReviewForm
from portal.library.models import PortalDocument
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.requests import person_of
from portal.members.roles import for_roles, refuse_page

Do = Callable[[PortalDocument, Person, Any], PortalDocument | None]


@dataclass(frozen=True)
class Verb:
    """One verb: who may use it, what it asks for, and what is said when it was done."""

    do: Do
    done: str | Promise
    form: Callable[..., Any] | None = None
    roles: tuple[StaffRole, ...] = EDITORS


def _publish(document: PortalDocument, by: Person, form: Any) -> None:
    actions.publish(document, by=by)


def _withdraw(document: PortalDocument, by: Person, form: Any) -> None:
    actions.WithdrawDocument(document, by, form.cleaned_data["reason"]).execute()


def _make_version(document: PortalDocument, by: Person, form: Any) -> PortalDocument:
    file = form.cleaned_data["file"]
    stored = publishing.put(file, name=file.name, looked=form.looked)
    try:
        made: PortalDocument = actions.NewVersion(document, by, stored).execute()
    except BaseException:
        publishing.drop(stored)
        raise
    return made


def _review(document: PortalDocument, by: Person, form: Any) -> None:
    actions.ReviewDocument(document, by, form.cleaned_data["again_by"]).execute()


def _read_again(document: PortalDocument, by: Person, form: Any) -> None:
    readings.ask(document, again=True)


def _take_title(document: PortalDocument, by: Person, form: Any) -> None:
    _take(document, by, "title", document.reading.suggested_title)


def _take_date(document: PortalDocument, by: Person, form: Any) -> None:
    _take(document, by, "dated", document.reading.suggested_date)


def _take(document: PortalDocument, by: Person, name: str, value: Any) -> None:
    if value:
        actions.ChangeFacts(document, by, {name: value[:255] if isinstance(value, str) else value}).execute()


VERBS = {
    "publish": Verb(_publish, _("Published. Those who can read it find it from now on."), roles=PUBLISHERS),
    "withdraw": Verb(_withdraw, _("Withdrawn. Nobody can open it any more."), ReasonForm, PUBLISHERS),
    "version": Verb(_make_version, _("This is the draft of the new version. The old one stays until then."), FileForm),
    "review": Verb(_review, _("Stored."), ReviewForm),
    "read": Verb(_read_again, _("It will be read again in a moment.")),
    "take-title": Verb(_take_title, _("The title was taken over.")),
    "take-date": Verb(_take_date, _("The date was taken over.")),
}


@for_roles(*PUBLISHERS)
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing; a refusal says why and changes nothing."""
    doing, person = VERBS.get(verb), person_of(request)
    if doing is None:
        raise Http404
    if not person.has_role(*doing.roles):
        refuse_page(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    row = get_document(person, pk)
    form = doing.form(request.POST, request.FILES, auto_id=f"id_{verb}_%s") if doing.form else None
    if form is not None and not form.is_valid():
        return documents.show(request, row, bad={verb: form})
    try:
        made = doing.do(row, person, form)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk_library_document", pk=pk)
    messages.success(request, str(doing.done))
    return redirect("desk_library_document", pk=made.pk if made else pk)
