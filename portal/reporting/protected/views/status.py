"""Where one's submissions stand: stage, clocks, uses and documents without the code, everything written with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.core.listings import paginate
from portal.members.case_file import decoded
from portal.members.requests import person_of
from portal.reporting import reopening
from portal.reporting.forms.sending import AddForm, CodeForm
from portal.reporting.models import Determination, Disposal, Holding, LegalHold, Product, Report, Use
from portal.reporting.protected import findings, submissions, timeline
from portal.reporting.protected.act_forms import AlternateForm, CureForm, RespondForm, WithdrawForm
from portal.reporting.protected.enums import Act, Verb
from portal.reporting.protected.submissions import Standing
from portal.reporting.views.gate import for_reporters
from portal.reporting.views.status import new_mark, open_with_code, sent_context, take
from portal.vault import records

FIRST_USES = 10
FORMS: dict[Act, type[forms.Form]] = {Act.CURE: CureForm, Act.RESPOND: RespondForm, Act.WITHDRAW: WithdrawForm}
ASKS = {Act.CURE: Verb.CURE, Act.RESPOND: Verb.RESPOND, Act.WITHDRAW: Verb.WITHDRAW}


@dataclass(frozen=True)
class Doing:
    """What somebody can do with a submission now: a form for each act, by its name. Nothing for who only looks on."""

    is_in_charge: bool
    acts: dict[str, forms.Form]


@never_cache
@for_reporters
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What one filed or is the alternate contact of, newest first."""
    person = person_of(request)
    rows = submissions.seen_by(person).select_related("organisation").order_by("-submitted_at", "-pk")
    listing = paginate(rows, page=request.GET.get("page", ""))
    standing = submissions.standing_of(listing.rows)
    shown = [(row, standing[row.pk], row.submitter_id == person.pk) for row in listing.rows]
    return render(request, "protected/status.html", {"listing": listing, "rows": shown})


@never_cache
@for_reporters
def submission(request: HttpRequest, number: str) -> HttpResponse:
    """One submission. The code opens what was written."""
    return open_with_code(request, _seen(request, number), show=_show)


@never_cache
@for_reporters
@require_POST
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Add words."""
    row = _charged(request, number)
    form = AddForm(request.POST)
    return redirect("protected_one", number=number) if take(request, row, form) else _show(request, row, add=form)


@never_cache
@for_reporters
@require_POST
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Complete, respond, withdraw, or name another alternate contact: a sealed part, which Desk applies."""
    row = _charged(request, number)
    doing = _doing(request, row, submissions.standing_of([row])[row.pk])
    if act not in doing.acts:
        raise Http404
    form = _form(request, row, Act(act), data=request.POST)
    if take(request, row, form, name=act):
        return redirect("protected_one", number=number)
    return _show(request, row, acted={act: form})


@never_cache
@for_reporters
@require_POST
def close(request: HttpRequest, number: str) -> HttpResponse:
    """Put the code away again."""
    row = _seen(request, number)
    answer = redirect("protected_one", number=row.number)
    reopening.forget_cookie(answer, row.kind)
    return answer


@never_cache
@for_reporters
@require_safe
def uses(request: HttpRequest, number: str) -> HttpResponse:
    """Each time that it was opened: role, agency, purpose and time."""
    row = _seen(request, number)
    listing = paginate(_uses(row), page=request.GET.get("page", ""))
    return render(request, "protected/uses.html", {"report": row, "listing": listing})


@never_cache
@for_reporters
@require_safe
def determination(request: HttpRequest, number: str, which: int) -> HttpResponse:
    """The state's writing. The reasons of a refusal open with the code."""
    row = _seen(request, number)
    found = get_object_or_404(Determination, holding=row.pk, pk=which)
    context = {"report": row, "determination": found, "reasons": _reasons(request, row, found)}
    return render(request, "protected/determination.html", context)


@never_cache
@for_reporters
@require_safe
def determination_file(request: HttpRequest, number: str, which: int) -> HttpResponse:
    """The writing that closes a record, as a file. The reasons of a refusal are printed, once the code opened them."""
    row = _seen(request, number)
    found = get_object_or_404(Determination, holding=row.pk, pk=which, is_closed=True)
    # What the writing says of the submission stands with that: the desk's own row is not for Front to read.
    found.holding = Holding(report=row, submitted_on=timezone.localdate(row.submitted_at))
    return findings.as_pdf(found)


