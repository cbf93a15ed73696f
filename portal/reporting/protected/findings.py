"""The writing of RSMo 610.021(19): both findings in the statute's own words, in one document."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.reporting.models import Determination
from portal.reporting.protected import pdf

SUBDIVISION = "RSMo 610.021(19)"
# The words of the statute, of which no word is changed: only 'would' and 'outweighs' become statements.
IMPAIR = (
    "Disclosure would impair the public governmental body's ability to protect the security or safety of persons or "
    "real property."
)
OUTWEIGH = "The public interest in nondisclosure outweighs the public interest in disclosure of the records."


def document_of(row: Determination) -> list[tuple[str, str]]:
    """The writing, line by line, each with its heading. It says nothing of what was submitted."""
    report = row.holding.report
    found = [
        (_("Submission"), report.number),
        (_("Submitted"), f"{row.holding.submitted_on:%Y-%m-%d}"),
    ]
    if row.is_closed:
        found += [
            (_("Determination"), _("The record is closed.")),
            (_("First finding"), row.impair),
            (_("Second finding"), row.outweigh),
            (_("Subdivision relied on"), row.subdivision),
        ]
    else:
        words = _("The record is not closed. The reasons are given to the submitter.")
        found.append((_("Determination"), words))
    signed = f"{row.signatory_name}, {timezone.localtime(row.signed_at):%Y-%m-%d %H:%M %Z}"
    return [*found, (_("Signed"), signed)]


def as_pdf(row: Determination) -> HttpResponse:
    """The writing as a file that opens anywhere."""
    title = _("Determination under RSMo 610.021(19)")
    content = pdf.written(title, document_of(row), author=row.signatory_name, at=row.signed_at)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="determination-{row.holding.report.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
