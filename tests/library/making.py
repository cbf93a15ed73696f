"""Makes documents of the library for tests, without a file's being read."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from portal.access.enums import Label
from portal.library import finding
from portal.library.enums import DocumentKind, ReadingState
from portal.library.models import DocumentPage, DocumentReading, PortalDocument

RELATED = ("audience_communities", "audience_organisations", "audience_people", "sectors", "hazards", "evidence")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fcffff3f0300050001ffa7"
    "5b0e5d0000000049454e44ae426082"
)
Pages = list[str] | dict[int, str]


def document(*, pages: Pages | None = None, in_library: bool = True, **fields: Any) -> PortalDocument:
    """A document in the library, TLP:CLEAR unless told; `pages` are the texts that were read in its file."""
    related = {name: fields.pop(name) for name in RELATED if name in fields}
    number = PortalDocument.objects.count() + 1
    facts = {"title": f"Document {number}", "tlp": Label.CLEAR, "kind": DocumentKind.GUIDE}
    row = PortalDocument(**{**facts, **fields})
    row.file.save(f"document-{number}.pdf", ContentFile(f"%PDF-1.7 {number}".encode()), save=False)
    row.save()
    for name, rows in related.items():
        getattr(row, name).set(rows)
    if pages is not None:
        read(row, pages=pages)
    publish(row, in_library=in_library)
    return row


def publish(row: PortalDocument, *, in_library: bool = True) -> None:
    row.is_released, row.in_library, row.published_at = True, in_library, timezone.now()
    row.save()


def read(row: PortalDocument, *, pages: Pages, with_picture: bool = False, **facts: Any) -> DocumentReading:
    """Enter texts as if they had been read in the file."""
    texts = pages if isinstance(pages, dict) else dict(enumerate(pages, start=1))
    told = {"state": ReadingState.READ, "page_count": len(texts), "has_pages": True, "read_at": timezone.now(), **facts}
    reading, _is_new = DocumentReading.objects.update_or_create(document=row, defaults=told)
    if with_picture:
        reading.picture.save("first.png", ContentFile(PNG))
    DocumentPage.objects.filter(document=row).delete()
    DocumentPage.objects.bulk_create(
        DocumentPage(document=row, number=number, text=text) for number, text in texts.items()
    )
    finding.changed(row)
    return reading
