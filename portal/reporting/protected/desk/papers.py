"""What is printed of a submission: the writing of its determination, and the certificate. Neither tells its content."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import audit
from portal.audit import Verb
from portal.members.roles import for_roles
from portal.reporting.models import Determination, Disposal
from portal.reporting.protected import certificates, findings, people
from portal.reporting.protected.desk.page import holding_for


def determination_of(request: HttpRequest, identifier: uuid.UUID) -> Determination:
    """The newest writing. Raises `Http404` where none was made yet."""
    kept = holding_for(request, identifier)
    row: Determination | None = kept.determinations.order_by("-signed_at", "-pk").first()
    if row is None:
        raise Http404
    return row


@for_roles(*people.WATCHERS)
@require_safe
def determination(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The writing, to be printed. That it was is recorded."""
    row = determination_of(request, identifier)
    audit.record(Verb.PRINT, row.holding.report, facts={"sheet": "determination"})
    context = {"row": row, "kept": row.holding, "lines": findings.document_of(row)}
    return render(request, "desk/protected/determination.html", context)


@for_roles(*people.WATCHERS)
@require_safe
def determination_pdf(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The same as a file."""
    row = determination_of(request, identifier)
    audit.record(Verb.PRINT, row.holding.report, facts={"sheet": "determination", "form": "pdf"})
    return findings.as_pdf(row)


@for_roles(*people.WATCHERS)
@require_safe
def certificate(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The certificate as it was signed, with the key that it is checked with."""
    kept = holding_for(request, identifier)
    row = get_object_or_404(Disposal.objects.exclude(approved_at=None), report=kept.report)
    audit.record(Verb.PRINT, kept.report, facts={"sheet": "certificate"})
    context = {"row": row, "kept": kept, "keys": certificates.public_keys()}
    return render(request, "desk/protected/certificate.html", context)


@for_roles(*people.WATCHERS)
@require_safe
def certificate_file(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The certificate as a file, byte for byte as it was signed. Raises `Http404` while it is not."""
    row = get_object_or_404(Disposal.objects.exclude(certificate=""), report=holding_for(request, identifier).report)
    response = HttpResponse(row.certificate, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_("certificate")}-{row.number}.txt"'
    return response
