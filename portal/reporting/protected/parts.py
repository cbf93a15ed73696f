"""The parts of a submission by name, without opening any: what a records request can be answered in."""

from __future__ import annotations

from portal.reporting.models import Holding
from portal.reporting.protected.enums import ProtectedSection

FILE = "file:"
NOT_JUDGED = frozenset({ProtectedSection.FILES.value, ProtectedSection.ADDED.value})  # judged file by file


def of(kept: Holding) -> list[str]:
    """The sections that came in, in the order of the form, then each file."""
    sent = set(kept.report.parts.values_list("name", flat=True))
    sections = [name for name in ProtectedSection.values if name in sent and name not in NOT_JUDGED]
    files = kept.evidence.order_by("attachment__stored_at", "pk").values_list("pk", flat=True)
    return [*sections, *(f"{FILE}{key}" for key in files)]


def label_of(part: str) -> str:
    """A part in words. A file's name is sealed, so it is named by the beginning of its reference."""
    if part.startswith(FILE):
        return f"File {part.removeprefix(FILE)[:8]}"
    return str(ProtectedSection(part).label) if part in ProtectedSection.values else part