@never_cache
@for_reporters
@require_safe
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """The signed certificate, byte for byte, as a file to keep."""
    row = _seen(request, number)
    found = get_object_or_404(_disposals(row))
    answer = HttpResponse(found.certificate, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{row.number}-certificate.txt"'
    answer["Content-Security-Policy"] = "sandbox"
    return answer


def _seen(request: HttpRequest, number: str) -> Report:
    rows = submissions.seen_by(person_of(request)).select_related("organisation", "alternate", "submitter")
    found: Report = get_object_or_404(rows, number=number)
    return found


def _charged(request: HttpRequest, number: str) -> Report:
    """What one acts on; to somebody who only looks on, what they might do is not there."""
    found: Report = get_object_or_404(submissions.in_charge_of(person_of(request)), number=number)
    return found


def _uses(row: Report) -> Any:
    return Use.objects.filter(holding=row.pk).only("id", "holding_id", "role", "agency", "purpose", "at")


def _disposals(row: Report) -> Any:
    """How it ended, once it has. The columns are those that Front may read."""
    ended = Disposal.objects.filter(report=row.pk, done_at__isnull=False).exclude(certificate="").order_by("pk")
    return ended.only("report_id", "how", "done_at", "certificate")


def _doing(request: HttpRequest, row: Report, standing: Standing) -> Doing:
    """What the diagram allows from here, unless the same was asked for and the desk has not taken it yet."""
    is_in_charge = submissions.in_charge_of(person_of(request)).filter(pk=row.pk).exists()
    if not is_in_charge or not submissions.takes_more(row):
        return Doing(is_in_charge, {})
    waits = timeline.waiting_for(row)
    open_now = [one for one, verb in ASKS.items() if verb in standing.verbs and not waits]
    offered = [*open_now, *([Act.ALTERNATE] if Act.ALTERNATE.value not in waits else [])]
    return Doing(is_in_charge, {one.value: _form(request, row, one) for one in offered})


def _form(request: HttpRequest, row: Report, act: Act, *, data: Any = None) -> forms.Form:
    given: dict[str, Any] = {"data": data, "initial": {"once": new_mark()}, "auto_id": f"id_{act.value}_%s"}
    if act is Act.ALTERNATE:
        return AlternateForm(person=person_of(request), organisation=row.organisation, **given)
    return FORMS[act](**given)


def _reasons(request: HttpRequest, row: Report, found: Determination) -> str:
    key = reopening.key_in(request, row) if bytes(found.reasons) else None
    if key is None:
        return ""
    try:
        return str(decoded(key.open(found.field, bytes(found.reasons))).get("reasons", ""))
    except records.EnvelopeRefused:
        return ""


def _show(
    request: HttpRequest,
    row: Report,
    *,
    code: CodeForm | None = None,
    add: AddForm | None = None,
    acted: dict[str, forms.Form] | None = None,
) -> HttpResponse:
    standing = submissions.standing_of([row])[row.pk]
    doing = _doing(request, row, standing)
    code, add = code or CodeForm(), add or AddForm(initial={"once": new_mark()})
    takes_more = doing.is_in_charge and submissions.takes_more(row)
    used = list(_uses(row)[: FIRST_USES + 1])
    context: dict[str, Any] = {
        "standing": standing,
        "in_charge": doing.is_in_charge,
        "acts": {**doing.acts, **(acted or {})},
        "waits": [Act(name).label for name in timeline.waiting_for(row)],
        "add": add,
        "takes_words": add.is_bound or takes_more,
        "takes_files": takes_more,
        "timeline": timeline.of(row),
        "uses": used[:FIRST_USES],
        "has_more_uses": len(used) > FIRST_USES,
        "determinations": list(Determination.objects.filter(holding=row.pk)),
        "hold": LegalHold.objects.filter(report=row.pk, lifted_at=None).only("id", "placed_at").first(),
        "products": Product.objects.filter(holding=row.pk, checked_at__isnull=False).count(),
        "disposal": _disposals(row).first(),
        **sent_context(request, row, code=code),
    }
    is_wrong = code.is_bound or add.is_bound or bool(acted)
    return render(request, "protected/one.html", context, status=422 if is_wrong else 200)
