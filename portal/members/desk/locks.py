"""Locks that hold, alarms that are open, and lost second factors, on the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.core.queues import Queue, source
from portal.core.validators import printable, without_social_security_number
from portal.members import alarms, locks, recovery
from portal.members.actions.recovery import GrantRecovery, RecordCallBack, RefuseRecovery
from portal.members.enums import StaffRole
from portal.members.models import Alarm, FactorRecovery, Lock, Person
from portal.members.models.people import fold
from portal.members.requests import person_of
from portal.members.roles import for_roles

PLAIN = [printable, without_social_security_number]


class FindingForm(forms.Form):
    """What was found when an alarm was looked at."""

    finding = forms.CharField(label=gettext_lazy("What you found"), max_length=300, validators=PLAIN)


class CallBackForm(forms.Form):
    """A call back to somebody who lost their second factor. What is said here is sealed."""

    email = forms.EmailField(label=gettext_lazy("The person's e-mail address"), max_length=254, validators=[printable])
    number = forms.CharField(label=gettext_lazy("Number that you called"), max_length=40, validators=PLAIN)
    found_where = forms.CharField(
        label=gettext_lazy("Where you found the number"),
        help_text=gettext_lazy("Not from the person, nor from their mail: their employer's own site, for example."),
        max_length=200,
        validators=PLAIN,
    )
    spoken_to = forms.CharField(
        label=gettext_lazy("Whom you spoke to, and how you knew them"), max_length=300, validators=PLAIN
    )

    def clean_email(self) -> str:
        email = fold(self.cleaned_data["email"])
        self.person = Person.objects.filter(email=email).first()
        if self.person is None:
            raise forms.ValidationError(_("Nobody has this address."), code="unknown")
        return email


@for_roles(*alarms.LOOKED_AFTER_BY)
@require_safe
def held(request: HttpRequest) -> HttpResponse:
    """List the locks that hold, the newest first."""
    listing = paginate(Lock.objects.holding().order_by("-begun_at", "-pk"), page=request.GET.get("page", ""))
    return render(request, "desk/members/locks.html", {"listing": listing})


@for_roles(*alarms.LOOKED_AFTER_BY)
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """End a lock. Every lock of this account and network ends with it, as do the failures that led there."""
    lock = get_object_or_404(Lock, pk=pk)
    if locks.release(email=lock.email, network=lock.network, by=person_of(request)):
        messages.success(request, _("The lock was released. The account can be signed in to from there again."))
    else:
        messages.info(request, _("That lock had ended already."))
    return redirect("desk_locks")


@for_roles(*alarms.LOOKED_AFTER_BY)
@require_safe
def raised(request: HttpRequest) -> HttpResponse:
    """List the alarms that are open, the oldest first."""
    rows = Alarm.objects.open().select_related("person").order_by("raised_at", "pk")
    return render(request, "desk/members/alarms.html", {"listing": paginate(rows, page=request.GET.get("page", ""))})


@for_roles(*alarms.LOOKED_AFTER_BY)
@require_http_methods(["GET", "HEAD", "POST"])
def close_alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an alarm with what was found."""
    alarm = get_object_or_404(Alarm, pk=pk)
    form = FindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _close(request, alarm, form):
        return redirect("desk_alarms")
    return render(request, "desk/members/alarms_close.html", {"alarm": alarm, "form": form})


def _close(request: HttpRequest, alarm: Alarm, form: FindingForm) -> bool:
    try:
        is_closed = alarms.close(alarm, by=person_of(request), finding=form.cleaned_data["finding"])
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    if is_closed:
        messages.success(request, _("The alarm was closed."))
    else:
        messages.info(request, _("Somebody had closed that alarm already; what they found stands."))
    return True


@for_roles(StaffRole.VETTING_OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def recoveries(request: HttpRequest) -> HttpResponse:
    """List the call backs that wait for a second officer, and record another."""
    form = CallBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _record(request, form):
        return redirect("desk_recoveries")
    listing = paginate(recovery.waiting(), page=request.GET.get("page", ""))
    return render(request, "desk/members/recovery.html", {"listing": listing, "form": form})


def _record(request: HttpRequest, form: Any) -> bool:
    said = {name: form.cleaned_data[name] for name in ("number", "found_where", "spoken_to")}
    try:
        RecordCallBack(person=form.person, by=person_of(request), **said).execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The call back is recorded. A second officer decides on it."))
    return True


@for_roles(StaffRole.VETTING_OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def decide_recovery(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant or refuse. The code that a grant makes stands on the answer to it, and nowhere else."""
    row = get_object_or_404(FactorRecovery.objects.select_related("person", "called_by"), pk=pk)
    if request.method != "POST":
        is_own = person_of(request).pk == row.called_by_id
        context = {"recovery": row, "said": recovery.what_was_said(row), "is_own": is_own}
        return render(request, "desk/members/recovery_decide.html", context)
    try:
        return _decide(request, row)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk_recoveries")


def _decide(request: HttpRequest, row: FactorRecovery) -> HttpResponse:
    if request.POST.get("decision") == "grant":
        code = GrantRecovery(recovery=row, by=person_of(request)).execute()
        return render(request, "desk/members/recovery_code.html", {"recovery": row, "code": code})
    if request.POST.get("decision") == "refuse":
        RefuseRecovery(recovery=row, by=person_of(request)).execute()
        messages.success(request, _("Refused. Nothing changed for the person."))
        return redirect("desk_recoveries")
    return redirect("desk_recovery", pk=row.pk)


@source(order=60)
def queues(person: Any) -> list[Queue]:
    """What of this waits for a person who looks at the desk."""
    found = []
    if person.has_role(*alarms.LOOKED_AFTER_BY):
        count = Alarm.objects.open().count()
        found.append(Queue(_("Alarms"), "/desk/alarms/", count, count))
        found.append(Queue(_("Locked sign-ins"), "/desk/locks/", Lock.objects.holding().count()))
    if person.has_role(StaffRole.VETTING_OFFICER):
        found.append(Queue(_("Lost second factors"), "/desk/recoveries/", recovery.waiting().count()))
    return found
